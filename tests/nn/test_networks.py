"""Networks of every reference action: equivariance judged by permuting, figures by computer algebra."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import equivariety as ev
from equivariety.nn import EquivariantAutoencoder, EquivariantLinear, InvariantAutoencoder, InvariantLinear
from equivariety.varieties import Component
from referees import pair_orbits, reference_actions

MNIST_RANKS = (13, 10, 9, 8, 7, 5, 3, 1, 0, 0, 0, 0, 0, 0, 0)
SMALL = [case for case in reference_actions() if max(case["n"], case["m"]) <= 64]
NAMES = [case["name"] for case in SMALL]


def actions(case):
    domain = ev.PermutationAction(case["generators"])
    return domain, ev.PermutationAction(case["codomain_generators"] or case["generators"])


def seeded(build):
    torch.manual_seed(0)
    return build()


def broken_symmetry(model, domain, codomain, dtype):
    """Largest relative difference of model(P x) and P' model(x)."""
    x = torch.randn(8, domain.degree, dtype=dtype, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        images = model(x)
        return max(
            float((model(x[:, first]) - images[:, second]).norm() / images.norm())
            for first, second in zip(domain.images.tolist(), codomain.images.tolist(), strict=True)
        )


@pytest.mark.parametrize("case", SMALL, ids=NAMES)
def test_layers_are_equivariant_in_both_precisions_and_have_one_weight_per_pair_orbit(case):
    domain, codomain = actions(case)
    layer = seeded(lambda: EquivariantLinear(domain, codomain, dtype=torch.float64))
    with torch.no_grad():
        layer.bias.normal_()
    assert broken_symmetry(layer, domain, codomain, torch.float64) < 1e-12
    orbits = pair_orbits(codomain.images.tolist(), domain.images.tolist())
    assert layer.factors[0].weight.numel() == orbits.max() + 1
    assert broken_symmetry(layer.float(), domain, codomain, torch.float32) < 1e-5


@pytest.mark.parametrize("case", SMALL[::3], ids=NAMES[::3])
def test_deep_networks_agree_with_their_plain_layers_and_their_matrix(case):
    maps = ev.EquivariantMaps(*actions(case))
    ranks = tuple(min(1 + i % 2, block.largest_rank) for i, block in enumerate(maps.blocks))
    wide = tuple(
        rank + 2 if rank == block.largest_rank else rank for rank, block in zip(ranks, maps.blocks, strict=True)
    )
    model = EquivariantAutoencoder(
        Component(maps, ranks), depth=3, widths=[wide, ranks], bias=True, dtype=torch.float64
    )
    torch.nn.init.normal_(model.bias)
    x = torch.randn(5, maps.domain.degree, dtype=torch.float64)
    torch.testing.assert_close(model(x), model.to_dense()(x))
    torch.testing.assert_close(model(x), x @ model.matrix().T + model(torch.zeros_like(x[:1])))
    assert Component(maps, ranks).contains(model.matrix().detach().numpy())
    torch.testing.assert_close(model.encode(x), model.to_dense()[0](x))


def jacobian_rank(model):
    """Rank of the derivative of the end-to-end matrix by the weights."""
    weights = {name: value.detach() for name, value in model.named_parameters()}

    def matrix(values):
        return torch.func.functional_call(Matrix(model), {f"model.{k}": v for k, v in values.items()}, ()).flatten()

    jacobian = torch.func.jacrev(matrix)(weights)
    stacked = torch.cat([part.reshape(part.shape[0], -1) for part in jacobian.values()], 1)
    return int(torch.linalg.matrix_rank(stacked))


class Matrix(torch.nn.Module):
    """A module whose output is the matrix of another."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self):
        return self.model.matrix()


@pytest.mark.parametrize("name", ["rot90_3x3", "S3_regular", "Q8_two_copies_regular_n16", "D4_3x3", "hom_Q8_n8_to_n16"])
@pytest.mark.parametrize("depth", [2, 3])
def test_image_has_the_dimension_of_the_component(name, depth):
    case = next(case for case in SMALL if case["name"] == name)
    maps = ev.EquivariantMaps(*actions(case))
    component = Component(maps, tuple(min(1, block.largest_rank) for block in maps.blocks))
    model = seeded(lambda: EquivariantAutoencoder(component, depth=depth, dtype=torch.float64))
    assert jacobian_rank(model) == component.dimension


@pytest.mark.parametrize("name", ["rot90_3x3", "Q8_two_copies_regular_n16", "hom_D4_image3x3_to_corners4"])
def test_every_map_of_the_component_is_reached_at_any_depth(name):
    case = next(case for case in SMALL if case["name"] == name)
    maps = ev.EquivariantMaps(*actions(case))
    component = Component(maps, tuple(min(1, block.largest_rank) for block in maps.blocks))
    point = component.nearest(np.random.default_rng(0).standard_normal(maps.shape))
    for depth in (2, 4):
        model = EquivariantAutoencoder.from_solution(point, depth=depth, dtype=torch.float64)
        np.testing.assert_allclose(model.matrix().detach().numpy(), point.matrix(), atol=1e-12)


def test_the_talk_network_has_5544_weights_and_equals_the_closed_form():
    maps = ev.EquivariantMaps(ev.actions.image_shift((28, 28), axis=1))
    X = np.random.default_rng(0).random((200, 784))
    solution = maps.bounded(99).component(MNIST_RANKS).fit(X)
    model = EquivariantAutoencoder.from_solution(solution, dtype=torch.float64)
    assert sum(weight.numel() for weight in model.parameters()) == 5544
    np.testing.assert_allclose(model(torch.as_tensor(X)).detach().numpy(), solution.apply(X), atol=1e-12)
    np.testing.assert_allclose(model.encode(torch.as_tensor(X)).detach().numpy(), solution.encoder.apply(X), atol=1e-12)
    linear = EquivariantLinear.from_solution(solution, dtype=torch.float64)
    np.testing.assert_allclose(linear.matrix().detach().numpy(), solution.matrix(), atol=1e-12)


@pytest.mark.parametrize("text", ["shift:28x28", "shift:28x28:axis=0", "rotate:28x28", "cyclic:300"])
def test_large_orbits_and_gathered_pixels(text):
    action = ev.actions.parse_action(text)
    maps = ev.EquivariantMaps(action)
    ranks = tuple(int(i % 3 != 1) for i in range(len(maps.blocks)))
    model = EquivariantAutoencoder(Component(maps, ranks), dtype=torch.float64)
    x = torch.randn(4, action.degree, dtype=torch.float64)
    encoder, decoder = model.block_maps()
    np.testing.assert_allclose(model(x).detach(), (decoder @ encoder).apply(x.numpy()), atol=1e-12)
    assert broken_symmetry(model.float(), action, action, torch.float32) < 1e-5


def test_invariant_networks_share_weights_along_orbits():
    action = ev.PermutationAction.from_cycles("(1 3 4)(2 5); (1 4)(6 7)")
    model = InvariantAutoencoder(action, rank=2, outputs=3, dtype=torch.float64)
    encoder = model.to_dense()[0].weight.detach().numpy()
    for orbit in action.orbits():
        assert np.ptp(encoder[:, orbit], axis=1).max() < 1e-15
    assert broken_symmetry(model, action, ev.actions.trivial(3, like=action), torch.float64) < 1e-14
    layer = InvariantLinear(action, outputs=4, bias=True)
    assert [tuple(weight.shape) for weight in layer.parameters()] == [(4,), (4 * 3,)]
    X = np.random.default_rng(0).standard_normal((50, 7))
    solution = ev.InvariantMaps(action, outputs=3).bounded(2).fit(X, X[:, :3])
    loaded = InvariantAutoencoder.from_solution(solution, dtype=torch.float64)
    np.testing.assert_allclose(loaded.matrix().detach().numpy(), solution.matrix(), atol=1e-13)


@pytest.mark.parametrize("name", ["rot90_3x3", "S3_regular", "Q8_two_copies_regular_n16"])
def test_gradients(name):
    case = next(case for case in SMALL if case["name"] == name)
    domain, codomain = actions(case)
    model = seeded(lambda: EquivariantLinear(domain, codomain, rank=3, dtype=torch.float64))
    x = torch.randn(2, domain.degree, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(model, (x,))
    names = [name for name, _ in model.named_parameters()]
    weights = tuple(value for _, value in model.named_parameters())

    def of_weights(*values):
        return torch.func.functional_call(model, dict(zip(names, values, strict=True)), (x.detach(),))

    assert torch.autograd.gradcheck(of_weights, weights)


def test_gradients_through_the_fourier_transform():
    action = ev.actions.cyclic(130)
    model = EquivariantLinear(action, ranks=[1] * 5 + [0] * 61, dtype=torch.float64)
    x = torch.randn(1, 130, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(model, (x,))


def test_initialization_keeps_the_variance():
    torch.manual_seed(0)
    action = 4 * ev.actions.image_rotation(8)
    x = torch.randn(2000, action.degree)
    assert 0.8 < EquivariantLinear(action, 2 * ev.actions.image_rotation(8))(x).var() < 1.25


def test_nearest_layer_to_a_matrix_is_the_reynolds_average():
    domain, codomain = (ev.PermutationAction.from_cycles(text) for text in ("(1 2 3)(4 5)", "(1 2 3 4 5 6)"))
    matrix = np.random.default_rng(0).standard_normal((6, 5))
    moved, average = matrix, np.zeros((6, 5))
    for _ in range(6):  # the group has six elements
        average += moved / 6
        moved = moved[codomain.images[0]][:, domain.images[0]]
    layer = EquivariantLinear.from_matrix(matrix, domain, codomain, bias=False, dtype=torch.float64)
    np.testing.assert_allclose(layer.matrix().detach().numpy(), average, atol=1e-13)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_any_pair_of_permutations_gives_an_equivariant_network(data):
    first, second = (data.draw(st.permutations(range(data.draw(st.integers(1, 9))))) for _ in range(2))
    domain, codomain = ev.PermutationAction(list(first)), ev.PermutationAction(list(second))
    maps = ev.EquivariantMaps(domain, codomain)
    ranks = tuple(data.draw(st.integers(0, block.largest_rank)) for block in maps.blocks)
    if any(ranks):
        model = EquivariantLinear(domain, codomain, ranks=ranks, bias=False, dtype=torch.float64)
        matrix = model.matrix().detach().numpy()
        np.testing.assert_allclose(matrix[codomain.images[0]][:, domain.images[0]], matrix, atol=1e-13)
        assert np.linalg.matrix_rank(matrix) == Component(maps, ranks).rank
        np.testing.assert_allclose(model.to_dense()[0].weight.shape, (Component(maps, ranks).rank, domain.degree))


def test_channels_are_copies():
    action = ev.actions.image_shift((4, 4))
    layer = EquivariantLinear(3 * action, 5 * action)
    assert layer.factors[0].weight.numel() == 3 * 5 * 16
    assert layer.bias.numel() == 5
    assert layer(torch.zeros(2, 7, 48)).shape == (2, 7, 80)
