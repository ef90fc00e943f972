"""Degrees and numbers of critical points of two-layer polynomial networks, counted by Macaulay2 from the definition."""

import subprocess

import numpy as np
import pytest

import equivariety as ev
from computer_algebra import need

PRIME = 32003
NEW_CASES = [([2, 4], [1, 1], 2), ([2, 2], [3, 1], 5), ([2, 3], [3, 1], 3), ([3, 2], [2, 1], 2)]


def form(net, inputs):
    """The output of two layers in Macaulay2, for inputs given as text."""
    k, stride = net.filter_sizes[0], net.strides[0]
    inner = [
        "(" + "+".join(f"w_{j}*({inputs[i * stride + j]})" for j in range(k)) + f")^{net.power}"
        for i in range(net.filter_sizes[1])
    ]
    return "+".join(f"v_{i}*{entry}" for i, entry in enumerate(inner))


def degree_script(net):
    """Degree of the closure of the image: coefficients of the output, eliminated."""
    k, m = net.filter_sizes
    inputs = [f"x_{i}" for i in range(net.size)]
    return f"""
    R = ZZ/{PRIME}[w_0..w_{k - 1}, v_0..v_{m - 1}, x_0..x_{net.size - 1}];
    f = {form(net, inputs)};
    C = flatten entries (coefficients(f, Variables => toList(x_0..x_{net.size - 1})))#1;
    S = ZZ/{PRIME}[c_0..c_(#C - 1)];
    print degree kernel map(R, S, C);
    """


def count_script(net):
    """Critical points for random samples, in the chart w_0 = 1, with the zero function saturated away."""
    k, m = net.filter_sizes
    random = np.random.default_rng(5)
    samples = len(net.monomials) + 3
    rows = random.integers(-1000, 1000, (samples, net.size + 1))
    terms = "+".join(f"({form(net, row[:-1])} - ({row[-1]}))^2" for row in rows)
    unknowns = [f"w_{j}" for j in range(1, k)] + [f"v_{j}" for j in range(m)]
    return f"""
    R = ZZ/{PRIME}[w_0..w_{k - 1}, v_0..v_{m - 1}];
    F = {terms};
    I = ideal(w_0 - 1) + sub(ideal({", ".join(f"diff({u}, F)" for u in unknowns)}), w_0 => 1);
    J = saturate(I, ideal(v_0..v_{m - 1}));
    print degree J;
    """


def macaulay2(script, folder):
    path = folder / "script.m2"
    path.write_text(script + "\nexit 0\n")
    return int(subprocess.check_output(["M2", "--script", str(path)], text=True, timeout=300).split()[-1])


@pytest.mark.slow
@pytest.mark.parametrize(("sizes", "strides", "power"), NEW_CASES)
def test_degree(sizes, strides, power, tmp_path):
    need("macaulay2")
    net = ev.PolynomialConvNet(sizes, strides, power)
    assert macaulay2(degree_script(net), tmp_path) == net.degree


@pytest.mark.slow
@pytest.mark.parametrize(("sizes", "strides", "power"), NEW_CASES)
def test_number_of_critical_points_of_data(sizes, strides, power, tmp_path):
    need("macaulay2")
    net = ev.PolynomialConvNet(sizes, strides, power)
    assert macaulay2(count_script(net), tmp_path) == net.generic_ed_degree
