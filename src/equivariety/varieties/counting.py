"""Counting and listing the maximal rank tuples: exact integers, whatever their size.

A *slot* is a block as far as ranks are concerned: it offers the ranks 0..capacity at ``weight`` units each. A tuple
with total at most r is maximal if no slot can take one more; these are the irreducible components.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import comb


@dataclass(frozen=True)
class Slot:
    """A block with ranks 0..capacity, each unit of which takes ``weight`` from the budget."""

    weight: int
    capacity: int


def count_exact(slots: Sequence[Slot], budget: int) -> int:
    """Number of tuples with total exactly the budget: a coefficient of prod_i (1 + x^n_i + ... + x^(n_i d_i)).

    Examples
    --------
    >>> count_exact([Slot(1, 28)] * 2 + [Slot(2, 28)] * 13, 99)
    72425986088826
    """
    groups = sorted(Counter(slots).items(), key=_by_size)
    if not groups:
        return int(budget == 0)
    product = {0: 1}
    for slot, copies in groups[:-1]:
        product = _multiplied(product, _power(slot, copies, budget), budget)
    # Of the largest factor, whose coefficients can be huge, only those that meet the product are computed.
    slot, copies = groups[-1]
    return sum(
        value * _power_coefficient(slot, copies, (budget - total) // slot.weight)
        for total, value in product.items()
        if (budget - total) % slot.weight == 0
    )


def count_maximal(slots: Sequence[Slot], budget: int) -> int:
    """Number of maximal tuples with total at most the budget.

    A tuple that leaves s units unused is maximal if and only if every slot of weight at most s is full, and then the
    slots of larger weight use the rest exactly.

    Examples
    --------
    >>> count_maximal([Slot(1, 1), Slot(2, 1)], 2)
    2
    """
    useful = [slot for slot in slots if slot.capacity]
    if sum(slot.weight * slot.capacity for slot in useful) <= budget:
        return 1
    largest = max(slot.weight for slot in useful)
    total = 0
    for unused in range(min(largest, budget + 1)):
        full = sum(slot.weight * slot.capacity for slot in useful if slot.weight <= unused)
        rest = budget - unused - full
        if rest >= 0:
            total += count_exact([slot for slot in useful if slot.weight > unused], rest)
    return total


def maximal_tuples(slots: Sequence[Slot], budget: int, exact: bool = False) -> Iterator[tuple[int, ...]]:
    """All maximal tuples, lazily, in falling lexicographic order; with ``exact`` only those that use the whole budget.

    The first one costs no more than one pass over the slots.

    Examples
    --------
    >>> list(maximal_tuples([Slot(1, 2), Slot(2, 1)], 2))
    [(2, 0), (0, 1)]
    """
    reachable = reachable_totals(slots, budget)
    ranks = [0] * len(slots)
    # A frame: the budget left and the strict bound on what may stay unused in the end.
    frames = [(budget, 1 if exact else budget + 1)]
    choices = [following_ranks(slots, reachable, 0, *frames[0])]
    while choices:
        depth = len(choices) - 1
        rank = next(choices[-1], None) if depth < len(slots) else None
        if depth == len(slots):
            yield tuple(ranks)
        if rank is None:
            choices.pop()
            frames.pop()
            continue
        ranks[depth] = rank
        left, bound = frames[-1]
        frames.append(remaining(slots[depth], rank, left, bound))
        choices.append(following_ranks(slots, reachable, depth + 1, *frames[-1]))


def remaining(slot: Slot, rank: int, left: int, bound: int) -> tuple[int, int]:
    """Budget left and bound on the unused part once a slot has its rank: a slot that is not full must not fit again."""
    return left - rank * slot.weight, bound if rank == slot.capacity else min(bound, slot.weight)


def following_ranks(
    slots: Sequence[Slot], reachable: Sequence[int], depth: int, left: int, bound: int
) -> Iterator[int]:
    """Ranks of one slot, falling, that some maximal tuple continues."""
    if depth == len(slots):
        return
    slot = slots[depth]
    for rank in range(min(slot.capacity, left // slot.weight), -1, -1):
        rest, strict = remaining(slot, rank, left, bound)
        if rest - _largest_total(reachable[depth + 1], rest) < strict:
            yield rank


def reachable_totals(slots: Sequence[Slot], budget: int) -> list[int]:
    """For each position the totals that the slots from there on can have, as the bits of an integer."""
    mask = (1 << (budget + 1)) - 1
    suffixes = [1]
    for slot in reversed(slots):
        bits, span = suffixes[-1], 1
        rest = slot.capacity
        while rest:  # doubling: ranks 0..span-1 are included, add up to `span` more
            step = min(span, rest)
            bits |= (bits << (step * slot.weight)) & mask
            rest -= step
            span += step
        suffixes.append(bits)
    return suffixes[::-1]


def _largest_total(bits: int, budget: int) -> int:
    return (bits & ((1 << (budget + 1)) - 1)).bit_length() - 1


def _by_size(entry: tuple[Slot, int]) -> tuple[int, int, int]:
    slot, copies = entry
    return slot.capacity * copies, slot.weight, slot.capacity


def _power(slot: Slot, copies: int, budget: int) -> dict[int, int]:
    """Coefficients of (1 + y + ... + y^d)^c for y = x^weight, up to x^budget.

    With g = (1 - y^(d+1)) / (1 - y) and f = g^c, comparing coefficients in f' g = c f g' gives a recurrence of
    bounded length.
    """
    d, c = slot.capacity, copies
    values = [1]

    def earlier(k: int) -> int:
        return values[k] if k >= 0 else 0

    for k in range(1, min(budget // slot.weight, d * c) + 1):
        carried = (k - 1) * earlier(k - 1) + (k - d - 1) * earlier(k - d - 1) - (k - d - 2) * earlier(k - d - 2)
        gained = earlier(k - 1) - (d + 1) * earlier(k - d - 1) + d * earlier(k - d - 2)
        values.append((carried + c * gained) // k)
    return {k * slot.weight: value for k, value in enumerate(values)}


def _power_coefficient(slot: Slot, copies: int, k: int) -> int:
    """One coefficient of (1 + y + ... + y^d)^c, by inclusion and exclusion over the factors that exceed d."""
    d, c = slot.capacity, copies
    if not 0 <= k <= d * c:
        return 0
    if d == 1:
        return comb(c, k)
    total, signed, top = 0, 1, c + k - 1  # signed = (-1)^j C(c, j)
    monomials = comb(top, c - 1)
    for j in range(min(c, k // (d + 1)) + 1):
        total += signed * monomials
        signed = -signed * (c - j) // (j + 1)
        monomials, top = _fewer(monomials, top, c - 1, d + 1), top - d - 1
    return total


def _fewer(value: int, top: int, bottom: int, steps: int) -> int:
    """C(top - steps, bottom) from value = C(top, bottom), step by step where that is less work than anew."""
    if steps > bottom or top - steps < bottom:
        return comb(max(top - steps, 0), bottom)
    for n in range(top, top - steps, -1):
        value = value * (n - bottom) // n
    return value


def _multiplied(first: dict[int, int], second: dict[int, int], budget: int) -> dict[int, int]:
    product: dict[int, int] = {}
    for a, x in first.items():
        for b, y in second.items():
            if a + b <= budget:
                product[a + b] = product.get(a + b, 0) + x * y
    return product
