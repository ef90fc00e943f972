"""Dimensions and critical points by Macaulay2: implicit equations and Groebner bases instead of ranks and formulas."""

from __future__ import annotations

import subprocess
from math import comb

import numpy as np
import pytest
import sympy

import equivariety as ev
from computer_algebra import need
from equivariety.polynomial import critical_points_of_one_neuron, isotropic_critical_points_of_one_neuron
from polynomial_cases import REFERENCE


def macaulay2(code, tmp_path):
    need("macaulay2")
    path = tmp_path / "script.m2"
    path.write_text(code)
    done = subprocess.run(["M2", "--script", str(path)], capture_output=True, text=True, timeout=300, check=True)
    return int(done.stdout.strip())


def coefficients(net):
    """Coefficients of the outputs as polynomials in the weights, and the number of weights."""
    symbols = [sympy.symbols(f"w_{number}_0:{space.dimension}") for number, space in enumerate(net.weight_spaces)]
    x = sympy.symbols(f"x0:{net.widths[0]}")
    values = np.array(x, dtype=object)
    for number, space in enumerate(net.weight_spaces):
        values = space.matrix(np.array(symbols[number], dtype=object)) @ values
        if number < len(net.powers):
            values = values ** net.powers[number]
    found = [coefficient for value in values for coefficient in sympy.Poly(value, *x).coeffs()]
    flat = [symbol for layer in symbols for symbol in layer]
    names = {symbol: sympy.Symbol(f"w_{k}") for k, symbol in enumerate(flat)}
    return [sympy.expand(c).subs(names) for c in found], len(flat)


NETS = {
    "sum of two squares": ev.PolynomialNet([3, 2, 1]),
    "bottleneck": ev.PolynomialNet([2, 1, 2, 1]),
    "cubes": ev.PolynomialNet([2, 2, 2], 3),
    "two channels of C2": ev.PolynomialNet.group_convolution(ev.actions.cyclic(2), [2, 1, 1]),
    "C3": ev.PolynomialNet.group_convolution(ev.actions.cyclic(3), [1, 1, 1]),
    "signed hidden layer": ev.PolynomialNet(
        [ev.actions.cyclic(4), ev.SignedPermutationAction([1, 0], [1, -1]), ev.actions.cyclic(2)]
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("net", NETS.values(), ids=NETS)
def test_dimension_of_the_implicit_equations(net, tmp_path):
    polynomials, weights = coefficients(net)
    images = ", ".join(str(p).replace("**", "^") for p in polynomials)
    code = f"""R = ZZ/32003[w_0..w_{weights - 1}]; S = ZZ/32003[c_1..c_{len(polynomials)}];
print toString dim ker map(R, S, {{{images}}})"""
    assert macaulay2(code, tmp_path) == net.dimension


@pytest.mark.parametrize("case", REFERENCE["one_neuron"], ids=lambda c: f"{c['input_dimension']} {c['power']}")
def test_one_neuron_of_the_reference(case):
    d, s = case["input_dimension"], case["power"]
    assert critical_points_of_one_neuron(d, s) == case["generic_ed_degree"] == case["random_data_count"]
    assert isotropic_critical_points_of_one_neuron(d, s) == case["bombieri_count"] == case["gaussian_data_count"]


@pytest.mark.slow
@pytest.mark.parametrize("power", [4, 6])
@pytest.mark.parametrize("isotropic", [False, True])
def test_one_neuron_with_two_inputs(power, isotropic, tmp_path):
    """Critical points of the distance of w^s to a random form; powers of w count each function s times."""
    random = np.random.default_rng(power)
    n = power + 1
    A = random.integers(-99, 100, (n, n))
    form = np.diag([comb(power, k) for k in range(n)]) if isotropic else A @ A.T
    target = random.integers(-99, 100, n)
    terms = [f"(a^{power - k}*b^{k} - ({target[k]}))" for k in range(n)]
    distance = " + ".join(f"({form[i, j]})*{terms[i]}*{terms[j]}" for i in range(n) for j in range(n) if form[i, j])
    code = f"""R = ZZ/32003[a, b]; f = {distance};
print toString degree saturate(ideal jacobian ideal f, ideal(a, b))"""
    count = isotropic_critical_points_of_one_neuron if isotropic else critical_points_of_one_neuron
    assert macaulay2(code, tmp_path) == power * count(2, power)
