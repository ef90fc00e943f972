"""Evaluation, Jacobian ranks at given weights, subnetworks, and what bad input is told."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import equivariety as ev
from polynomial_cases import REFERENCE, signed

ROTATION = signed([[2, -1]])
SWAP = signed([[2, 1]])
RING = signed([[2, 3, 4, 1]])
NETS = {
    "dense": ev.PolynomialNet([3, 4, 2], 3),
    "ring": ev.PolynomialNet([RING, RING, RING, RING], [2, 3]),
    "rotation, odd power": ev.PolynomialNet([ROTATION, signed([[2, -1, 4, -3]]), ROTATION], 3),
    "rotation, even power": ev.PolynomialNet([RING, ROTATION, SWAP], 2),
    "S3": ev.PolynomialNet.group_convolution(ev.actions.symmetric(3), [1, 2, 1]),
    "invariant": ev.PolynomialNet([ev.actions.dihedral(5), ev.actions.dihedral(5), 2]),
}


def moved(space, generator, x):
    """P x for the rows of x."""
    return space.signs[generator] * x[..., space.images[generator]]


@pytest.mark.parametrize("net", NETS.values(), ids=NETS)
def test_functions_are_equivariant_exactly(net):
    weights = net.random_weights(1)
    x = np.random.default_rng(0).integers(-9, 10, (5, net.widths[0]))
    for generator in range(len(net.spaces[0].images)):
        before = net(weights, moved(net.spaces[0], generator, x))
        after = moved(net.spaces[-1], generator, net(weights, x))
        assert before.dtype == object
        assert (before == after).all()


@pytest.mark.parametrize("net", NETS.values(), ids=NETS)
def test_functions_are_forms_of_the_stated_degree(net):
    weights = net.random_weights(2)
    x = np.arange(1, net.widths[0] + 1)
    assert (net(weights, 3 * x) == 3**net.polynomial_degree * net(weights, x)).all()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 4), min_size=3, max_size=4), st.integers(2, 4), st.integers(0, 10**6))
def test_scaling_hidden_coordinates_changes_nothing(widths, power, seed):
    net = ev.PolynomialNet(widths, power)
    random = np.random.default_rng(seed)
    weights = net.random_weights(seed)
    scaled = [matrix.copy() for matrix in weights]
    for layer, width in enumerate(widths[1:-1]):
        factors = [Fraction(int(random.integers(1, 9)), int(random.integers(1, 9))) for _ in range(width)]
        scaled[layer] = np.array(factors, dtype=object)[:, None] * scaled[layer]
        scaled[layer + 1] = scaled[layer + 1] * np.array([1 / factor**power for factor in factors], dtype=object)
    x = random.integers(-5, 6, (4, widths[0]))
    assert (net(weights, x) == net(scaled, x)).all()
    assert net.jacobian_rank(weights) == net.jacobian_rank(scaled)


def test_floating_point_agrees_with_exact_numbers():
    net = NETS["dense"]
    weights = net.random_weights(3)
    x = np.array([[1, -2, 3], [0, 4, 5]])
    floating = net([matrix.astype(float) for matrix in weights], x)
    assert floating.dtype == np.float64
    np.testing.assert_allclose(floating, net(weights, x).astype(float), rtol=1e-12)
    assert net(weights, x[0]).shape == (2,)


def test_large_integers_do_not_overflow():
    assert ev.PolynomialNet([1, 1, 1], 100)([[[10]], [[1]]], [1])[0] == 10**100


def killed(weights, layer, kind):
    """Weights whose last hidden coordinate of a layer is dead, or the twin of the first one."""
    weights = [matrix.copy() for matrix in weights]
    if kind in ("dead_outgoing", "dead_both"):
        weights[layer + 1][:, -1] = 0
    if kind in ("dead_incoming", "dead_both"):
        weights[layer][-1] = 0
    if kind == "twins":
        weights[layer][-1] = weights[layer][0]
    return weights


@pytest.mark.parametrize("case", REFERENCE["ranks_at_subnetworks"], ids=lambda c: f"{c['widths']} {c['power']}")
def test_ranks_at_subnetworks_of_the_reference(case):
    net = ev.PolynomialNet(case["widths"], case["power"])
    weights = net.random_weights(3)
    assert net.jacobian_rank(weights) == net.dimension == case["generic"]
    for kind in ("dead_outgoing", "dead_incoming", "dead_both", "twins"):
        assert net.jacobian_rank(killed(weights, 0, kind)) == case[kind], kind
    part = net.subnetwork([range(case["widths"][1] - 1), *map(range, case["widths"][2:-1])])
    assert part.rank == part.dimension == case["subnetwork_dimension"]


@pytest.mark.parametrize("net", NETS.values(), ids=NETS)
def test_subnetworks_compute_the_same_functions(net):
    for part in net.subnetworks():
        weights = part.network.random_weights(4)
        x = np.random.default_rng(1).integers(-9, 10, (3, net.widths[0]))
        assert (part.network(weights, x) == net(part.embed(weights), x)).all()
        assert part.rank == part.dimension <= net.dimension


def test_floating_weights_are_the_fractions_that_they_are():
    net = ev.PolynomialNet([3, 2, 1], 2)
    assert net.jacobian_rank([[[0.5, 0.25, 1], [1, 0, 2]], [[3, -1]]]) == 5
    assert net.jacobian_rank([[[0.5, 0.25, 1], [1, 0.5, 2]], [[3, -1]]]) == 3
    assert net.jacobian_rank([[[Fraction(1, 3), 1, 0], [1, 3, 0]], [[1, 1]]]) == 3


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: ev.PolynomialNet([3]), "layers must have at least two entries, input and output, not 1"),
        (lambda: ev.PolynomialNet("3,4"), "layers must be a sequence of widths or actions, not '3,4'"),
        (lambda: ev.PolynomialNet([3, 0, 1]), "the width of layer 1 must be a whole number of at least 1, not 0"),
        (lambda: ev.PolynomialNet([3, 2.5, 1]), "layer 1 must be a width or an action .* not 2.5"),
        (
            lambda: ev.PolynomialNet([ev.OrthogonalAction([[0.6, 0.8], [-0.8, 0.6]]), 1]),
            r"layer 0 must be a width or an action by \(signed\) permutations, not <OrthogonalAction",
        ),
        (lambda: ev.PolynomialNet([3, None, 1]), "layer 1 must be a width or an action .* not None"),
        (lambda: ev.PolynomialNet([3, 2, 1], 1), "power must be a whole number from 2 to 1000000, not 1"),
        (lambda: ev.PolynomialNet([3, 2, 1], 2.5), "power must be a whole number of at least 2, or one for each"),
        (lambda: ev.PolynomialNet([3, 2, 1], [2, 2]), "power must be one number, .* 1 hidden layers, not 2"),
        (lambda: ev.PolynomialNet([3, 2, 1], [0]), "power must be a whole number from 2 to 1000000, not 0"),
        (
            lambda: ev.PolynomialNet([ev.actions.cyclic(3), ev.actions.symmetric(3), 1]),
            "the same generators in the same order: layer 0 has 1, layer 1 has 2",
        ),
        (lambda: ev.PolynomialNet([60, 200, 60]).dimension, "the Jacobian by 24,000 parameters .* at most 25,000,000"),
        (lambda: ev.PolynomialNet([ev.actions.cyclic(9000)] * 2).parameters, "9000 x 9000 .* 81,000,000 steps"),
        (lambda: ev.PolynomialNet([2, 2, 1])([[[1, 2]]], [1, 2]), "weights must be 2 matrices, .* not 1"),
        (lambda: ev.PolynomialNet([2, 2, 1])(5, [1, 2]), "weights must be 2 matrices, one for each layer, not 5"),
        (lambda: ev.PolynomialNet([2, 1])([[[1, 2, 3]]], [1, 2]), r"layer 1 must have shape \(1, 2\), not \(1, 3\)"),
        (lambda: ev.PolynomialNet([2, 1])([[[1, 2]]], [1, 2, 3]), r"x must have shape \(2,\) or \(samples, 2\)"),
        (lambda: ev.PolynomialNet([2, 1])([[[1, np.nan]]], [1, 2]), "must hold finite numbers"),
        (lambda: ev.PolynomialNet([2, 1])([[["a", 1]]], [1, 2]), "must hold numbers"),
        (lambda: ev.PolynomialNet([2, 1])([[[1, 2j]]], [1, 2]), "must hold numbers"),
        (lambda: ev.PolynomialNet([2, 1])([[[1], [2, 3]]], [1, 2]), "with rows of one length"),
        (lambda: ev.PolynomialNet([RING, RING])([np.diag([1, 2, 3, 4])], [1] * 4), "must commute with the actions"),
        (lambda: ev.PolynomialNet([3, 3, 1]).subnetwork([[0], [1]]), "one list for each of the 1 hidden layers"),
        (lambda: ev.PolynomialNet([3, 3, 1]).subnetwork([[3]]), r"coordinates 0..2 for layer 1, not \[3\]"),
        (lambda: ev.PolynomialNet([3, 3, 1]).subnetwork([[]]), r"coordinates 0..2 for layer 1, not \[\]"),
        (lambda: NETS["ring"].subnetwork([[0, 1], [0, 1, 2, 3]]), "whole orbits: the group moves coordinates"),
        (lambda: ev.PolynomialNet([2, 1]).weights([[1]]), "coefficients must be one vector for each layer"),
        (lambda: ev.PolynomialNet.group_convolution(3, [1, 1]), "group must be a PermutationAction, not int"),
        (
            lambda: ev.PolynomialNet.group_convolution(ev.actions.symmetric(12), [1, 1]),
            "group must be small enough to be listed: it has more than 333,333 elements",
        ),
        (lambda: ev.PolynomialNet.group_convolution(ev.actions.cyclic(3), [0, 1]), "a number of channels must be"),
        (
            lambda: ev.PolynomialNet([ev.actions.symmetric(30)] * 4).ambient_dimension,
            "degree 4 in 30 variables are too many to be counted",
        ),
    ],
)
def test_bad_input(build, message):
    with pytest.raises(ev.InputError, match=message):
        build()


def test_a_network_is_a_value():
    ring = ev.actions.cyclic(4)
    net = ev.PolynomialNet([ring, ring, 1], 2)
    assert net == ev.PolynomialNet([ev.actions.cyclic(4), ring, 1.0], [2])
    assert hash(net) == hash(ev.PolynomialNet([ring, ring, 1]))
    assert net != ev.PolynomialNet([ring, ring, 1], 3)
    assert repr(ev.PolynomialNet([3, 4, 1])) == "PolynomialNet([3, 4, 1], power=2)"
    assert repr(ev.PolynomialNet([3, 4, 4, 1], [2, 3])) == "PolynomialNet([3, 4, 4, 1], power=(2, 3))"
    assert ev.PolynomialNet([ring, ev.OrthogonalAction([[0.0, 1.0], [-1.0, 0.0]])]) == ev.PolynomialNet(
        [ring, ROTATION]
    )
    assert eval(repr(net), {"PolynomialNet": ev.PolynomialNet, "PermutationAction": ev.PermutationAction}) == net


def test_linear_networks_of_one_layer():
    net = ev.PolynomialNet([4, 3])
    assert (net.dimension, net.ambient_dimension, net.scalings, net.polynomial_degree) == (12, 12, 0, 1)
    assert net.is_filling
