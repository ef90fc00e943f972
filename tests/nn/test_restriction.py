"""A restricted layer is the same map, and trains in the larger space of the subgroup."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import equivariety as ev
from equivariety.errors import InputError
from equivariety.nn import EquivariantAutoencoder, EquivariantLinear, InvariantLinear
from equivariety.varieties import Component

DIHEDRAL = ev.actions.image_dihedral(4)
LAYERS = {
    "full": lambda: EquivariantLinear(DIHEDRAL, 2 * DIHEDRAL, dtype=torch.float64),
    "bounded": lambda: EquivariantLinear(DIHEDRAL, rank=5, dtype=torch.float64),
    "deep": lambda: EquivariantAutoencoder(
        Component(ev.EquivariantMaps(DIHEDRAL), (1, 0, 0, 1, 1)), depth=3, bias=True, dtype=torch.float64
    ),
    "invariant": lambda: InvariantLinear(DIHEDRAL, outputs=3, dtype=torch.float64),
    "single precision": lambda: EquivariantLinear(DIHEDRAL, rank=5),
}
SUBGROUPS = {"rotations": [(1,)], "half turn": ["1 1"], "flip": [(2,)], "identity": [()], "all": [(2,), (1, -2)]}


@pytest.mark.parametrize("subgroup", SUBGROUPS.values(), ids=SUBGROUPS)
@pytest.mark.parametrize("name", LAYERS)
def test_the_same_map_bias_and_rank(name, subgroup):
    torch.manual_seed(0)
    layer = LAYERS[name]()
    torch.nn.init.normal_(layer.bias)
    smaller = layer.restrict(subgroup)
    assert type(smaller) is type(layer)
    assert len(smaller.factors) == len(layer.factors)
    rows = torch.randn(5, 16, dtype=layer.bias.dtype)
    tolerance = 1e-4 if layer.bias.dtype == torch.float32 else 1e-10
    torch.testing.assert_close(smaller(rows), layer(rows), rtol=tolerance, atol=tolerance)
    assert smaller.component.rank == layer.component.rank
    assert smaller.maps.dimension >= layer.maps.dimension


def test_subgroups_given_by_an_action():
    layer = EquivariantLinear(DIHEDRAL, rank=5, dtype=torch.float64)
    rotations = ev.actions.image_rotation(4)
    by_action, by_words = layer.restrict(rotations), layer.restrict([(1,)])
    assert by_action.maps == by_words.maps == ev.EquivariantMaps(rotations)
    torch.testing.assert_close(by_action.matrix(), layer.matrix())
    with pytest.raises(InputError, match="its maps do not commute with it"):
        layer.restrict(ev.actions.image_shift((4, 4)))
    with pytest.raises(InputError, match="must act on spaces of the same sizes"):
        layer.restrict(ev.actions.cyclic(5))


def test_signed_actions_have_words_too():
    action = ev.SignedPermutationAction.from_cycles("(1 2 3 -4)(5 -6)(7)")
    layer = EquivariantLinear(action, dtype=torch.float64)
    torch.nn.init.normal_(layer.bias)
    smaller = layer.restrict([(1, 1), (-1, 1)])
    rows = torch.randn(5, 7, dtype=torch.float64)
    torch.testing.assert_close(smaller(rows), layer(rows))
    assert smaller.maps.dimension > layer.maps.dimension


def test_layers_of_zero_weights_keep_their_rank():
    layer = EquivariantLinear(DIHEDRAL, rank=5, dtype=torch.float64)
    for weight in layer.parameters():
        torch.nn.init.zeros_(weight)
    smaller = layer.restrict([(1,)])
    assert smaller.component.rank == layer.component.rank
    assert np.abs(smaller.matrix().detach().numpy()).max() == 0


@pytest.mark.parametrize(
    ("subgroup", "message"),
    [
        ([(3,)], "must name generators from 1 to 2, not 3"),
        ([(0,)], "a word must be numbers of generators from 1"),
        (["a b"], "a word must be numbers of generators from 1"),
        ([], "at least one word"),
        (7, "subgroup must be words, .*, or an action, not int"),
        ("1 1", "subgroup must be words, .*, or an action, not str"),
    ],
)
def test_messages(subgroup, message):
    with pytest.raises(InputError, match=message):
        EquivariantLinear(DIHEDRAL).restrict(subgroup)
