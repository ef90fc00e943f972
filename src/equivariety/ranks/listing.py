"""Listing the maximal rank tuples, lazily, whatever their number and that of the slots."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import gcd

from equivariety.ranks.counting import Slot


def maximal_tuples(slots: Sequence[Slot], budget: int, exact: bool = False) -> Iterator[tuple[int, ...]]:
    """All maximal tuples, lazily, in falling lexicographic order; with ``exact`` only those that use the whole budget.

    A search in depth without dead ends, which passes over the slots that no longer fit and stops where all the rest
    can be full. So most tuples cost little more than writing them down.

    Examples
    --------
    >>> list(maximal_tuples([Slot(1, 2), Slot(2, 1)], 2))
    [(2, 0), (0, 1)]
    """
    tails = Tails(slots)
    strict = 1 if exact else budget + 1
    if budget - tails.largest_total(0, budget) >= strict:
        return
    ranks = [0] * len(slots)
    # A frame: the slot to fill, the budget left, and the strict bound on what may stay unused in the end. A slot that
    # is passed over is heavier than what is left, so it binds no more than what is left does.
    frames = [(tails.next_within(0, budget), budget, strict)]
    choices: list[Iterator[int]] = []
    while frames:
        position, left, bound = frames[-1]
        if len(choices) < len(frames):
            if left >= tails.totals[position]:
                yield (*ranks[:position], *tails.capacities[position:])
                frames.pop()
                continue
            choices.append(following_ranks(slots, tails, position, left, bound))
        ranks[position] = next(choices[-1], -1)
        if ranks[position] < 0:
            ranks[position] = 0
            choices.pop()
            frames.pop()
        else:
            left, bound = remaining(slots[position], ranks[position], left, bound)
            frames.append((tails.next_within(position + 1, left), left, bound))


def remaining(slot: Slot, rank: int, left: int, bound: int) -> tuple[int, int]:
    """Budget left and bound on the unused part once a slot has its rank: a slot that is not full must not fit again."""
    return left - rank * slot.weight, bound if rank == slot.capacity else min(bound, slot.weight)


def following_ranks(slots: Sequence[Slot], tails: Tails, position: int, left: int, bound: int) -> Iterator[int]:
    """Ranks of one slot, falling, that some maximal tuple continues."""
    slot = slots[position]
    for rank in range(min(slot.capacity, left // slot.weight), -1, -1):
        rest, strict = remaining(slot, rank, left, bound)
        if rest - tails.totals[position + 1] >= strict:
            return  # too much stays unused even if all further slots are full: with smaller ranks all the more
        if rest - tails.largest_total(position + 1, rest) < strict:
            yield rank


@dataclass(frozen=True, init=False)
class Tails:
    """The totals that slots from each position on can still take, for all positions from 0 to the number of slots."""

    capacities: tuple[int, ...]
    """Of the slots themselves."""
    totals: tuple[int, ...]
    """For each position the largest total."""
    weights: tuple[int, ...]
    """The distinct weights, falling."""
    units: tuple[tuple[int, ...], ...]
    """For each weight and position the sum of the capacities of the slots of this weight."""
    places: tuple[tuple[int, ...], ...]
    """For each weight where its slots stand, then the number of slots."""

    def __init__(self, slots: Sequence[Slot]) -> None:
        useful = [(position, slot) for position, slot in enumerate(slots) if slot.capacity]
        weights = sorted({slot.weight for _, slot in useful}, reverse=True)
        places: dict[int, list[int]] = {weight: [] for weight in weights}
        for position, slot in useful:
            places[slot.weight].append(position)
        units = [_sums([slot.capacity if slot.weight == weight else 0 for slot in slots]) for weight in weights]
        object.__setattr__(self, "capacities", tuple(slot.capacity for slot in slots))
        object.__setattr__(self, "totals", _sums([slot.weight * slot.capacity for slot in slots]))
        object.__setattr__(self, "weights", tuple(weights))
        object.__setattr__(self, "units", tuple(units))
        object.__setattr__(self, "places", tuple((*places[weight], len(slots)) for weight in weights))

    def next_within(self, position: int, budget: int) -> int:
        """The first slot from a position on of which at least one unit fits the budget; the number of slots if none."""
        found = len(self.capacities)
        for weight, places in zip(self.weights, self.places, strict=True):
            if weight <= budget:
                found = min(found, places[bisect_left(places, position)])
        return found

    def largest_total(self, position: int, budget: int) -> int:
        """The largest total within the budget that the slots from a position on can have."""
        if budget >= self.totals[position]:
            return self.totals[position]
        return _largest_total(self.weights, [units[position] for units in self.units], budget)


def _largest_total(weights: Sequence[int], units: Sequence[int], budget: int) -> int:
    """The largest total within the budget, with so many units of each of a few falling weights.

    Among the best choices take one with as many units of the first weight w as possible. If there are w units of
    another weight v, then v more of the first would not fit its limit, else w units of v could be exchanged for them.
    If there are fewer of every other weight, they fill less than w times the sum of the other weights. In both cases
    the number is at most that sum below the largest possible one: a short search, and the first try is mostly best.
    """
    kept = [(weight, count) for weight, count in zip(weights, units, strict=True) if count]
    if not kept:
        return 0
    weights, units = zip(*kept, strict=True)
    weight, others = weights[0], weights[1:]
    most = min(units[0], budget // weight)
    if not others:
        return most * weight
    best = most * weight + _largest_total(others, units[1:], budget - most * weight)
    if best == budget:
        return best
    aim = budget - budget % gcd(*weights)
    rest = sum(other * count for other, count in zip(others, units[1:], strict=True))
    for taken in range(most - 1, max(most - sum(others), 0) - 1, -1):
        if best == aim or taken * weight + rest <= best:
            break
        best = max(best, taken * weight + _largest_total(others, units[1:], budget - taken * weight))
    return best


def _sums(values: Sequence[int]) -> tuple[int, ...]:
    return tuple(accumulate(reversed(values), initial=0))[::-1]
