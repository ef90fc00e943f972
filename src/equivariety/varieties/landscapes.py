"""The critical points for a target matrix or for data: on a component, on a whole family, on plain matrices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from heapq import heappop, heappush
from itertools import count
from typing import Any

import numpy as np

from equivariety.blocks import BlockSpectrum, truncation
from equivariety.blocks.linear_algebra import eigen
from equivariety.errors import InputError
from equivariety.moments import Moments
from equivariety.ranks.ordering import best_tuples
from equivariety.tolerances import EPSILON, gram_eigenvalue_cutoff
from equivariety.varieties.bounded import RankBounded
from equivariety.varieties.component import Component, truncations
from equivariety.varieties.critical_points import CriticalPoint, CriticalPoints
from equivariety.varieties.determinantal import DeterminantalVariety
from equivariety.varieties.fitting import spectra as data_spectra
from equivariety.varieties.maps import EquivariantMaps

MOST_VISITED = 100_000
"""Largest number of components that are visited to count critical points."""


@dataclass(frozen=True, eq=False)
class Problem:
    """A squared error on the equivariant maps, diagonalized in every block."""

    maps: EquivariantMaps
    spectra: tuple[BlockSpectrum, ...]
    total: float
    """The squared error of the zero map."""
    unit: float
    precision: float

    def on(self, component: Component) -> CriticalPoints:
        """Its critical points on one component."""
        return CriticalPoints(component, self.spectra, self.total, self.unit, self.precision)


@dataclass(frozen=True, eq=False)
class FamilyCriticalPoints:
    """The critical points on the smooth parts of all components of a family; iterate for them, best first.

    Components are visited lazily in the order of their minima, so that families of any size can be asked for their
    first points.
    """

    family: RankBounded
    problem: Problem

    @cached_property
    def _totals(self) -> list[list[float]]:
        totals = [[0.0] for _ in self.family.maps.blocks]
        for spectrum, bundle in zip(self.problem.spectra, self.family.maps.bundles, strict=True):
            for gains, member in zip(spectrum.gains, bundle.members.tolist(), strict=True):
                totals[member] = [0.0, *np.cumsum(gains).tolist()]
        return totals

    def components(self) -> Iterator[CriticalPoints]:
        """The critical points of each component, the component with the best minimum first."""
        for _, ranks in best_tuples(self.family.maps.slots, self.family.rank, self._totals):
            yield self.problem.on(Component(self.family.maps, ranks))

    @property
    def count(self) -> int:
        """Number of critical points, the sum over all components, each of which is visited.

        Raises
        ------
        InputError
            If there are infinitely many on some component, or more than 100000 components.
        """
        components = self.family.count_components()
        if components > MOST_VISITED:
            raise InputError(f"the family has {components} components, and critical points are counted for at most "
                             f"{MOST_VISITED}; iteration works for any size")  # fmt: skip
        return sum(points.count for points in self.components())

    def __iter__(self) -> Iterator[CriticalPoint]:
        ties = count()
        heap: list[tuple[float, int, CriticalPoint, Iterator[CriticalPoint]]] = []
        for points in self.components():
            following = iter(points)
            point = next(following, None)
            if point is None:
                continue
            # Components come by falling quality, so that what is better than this one cannot be overtaken any more.
            while heap and heap[0][0] <= point.value:
                yield _advance(heap, ties)
            heappush(heap, (point.value, next(ties), point, following))
        while heap:
            yield _advance(heap, ties)


def _advance(
    heap: list[tuple[float, int, CriticalPoint, Iterator[CriticalPoint]]], ties: Iterator[int]
) -> CriticalPoint:
    """Take the best point and put its successor on the same component in its place."""
    _, _, point, following = heappop(heap)
    after = next(following, None)
    if after is not None:
        heappush(heap, (after.value, next(ties), after, following))
    return point


def distance_problem(maps: EquivariantMaps, U: Any) -> Problem:
    """The squared Frobenius distance to U."""
    spectra = truncations(maps, U)
    total = maps.distance(U) ** 2 + sum(float(spectrum.gains.sum()) for spectrum in spectra)
    return Problem(maps, spectra, total, 1.0, EPSILON)


def data_problem(maps: EquivariantMaps, moments: Moments) -> Problem:
    """The mean squared error per entry on data.

    Raises
    ------
    InputError
        If the inputs do not span a block: then the error does not see some directions.
    """
    for number, bundle in enumerate(maps.bundles):
        values, _ = eigen(bundle.field.pack(moments.inner[number]), bundle.field)
        cutoff = gram_eigenvalue_cutoff(values[:, :1], moments.energy, moments.precision)
        spanned = (values > cutoff).sum(axis=1)
        if (spanned < values.shape[1]).any():
            position = int(np.argmax(spanned < values.shape[1]))
            label = maps.blocks[int(bundle.members[position])].label
            raise InputError(f"X must span every block for its critical points to be isolated: it spans "
                             f"{spanned[position]} of {values.shape[1]} directions in block {label}, and the loss does "
                             "not see the others")  # fmt: skip
    return Problem(
        maps, data_spectra(maps, moments), moments.target_norm, moments.weight * moments.outputs, moments.precision
    )


def determinantal_critical_points(variety: DeterminantalVariety, U: Any) -> CriticalPoints:
    """Critical points of the distance to U on plain matrices of bounded rank over R, C or H."""
    spectrum = truncation(variety._components(U)[None], variety._field, 1)
    return CriticalPoints(variety, (spectrum,), float(spectrum.gains.sum()), 1.0)
