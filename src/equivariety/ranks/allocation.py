"""Exact allocation of a rank budget over blocks: which component of the variety holds the optimum.

Block i offers terms of falling gain, each of which costs n_i units of rank. Because gains fall, all terms of one cost
can be merged into a single sorted list; what remains is a knapsack over the few distinct costs, solved exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Gains = NDArray[np.float64]
Ranks = NDArray[np.intp]


@dataclass(frozen=True)
class _Terms:
    """All terms of one cost, best first, and what the first k of them gain together."""

    cost: int
    blocks: Ranks
    totals: Gains

    def within(self, budget: int) -> int:
        return min(budget // self.cost, self.blocks.size)


def allocate(gains: Sequence[Gains], costs: Sequence[int], budget: int) -> list[Ranks]:
    """Ranks of largest total gain with total cost at most the budget.

    Parameters
    ----------
    gains : sequence of arrays of shape (blocks, terms)
        Falling along the second axis; one array for each bundle.
    costs : sequence of int
        Units of rank that one term of a bundle takes (the dimension of its irreducibles).
    budget : int

    Returns
    -------
    list of arrays of shape (blocks,)
        A maximal tuple: no block can take another term, even one of gain zero.

    Examples
    --------
    >>> allocate([np.array([[5.0, 1.0]]), np.array([[9.0, 8.0]])], [1, 2], budget=3)
    [array([1]), array([1])]
    """
    starts = np.cumsum([0, *(len(bundle) for bundle in gains)])
    limits = np.concatenate([np.full(len(bundle), bundle.shape[1]) for bundle in gains])
    block_costs = np.concatenate([np.full(len(bundle), cost) for bundle, cost in zip(gains, costs, strict=True)])
    ranks = np.zeros(starts[-1], dtype=np.intp)
    classes = [_merged(gains, costs, starts, cost, budget) for cost in sorted(set(costs))]
    for terms, count in zip(classes, _knapsack(classes, budget), strict=True):
        ranks += np.bincount(terms.blocks[:count], minlength=ranks.size)
    _fill(ranks, limits, block_costs, budget)
    return np.split(ranks, starts[1:-1])


def _merged(gains: Sequence[Gains], costs: Sequence[int], starts: Ranks, cost: int, budget: int) -> _Terms:
    values, blocks = [], []
    for number, bundle in enumerate(gains):
        if costs[number] == cost:
            values.append(bundle.ravel())
            blocks.append(np.repeat(np.arange(starts[number], starts[number + 1]), bundle.shape[1]))
    flat, owner = np.concatenate(values), np.concatenate(blocks)
    # The stable sort keeps the terms of one block in order when gains are equal.
    best = np.argsort(-flat, kind="stable")[: budget // cost]
    return _Terms(cost, owner[best], np.concatenate([[0.0], np.cumsum(flat[best])]))


def _knapsack(classes: Sequence[_Terms], budget: int) -> list[int]:
    """How many terms of each class to take: dynamic programming over the classes, then backtracking."""
    first = classes[0]
    value = first.totals[np.minimum(np.arange(budget + 1) // first.cost, first.blocks.size)]
    tables = [value]
    for terms in classes[1:-1]:
        value = _next_table(value, terms, budget)
        tables.append(value)
    counts = []
    for number in range(len(classes) - 1, 0, -1):
        count = _best_count(tables[number - 1], classes[number], budget)
        counts.append(count)
        budget -= count * classes[number].cost
    return [first.within(budget), *reversed(counts)]


def _next_table(value: Gains, terms: _Terms, budget: int) -> Gains:
    """The best values with one more class, for all budgets."""
    gains = terms.totals[: terms.within(budget) + 1]
    result = np.empty_like(value)
    for remainder in range(min(terms.cost, value.size)):
        result[remainder :: terms.cost] = _concave_convolution(value[remainder :: terms.cost], gains)
    return result


def _concave_convolution(values: Gains, gains: Gains) -> Gains:
    """For every j the maximum over k of values[j - k] + gains[k].

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
        starts = np.cumsum(lengths) - lengths
        candidates = np.arange(lengths.sum()) - np.repeat(starts - lows, lengths)
        totals = values[candidates] + gains[np.repeat(places, lengths) - candidates]
        result[places] = np.maximum.reduceat(totals, starts)
        reached = np.flatnonzero(totals == np.repeat(result[places], lengths))
        best[places] = candidates[reached[np.searchsorted(reached, starts)]]
        stride //= 2
    return result


def _best_count(value: Gains, terms: _Terms, budget: int) -> int:
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
