"""Critical points of the squared error on matrices of bounded rank, as combinatorics of the gains of the blocks.

On the matrices of rank exactly r the critical points keep r of the terms of the (whitened) singular value
decomposition (Eckart and Young over R; the same proof holds over C and H). Equal singular values make one *level*: of a
level of multiplicity mu one may keep any j-dimensional subspace, a Grassmannian of real dimension beta j (mu - j).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import heappop, heappush
from itertools import product
from math import comb, fsum, prod

import numpy as np
from numpy.typing import NDArray

from equivariety.tolerances import EPSILON, equal_singular_values_gap

Selection = tuple[int, ...]
"""How many terms of each level are kept."""


@dataclass(frozen=True)
class Levels:
    """The distinct positive gains of one block, falling, and the rank to be kept."""

    values: tuple[float, ...]
    multiplicities: tuple[int, ...]
    rank: int
    beta: int
    dropped: float = 0.0
    """Sum of the gains that count as zero: no selection takes them."""

    @property
    def terms(self) -> int:
        """How many terms have a positive gain."""
        return sum(self.multiplicities)

    @property
    def first(self) -> Selection:
        """The best selection: the largest gains first; the only local minimum."""
        left, counts = self.rank, []
        for multiplicity in self.multiplicities:
            counts.append(min(left, multiplicity))
            left -= counts[-1]
        return tuple(counts)

    @property
    def selections(self) -> int:
        """Number of selections, each of them one connected family of critical points."""
        ways = [1] + [0] * self.rank
        for multiplicity in self.multiplicities:
            ways = [sum(ways[max(0, k - multiplicity) : k + 1]) for k in range(self.rank + 1)]
        return ways[self.rank]

    @property
    def finite(self) -> bool:
        """Whether every critical point is isolated: no selection can split a level."""
        return self.selections == comb(self.terms, self.rank)

    def worse(self, counts: Selection) -> Iterator[Selection]:
        """The selections that move one kept term to the next level."""
        for level in range(len(counts) - 1):
            if counts[level] and counts[level + 1] < self.multiplicities[level + 1]:
                yield (*counts[:level], counts[level] - 1, counts[level + 1] + 1, *counts[level + 2 :])

    def cut(self, counts: Selection) -> float:
        """The squared error that is left by the terms that are not kept: the sum of their gains."""
        left = zip(reversed(self.values), reversed(self.multiplicities), reversed(counts), strict=True)
        return float(sum((value * (multiplicity - count) for value, multiplicity, count in left), self.dropped))

    def morse_index(self, counts: Selection) -> int:
        """Negative directions of the Hessian: beta for each pair (kept term, better term that is not kept)."""
        pairs, missed = 0, 0
        for count, multiplicity in zip(counts, self.multiplicities, strict=True):
            pairs += count * missed
            missed += multiplicity - count
        return self.beta * pairs

    def dimension(self, counts: Selection) -> int:
        """Real dimension of the family: beta j (mu - j) for each level."""
        splits = zip(counts, self.multiplicities, strict=True)
        return self.beta * sum(count * (multiplicity - count) for count, multiplicity in splits)

    def index_set(self, counts: Selection) -> tuple[int, ...]:
        """Positions, from 0, of the kept terms among the falling gains; the first ones of every level."""
        starts = np.cumsum([0, *self.multiplicities]).tolist()
        return tuple(start + k for start, count in zip(starts, counts, strict=False) for k in range(count))


def levels(gains: NDArray[np.float64], rank: int, beta: int, precision: float = EPSILON) -> Levels:
    """Group falling gains into levels; gains that count as zero are left out.

    Examples
    --------
    >>> levels(np.array([9.0, 4.0, 4.0, 0.0]), rank=2, beta=1)
    Levels(values=(9.0, 4.0), multiplicities=(1, 2), rank=2, beta=1, dropped=0.0)
    """
    sigma = np.sqrt(np.maximum(gains, 0.0))
    gap = equal_singular_values_gap(float(sigma[0]) if sigma.size else 0.0, sigma.size, precision)
    positive = sigma[sigma > gap]
    dropped = float(gains[positive.size :].sum())
    if positive.size == 0:
        return Levels((), (), rank, beta, dropped)
    starts = np.flatnonzero(np.concatenate([[True], positive[:-1] - positive[1:] > gap]))
    multiplicities = np.diff([*starts, positive.size])
    means = np.add.reduceat(gains[: positive.size], starts) / multiplicities
    return Levels(tuple(means.tolist()), tuple(multiplicities.tolist()), rank, beta, dropped)


@dataclass(frozen=True)
class Landscape:
    """The critical points of a product of blocks: all combinations of those of the blocks."""

    blocks: tuple[Levels, ...]

    @property
    def finite(self) -> bool:
        return self.families == 0 or all(block.finite for block in self.blocks)

    @cached_property
    def families(self) -> int:
        """Number of connected families; the number of critical points if all of them are isolated."""
        return prod(block.selections for block in self.blocks)

    def dimensions(self) -> dict[int, int]:
        """How many families there are of each dimension."""
        found = {0: 1}
        for block in self.blocks:
            own = _dimensions(block)
            found = _convolved(found, own)
        return dict(sorted(found.items()))

    def by_cut(self) -> Iterator[tuple[float, tuple[Selection, ...]]]:
        """Total gains of the terms cut off, rising, with the selections of all blocks; lazily, best first.

        Time and memory grow with the number of selections asked for, not with the number that exist.
        """
        if self.families == 0:
            return
        start = tuple(block.first for block in self.blocks)
        heap, seen = [(self._cut(start), start)], {start}
        while heap:
            cut, chosen = heappop(heap)
            yield cut, chosen
            for position, block in enumerate(self.blocks):
                for moved in block.worse(chosen[position]):
                    following = (*chosen[:position], moved, *chosen[position + 1 :])
                    if following not in seen:
                        seen.add(following)
                        heappush(heap, (self._cut(following), following))

    def _cut(self, chosen: Sequence[Selection]) -> float:
        return fsum(block.cut(counts) for block, counts in zip(self.blocks, chosen, strict=True))


def _dimensions(block: Levels) -> dict[int, int]:
    """Number of selections of one block by dimension: a knapsack over the levels."""
    states = {(0, 0): 1}
    for multiplicity in block.multiplicities:
        following: dict[tuple[int, int], int] = {}
        for (kept, dimension), ways in states.items():
            for count in range(min(multiplicity, block.rank - kept) + 1):
                key = kept + count, dimension + block.beta * count * (multiplicity - count)
                following[key] = following.get(key, 0) + ways
        states = following
    return {dimension: ways for (kept, dimension), ways in states.items() if kept == block.rank}


def _convolved(first: dict[int, int], second: dict[int, int]) -> dict[int, int]:
    result: dict[int, int] = {}
    for (a, x), (b, y) in product(first.items(), second.items()):
        result[a + b] = result.get(a + b, 0) + x * y
    return result
