"""The critical points on a whole family: those of all its components, merged, best first, without listing any."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import heappop, heappush
from itertools import count
from typing import Protocol

import numpy as np

from equivariety.errors import InputError
from equivariety.ranks.counting import Slot
from equivariety.ranks.ordering import best_tuples
from equivariety.varieties.critical_points import CriticalPoint, CriticalPoints
from equivariety.varieties.squared_error import SquaredError

MOST_VISITED = 100_000
"""Largest number of components that are visited to count critical points."""


class Family(Protocol):
    """A family of components, as far as its critical points are concerned."""

    @property
    def rank(self) -> int:
        """The bound on the rank."""

    def count_components(self) -> int:
        """Number of components."""


class OnComponents(Protocol):
    """A problem that knows its critical points on each component."""

    @property
    def error(self) -> SquaredError:
        """The terms of all blocks."""

    def critical_points(self, ranks: Sequence[int]) -> CriticalPoints:
        """Those on one component."""


@dataclass(frozen=True, eq=False)
class FamilyCriticalPoints:
    """The critical points on the smooth parts of all components of a family; iterate for them, best first.

    Components are visited lazily in the order of their minima, so that families of any size can be asked for their
    first points.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> family = ev.EquivariantMaps(2 * ev.actions.cyclic(4)).bounded(2)
    >>> points = family.critical_points(np.diag([1.0, 2, 3, 5, 7, 1, 2, 4]))
    >>> points.count, sum(component.count for component in points.components())
    (8, 8)
    >>> next(iter(points)).ranks
    (0, 1, 0)
    """

    family: Family
    problem: OnComponents
    slots: tuple[Slot, ...]
    """The blocks of the family, as far as ranks are concerned."""

    @cached_property
    def _totals(self) -> list[list[float]]:
        """Minus what each rank of each block leaves out."""
        gains = self.problem.error.gains_of_blocks(len(self.slots))
        return [[*(-np.cumsum(falling[::-1])[::-1]).tolist(), 0.0] for falling in gains]

    def components(self) -> Iterator[CriticalPoints]:
        """The critical points of each component, the component with the best minimum first."""
        for _, ranks in best_tuples(self.slots, self.family.rank, self._totals):
            yield self.problem.critical_points(ranks)

    def __repr__(self) -> str:
        return f"<FamilyCriticalPoints on {self.family!r}>"

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
