"""Layers on signed and vector actions: equivariant with their biases, and exact copies of closed forms."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import equivariety as ev
from equivariety.nn import EquivariantLinear, InvariantLinear
from orthogonal_cases import action_of, orthogonal_case, sides

NAMES = [
    "D4_vectors_3x3", "C6v_vectors_7_random_gauge", "triangle_C3v_9", "Q8_on_H2", "antiperiodic_x_4x3", "C60_Ih_180",
    "D4_gradient_3x3_scalar_to_vector", "mini_cheetah_K4_base_twist_and_joints_to_joints", "C5v_vectors_5_to_scalars_5",
]  # fmt: skip


def randomized(layer):
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.normal_()
    return layer


@pytest.mark.parametrize("name", NAMES)
def test_layers_with_biases_commute_with_the_group(name):
    domain, codomain = sides(orthogonal_case(name))
    layer = randomized(EquivariantLinear(domain, codomain, dtype=torch.float64))
    assert layer.bias.numel() == orthogonal_case(name)["fixed_dim_codomain"]
    error = ev.equivariance_error(layer, domain, codomain)
    assert float(error) < 1e-11
    X = torch.randn(3, domain.degree, dtype=torch.float64)
    expected = X @ layer.dense_weight().T if hasattr(layer, "dense_weight") else None
    if expected is not None and layer.bias is not None:
        torch.testing.assert_close(layer(X) - layer(torch.zeros_like(X)), expected)


@pytest.mark.parametrize("length", [3, 100, 1000])
def test_twisted_cycles_of_every_length(length):
    signs = np.ones(length, dtype=int)
    signs[-1] = -1
    action = ev.actions.cyclic(length).with_signs(signs)
    layer = randomized(EquivariantLinear(action, dtype=torch.float64))
    assert layer.bias.numel() == 0
    assert float(ev.equivariance_error(layer, action)) < 1e-11
    layer(torch.randn(2, length, dtype=torch.float64)).square().sum().backward()
    assert all(torch.isfinite(p.grad).all() for p in layer.parameters() if p.grad is not None)


@pytest.mark.parametrize("name", ["D4_vectors_3x3", "triangle_C3v_9", "antiperiodic_x_4x3"])
def test_networks_of_solutions_are_the_solutions(name):
    action = action_of(orthogonal_case(name)["domain"])
    X = np.random.default_rng(0).standard_normal((20, action.degree))
    solution = ev.EquivariantMaps(action).bounded(6).fit(X)
    model = ev.nn.EquivariantAutoencoder.from_solution(solution, dtype=torch.float64)
    np.testing.assert_allclose(model(torch.as_tensor(X)).detach().numpy(), X @ solution.matrix().T, atol=1e-10)


def test_invariant_layers_see_split_orbits_only():
    action = ev.SignedPermutationAction.from_cycles("(1 -2)(3 4)(-5)(-6 -7)")
    layer = randomized(InvariantLinear(action, outputs=2, dtype=torch.float64))
    trivial = ev.actions.trivial(2, like=action)
    assert float(ev.equivariance_error(layer, action, trivial)) < 1e-12


@pytest.mark.parametrize("name", ["D4_vectors_3x3", "triangle_C3v_9", "C5_vectors_6", "mini_cheetah_TqQ_K4_12"])
def test_networks_gated_by_norms_commute_with_the_group(name):
    action = action_of(orthogonal_case(name)["domain"])
    scalars = ev.actions.trivial(3, like=action)
    model = ev.nn.EquivariantMLP(
        action, action, [2 * action + scalars], activation=ev.nn.NormActivation, dtype=torch.float64
    )
    assert float(ev.equivariance_error(randomized(model), action)) < 1e-11
    inputs = torch.zeros(1, action.degree, dtype=torch.float64, requires_grad=True)
    model(inputs).sum().backward()
    assert torch.isfinite(inputs.grad).all()


def test_odd_functions_serve_where_signs_occur_and_others_are_refused():
    signed = action_of(orthogonal_case("D4_vectors_3x3")["domain"])
    model = ev.nn.EquivariantMLP(signed, signed, [2 * signed], activation=torch.nn.Tanh, dtype=torch.float64)
    assert float(ev.equivariance_error(randomized(model), signed)) < 1e-11
    with pytest.raises(ev.InputError, match="ReLU must be odd"):
        ev.nn.EquivariantMLP(signed, signed, [signed])
    turning = action_of(orthogonal_case("triangle_C3v_9")["domain"])
    with pytest.raises(ev.InputError, match="breaks the symmetry where vectors turn"):
        ev.nn.EquivariantMLP(turning, turning, [turning], activation=torch.nn.Tanh)
    plain = ev.actions.trivial(3, like=signed)
    ev.nn.EquivariantMLP(plain, plain, [plain])
