"""Orbits on pairs against union-find, and the projection onto the commutant."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from equivariety.isotypic.orbitals import average, orbitals, random_intertwiner
from referees import group_elements, pair_orbits


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 3).flatmap(lambda k: st.tuples(*[st.lists(st.permutations(range(n)), min_size=k, max_size=k)
                                                      for n in (4, 6)])))  # fmt: skip
def test_orbitals_agree_with_union_find(generators):
    rows, columns = map(np.array, generators)
    np.testing.assert_array_equal(orbitals(rows, columns), pair_orbits(rows, columns))


def test_random_intertwiners_commute_with_the_group():
    table = np.array([[1, 2, 3, 4, 0], [1, 2, 0, 3, 4]])
    element = random_intertwiner(orbitals(table, table), np.random.default_rng(0))
    for image in table:
        np.testing.assert_array_equal(element[np.ix_(image, image)], element)


def test_average_is_the_mean_over_the_group():
    table = np.array([[1, 2, 3, 0], [3, 2, 1, 0]])
    matrix = np.random.default_rng(0).standard_normal((4, 4))
    mean = np.mean([matrix[np.ix_(element, element)] for element in group_elements(table)], axis=0)
    np.testing.assert_allclose(average(matrix, orbitals(table, table)), mean, atol=1e-14)


def test_many_generators_are_searched_by_few_elements_and_checked_by_all():
    # All adjacent transpositions of ten points, with a part that random products of them may miss: an odd swap.
    size = 10
    swaps = np.tile(np.arange(size + 2), (size - 1, 1))
    for place in range(size - 1):
        swaps[place, [place, place + 1]] = [place + 1, place]
    once = np.arange(size + 2)
    once[[size, size + 1]] = [size + 1, size]
    table = np.concatenate([swaps, once[None]])
    np.testing.assert_array_equal(orbitals(table, table), pair_orbits(table, table))


def test_what_the_random_elements_miss_is_merged(monkeypatch):
    table = np.array([[1, 0, 2, 3], [0, 2, 1, 3], [0, 1, 3, 2]])
    monkeypatch.setattr("equivariety.isotypic.orbitals.search_elements", lambda generators: generators[:1])
    np.testing.assert_array_equal(orbitals(table, table), pair_orbits(table, table))
