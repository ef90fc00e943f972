"""Every action of the reference: blocks, dimension, components over R and C with their dimensions and degrees.

The values come from GAP character tables, brute force and formulas checked there with Macaulay2; see referees.py.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from equivariety.actions import PermutationAction
from equivariety.varieties import EquivariantMaps
from referees import group_elements, reference_actions

CASES = reference_actions()
# Listing components one by one is for the cases in which the reference lists them too.
LISTED = 200


def maps_of(case):
    codomain = PermutationAction(case["codomain_generators"]) if case["codomain_generators"] else None
    return EquivariantMaps(PermutationAction(case["generators"]), codomain)


@pytest.fixture(params=CASES, ids=lambda case: case["name"])
def case(request):
    return request.param


def test_blocks_and_dimension(case):
    maps = maps_of(case)
    found = Counter((block.irrep_dim, block.field, block.cols, block.rows) for block in maps.blocks)
    assert found == Counter((b["n_i"], b["type"], b["cols"], b["rows"]) for b in case["blocks"])
    assert maps.dimension == case["hom_dim"]
    assert maps.largest_rank == case["max_rank"]


def test_counts_of_components(case):
    maps = maps_of(case)
    for entry in case["ranks"]:
        family = maps.bounded(entry["r"])
        assert family.count_components() == entry["num_real_components_maximal"]
        assert family.count_components(exact_rank=True) == entry["num_real_components_exact_r"]
        assert family.count_components("C") == entry["num_complex_components_maximal"]
        assert family.count_components("C", exact_rank=True) == entry["num_complex_components_exact_r"]


def test_components_one_by_one(case):
    """As multisets, since the order of the blocks differs: dimension, degree and ED degree of each component."""
    maps = maps_of(case)
    for entry in case["ranks"]:
        if len(entry.get("components") or []) not in range(1, LISTED):
            continue
        found = Counter((c.rank, c.dimension, c.degree, c.ed_degree) for c in maps.bounded(entry["r"]).components())
        assert found == Counter((c["rank"], c["dim"], c["degree"], c["ed_degree"]) for c in entry["components"])


SMALL = [case for case in CASES if case["group_order"] * case["n"] * case["m"] <= 40_000]


@pytest.mark.parametrize("case", SMALL, ids=lambda case: case["name"])
def test_projection_is_the_mean_over_the_group(case):
    maps = maps_of(case)
    both = np.concatenate([maps.domain.images, maps.codomain.images + case["n"]], axis=1)
    elements = np.array(group_elements(both))
    matrix = np.random.default_rng(0).standard_normal(maps.shape)
    mean = np.mean([matrix[np.ix_(g[case["n"] :] - case["n"], g[: case["n"]])] for g in elements], axis=0)
    np.testing.assert_allclose(maps.project(matrix), mean, atol=1e-12)
    assert maps.contains(mean)
    assert maps.distance(matrix) == pytest.approx(np.linalg.norm(matrix - mean))


def test_quaternionic_blocks_have_paired_singular_values():
    case = next(case for case in CASES if case["name"] == "Q8_two_copies_regular_n16")
    maps = maps_of(case)
    quaternionic = [number for number, block in enumerate(maps.blocks) if block.field == "H"]
    ranks = tuple(2 if number in quaternionic else 0 for number in range(len(maps.blocks)))
    point = maps.bounded(8).component(ranks).nearest(np.random.default_rng(0).standard_normal(maps.shape))
    values = np.linalg.svd(point.matrix(), compute_uv=False)
    np.testing.assert_allclose(values[:8].reshape(2, 4), values[:8:4, None] * np.ones((2, 4)), rtol=1e-10)
    np.testing.assert_allclose(values[8:], 0, atol=1e-12)
    assert values[0] > 1.01 * values[4]


@pytest.mark.parametrize("name", ["Q8_two_copies_regular_n16", "SL23_regular", "A5_icosahedron_12_vertices"])
def test_nearest_map_of_bounded_rank_beats_every_single_component(name):
    case = next(case for case in CASES if case["name"] == name)
    maps = maps_of(case)
    matrix = np.random.default_rng(1).standard_normal(maps.shape)
    family = maps.bounded(5)
    best = family.nearest(matrix)
    distances = [component.nearest(matrix).distance for component in family.components()]
    assert best.distance == pytest.approx(min(distances))
    assert np.linalg.norm(matrix - best.matrix()) == pytest.approx(best.distance)
    assert np.linalg.matrix_rank(best.matrix()) <= 5


@pytest.mark.parametrize("name", ["SL23_regular", "hom_Q8_n8_to_n16", "hom_cube_faces6_to_vertices8"])
def test_fit_of_full_rank_is_the_least_squares_solution_among_equivariant_maps(name):
    case = next(case for case in CASES if case["name"] == name)
    maps = maps_of(case)
    random = np.random.default_rng(2)
    X, Y = random.standard_normal((100, case["n"])), random.standard_normal((100, case["m"]))
    solution = maps.bounded(min(maps.shape)).fit(X, Y)
    # The gradient vanishes along the linear space: its projection is zero.
    gradient = (solution.matrix() @ X.T - Y.T) @ X
    np.testing.assert_allclose(maps.project(gradient), 0, atol=1e-9)
    assert solution.loss == pytest.approx(np.mean((X @ solution.matrix().T - Y) ** 2))
