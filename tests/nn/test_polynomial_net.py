"""Trainable polynomial networks: exact equivariance, agreement with the exact evaluation, descent into known minima."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import equivariety as ev
from equivariety.nn.polynomial import gradient_descent
from polynomial_cases import signed

NETS = {
    "dense": ([3, 4, 2], 3),
    "ring": ([signed([[2, 3, 4, 1]])] * 3, [2]),
    "rotation, even power": ([signed([[2, 3, 4, 1]]), signed([[2, -1]]), signed([[2, 1]])], 2),
    "rotation, odd power": ([signed([[2, -1]]), signed([[2, -1, 4, -3]]), signed([[2, -1]])], 3),
    "S3, invariant": ([ev.actions.symmetric(3)] * 2 + [2], 2),
    "entries that vanish": ([signed([[1, -2]])] * 3, 3),
}


def net_of(name, seed=0):
    return ev.nn.PolynomialNet(*NETS[name], generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("name", NETS)
def test_training_keeps_the_network_equivariant_to_the_last_bit(name):
    """Weights commute with the group exactly after steps of an optimizer; whole numbers show it for the outputs."""
    net = net_of(name)
    spaces = net.architecture.spaces
    optimizer = torch.optim.Adam(net.parameters(), lr=0.1)
    x = torch.randn(6, net.architecture.widths[0], dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    for _ in range(5):
        optimizer.zero_grad()
        ((net(x) - 1) ** 2).sum().backward()
        optimizer.step()
    trained = net.matrices()
    net.architecture(trained, np.ones(net.architecture.widths[0]))  # raises if a matrix is not equivariant
    net.set_weights([np.round(8 * matrix) for matrix in trained])
    x = torch.round(4 * x)
    for generator in range(len(spaces[0].images)):
        moved = torch.tensor(spaces[0].signs[generator]) * x[:, spaces[0].images[generator].tolist()]
        outputs = net(x)[:, spaces[-1].images[generator].tolist()] * torch.tensor(spaces[-1].signs[generator])
        assert torch.equal(net(moved), outputs)


@pytest.mark.parametrize("name", NETS)
def test_outputs_are_those_of_the_exact_network(name):
    net = net_of(name)
    weights = net.architecture.random_weights(3)
    net.set_weights(weights)
    x = np.random.default_rng(0).integers(-5, 6, (4, net.architecture.widths[0]))
    exact = net.architecture(weights, x)
    np.testing.assert_array_equal(net(torch.tensor(x, dtype=torch.float64)).detach().numpy(), exact.astype(float))
    assert sum(p.numel() for p in net.parameters()) == net.architecture.parameters


def test_the_quadratic_form_is_the_output():
    net = ev.nn.PolynomialNet([4, 3, 1], generator=torch.Generator().manual_seed(0))
    x = torch.randn(5, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    form = net.quadratic_form()
    torch.testing.assert_close(torch.einsum("si,ij,sj->s", x, form, x)[:, None], net(x))
    assert torch.equal(form, form.T) or torch.allclose(form, form.T, atol=1e-15)


@pytest.mark.parametrize("hidden", [1, 2])
def test_every_descent_ends_in_a_minimum_of_the_list(hidden):
    U = np.diag([5.0, 2.0, -1.0, -4.0])
    minima = ev.SymmetricMaps(ev.actions.trivial(4)).bounded(hidden).local_minima(U)
    values = np.array([point.value for point in minima])
    ended = set()
    for seed in range(12):
        net = ev.nn.PolynomialNet([4, hidden, 1], generator=torch.Generator().manual_seed(seed))
        descent = gradient_descent(net, net.distance_to_form(U))
        assert descent.converged
        assert (np.diff(descent.losses) <= 0).all()
        best = int(np.argmin(np.abs(values - descent.losses[-1])))
        assert values[best] == pytest.approx(descent.losses[-1], abs=1e-6)
        np.testing.assert_allclose(net.quadratic_form().detach().numpy(), minima[best].matrix(), atol=1e-3)
        ended.add(best)
    assert 0 in ended
    assert len(ended) > 1


def test_neurons_of_a_sign_that_the_target_lacks_die():
    """A minimum of the parameterization that is none of the matrices: the loss of the zero map, 9 + 1."""
    net = ev.nn.PolynomialNet([2, 1, 1], generator=torch.Generator().manual_seed(0))
    net.set_weights([[[0.5, 0.3]], [[-1.0]]])
    descent = gradient_descent(net, net.distance_to_form(np.diag([3.0, 1.0])))
    assert descent.losses[-1] == pytest.approx(10, abs=1e-6)
    assert net.matrices()[1][0, 0] < -0.5
    minima = ev.SymmetricMaps(ev.actions.trivial(2)).bounded(1).local_minima(np.diag([3.0, 1.0]))
    assert [point.value for point in minima] == pytest.approx([1.0])


def test_saved_states_hold_the_coefficients_only(tmp_path):
    net, other = net_of("ring"), net_of("ring", seed=1)
    assert set(net.state_dict()) == {"coefficients.0", "coefficients.1"}
    torch.save(net.state_dict(), tmp_path / "state.pt")
    other.load_state_dict(torch.load(tmp_path / "state.pt"))
    assert all(np.array_equal(a, b) for a, b in zip(net.matrices(), other.matrices(), strict=True))


def test_single_precision():
    net = ev.nn.PolynomialNet([3, 2, 1], dtype=torch.float32)
    assert net(torch.ones(2, 3)).dtype == torch.float32
    assert net.double()(torch.ones(2, 3, dtype=torch.float64)).dtype == torch.float64


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: ev.nn.PolynomialNet([3, 2, 1], 3).quadratic_form(), r"not widths \(3, 2, 1\) and powers \(3,\)"),
        (lambda: ev.nn.PolynomialNet([3, 2, 2]).quadratic_form(), "one output to be a quadratic form"),
        (lambda: ev.nn.PolynomialNet([2, 1, 1]).distance_to_form([[0, 1], [2, 0]]), "U must be a symmetric matrix"),
        (lambda: ev.nn.PolynomialNet([2, 1, 1]).distance_to_form(np.eye(3)), r"of shape \(2, 2\)"),
        (lambda: net_of("ring").set_weights([np.eye(4), np.diag([1, 2, 3, 4])]), "must commute with the actions"),
    ],
)
def test_bad_input(build, message):
    with pytest.raises(ev.InputError, match=message):
        build()
