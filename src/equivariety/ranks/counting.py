"""Counting the maximal rank tuples: exact integers, whatever their size.

A *slot* is a block as far as ranks are concerned: it offers the ranks 0..capacity at ``weight`` units each. A tuple
with total at most r is maximal if no slot can take one more; these are the irreducible components.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from math import comb

from equivariety.isotypic.fields import Field


@dataclass(frozen=True)
class Slot:
    """A block with ranks 0..capacity, each unit of which takes ``weight`` from the budget."""

    weight: int
    capacity: int


def complex_slots(slot: Slot, field: Field) -> list[Slot]:
    """The slots of the complex parts that a block over a field falls into.

    Examples
    --------
    >>> from equivariety.isotypic import field_named
    >>> complex_slots(Slot(4, 3), field_named("C")), complex_slots(Slot(4, 3), field_named("H"))
    ([Slot(weight=2, capacity=3), Slot(weight=2, capacity=3)], [Slot(weight=2, capacity=6)])
    """
    (capacity,) = field.complexified(slot.capacity)
    weight = slot.weight // (field.width * field.complex_parts)
    return [Slot(weight, capacity)] * field.complex_parts


def count_exact(slots: Iterable[Slot] | Mapping[Slot, int], budget: int) -> int:
    """Number of tuples with total exactly the budget: a coefficient of prod_i (1 + x^n_i + ... + x^(n_i d_i)).

    Parameters
    ----------
    slots : iterable of Slot, or mapping from Slot to int
        The slots one by one, or how many there are of each kind.
    budget : int

    Examples
    --------
    >>> count_exact({Slot(1, 28): 2, Slot(2, 28): 13}, 99)
    72425986088826
    """
    groups = sorted(Counter(slots).items(), key=_by_size)
    if not groups:
        return int(budget == 0)
    product = [1]
    for slot, copies in groups[:-1]:
        product = _multiplied(product, _power(slot, copies, budget), budget)
    # Of the largest factor, whose coefficients can be huge, only those that meet the product are computed.
    slot, copies = groups[-1]
    terms = {
        (budget - total) // slot.weight: value
        for total, value in enumerate(product)
        if value and (budget - total) % slot.weight == 0
    }
    if not terms:
        return 0
    low = min(terms)
    coefficients = _coefficients(slot.capacity, copies, low, max(terms))
    return sum(value * coefficients[k - low] for k, value in terms.items())


def count_maximal(slots: Iterable[Slot] | Mapping[Slot, int], budget: int) -> int:
    """Number of maximal tuples with total at most the budget.

    A tuple that leaves s units unused is maximal if and only if every slot of weight at most s is full, and then the
    slots of larger weight use the rest exactly.

    Examples
    --------
    >>> count_maximal([Slot(1, 1), Slot(2, 1)], 2)
    2
    """
    useful = {slot: copies for slot, copies in Counter(slots).items() if slot.capacity}
    if _total(useful) <= budget:
        return 1
    count = 0
    for unused in range(min(max(slot.weight for slot in useful), budget + 1)):
        larger = {slot: copies for slot, copies in useful.items() if slot.weight > unused}
        rest = budget - unused - (_total(useful) - _total(larger))
        if rest >= 0:
            count += count_exact(larger, rest)
    return count


def _total(groups: Mapping[Slot, int]) -> int:
    return sum(slot.weight * slot.capacity * copies for slot, copies in groups.items())


def _by_size(entry: tuple[Slot, int]) -> tuple[int, int, int]:
    slot, copies = entry
    return slot.capacity * copies, slot.weight, slot.capacity


def _power(slot: Slot, copies: int, budget: int) -> list[int]:
    """Coefficients of (1 + y + ... + y^d)^c for y = x^weight, up to x^budget."""
    values = _coefficients(slot.capacity, copies, 0, min(budget // slot.weight, slot.capacity * copies))
    result = [0] * ((len(values) - 1) * slot.weight + 1)
    result[:: slot.weight] = values
    return result


def _multiplied(first: list[int], second: list[int], budget: int) -> list[int]:
    """The product of two polynomials, up to x^budget."""
    if first == [1]:
        return second
    from flint import fmpz_poly

    return [int(value) for value in (fmpz_poly(first) * fmpz_poly(second)).coeffs()[: budget + 1]]


def _coefficients(d: int, c: int, low: int, high: int) -> list[int]:
    """The coefficients low, ..., high of (1 + y + ... + y^d)^c, by the formula that takes the least work."""
    if c == 1:
        return [int(k <= d) for k in range(low, high + 1)]
    if d == 1:
        return _binomials(c, low, high)
    if high - low < _FEW:
        return [_one_coefficient(d, c, k) for k in range(low, high + 1)]
    return list(islice(_all_coefficients(d, c), low, high + 1))


_FEW = 3
"""One coefficient alone takes about a third of the work of all coefficients before it."""


def _binomials(c: int, low: int, high: int) -> list[int]:
    """C(c, low), ..., C(c, high)."""
    values = [comb(c, low)]
    for k in range(low, high):
        values.append(values[-1] * (c - k) // (k + 1))
    return values


def _all_coefficients(d: int, c: int) -> Iterator[int]:
    """All coefficients of (1 + y + ... + y^d)^c, zeros after the last.

    With g = (1 - y^(d+1)) / (1 - y) and f = g^c, comparing coefficients in f' g = c f g' gives a recurrence of
    bounded length.
    """
    recent = deque([0] * (d + 1) + [1], maxlen=d + 2)  # the coefficients k - d - 2, ..., k - 1
    yield 1
    k = 0
    while True:
        k += 1
        last, second, first = recent[-1], recent[1], recent[0]
        carried = (k - 1) * last + (k - d - 1) * second - (k - d - 2) * first
        gained = last - (d + 1) * second + d * first
        recent.append((carried + c * gained) // k)
        yield recent[-1]


def _one_coefficient(d: int, c: int, k: int) -> int:
    """One coefficient of (1 + y + ... + y^d)^c, by inclusion and exclusion over the factors that exceed d."""
    if k > d * c:
        return 0
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
