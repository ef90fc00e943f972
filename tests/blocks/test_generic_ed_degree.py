"""Generic ED degrees against Macaulay2 and against a direct count of critical points."""

import json

import numpy as np
import pytest

import equivariety as ev
from referees import REFERENCE

CASES = [
    case
    for case in json.loads((REFERENCE / "varieties.json").read_text())["determinantal"]
    if "ed_degree_generic_quadratic_form" in case
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_macaulay2(case):
    variety = ev.DeterminantalVariety(case["r"], case["m"], case["n"])
    assert variety.generic_ed_degree == case["ed_degree_generic_quadratic_form"]
    assert variety.ed_degree == case.get("ed_degree_frobenius", variety.ed_degree)


@pytest.mark.parametrize(("form", "expected"), [("generic", 6), ("frobenius", 2)])
def test_a_direct_count_for_two_by_two_matrices(form, expected):
    """Q (x - u) = mu J x and x^T J x = 0 with J the Hessian of the determinant: roots mu of one polynomial."""
    sympy = pytest.importorskip("sympy")
    rng = np.random.default_rng(0)
    A = sympy.Matrix(4, 4, rng.integers(-9, 10, 16).tolist())
    Q = A * A.T + sympy.eye(4) if form == "generic" else sympy.eye(4)
    J = sympy.Matrix([[0, 0, 0, 1], [0, 0, -1, 0], [0, -1, 0, 0], [1, 0, 0, 0]])
    u, mu = sympy.Matrix(rng.integers(1, 20, 4).tolist()), sympy.Symbol("mu")
    x = ((Q - mu * J).adjugate() * Q * u / (Q - mu * J).det()).applyfunc(sympy.cancel)
    numerator, _ = sympy.fraction(sympy.cancel((x.T * J * x)[0]))
    polynomial = sympy.Poly(numerator, mu)
    assert polynomial.degree() == expected
    assert sympy.Poly(sympy.gcd(polynomial, polynomial.diff(mu)), mu).degree() == 0
    variety = ev.DeterminantalVariety(1, 2, 2)
    assert expected == (variety.generic_ed_degree if form == "generic" else variety.ed_degree)


def test_other_fields_products_and_symmetry():
    # Macaulay2 1.21 over Z/32003, generic quadratic form on two independent 2 x 2 determinants: 36 critical points.
    assert ev.DeterminantalVariety(1, 2, 2, "C").generic_ed_degree == 36
    assert ev.DeterminantalVariety(1, 2, 2, "H").generic_ed_degree == ev.DeterminantalVariety(2, 4, 4).generic_ed_degree
    assert ev.DeterminantalVariety(2, 3, 4).generic_ed_degree == ev.DeterminantalVariety(2, 4, 3).generic_ed_degree
    # duality: rank r and corank r have the same polar degrees in reverse order
    assert ev.DeterminantalVariety(1, 3, 3).generic_ed_degree == ev.DeterminantalVariety(2, 3, 3).generic_ed_degree
    assert ev.DeterminantalVariety(2, 2, 5).generic_ed_degree == 1
    maps = ev.EquivariantMaps(ev.PermutationAction.from_cycles("(1 2)(3 4)"))
    assert maps.bounded(2).component((1, 1)).generic_ed_degree == 36
    assert maps.bounded(2).component((2, 0)).generic_ed_degree == 1


def test_sums_that_are_too_long_are_refused():
    with pytest.raises(ev.InputError, match="14 x 14 matrices of rank 7 is a sum of 11778624 terms"):
        _ = ev.DeterminantalVariety(7, 14, 14).generic_ed_degree
