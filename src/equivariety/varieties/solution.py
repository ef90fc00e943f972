"""Optimal maps: what a fit or a nearest-point problem returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from equivariety.actions import Action
from equivariety.blocks import BlockSpectrum, truncation
from equivariety.isotypic.arrays import namespace, on_host
from equivariety.moments.arrays import validated_data
from equivariety.moments.chunks import as_floating, row_chunks
from equivariety.varieties.block_map import BlockMap
from equivariety.varieties.hidden_space import HiddenSpace
from equivariety.varieties.maps import EquivariantMaps
from equivariety.varieties.matrix_blocks import blocks_of_product
from equivariety.varieties.restriction import Word, restricted_ranks
from equivariety.varieties.scale import unit_scale

if TYPE_CHECKING:
    from equivariety.varieties.component import Component


@dataclass(frozen=True, eq=False, repr=False)
class FactoredMap:
    """An equivariant map as decoder times encoder through a hidden space whose dimension is its rank.

    It converts to a NumPy array, its dense matrix, wherever one is expected.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> X = ev.datasets.digits()
    >>> solution = ev.EquivariantMaps(ev.actions.image_shift((8, 8), axis=1)).bounded(12).fit(X)
    >>> isinstance(solution, ev.varieties.FactoredMap), solution.matrix().shape, solution.apply(X).shape
    (True, (64, 64), (1797, 64))
    >>> bool(np.isclose(solution.error(X), solution.loss))
    True
    """

    component: Component
    """A component on which it lies."""
    encoder: BlockMap
    """From the domain to the hidden space; shape (rank, n)."""
    decoder: BlockMap
    """From the hidden space to the codomain; shape (m, rank)."""

    @property
    def ranks(self) -> tuple[int, ...]:
        """The rank of every block."""
        return self.component.ranks

    @property
    def _summary(self) -> str:
        used = sum(rank > 0 for rank in self.ranks)
        m, n = self.component.maps.shape
        return f"R^{n} -> R^{m} of rank {self.encoder.shape[0]} in {used} of {len(self.ranks)} blocks"

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._summary}>"

    def matrix(self) -> NDArray[np.float64]:
        """The dense matrix M, shape (m, n)."""
        return self._whole.matrix()

    def apply(self, X: Any, offset: NDArray[np.float64] | None = None) -> Any:
        """Images M x of the rows of X, shape (samples, m), plus an offset of shape (m,) if there is one.

        Through the hidden space or by the whole map, each in its quickest way: see :meth:`BlockMap.way`.
        """
        if isinstance(X, np.ndarray) and X.ndim == 2 and self._is_whole(X.shape[0], as_floating(X[:1]).dtype):
            return self._whole.apply(X, offset)
        return self.decoder.apply(self.encoder.apply(X), offset)

    def _is_whole(self, samples: int, dtype: np.dtype[Any]) -> bool:
        """Whether so many rows are mapped more quickly without the hidden space between."""
        maps = (self._whole, self.encoder, self.decoder)
        whole, encoder, decoder = (map.plan(samples, dtype)[0] for map in maps)
        return whole < encoder + decoder

    @cached_property
    def _whole(self) -> BlockMap:
        """The map as one."""
        return self.decoder @ self.encoder

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return self.matrix().astype(dtype or np.float64)

    def error(self, X: Any, Y: Any | None = None) -> float:
        """Mean of (M x - y)^2 over samples and entries, in chunks; Y = None stands for Y = X."""
        m, n = self.component.maps.shape
        X = validated_data(X, "X", n, "the domain")
        Y = validated_data(X if Y is None else Y, "Y", m, "the codomain")
        X, Y = on_host(X), on_host(Y)
        total = 0.0
        for rows in row_chunks(X.shape[0], max(m, n)):
            residual = self.apply(X[rows, ...]) - as_floating(Y[rows, ...])
            total += float(namespace(residual).sum(residual**2))
        return total / (X.shape[0] * m)

    def restrict(self, subgroup: Sequence[Word] | Action, codomain: Action | None = None) -> FactoredMap:
        """This map in the blocks of a subgroup, with its rank: a point of a larger function space.

        It is no optimum there, and so no :class:`Solution`; as weights of a network (``from_solution``) it is where to
        go on learning what the larger symmetry forbids.

        Parameters
        ----------
        subgroup, codomain
            As for :meth:`EquivariantMaps.restrict`: words in the generators, or an action.

        Raises
        ------
        InputError
            If the words or actions do not fit, or this map does not commute with the action.

        Examples
        --------
        >>> import equivariety as ev
        >>> solution = ev.EquivariantMaps(ev.actions.cyclic(6)).problem_to(np.eye(6)).best(3)
        >>> smaller = solution.restrict([(1, 1)])
        >>> solution.ranks, smaller.ranks, np.allclose(smaller, solution)
        ((1, 1, 0, 0), (1, 1), True)
        >>> smaller
        <FactoredMap R^6 -> R^6 of rank 3 in 2 of 2 blocks>
        """
        from equivariety.varieties.component import Component

        maps = self.component.maps.restrict(subgroup, codomain)
        if not any(self.ranks):
            nothing = Component(maps, (0,) * maps.largest_ranks.size)
            return FactoredMap(nothing, *truncated(maps, nothing.ranks, (), 1.0))
        encoder, decoder = self.encoder.matrix(), self.decoder.matrix()
        scale = unit_scale(encoder)
        encoder = encoder / scale
        component = Component(maps, restricted_ranks(decoder, encoder, maps))
        blocks = blocks_of_product(decoder, encoder, maps.domain_basis, maps.codomain_basis)
        spectra = [truncation(Z, b.field, b.dimension) for Z, b in zip(blocks, maps.bundles, strict=True)]
        return FactoredMap(component, *truncated(maps, component.ranks, spectra, scale))


@dataclass(frozen=True, eq=False, repr=False)
class Solution(FactoredMap):
    """The global optimum of the squared error over a component, or over all components of a family.

    In every block the decoder is U_r, with orthonormal columns, and the encoder U_r^* C S^+.
    ``X @ solution.matrix().T`` are the predictions; ``solution.apply(X)`` computes them through the blocks.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> X = ev.datasets.digits()
    >>> solution = ev.EquivariantMaps(ev.actions.image_shift((8, 8), axis=1)).bounded(12).fit(X)
    >>> solution, solution.component.ranks, solution.encoder.shape, solution.decoder.shape
    (<Solution R^64 -> R^64 of rank 12 in 4 of 5 blocks, loss 0.038678>, (2, 2, 2, 1, 0), (12, 64), (64, 12))
    >>> np.allclose(solution.apply(X), X @ solution.matrix().T)
    True
    """

    loss: float
    """Mean squared error per entry of the targets."""
    spectrum: tuple[NDArray[np.float64], ...]
    """For each block the falling gains: what each unit of rank lowers the total squared error by."""
    numerical_ranks: tuple[int, ...]
    """For each block the rank that the data determine; beyond it the minimum-norm answer is zero."""

    def __repr__(self) -> str:
        return f"<Solution {self._summary}, loss {self.loss:.6g}>"


@dataclass(frozen=True, eq=False, repr=False)
class NearestPoint(FactoredMap):
    """The nearest point of a variety to a matrix.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> near = ev.EquivariantMaps(ev.actions.cyclic(3)).bounded(1).nearest(np.diag([3.0, 0, 0]))
    >>> near, near.ranks, round(near.distance, 3)
    (<NearestPoint R^3 -> R^3 of rank 1 in 1 of 2 blocks, distance 2.82843>, (1, 0), 2.828)
    >>> near.matrix().round(6).tolist()
    [[0.333333, 0.333333, 0.333333], [0.333333, 0.333333, 0.333333], [0.333333, 0.333333, 0.333333]]
    """

    distance: float
    """Frobenius distance from the given matrix."""

    def __repr__(self) -> str:
        return f"<NearestPoint {self._summary}, distance {self.distance:.6g}>"


@dataclass(frozen=True, eq=False)
class RankGroup:
    """Blocks of one bundle that have the same rank: they share an array in a factorization."""

    bundle: int
    members: NDArray[np.intp]
    """Positions in the bundle."""
    rank: int


def rank_groups(maps: EquivariantMaps, ranks: Sequence[int]) -> list[RankGroup]:
    """The groups of blocks of equal rank, bundle by bundle; blocks of rank 0 are left out."""
    given = np.asarray(ranks, dtype=np.intp)
    return [
        RankGroup(number, np.flatnonzero(given[bundle.members] == rank), int(rank))
        for number, bundle in enumerate(maps.bundles)
        for rank in np.unique(given[bundle.members])
        if rank
    ]


def truncated(
    maps: EquivariantMaps, ranks: Sequence[int], spectra: Sequence[BlockSpectrum], scale: float
) -> tuple[BlockMap, BlockMap]:
    """Encoder, times a scale, and decoder that keep the first terms of every block."""
    groups = rank_groups(maps, ranks)
    encoders = [scale * spectra[group.bundle].encoder[group.members, : group.rank] for group in groups]
    decoders = [spectra[group.bundle].decoder[group.members, :, : group.rank] for group in groups]
    return factors(maps, groups, encoders, decoders)


def factors(
    maps: EquivariantMaps,
    groups: Sequence[RankGroup],
    encoders: Sequence[NDArray[np.float64]],
    decoders: Sequence[NDArray[np.float64]],
) -> tuple[BlockMap, BlockMap]:
    """Encoder and decoder from the components of their blocks.

    Per group they have shapes (members, rank, cols, beta) and (members, rows, rank, beta).
    """
    chosen = [(group.bundle, group.members) for group in groups]
    source, target = maps.domain_basis.select(chosen), maps.codomain_basis.select(chosen)
    hidden = HiddenSpace(source.bundles, tuple(group.rank for group in groups))
    return BlockMap(source, hidden, tuple(encoders)), BlockMap(hidden, target, tuple(decoders))
