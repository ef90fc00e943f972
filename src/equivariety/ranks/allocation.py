"""Exact allocation of a rank budget over blocks: which component of the variety holds the optimum.

Block i offers terms of falling gain, each of which costs n_i units of rank. Because gains fall, all terms of one cost
can be merged into a single sorted list; what remains is a knapsack over the few distinct costs, solved exactly.

What is compared are the sums of the terms that are *left out*, never those of the terms that are taken: where a few
terms are larger than all others by many digits, sums with them could not tell the others apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Gains = NDArray[np.float64]
Ranks = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class _Terms:
    """All terms of one cost, best first, and minus what is left out with the first k of them taken."""

    cost: int
    blocks: Ranks
    totals: Gains

    def within(self, budget: int) -> int:
        return min(budget // self.cost, self.blocks.size)


@dataclass(frozen=True, eq=False)
class Allocations:
    """The best ranks for every budget from 0 to ``budget``, from one table of the dynamic program.

    Parameters
    ----------
    gains : sequence of arrays of shape (blocks, terms)
        Falling along the second axis; one array for each bundle.
    costs : sequence of int
        Units of rank that one term of a bundle takes (the dimension of its irreducibles).
    budget : int

    Examples
    --------
    >>> table = Allocations([np.array([[5.0, 1.0]]), np.array([[9.0, 8.0]])], [1, 2], budget=6)
    >>> table.left_out
    array([23., 18., 14.,  9.,  6.,  1.,  0.])
    >>> [np.concatenate(table.ranks(budget)).tolist() for budget in (1, 2, 3)]
    [[1, 0], [0, 1], [1, 1]]
    """

    gains: Sequence[Gains]
    costs: Sequence[int]
    budget: int

    @cached_property
    def _classes(self) -> list[_Terms]:
        return [_merged(self.gains, self.costs, cost, self.budget) for cost in sorted(set(self.costs))]

    @cached_property
    def _table(self) -> tuple[Gains, list[Ranks]]:
        """Minus the least sum left out, and how many terms of each class to take, for all budgets of its own."""
        budgets = np.arange(self.budget + 1)
        if not self._classes:
            return np.zeros(budgets.size), []
        first = self._classes[0]
        taken = np.minimum(budgets // first.cost, first.blocks.size)
        value, counts = first.totals[taken], [taken]
        for terms in self._classes[1:]:
            value, best = _next_table(value, terms, self.budget)
            counts.append(best)
        return value, counts

    @property
    def left_out(self) -> Gains:
        """Sum of the gains of all terms that are not taken, for every budget, shape (budget + 1,)."""
        return -self._table[0]

    @cached_property
    def _counts(self) -> list[Ranks]:
        """How many terms of each class the best choice takes, for every budget."""
        left, found = np.arange(self.budget + 1), []
        for terms, best in zip(reversed(self._classes), reversed(self._table[1]), strict=True):
            found.append(best[left])
            left = left - found[-1] * terms.cost
        return found[::-1]

    def ranks(self, budget: int) -> list[Ranks]:
        """The best ranks for one budget, for each bundle an array of shape (blocks,); a maximal tuple."""
        return _completed(self.gains, self.costs, budget, self._classes, [int(count[budget]) for count in self._counts])


def allocate(gains: Sequence[Gains], costs: Sequence[int], budget: int) -> list[Ranks]:
    """Ranks of largest total gain with total cost at most one budget; see :class:`Allocations` for the parameters.

    Returns
    -------
    list of arrays of shape (blocks,)
        A maximal tuple: no block can take another term, even one of gain zero.

    Examples
    --------
    >>> allocate([np.array([[5.0, 1.0]]), np.array([[9.0, 8.0]])], [1, 2], budget=3)
    [array([1]), array([1])]
    """
    classes = [_merged(gains, costs, cost, budget) for cost in sorted(set(costs))]
    return _completed(gains, costs, budget, classes, _knapsack(classes, budget) if classes else [])


def _completed(
    gains: Sequence[Gains], costs: Sequence[int], budget: int, classes: Sequence[_Terms], counts: Sequence[int]
) -> list[Ranks]:
    """The ranks that take so many terms of each class, and what still fits."""
    starts = _starts(gains)
    limits = np.concatenate([np.zeros(0, np.intp), *(np.full(len(bundle), bundle.shape[1]) for bundle in gains)])
    block_costs = np.repeat(np.asarray(costs, dtype=np.intp), np.diff(starts))
    ranks = np.zeros(starts[-1], dtype=np.intp)
    for terms, count in zip(classes, counts, strict=True):
        ranks += np.bincount(terms.blocks[:count], minlength=ranks.size)
    _fill(ranks, limits, block_costs, budget)
    return np.split(ranks, starts[1:-1]) if gains else []


def _starts(gains: Sequence[Gains]) -> Ranks:
    return np.cumsum([0, *(len(bundle) for bundle in gains)])


def _merged(gains: Sequence[Gains], costs: Sequence[int], cost: int, budget: int) -> _Terms:
    values, blocks, starts = [], [], _starts(gains)
    for number, bundle in enumerate(gains):
        if costs[number] == cost:
            values.append(bundle.ravel())
            blocks.append(np.repeat(np.arange(starts[number], starts[number + 1]), bundle.shape[1]))
    flat, owner = np.concatenate(values), np.concatenate(blocks)
    # The stable sort keeps the terms of one block in order when gains are equal.
    order = np.argsort(-flat, kind="stable")
    left_out = np.concatenate([np.cumsum(flat[order[::-1]])[::-1], [0.0]])
    best = order[: budget // cost]
    return _Terms(cost, owner[best], -left_out[: best.size + 1])


def _knapsack(classes: Sequence[_Terms], budget: int) -> list[int]:
    """How many terms of each class to take: dynamic programming over the classes, then backtracking."""
    first = classes[0]
    value = first.totals[np.minimum(np.arange(budget + 1) // first.cost, first.blocks.size)]
    tables = [value]
    for terms in classes[1:-1]:
        value, _ = _next_table(value, terms, budget)
        tables.append(value)
    counts = []
    for number in range(len(classes) - 1, 0, -1):
        count = _best_count(tables[number - 1], classes[number], budget)
        counts.append(count)
        budget -= count * classes[number].cost
    return [first.within(budget), *reversed(counts)]


def _next_table(value: Gains, terms: _Terms, budget: int) -> tuple[Gains, Ranks]:
    """The best values with one more class, and how many terms of it they take, for all budgets."""
    gains = terms.totals[: terms.within(budget) + 1]
    result, counts = np.empty_like(value), np.empty(value.size, dtype=np.intp)
    for remainder in range(min(terms.cost, value.size)):
        places = slice(remainder, None, terms.cost)
        result[places], counts[places] = _concave_convolution(value[places], gains)
    return result, counts


def _concave_convolution(values: Gains, gains: Gains) -> tuple[Gains, Ranks]:
    """For every j the maximum over k of values[j - k] + gains[k], and the smallest k that reaches it.

    The differences of ``gains`` fall, so the best j - k grows with j (Monge): between two places already solved only
    the range between their answers is searched, all places of one level at once. O(size log size) in all.
    """
    size = values.size
    result, best = np.empty(size), np.empty(size, dtype=np.intp)
    stride = 1 << (size.bit_length() - 1)
    while stride:
        places = np.arange(stride - 1, size, 2 * stride)
        lows = np.where(places >= stride, best[places - stride], 0)
        above = places + stride
        highs = np.where(above < size, best[np.minimum(above, size - 1)], size - 1)
        lows, highs = np.maximum(lows, places - (gains.size - 1)), np.minimum(highs, places)
        lengths = highs - lows + 1
        ends = np.cumsum(lengths)
        starts = ends - lengths
        candidates = np.arange(lengths.sum()) - np.repeat(starts - lows, lengths)
        totals = values[candidates] + gains[np.repeat(places, lengths) - candidates]
        result[places] = np.maximum.reduceat(totals, starts)
        reached = np.flatnonzero(totals == np.repeat(result[places], lengths))
        best[places] = candidates[reached[np.searchsorted(reached, ends) - 1]]
        stride //= 2
    return result, np.arange(size) - best


def _best_count(value: Gains, terms: _Terms, budget: int) -> int:
    """The smallest of the best numbers of terms, as in the tables."""
    counts = np.arange(terms.within(budget) + 1)
    return int(np.argmax(value[budget - counts * terms.cost] + terms.totals[counts]))


def _fill(ranks: Ranks, limits: Ranks, costs: Ranks, budget: int) -> None:
    """Spend what is left on terms without gain, in block order, so that the tuple is maximal."""
    left = budget - int(ranks @ costs)
    while left > 0:
        possible = np.flatnonzero((ranks < limits) & (costs <= left))
        if possible.size == 0:
            return
        block = possible[0]
        count = min(limits[block] - ranks[block], left // costs[block])
        ranks[block] += count
        left -= int(count * costs[block])
