"""Determinantal varieties against Macaulay2 (tests/reference/varieties.json) and against definitions."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import equivariety as ev
from equivariety.ranks.counting import Slot, count_exact, count_maximal
from referees import REFERENCE

# From Macaulay2 1.21 over Z/32003 and exact Jacobians, and brute force; every case says how.
VARIETIES = json.loads((REFERENCE / "varieties.json").read_text())


@pytest.mark.parametrize("case", VARIETIES["determinantal"], ids=lambda case: case["name"])
def test_real_matrices(case):
    variety = ev.DeterminantalVariety(case["r"], case["m"], case["n"])
    assert variety.dimension == case.get("dim", case["formula"]["dim"])
    assert variety.degree == case.get("degree", case["formula"]["degree"])
    assert variety.ed_degree == case.get("ed_degree_frobenius", case["formula"]["ed_degree_frobenius"])
    assert variety.codimension == case["m"] * case["n"] - variety.dimension


@pytest.mark.parametrize("case", VARIETIES["c_h_block_ed"], ids=lambda case: case["name"])
def test_complex_and_quaternionic_matrices(case):
    rank = int(case["name"].split("M_")[1].split("_")[0])
    variety = ev.DeterminantalVariety(rank, case["m"], case["n"], field=case["type"])
    assert variety.ed_degree == case["ed_degree"]
    assert variety.dimension == case["real_dim_formula"]
    assert variety.degree == case["degree_formula"]


@pytest.mark.parametrize("case", [c for c in VARIETIES["singular_loci"] if "at_rank" in c], ids=str)
def test_jacobian_ranks_tell_the_singular_points(case):
    rank, size = case["variety"].split("_")[1:]
    m, n = map(int, size.split("x"))
    variety = ev.DeterminantalVariety(int(rank), m, n)
    M = np.diag([1.0] * case["at_rank"] + [0.0] * (min(m, n) - case["at_rank"]))
    M = np.pad(M, ((0, m - len(M)), (0, n - len(M))))
    assert variety.codimension == case["codim"]
    assert variety.singular_locus().contains(M) == (case["jacobian_rank"] < case["codim"])


@pytest.mark.parametrize("case", VARIETIES["invariance"], ids=lambda case: case["name"])
def test_invariant_maps(case):
    maps = ev.InvariantMaps(ev.PermutationAction(case["generators"]), outputs=case["m"])
    family = maps.bounded(case["r"])
    assert family.count_components() == case["num_components"]
    (component,) = family.components()
    assert maps.blocks[0].cols == case["num_orbits"]
    assert (component.dimension, component.degree) == (case["dim"], case["degree"])
    assert component.ed_degree == case["ed_degree"]


@pytest.mark.parametrize("case", [c for c in VARIETIES["big_counts"] if c["real_weights_caps"]],
                         ids=lambda case: f"{case['name']} {case['r']}")  # fmt: skip
def test_big_counts(case):
    slots = [Slot(weight, capacity) for weight, capacity in case["real_weights_caps"]]
    assert count_maximal(slots, case["r"]) == case["num_real_components_maximal"]
    assert count_exact(slots, case["r"]) == case["num_real_components_exact_r"]


def random_matrix(field, m, n, seed):
    rng = np.random.default_rng(seed)
    components = rng.standard_normal((m, n, {"R": 1, "C": 2, "H": 4}[field]))
    return {"R": components[..., 0], "C": components @ np.array([1, 1j]) if field == "C" else None, "H": components}[
        field
    ]


@given(st.sampled_from("RCH"), st.integers(1, 4), st.integers(1, 4), st.integers(0, 4), st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_the_nearest_point_is_on_the_variety_and_its_remainder_is_normal(field, m, n, rank, seed):
    rank = min(rank, m, n)
    variety = ev.DeterminantalVariety(rank, m, n, field)
    M = random_matrix(field, m, n, seed)
    point = variety.nearest(M)
    assert variety.contains(point)
    assert variety.contains(M) == (rank == min(m, n))
    # Eckart and Young: the remainder is orthogonal to the point, and no random point of the variety is nearer.
    assert np.vdot(point, M - point).real == pytest.approx(0, abs=1e-10)
    other = variety.nearest(random_matrix(field, m, n, seed + 1000))
    assert np.linalg.norm(M - point) <= np.linalg.norm(M - other) + 1e-12


def test_linear_spaces_have_no_singular_points():
    assert ev.DeterminantalVariety(0, 2, 3).singular_locus() is None
    assert ev.DeterminantalVariety(2, 2, 3).singular_locus() is None
    assert ev.DeterminantalVariety(1, 2, 3).singular_locus() == ev.DeterminantalVariety(0, 2, 3)


def test_errors():
    with pytest.raises(ev.InputError, match="rank must be a whole number from 0 to 2, not 3"):
        ev.DeterminantalVariety(3, 2, 5)
    with pytest.raises(ev.InputError, match="m must be a whole number of at least 0, not -1"):
        ev.DeterminantalVariety(0, -1, 5)
    with pytest.raises(ev.InputError, match="field must be one of 'R', 'C', 'H', not 'Q'"):
        ev.DeterminantalVariety(1, 2, 2, "Q")
    with pytest.raises(ev.InputError, match=r"M must have shape \(2, 2, 4\) over H, not \(2, 2\)"):
        ev.DeterminantalVariety(1, 2, 2, "H").nearest(np.eye(2))
    with pytest.raises(ev.InputError, match=r"rank must be a whole number from 0 to 3, not 1\.5"):
        ev.DeterminantalVariety(1.5, 3, 3)
    with pytest.raises(ev.InputError, match="n must be a whole number of at least 0, not None"):
        ev.DeterminantalVariety(0, 3, None)
    with pytest.raises(ev.InputError, match="M must be an array of numbers, with rows of one length"):
        ev.DeterminantalVariety(1, 2, 2).nearest([[1, 2], [3]])
    with pytest.raises(ev.InputError, match="M must hold numbers, not values of type <U1"):
        ev.DeterminantalVariety(1, 1, 2).contains([["a", "b"]])
    with pytest.raises(ev.InputError, match="NaN or infinity"):
        ev.DeterminantalVariety(1, 2, 2).nearest([[1, np.nan], [0, 1]])


@pytest.mark.parametrize("field", ["R", "C", "H"])
@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0)])
def test_matrices_without_entries(field, shape):
    variety = ev.DeterminantalVariety(0, *shape, field)
    M = np.zeros((*shape, 4) if field == "H" else shape)
    assert variety.contains(M)
    assert variety.nearest(M).shape == M.shape
    assert [point.value for point in variety.critical_points(M)] == [0.0]
