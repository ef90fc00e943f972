"""Trainable linear convolutional networks: against the architecture, and gradient flow against all critical points."""

import numpy as np
import pytest
import torch

from convolution_cases import REFERENCE, cases, network
from equivariety.convolution import generic_start
from equivariety.errors import InputError
from equivariety.nn.convolution import LinearConvNet, gradient_flow


def module(case, seed=0):
    net = network(case)
    return LinearConvNet(net.filter_sizes, net.strides, generator=torch.Generator().manual_seed(seed))


@cases("a_end_to_end")
def test_reference_outputs(case):
    net = module(case)
    net.set_filters(case["filters"])
    assert net.end_to_end().tolist() == case["end_to_end"]
    signal = torch.tensor(case["example_input"], dtype=torch.float64).view(1, 1, -1)
    assert net(signal).flatten().tolist() == case["example_output"]


@cases("g_invariants")
def test_reference_gradients(case):
    sizes = [len(w) for w in case["filters"]]
    net = LinearConvNet(sizes, case["strides"])
    net.set_filters(case["filters"])
    X, y = torch.tensor(case["X"], dtype=torch.float64), torch.tensor(case["y"], dtype=torch.float64)
    loss = ((net(X[:, None, :]).flatten() - y) ** 2).sum()
    loss.backward()
    assert float(loss.detach()) == case["loss"]
    for weight, filter_, gradient in zip(net.weights(), case["filters"], case["gradient"], strict=True):
        assert weight.grad.flatten().tolist() == gradient
        assert (
            float(weight.grad.flatten() @ torch.tensor(filter_, dtype=torch.float64))
            == case["euler_product_each_layer"]
        )


@pytest.mark.parametrize("number", [0, 2])
def test_gradient_flow_conserves_and_ends_in_a_listed_critical_point(number):
    case = REFERENCE["c_critical_points"]["cases"][number]
    found = network(case).critical_points(case["X"], case["y"], start=generic_start(case["filter_sizes"]))
    ends = set()
    for seed in range(2):
        net = module(case, seed)
        before = net.conserved()
        flow = gradient_flow(net, case["X"], case["y"], tolerance=1e-7)
        assert flow.converged
        assert flow.drift < 1e-6 * max(1, np.abs(before).max())
        assert (np.diff(flow.losses) <= 1e-9 * flow.losses[0]).all()
        point, distance = flow.end_point(found)
        assert distance < 1e-5
        assert point.is_minimum
        assert flow.losses[-1] == pytest.approx(point.loss, rel=1e-6)
        ends.add(round(point.loss, 6))
    assert ends <= {round(point.loss, 6) for point in found.minima}


def test_initial_filters_depend_on_the_generator_only():
    first, second, third = (
        LinearConvNet([3, 2], [2, 1], generator=torch.Generator().manual_seed(seed)).end_to_end() for seed in (1, 1, 2)
    )
    assert first.tolist() == second.tolist() != third.tolist()


def test_state_dict_holds_the_filters():
    net, other = LinearConvNet([3, 2], [2, 1]), LinearConvNet([3, 2], [2, 1])
    other.load_state_dict(net.state_dict())
    assert other.end_to_end().tolist() == net.end_to_end().tolist()


def test_messages():
    net = LinearConvNet([3, 2], [2, 1], dtype=torch.float32)
    with pytest.raises(InputError, match="net must be in float64 for gradient flow"):
        gradient_flow(net, np.eye(5), np.ones(5))
    with pytest.raises(InputError, match="X must have 5 columns"):
        gradient_flow(net.double(), np.eye(4), np.ones(4))
    with pytest.raises(InputError, match="the filter of layer 1 must have 3 entries, not 2"):
        net.set_filters([[1, 2], [1, 2]])
