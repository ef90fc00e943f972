"""Weight patterns judged by the networks whose weights they describe, and by hand."""

from __future__ import annotations

import numpy as np
import pytest

import equivariety as ev
from equivariety.varieties import Component
from equivariety.varieties.weight_sharing import block_pattern, orbit_pattern
from referees import reference_actions

SMALL = [case for case in reference_actions() if max(case["n"], case["m"]) <= 16]


@pytest.mark.parametrize("case", SMALL[::2], ids=[case["name"] for case in SMALL[::2]])
def test_every_choice_of_weights_gives_an_equivariant_map_of_the_component(case):
    domain = ev.PermutationAction(case["generators"])
    maps = ev.EquivariantMaps(domain, ev.PermutationAction(case["codomain_generators"] or case["generators"]))
    component = Component(maps, tuple(min(1, block.largest_rank) for block in maps.blocks))
    pattern = block_pattern(component)
    assert pattern.parameters == component.parameters
    generator = np.random.default_rng(0)
    encoder, decoder = (filled(part, generator) for part in (pattern.encoder, pattern.decoder))
    decomposition = maps.decomposition
    M = decomposition.codomain.matrix() @ decoder @ encoder @ decomposition.domain.matrix().T
    for first, second in zip(maps.domain.images, maps.codomain.images, strict=True):
        np.testing.assert_allclose(M[second][:, first], M, atol=1e-12)
    assert np.linalg.matrix_rank(M) == component.rank


def filled(pattern, generator):
    weights = generator.standard_normal(np.abs(pattern).max())
    return np.sign(pattern) * weights[np.abs(pattern) - 1]


def test_the_talk_invariant_example():
    maps = ev.InvariantMaps(ev.PermutationAction.from_cycles("(1 3 4)(2 5)"), outputs=5)
    pattern = orbit_pattern(maps.bounded(2).component((2,)))
    assert pattern.encoder.tolist() == [[1, 2, 1, 1, 2], [3, 4, 3, 3, 4]]
    assert pattern.decoder.tolist() == [[1, 2], [3, 4], [5, 6], [7, 8], [9, 10]]
    assert pattern.parameters == 14


def test_the_talk_equivariant_example():
    maps = ev.EquivariantMaps(ev.actions.image_rotation(3))
    pattern = block_pattern(maps.bounded(3).component((1, 1, 0)))
    assert pattern.decoder.tolist() == [
        [1, 0, 0], [2, 0, 0], [3, 0, 0], [0, 4, -5], [0, 5, 4], [0, 6, -7], [0, 7, 6], [0, 0, 0], [0, 0, 0]
    ]  # fmt: skip
    # A complex weight stands in four edges: real and imaginary part twice each, one of them with its sign flipped.
    for weight in (4, 5, 6, 7):
        assert (np.abs(pattern.encoder) == weight).sum() == 2
    assert pattern.hidden == ("$h^{(1,1)}_{1}$", "$h^{(4,3)}_{1}$", "$h^{(4,3)}_{2}$")


def test_patterns_number_the_weights_of_the_networks():
    torch = pytest.importorskip("torch")
    from equivariety.nn import EquivariantAutoencoder

    generators = [[1, 2, 3, 0, 5, 6, 7, 4], [4, 7, 6, 5, 2, 1, 0, 3]]  # the quaternion group acting on itself
    maps = ev.EquivariantMaps(2 * ev.PermutationAction(generators), ev.PermutationAction(generators))
    component = Component(maps, tuple(block.largest_rank for block in maps.blocks))
    pattern = block_pattern(component)
    model = EquivariantAutoencoder(component, dtype=torch.float64)
    weights = model.factors[0].weight.detach().numpy()
    expected = np.sign(pattern.encoder) * weights[np.abs(pattern.encoder) - 1]
    encoder = model.to_dense()[0].weight.detach().numpy()
    np.testing.assert_allclose(encoder @ maps.decomposition.domain.matrix(), expected, atol=1e-12)


def test_points_need_invariant_maps():
    component = ev.EquivariantMaps(ev.actions.cyclic(3)).bounded(1).component((1, 0))
    with pytest.raises(ev.InputError, match="the pattern in the points needs invariant maps: equivariant networks"):
        orbit_pattern(component)


def test_diagrams_draw_one_line_per_entry():
    from equivariety.plotting.weights import weight_diagram

    maps = ev.EquivariantMaps(ev.actions.image_rotation(3))
    pattern = block_pattern(maps.bounded(3).component((1, 1, 0)))
    axes = weight_diagram(pattern).axes[0]
    assert len(axes.lines) == np.count_nonzero(pattern.encoder) + np.count_nonzero(pattern.decoder)
    assert sum(line.get_linestyle() == "--" for line in axes.lines) == (pattern.encoder < 0).sum() * 2
    large = ev.EquivariantMaps(ev.actions.cyclic(50))
    with pytest.raises(ev.InputError, match="a diagram shows layers of at most 40 nodes, not 50"):
        weight_diagram(block_pattern(large.bounded(1).component((1,) + (0,) * 25)))
