"""Counting and listing at sizes where every shortcut is taken, against plain tables of what can be reached."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import equivariety as ev
from equivariety.ranks.counting import Slot, count_exact
from equivariety.ranks.listing import Tails, maximal_tuples

PRIME = 2**31 - 1


def count_modulo_prime(kinds: dict[Slot, int], budget: int) -> int:
    """Tuples with total the budget, modulo a prime: one slot after the other, each by sums over a sliding window."""
    table = np.zeros(budget + 1, dtype=np.int64)
    table[0] = 1
    for slot, copies in kinds.items():
        for _ in range(copies):
            padded = np.pad(table, (0, -table.size % slot.weight)).reshape(-1, slot.weight)
            sums = np.cumsum(padded, axis=0)  # at most 10^5 summands below 2^31
            sums[slot.capacity + 1 :] -= sums[: -slot.capacity - 1].copy()
            table = sums.ravel()[: budget + 1] % PRIME
    return int(table[budget])


@pytest.mark.parametrize(("kinds", "budget"), [
    ({Slot(1, 1000): 2, Slot(2, 1000): 499}, 100_000),  # row shifts of 1000 x 1000 images
    ({Slot(1, 1000): 1000}, 100_000),  # one coefficient alone
    ({Slot(1, 33024): 1, Slot(1, 32640): 1, Slot(1, 32896): 1, Slot(1, 32512): 1, Slot(2, 65536): 1}, 100_000),
    ({Slot(1, 1): 4, Slot(2, 1): 4000}, 3001),  # shifts of both axes
    ({Slot(1, 2): 300, Slot(2, 1): 700, Slot(3, 4): 90, Slot(6, 1): 2}, 1500),
    ({Slot(2, 2): 5, Slot(4, 3): 5}, 31),  # never odd
])  # fmt: skip
def test_large_counts_modulo_a_prime(kinds: dict[Slot, int], budget: int) -> None:
    assert count_exact(kinds, budget) % PRIME == count_modulo_prime(kinds, budget)


KINDS = st.dictionaries(st.builds(Slot, st.integers(1, 7), st.integers(0, 9)), st.integers(1, 6), max_size=4)


@settings(max_examples=150, deadline=None)
@given(KINDS, st.integers(0, 150))
def test_counts_modulo_a_prime(kinds: dict[Slot, int], budget: int) -> None:
    assert count_exact(kinds, budget) % PRIME == count_modulo_prime(kinds, budget)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.builds(Slot, st.integers(1, 12), st.integers(0, 6)), max_size=7), st.data())
def test_the_largest_total(slots: list[Slot], data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(slots)))
    reached = {0}
    for slot in slots[position:]:
        reached = {total + rank * slot.weight for total in reached for rank in range(slot.capacity + 1)}
    tails = Tails(slots)
    for budget in range(max(reached) + 2):
        assert tails.largest_total(position, budget) == max(total for total in reached if total <= budget)


def all_maximal(slots: Sequence[Slot], budget: int, tuples: Sequence[tuple[int, ...]]) -> bool:
    """Whether every tuple keeps the budget and leaves no room for one more unit of a slot that is not full."""
    weights = np.array([slot.weight for slot in slots])
    capacities = np.array([slot.capacity for slot in slots])
    left = [budget - int(weights @ ranks) for ranks in tuples]
    return all(
        0 <= rest < weights[np.array(ranks) < capacities].min(initial=budget + 1)
        for ranks, rest in zip(tuples, left, strict=True)
    )


@pytest.mark.slow
@pytest.mark.parametrize(("action", "rank"), [
    (ev.actions.image_shift((1000, 1000)), 100_000),
    (ev.actions.cyclic(10**6), 99_999),
    (ev.actions.image_dihedral(512), 100_000),
    (ev.actions.image_shift((1000, 1000), axis=1), 100_000),
], ids=["both shifts", "one cycle", "square", "rows"])  # fmt: skip
def test_a_million_points(action: ev.PermutationAction, rank: int) -> None:
    family = ev.EquivariantMaps(action).bounded(rank)
    first = [component.ranks for component in islice(family.components(), 5)]
    assert sorted(set(first), reverse=True) == first
    assert len(first) == 5
    assert all_maximal(family.maps.slots, rank, first)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.builds(Slot, st.integers(1, 4), st.integers(0, 2)), min_size=6, max_size=9), st.integers(0, 30))
def test_as_many_tuples_are_listed_as_there_are(slots: list[Slot], budget: int) -> None:
    listed = list(maximal_tuples(slots, budget, exact=True))
    assert len(listed) == count_modulo_prime(Counter(slots), budget)
    assert sorted(set(listed), reverse=True) == listed
    assert all_maximal(slots, budget, listed)


def test_weights_of_which_nothing_is_left() -> None:
    """One unit of weight 1, then even weights only: an odd budget cannot be met, and no search may try to."""
    tails = Tails([Slot(1, 1), *(Slot(weight, 60) for weight in (2, 4, 6, 8, 10, 12, 14))])
    assert tails.largest_total(0, 501) == 501
    assert tails.largest_total(1, 501) == 500
    assert tails.largest_total(8, 501) == 0
