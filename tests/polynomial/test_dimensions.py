"""Dimensions of polynomial networks against the reference, against symbols, and against each other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import equivariety as ev
from polynomial_cases import REFERENCE, brute_dimension, signed

GROUPS = {
    "A4": ev.actions.alternating(4),
    "C2xC2": ev.actions.direct_product(ev.actions.cyclic(2), ev.actions.cyclic(2)),
    "D4": ev.actions.dihedral(4),
    "D5": ev.actions.dihedral(5),
    "Q8": ev.PermutationAction.from_cycles("(1 2 5 6)(3 4 7 8); (1 3 5 7)(2 8 6 4)"),
    "S3": ev.actions.symmetric(3),
    "S4": ev.actions.symmetric(4),
    **{f"C{order}": ev.actions.cyclic(order) for order in range(2, 9)},
}


@pytest.mark.parametrize("case", REFERENCE["polynomial_network_dimensions"], ids=lambda case: str(case["widths"]))
def test_dense_networks_of_the_reference(case):
    net = ev.PolynomialNet(case["widths"], case["power"])
    for name in ("parameters", "dimension", "expected_dimension", "ambient_dimension", "defect", "is_filling"):
        assert getattr(net, name) == case[name], name
    if case["cut_bound"] is not None:
        assert net.cut_bound == case["cut_bound"]
    assert net.certify().proven == (case["dimension"] == min(net.cut_bound, net.expected_dimension))


@pytest.mark.parametrize("case", REFERENCE["equivariant_network_dimensions"],
                         ids=lambda case: f"{case['group']} {case['widths']} {case['power']}")  # fmt: skip
def test_equivariant_networks_of_the_reference(case):
    net = ev.PolynomialNet([signed(generators) for generators in case["generators"]], case["power"])
    assert list(net.widths) == case["widths"]
    assert [space.dimension for space in net.weight_spaces] == case["hom_dimensions"]
    assert net.scalings == sum(case["hidden_orbits"])
    for name in ("dimension", "expected_dimension", "ambient_dimension"):
        assert getattr(net, name) == case[name], name
    assert net.dimension <= net.cut_bound


SIGNED = {
    "C2 swap on R^2, hidden trivial": [[[2, 1]], [[1]], [[1]]],
    "C2 swap, hidden sign": [[[2, 1]], [[-1]], [[1]]],
    "C2 swap, hidden trivial + sign": [[[2, 1]], [[1, -2]], [[1]]],
    "C4 cycle on R^4, hidden the 2 points C4/C2": [[[2, 3, 4, 1]], [[2, 1]], [[1]]],
    "C4 cycle, hidden rotation, two outputs swapped": [[[2, 3, 4, 1]], [[2, -1]], [[2, 1]]],
    "S3 on 3 points, hidden points with sign twist": [
        [[2, 3, 1], [2, 1, 3]],
        [[2, 3, 1], [-2, -1, -3]],
        [[1], [1]],
    ],
}


@pytest.mark.parametrize("case", REFERENCE["signed_hidden_layers_even_power"], ids=lambda case: case["what"])
def test_hidden_layers_with_signs_and_even_powers(case):
    net = ev.PolynomialNet([signed(generators) for generators in SIGNED[case["what"]]], case["power"])
    assert [space.dimension for space in net.weight_spaces] == case["hom_dimensions"]
    assert net.dimension == case["dimension"]


@pytest.mark.parametrize("case", REFERENCE["group_convolution"],
                         ids=lambda case: f"{case['group']} {case['channels']} {case['power']}")  # fmt: skip
def test_group_convolutions_of_the_reference(case):
    net = ev.PolynomialNet.group_convolution(GROUPS[case["group"]], case["channels"], case["power"])
    assert net.widths[0] == case["channels"][0] * case["group_order"]
    for name in ("dimension", "expected_dimension", "ambient_dimension"):
        assert getattr(net, name) == case[name], name
    if set(case["channels"]) == {1}:
        assert net.dimension == case["layers"] * (case["group_order"] - 1) + 1


BRUTE = {
    "dense": ([[[1, 2]], [[1, 2, 3]], [[1, 2]]], [2]),
    "dense, sum of squares": ([[[1, 2, 3]], [[1, 2]], [[1]]], [2]),
    "dense, two powers": ([[[1, 2]], [[1, 2]], [[1, 2]], [[1]]], [3, 2]),
    "C2 on two copies": ([[[2, 1, 4, 3]], [[2, 1]], [[2, 1]]], [2]),
    "C3": ([[[2, 3, 1]], [[2, 3, 1]], [[2, 3, 1]]], [2]),
    "C3, cubes": ([[[2, 3, 1]], [[2, 3, 1]], [[1]]], [3]),
    "C4 rotation, cubes": ([[[2, -1]], [[2, -1, 4, -3]], [[2, -1]]], [3]),
    "C4 rotation, squares": ([[[2, -1]], [[2, -1]], [[2, 1]]], [2]),
    "S3": ([[[2, 3, 1], [2, 1, 3]], [[2, 3, 1], [2, 1, 3]], [[2, 3, 1], [2, 1, 3]]], [2]),
    "S3 on pairs, signed hidden layer": (
        [[[2, 3, 1], [2, 1, 3]], [[2, 3, 1, 4], [-2, -1, -3, -4]], [[2, 3, 1], [2, 1, 3]]],
        [2],
    ),
    "a hidden layer that vanishes": ([[[1]], [[2, 1]], [[-1]], [[1]]], [2, 2]),
    "nothing passes": ([[[1]], [[-1]], [[1]]], [3]),
}


@pytest.mark.parametrize("name", BRUTE)
def test_dimension_is_the_rank_of_the_coefficients(name):
    layers, powers = BRUTE[name]
    net = ev.PolynomialNet([signed(generators) for generators in layers], powers)
    assert net.dimension == brute_dimension(layers, powers)
    assert net.dimension <= min(net.expected_dimension, net.cut_bound)


WIDTHS = st.lists(st.integers(1, 5), min_size=2, max_size=5)


@settings(max_examples=60, deadline=None)
@given(WIDTHS, st.integers(2, 4))
def test_every_bound_holds(widths, power):
    net = ev.PolynomialNet(widths, power)
    certificate = net.certify()
    assert certificate.value <= certificate.upper_bound == min(net.expected_dimension, net.cut_bound)
    assert certificate.value <= min(net.ambient_dimension, net.parameters - net.scalings)
    assert certificate.proven == (len(certificate.primes) == 1)
    assert net.jacobian_rank(net.random_weights(5)) <= certificate.value


@settings(max_examples=30, deadline=None)
@given(WIDTHS, st.integers(2, 3), st.data())
def test_wider_layers_lose_no_functions(widths, power, data):
    place = data.draw(st.integers(0, len(widths) - 1))
    wider = [width + (number == place) for number, width in enumerate(widths)]
    assert ev.PolynomialNet(widths, power).dimension <= ev.PolynomialNet(wider, power).dimension


@settings(max_examples=20, deadline=None)
@given(st.sampled_from([ev.actions.cyclic(3), ev.actions.dihedral(4), ev.actions.symmetric(3)]),
       st.lists(st.integers(1, 2), min_size=2, max_size=4), st.integers(2, 3))  # fmt: skip
def test_equivariant_functions_are_some_of_all(action, copies, power):
    net = ev.PolynomialNet([number * action for number in copies], power)
    dense = ev.PolynomialNet(net.widths, power)
    assert net.dimension <= min(net.expected_dimension, net.cut_bound, dense.dimension)
    assert net.ambient_dimension <= dense.ambient_dimension


def test_the_symmetric_group_is_counted_without_listing_it():
    points = ev.actions.symmetric(20)
    net = ev.PolynomialNet([points, points, points])
    assert net.ambient_dimension == 4  # x_i^2, x_i sum x, sum x^2, (sum x)^2
    assert net.dimension == 3


def test_a_signed_group_is_counted_without_listing_it():
    """All sign changes of 16 coordinates: 65,536 elements; output i may be x_i x_j^2 only."""
    signs = np.ones((16, 16), dtype=int) - 2 * np.eye(16, dtype=int)
    layer = signed(signs * np.arange(1, 17))
    net = ev.PolynomialNet([layer, layer, layer], 3)
    assert net.ambient_dimension == 16 * 16
    assert net.dimension == 16
