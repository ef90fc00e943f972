"""Orbits sorted into isomorphism types of G-sets."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equivariety.isotypic.orbit_types import classify_orbits
from referees import group_elements, orbits, reference_actions, regular


def types_by_size(generators):
    found = orbits(generators)
    for size in sorted({len(orbit) for orbit in found}):
        yield from classify_orbits(np.asarray(generators), np.array([o for o in found if len(o) == size]))


def assert_numbered(generators, kind):
    for generator, row in zip(np.asarray(generators), kind.table, strict=True):
        np.testing.assert_array_equal(generator[kind.points], kind.points[:, row])


def isomorphic(generators, first, second):
    """By trying every bijection: small orbits only."""
    place = {point: index for index, point in enumerate(first)}
    return any(
        all(second_order[place[int(g[p])]] == g[second_order[place[p]]] for g in generators for p in first)
        for second_order in permutations(second)
    )


@pytest.mark.parametrize("case", reference_actions(), ids=lambda case: case["name"])
def test_points_follow_the_table_and_cover_every_orbit_once(case):
    kinds = list(types_by_size(case["generators"]))
    for kind in kinds:
        assert_numbered(case["generators"], kind)
    covered = np.concatenate([kind.points.ravel() for kind in kinds])
    assert sorted(covered.tolist()) == list(range(case["n"]))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.permutations(range(8)), min_size=1, max_size=2))
def test_types_are_the_isomorphism_classes(generators):
    kinds = list(types_by_size(generators))
    for kind in kinds:
        assert_numbered(generators, kind)
        for points in kind.points[1:]:
            assert isomorphic(generators, kind.points[0].tolist(), points.tolist())
    for position, kind in enumerate(kinds):
        for other in kinds[:position]:
            if other.size == kind.size and kind.size <= 4:
                assert not isomorphic(generators, kind.points[0].tolist(), other.points[0].tolist())


def test_conjugate_stabilizers_are_merged_from_another_base_point():
    # S3 on 3 points twice, the second time relabelled so that its smallest point has another stabilizer.
    generators = np.array([[1, 2, 0, 4, 5, 3], [1, 0, 2, 3, 5, 4]])
    (kind,) = classify_orbits(generators, np.array([[0, 1, 2], [3, 4, 5]]))
    assert kind.points.tolist() == [[0, 1, 2], [4, 5, 3]]
    assert kind.count == 2


def test_equal_sizes_with_different_stabilizers_stay_apart():
    # D4 on the corners and on the edges of a square: not isomorphic as sets with these generators.
    corners, edges = [[1, 2, 3, 0], [1, 0, 3, 2]], [[1, 2, 3, 0], [0, 3, 2, 1]]
    generators = np.array([c + [4 + point for point in e] for c, e in zip(corners, edges, strict=True)])
    kinds = classify_orbits(generators, np.array([[4, 5, 6, 7], [0, 1, 2, 3]]))
    assert [kind.points.tolist() for kind in kinds] == [[[4, 5, 6, 7]], [[0, 1, 2, 3]]]


def test_regular_orbits_of_a_large_image_are_one_type():
    grid = np.arange(64 * 64).reshape(64, 64)
    generators = np.array([np.rot90(grid).ravel(), grid[:, ::-1].ravel()])
    sizes = {len(group_elements(generators[:1])), *(kind.size for kind in types_by_size(generators))}
    assert sizes == {4, 8}
    assert [(kind.size, kind.count) for kind in types_by_size(generators)] == [(4, 32), (8, 496)]


def test_tables_are_read_only():
    (kind,) = types_by_size(regular([[1, 2, 0], [1, 0, 2]]))
    with pytest.raises(ValueError, match="read-only"):
        kind.table[0, 0] = 1


def test_many_generators():
    # Twelve adjacent transpositions, twice side by side; the second orbit is listed backwards.
    swaps = np.tile(np.arange(13), (12, 1))
    for place in range(12):
        swaps[place, [place, place + 1]] = [place + 1, place]
    generators = np.concatenate([swaps, 13 + 12 - swaps[:, ::-1]], axis=1)
    (kind,) = classify_orbits(generators, np.array([np.arange(13), 13 + np.arange(13)]))
    assert_numbered(generators, kind)
    np.testing.assert_array_equal(kind.points[1], 25 - kind.points[0])


def test_points_that_random_elements_do_not_reach(monkeypatch):
    monkeypatch.setattr("equivariety.isotypic.orbit_types.search_elements", lambda generators: generators[:1].copy())
    (kind,) = types_by_size([[1, 0, 2, 3], [0, 2, 1, 3], [0, 1, 3, 2]])
    assert_numbered([[1, 0, 2, 3], [0, 2, 1, 3], [0, 1, 3, 2]], kind)
