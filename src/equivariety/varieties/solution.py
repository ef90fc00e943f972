"""Optimal maps: what a fit or a nearest-point problem returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from equivariety.isotypic.arrays import namespace, on_host
from equivariety.moments.arrays import validated_data
from equivariety.moments.chunks import as_floating, row_chunks
from equivariety.varieties.block_map import BlockMap
from equivariety.varieties.hidden_space import HiddenSpace
from equivariety.varieties.maps import EquivariantMaps

if TYPE_CHECKING:
    from equivariety.varieties.component import Component


@dataclass(frozen=True, eq=False)
class FactoredMap:
    """An equivariant map as decoder times encoder through a hidden space whose dimension is its rank.

    It converts to a NumPy array, its dense matrix, wherever one is expected.
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

    def matrix(self) -> NDArray[np.float64]:
        """The dense matrix M, shape (m, n)."""
        return self._whole.matrix()

    def apply(self, X: Any) -> Any:
        """Images M x of the rows of X, shape (samples, m).

        Through the hidden space or by the whole map, each in its quickest way: see :meth:`BlockMap.way`.
        """
        if isinstance(X, np.ndarray) and X.ndim == 2 and self._is_whole(X.shape[0], as_floating(X[:1]).dtype):
            return self._whole.apply(X)
        return self.decoder.apply(self.encoder.apply(X))

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


@dataclass(frozen=True, eq=False)
class Solution(FactoredMap):
    """The global optimum of the squared error over a component, or over all components of a family.

    In every block the decoder is U_r, with orthonormal columns, and the encoder U_r^* C S^+.
    ``X @ solution.matrix().T`` are the predictions; ``solution.apply(X)`` computes them through the blocks.
    """

    loss: float
    """Mean squared error per entry of the targets."""
    spectrum: tuple[NDArray[np.float64], ...]
    """For each block the falling gains: what each unit of rank lowers the total squared error by."""
    numerical_ranks: tuple[int, ...]
    """For each block the rank that the data determine; beyond it the minimum-norm answer is zero."""

    def __repr__(self) -> str:
        return f"<Solution {self._summary}, loss {self.loss:.6g}>"


@dataclass(frozen=True, eq=False)
class NearestPoint(FactoredMap):
    """The nearest point of a variety to a matrix."""

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
