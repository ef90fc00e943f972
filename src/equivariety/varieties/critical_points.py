"""Critical points of the squared distance and of the squared error, listed lazily by their value.

All of them are real and known in closed form (see :mod:`equivariety.blocks.critical_levels`); a component combines
those of its blocks. For generic data their number is the ED degree of the component, and one is a local minimum.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.blocks import BlockSpectrum
from equivariety.blocks.critical_levels import Landscape, Levels, Selection, levels
from equivariety.errors import InputError
from equivariety.tolerances import EPSILON
from equivariety.varieties.component import Component
from equivariety.varieties.determinantal import DeterminantalVariety

IndexSets = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, eq=False)
class CriticalPoint:
    """One critical point, or a representative of a connected family of them."""

    variety: Component | DeterminantalVariety
    index_sets: IndexSets
    """For each block which terms of its singular value decomposition are kept, counted from 0, largest first."""
    value: float
    """Squared Frobenius distance to the target; for data the loss, the mean squared error per entry."""
    morse_index: int
    """Number of negative directions of the Hessian on the variety; 0 for the minimum."""
    dimension: int
    """Real dimension of the family; 0 for an isolated point."""
    spectra: tuple[BlockSpectrum, ...]

    @property
    def ranks(self) -> tuple[int, ...]:
        """How many terms each block keeps."""
        return tuple(len(indices) for indices in self.index_sets)

    @property
    def loss(self) -> float:
        """The value, where the problem is one of data: the mean squared error per entry."""
        return self.value

    def blocks(self) -> tuple[NDArray[np.float64], ...]:
        """Components of all blocks, for each bundle of shape (members, rows, cols, beta)."""
        found = []
        for spectrum, members in zip(self.spectra, _members(self.variety), strict=True):
            kept = np.zeros(spectrum.gains.shape)
            for position, member in enumerate(members):
                kept[position, list(self.index_sets[member])] = 1.0
            left = spectrum.field.pack(spectrum.decoder * kept[:, None, :, None])
            found.append(spectrum.field.unpack(left @ spectrum.field.pack(spectrum.encoder)))
        return tuple(found)

    def matrix(self) -> NDArray[Any]:
        """The point as a dense matrix."""
        if isinstance(self.variety, Component):
            return self.variety.maps.from_coordinates(self.blocks()).matrix()
        (block,) = self.blocks()
        return block[0] if self.variety.field == "H" else np.asarray(self.variety._field.pack(block[0]))


@dataclass(frozen=True, eq=False)
class CriticalPoints:
    """The critical points on the smooth part of a component or a determinantal variety; iterate for them, best first.

    If singular values coincide, the critical points come in families of positive dimension: then :attr:`finite` is
    False, iteration gives one representative of each connected family, :attr:`families` says how many there are of
    each dimension, and :attr:`count` refuses.
    """

    variety: Component | DeterminantalVariety
    spectra: tuple[BlockSpectrum, ...]
    """What each term of each block lowers the squared error by, with its vectors."""
    total: float
    """Squared error with no term kept."""
    unit: float
    """What the squared error is divided by: 1 for a distance, samples times outputs for a loss."""
    precision: float = EPSILON

    @cached_property
    def landscape(self) -> Landscape:
        """The levels of the blocks."""
        ranks, capacities = _ranks(self.variety)
        found = [Levels((), (), 0, 1)] * len(ranks)
        for spectrum, members in zip(self.spectra, _members(self.variety), strict=True):
            for gains, member in zip(spectrum.gains, members, strict=True):
                block = levels(gains, ranks[member], spectrum.field.beta, self.precision)
                if ranks[member] == capacities[member]:  # a linear space: its one critical point keeps everything
                    block = replace(block, rank=block.terms)
                found[member] = block
        return Landscape(tuple(found))

    @property
    def finite(self) -> bool:
        """Whether every critical point is isolated."""
        return self.landscape.finite

    @property
    def families(self) -> dict[int, int]:
        """Number of connected families of critical points, by real dimension; ``{0: count}`` for generic data."""
        return self.landscape.dimensions() if self.landscape.families else {}

    @property
    def count(self) -> int:
        """Number of critical points.

        Raises
        ------
        InputError
            If there are infinitely many, because singular values of the data coincide.
        """
        if not self.finite:
            listed = ", ".join(f"{ways} of dimension {dimension}" for dimension, ways in self.families.items())
            raise InputError("the critical points are not finite in number, because singular values of a block "
                             f"coincide: they form connected families, {listed}")  # fmt: skip
        return self.landscape.families

    @property
    def minimum(self) -> CriticalPoint:
        """The global minimum on the smooth part, and the only local one.

        Raises
        ------
        InputError
            If a block of the data has smaller rank than the variety: then the minimum is a singular point.
        """
        first = next(iter(self), None)
        if first is None:
            raise InputError("the data have smaller rank than the variety in some block, so that there is no critical "
                             "point on the smooth part; `nearest` and `fit` give the minimum")  # fmt: skip
        return first

    def __iter__(self) -> Iterator[CriticalPoint]:
        for gain, chosen in self.landscape.by_loss():
            yield self.point(gain, chosen)

    def point(self, gain: float, chosen: tuple[Selection, ...]) -> CriticalPoint:
        """The critical point with the given selections."""
        pairs = list(zip(self.landscape.blocks, chosen, strict=True))
        return CriticalPoint(
            self.variety,
            tuple(block.index_set(counts) for block, counts in pairs),
            max(self.total - gain, 0.0) / self.unit,
            sum(block.morse_index(counts) for block, counts in pairs),
            sum(block.dimension(counts) for block, counts in pairs),
            self.spectra,
        )


def _members(variety: Component | DeterminantalVariety) -> list[list[int]]:
    if isinstance(variety, Component):
        return [bundle.members.tolist() for bundle in variety.maps.bundles]
    return [[0]]


def _ranks(variety: Component | DeterminantalVariety) -> tuple[tuple[int, ...], tuple[int, ...]]:
    if isinstance(variety, Component):
        return variety.ranks, tuple(block.largest_rank for block in variety.maps.blocks)
    return (variety.rank,), (min(variety.m, variety.n),)
