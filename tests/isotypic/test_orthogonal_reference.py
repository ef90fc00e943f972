"""Every reference case of signed and orthogonal actions: blocks, dimensions, fixed vectors, counts and best maps."""

from __future__ import annotations

import warnings
from collections import Counter

import numpy as np
import pytest

import equivariety as ev
from orthogonal_cases import action_of, matrices, orthogonal_cases, sides

CASES = pytest.mark.parametrize("case", orthogonal_cases(), ids=lambda case: case["name"])


@CASES
def test_blocks_and_dimension(case):
    maps = ev.EquivariantMaps(*sides(case))
    found = Counter((block.irrep_dim, block.field, block.cols, block.rows) for block in maps.blocks)
    assert found == Counter((b["irrep_real_dim"], b["field"], b["cols"], b["rows"]) for b in case["blocks"])
    assert maps.dimension == case["hom_dim"]
    assert maps.largest_rank == case["max_rank"]


@CASES
def test_matrices_become_block_diagonal_in_the_same_way_on_every_copy(case):
    maps = ev.EquivariantMaps(*sides(case))
    for name, basis in (("domain", maps.decomposition.domain), ("codomain", maps.decomposition.codomain)):
        Q, table = basis.matrix(), basis.coordinates
        np.testing.assert_allclose(Q.T @ Q, np.eye(basis.degree), atol=1e-12)
        for T in matrices(case[name] or case["domain"]):
            D = Q.T @ T @ Q
            same = (table.irreducible[:, None] == table.irreducible) & (table.number[:, None] == table.number)
            np.testing.assert_allclose(D[~same], 0, atol=1e-9)
            for irreducible in np.unique(table.irreducible):
                numbers = np.unique(table.number[table.irreducible == irreducible])
                blocks = [
                    D[np.ix_(*[np.flatnonzero((table.irreducible == irreducible) & (table.number == number))] * 2)]
                    for number in numbers
                ]
                for block in blocks[1:]:
                    np.testing.assert_allclose(block, blocks[0], atol=1e-9)


@CASES
def test_projection_is_equivariant_and_keeps_what_is(case):
    maps = ev.EquivariantMaps(*sides(case))
    M = maps.project(np.random.default_rng(0).standard_normal(maps.shape))
    pairs = zip(matrices(case["codomain"] or case["domain"]), matrices(case["domain"]), strict=True)
    for left, right in pairs:
        np.testing.assert_allclose(left @ M, M @ right, atol=1e-9)
    np.testing.assert_allclose(maps.project(M), M, atol=1e-9)


@CASES
def test_fixed_vectors(case):
    for name, action in zip(("domain", "codomain"), sides(case), strict=True):
        assert action.fixed_dimension == case[f"fixed_dim_{name}"]
        F = action.fixed_vectors.toarray()
        np.testing.assert_allclose(F.T @ F, np.eye(F.shape[1]), atol=1e-12)
        for T in matrices(case[name] or case["domain"]):
            np.testing.assert_allclose(T @ F, F, atol=1e-9)


@CASES
def test_invariant_maps(case):
    domain = action_of(case["domain"])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        maps = ev.InvariantMaps(domain, outputs=2)
    assert bool(caught) == (case["fixed_dim_domain"] == 0)
    assert maps.dimension == 2 * case["fixed_dim_domain"]
    M = maps.project(np.random.default_rng(0).standard_normal(maps.shape))
    for T in matrices(case["domain"]):
        np.testing.assert_allclose(M @ T, M, atol=1e-9)
    np.testing.assert_allclose(maps.from_psi(maps.psi(M)), M, atol=1e-9)


@pytest.mark.parametrize(
    "case", [c for c in orthogonal_cases() if "signed_orbits_domain" in c], ids=lambda c: c["name"]
)
def test_split_and_twisted_orbits(case):
    for name, action in zip(("domain", "codomain"), sides(case), strict=True):
        expected = case[f"signed_orbits_{name}"]
        if isinstance(action, ev.SignedPermutationAction):
            assert [list(orbit) for orbit in action.signed_orbits()] == expected
        else:
            assert [[len(orbit), "split"] for orbit in action.orbits()] == expected


@pytest.mark.parametrize(
    "case", [c for c in orthogonal_cases() if "one_generator_labels" in c], ids=lambda case: case["name"]
)
def test_labels_of_one_generator(case):
    found = [(list(b.label), b.irrep_dim, b.field, b.cols, b.rows) for b in ev.EquivariantMaps(*sides(case)).blocks]
    expected = case["one_generator_labels"]
    assert found == [(b["label"], b["irrep_real_dim"], b["field"], b["cols"], b["rows"]) for b in expected]


@CASES
def test_counts_of_components(case):
    maps = ev.EquivariantMaps(*sides(case))
    for expected in case["ranks"]:
        family = maps.bounded(expected["r"])
        assert family.count_components() == expected["num_real_components_maximal"]
        assert family.count_components(exact_rank=True) == expected["num_real_components_exact_r"]
        if expected["num_real_components_maximal"] <= 1000:
            assert max(component.dimension for component in family.components()) == expected["dim_E_r"]


@pytest.mark.parametrize("case", [c for c in orthogonal_cases() if "fits" in c], ids=lambda case: case["name"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_best_maps(case, dtype):
    maps, fits = ev.EquivariantMaps(*sides(case)), case["fits"]
    X, Y = np.array(fits["X"], dtype=dtype), np.array(fits["Y"], dtype=dtype)
    for best in fits["best"]:
        solution = maps.bounded(best["r"]).fit(X, Y)
        M = solution.matrix()
        tolerance = 1e-7 if dtype is np.float64 else 1e-4
        scale = max(1.0, fits["target_sum_of_squares"])
        assert abs(np.sum((X @ M.T - Y) ** 2, dtype=np.float64) - best["loss_sum_of_squares"]) <= tolerance * scale
        assert solution.loss == pytest.approx(best["loss_mean"], abs=tolerance * scale)
        assert np.linalg.matrix_rank(M, tol=1e-5) <= best["r"]
        for left, right in zip(matrices(case["codomain"] or case["domain"]), matrices(case["domain"]), strict=True):
            np.testing.assert_allclose(left @ M, M @ right, atol=1e-8 if dtype is np.float64 else 1e-4)
