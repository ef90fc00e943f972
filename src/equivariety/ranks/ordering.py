"""The maximal rank tuples in the order of what they gain: best first, lazily, whatever their number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import heappop, heappush

from equivariety.ranks.counting import Slot
from equivariety.ranks.listing import Tails, following_ranks, remaining


def best_tuples(
    slots: Sequence[Slot], budget: int, totals: Sequence[Sequence[float]]
) -> Iterator[tuple[float, tuple[int, ...]]]:
    """Maximal tuples with their values, falling.

    A best-first search over prefixes: what a prefix can still gain is bounded by a knapsack over the other slots, so
    that a complete tuple leaves the queue before everything that is worse.

    Parameters
    ----------
    slots : sequence of Slot
    budget : int
    totals : sequence of sequences of float
        ``totals[i][k]`` is what slot i gains with rank k.

    Examples
    --------
    >>> list(best_tuples([Slot(1, 1), Slot(2, 1)], 2, [[0.0, 3.0], [0.0, 5.0]]))
    [(5.0, (0, 1)), (3.0, (1, 0))]
    """
    tails = Tails(slots)
    bounds = _suffix_bounds(slots, budget, totals)
    heap: list[tuple[float, float, tuple[int, ...], int, int]] = [(-bounds[0][budget], 0.0, (), budget, budget + 1)]
    while heap:
        _, gained, prefix, left, strict = heappop(heap)
        depth = len(prefix)
        if depth == len(slots):
            yield gained, prefix
            continue
        for rank in following_ranks(slots, tails, depth, left, strict):
            rest, tighter = remaining(slots[depth], rank, left, strict)
            value = gained + totals[depth][rank]
            heappush(heap, (-value - bounds[depth + 1][rest], value, (*prefix, rank), rest, tighter))


def _suffix_bounds(slots: Sequence[Slot], budget: int, totals: Sequence[Sequence[float]]) -> list[list[float]]:
    """The most that the slots from each position on can gain within each budget, maximal or not."""
    bounds = [[0.0] * (budget + 1)]
    for slot, gains in zip(reversed(slots), reversed(totals), strict=True):
        after = bounds[-1]
        bounds.append(
            [
                max(gains[rank] + after[left - rank * slot.weight]
                    for rank in range(min(slot.capacity, left // slot.weight) + 1))
                for left in range(budget + 1)
            ]
        )  # fmt: skip
    return bounds[::-1]
