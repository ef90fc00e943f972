"""Optimal maps: what a fit or a nearest-point problem returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from equivariety.blocks import BlockSpectrum, Moments
from equivariety.varieties.block_map import BlockMap, HiddenSpace
from equivariety.varieties.maps import EquivariantMaps

if TYPE_CHECKING:
    from equivariety.varieties.component import Component


@dataclass(frozen=True, eq=False)
class Factorization:
    """A map of given block ranks as decoder times encoder through a hidden space of that dimension."""

    encoder: BlockMap
    """From the domain to the hidden space; shape (rank, n)."""
    decoder: BlockMap
    """From the hidden space to the codomain; shape (m, rank)."""


@dataclass(frozen=True, eq=False)
class Solution:
    """The global optimum of the squared error over a component, or over all components of a family.

    ``X @ solution.matrix().T`` are the predictions; ``solution.apply(X)`` computes them through the blocks.
    """

    component: Component
    """The component the optimum lies on."""
    loss: float
    """Mean squared error per entry of the targets."""
    encoder: BlockMap
    """Closed form U_r^* C S^+ in every block; shape (rank, n)."""
    decoder: BlockMap
    """U_r in every block, with orthonormal columns; shape (m, rank)."""
    spectrum: tuple[NDArray[np.float64], ...]
    """For each block the falling gains: what each unit of rank lowers the total squared error by."""
    numerical_ranks: tuple[int, ...]
    """For each block the rank that the data determine; beyond it the minimum-norm answer is zero."""

    @property
    def ranks(self) -> tuple[int, ...]:
        """The rank of every block."""
        return self.component.ranks

    def matrix(self) -> NDArray[np.float64]:
        """The dense matrix M, shape (m, n)."""
        return (self.decoder @ self.encoder).matrix()

    def apply(self, X: Any) -> Any:
        """Predictions M x for the rows of X, shape (samples, m)."""
        return self.decoder.apply(self.encoder.apply(X))

    def error(self, X: Any, Y: Any | None = None) -> float:
        """Mean squared error per entry on other data, computed in chunks."""
        from equivariety.varieties.fitting import mean_squared_error

        return mean_squared_error(self, X, X if Y is None else Y)


@dataclass(frozen=True, eq=False)
class NearestPoint:
    """The nearest point of a variety to a matrix. It converts to a NumPy array wherever one is expected."""

    component: Component
    """A component on which it lies."""
    distance: float
    """Frobenius distance from the given matrix."""
    encoder: BlockMap
    decoder: BlockMap

    @property
    def ranks(self) -> tuple[int, ...]:
        """The rank of every block."""
        return self.component.ranks

    def matrix(self) -> NDArray[np.float64]:
        """The point as a dense matrix, shape (m, n)."""
        return (self.decoder @ self.encoder).matrix()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return self.matrix().astype(dtype or np.float64)


def factorize(maps: EquivariantMaps, spectra: Sequence[BlockSpectrum], ranks: Sequence[int]) -> Factorization:
    """Cut every block at its rank."""
    groups = rank_groups(maps, ranks)
    encoders = [spectra[group.bundle].encoder[group.members, : group.rank] for group in groups]
    decoders = [spectra[group.bundle].decoder[group.members, :, : group.rank] for group in groups]
    return factorization(maps, groups, encoders, decoders)


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


def factorization(
    maps: EquivariantMaps,
    groups: Sequence[RankGroup],
    encoders: Sequence[NDArray[np.float64]],
    decoders: Sequence[NDArray[np.float64]],
) -> Factorization:
    """From the components of the blocks, per group (members, rank, cols, beta) and (members, rows, rank, beta)."""
    chosen = [(group.bundle, group.members) for group in groups]
    source, target = maps.source.select(chosen), maps.target.select(chosen)
    hidden = HiddenSpace(source.bundles, tuple(group.rank for group in groups))
    return Factorization(BlockMap(source, hidden, tuple(encoders)), BlockMap(hidden, target, tuple(decoders)))


def solve_ranks(
    maps: EquivariantMaps, moments: Moments, spectra: Sequence[BlockSpectrum], ranks: tuple[int, ...]
) -> Solution:
    """The optimum for given ranks from the spectra of all blocks."""
    from equivariety.varieties.component import Component

    factorization = factorize(maps, spectra, ranks)
    squared_error = moments.target_norm - _total_gain(maps, spectra, ranks)
    numerical = np.zeros(len(maps.blocks), dtype=np.intp)
    gains: list[NDArray[np.float64]] = [np.zeros(0)] * len(maps.blocks)
    for bundle, spectrum in zip(maps.bundles, spectra, strict=True):
        numerical[bundle.members] = spectrum.numerical_rank
        for position, member in enumerate(bundle.members.tolist()):
            gains[member] = spectrum.gains[position]
    return Solution(
        component=Component(maps, ranks),
        loss=max(squared_error, 0.0) / (moments.weight * moments.outputs),
        encoder=factorization.encoder,
        decoder=factorization.decoder,
        spectrum=tuple(gains),
        numerical_ranks=tuple(numerical.tolist()),
    )


def nearest_point(
    maps: EquivariantMaps, U: Any, spectra: Sequence[BlockSpectrum], ranks: tuple[int, ...]
) -> NearestPoint:
    """The truncation of U to given ranks, with its distance."""
    from equivariety.varieties.component import Component

    factorization = factorize(maps, spectra, ranks)
    # The part of U that is not equivariant and the terms cut off are orthogonal to each other.
    cut = sum(float(spectrum.gains.sum()) for spectrum in spectra) - _total_gain(maps, spectra, ranks)
    distance = float(np.hypot(maps.distance(U), np.sqrt(max(cut, 0.0))))
    return NearestPoint(Component(maps, ranks), distance, factorization.encoder, factorization.decoder)


def _total_gain(maps: EquivariantMaps, spectra: Sequence[BlockSpectrum], ranks: Sequence[int]) -> float:
    given = np.asarray(ranks, dtype=np.intp)
    total = 0.0
    for bundle, spectrum in zip(maps.bundles, spectra, strict=True):
        kept = np.arange(spectrum.gains.shape[1]) < given[bundle.members][:, None]
        total += float(spectrum.gains[kept].sum())
    return total
