"""Composition of filters, matrices and Jacobians against running the layers."""

from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from convolution_cases import cases, network, run_layer
from equivariety.convolution import LinearConvNet

ARCHITECTURES = st.lists(st.tuples(st.integers(1, 4), st.integers(1, 3)), min_size=1, max_size=4)


@cases("a_end_to_end")
def test_reference_end_to_end(case):
    net = network(case)
    assert (net.size, net.stride, list(net.steps)) == (case["size"], case["total_stride"], case["S"])
    assert net.compose(case["filters"]) == case["end_to_end"]
    signal = case["example_input"]
    assert (net.matrix(case["filters"], len(signal)) @ signal).tolist() == case["example_output"]


@cases("j_full_loss")
def test_reference_full_loss(case):
    net = LinearConvNet([len(w) for w in case["filters"]], case["strides"])
    assert net.compose(case["filters"]) == case["end_to_end"]
    matrix = net.matrix(case["filters"], case["input_length"])
    outputs = np.array(case["inputs"]) @ matrix.T
    assert outputs.tolist() == case["outputs"]
    assert ((outputs - np.array(case["targets"])) ** 2).sum() == case["loss"]
    gradient = net.jacobian(case["filters"]).T @ np.array(case["gradient_in_function_space"])
    assert gradient.tolist() == [x for layer in case["gradient_per_layer"] for x in layer]


@settings(max_examples=30, deadline=None)
@given(layers=ARCHITECTURES, seed=st.integers(0, 10**6))
def test_composition_equals_torch_layers(layers, seed):
    net = LinearConvNet(*zip(*layers, strict=True))
    random = np.random.default_rng(seed)
    filters = [random.standard_normal(size) for size in net.filter_sizes]
    signal = torch.tensor(random.standard_normal((2, 1, net.size + 7)))
    composed = torch.tensor(net.compose(filters)).view(1, 1, -1)
    expected = torch.nn.functional.conv1d(signal, composed, stride=net.stride)
    for filter_, stride in zip(filters, net.strides, strict=True):
        signal = torch.nn.functional.conv1d(signal, torch.tensor(filter_).view(1, 1, -1), stride=stride)
    assert expected.shape == signal.shape
    torch.testing.assert_close(expected, signal, rtol=1e-12, atol=1e-12)


@settings(max_examples=30, deadline=None)
@given(layers=ARCHITECTURES, seed=st.integers(0, 10**6))
def test_exact_composition_runs_the_layers(layers, seed):
    net = LinearConvNet(*zip(*layers, strict=True))
    random = np.random.default_rng(seed)
    filters = [[Fraction(int(n), 3) for n in random.integers(-9, 10, size)] for size in net.filter_sizes]
    signal = [int(x) for x in random.integers(-9, 10, net.size + 4)]
    outputs = signal
    for filter_, stride in zip(filters, net.strides, strict=True):
        outputs = run_layer(filter_, stride, outputs)
    assert run_layer(net.compose(filters), net.stride, signal) == outputs


def test_periodic_matrix_is_the_product_of_periodic_layers():
    net, length = LinearConvNet([3, 2], [2, 2]), 8
    filters = [[1, -2, 3], [2, 5]]
    first = LinearConvNet([3], [2]).matrix(filters[:1], length, periodic=True)
    second = LinearConvNet([2], [2]).matrix(filters[1:], length // 2, periodic=True)
    assert (net.matrix(filters, length, periodic=True) == second @ first).all()


def test_periodic_filter_longer_than_the_input_wraps_around():
    matrix = LinearConvNet([3], [1]).matrix([[1, 10, 100]], 2, periodic=True)
    assert matrix.tolist() == [[101, 10], [10, 101]]


def test_floats_give_floats_and_integers_stay_integers():
    net = LinearConvNet([2, 2], [2, 1])
    assert net.compose([[10**20, 1], [1, 1]])[0] == 10**20
    assert net.compose([[0.5, 1], [1, 1]]).dtype == np.float64
    assert net.compose(np.array([[1, 1], [1, 1]])) == [1, 1, 1, 1]


@cases("e_jacobian_ranks", "special_points")
def test_reference_jacobian_rank_at_special_points(case):
    net = network(case)
    assert net.jacobian_rank(case["filters"]) == case["jacobian_rank"]
    assert net.jacobian_rank([np.array(w, dtype=float) for w in case["filters"]]) == case["jacobian_rank"]
    assert net.dimension == case["generic_rank"]


@pytest.mark.parametrize("seed", range(30))
def test_generic_jacobian_rank_is_the_dimension(seed):
    random = np.random.default_rng(seed)
    layers = int(random.integers(1, 5))
    net = LinearConvNet(random.integers(1, 5, layers), random.integers(1, 4, layers))
    filters = [[int(n) for n in random.integers(-(10**6), 10**6, size)] for size in net.filter_sizes]
    assert net.jacobian_rank(filters) == net.dimension
