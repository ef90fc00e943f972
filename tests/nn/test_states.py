"""States of layers load where they mean the same map, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import safetensors.torch
import torch

import equivariety as ev
from equivariety.errors import InputError
from equivariety.isotypic.splits import DenseSplit
from equivariety.nn import EquivariantLinear

ACTIONS = ["rotate:3x3", "dihedral:4x4", "symmetric:4^2", "shift:4x4", "alternating:5"]


def turned(decomposition, bundle, sign):
    """The same decomposition with the last basis vector of one bundle turned, as another eigensolver might give it."""

    def turn(split):
        assert isinstance(split, DenseSplit)
        bases = list(split.bases)
        bases[bundle] = bases[bundle].copy()
        bases[bundle][:, -1:, -1:, -1:] *= sign
        return DenseSplit(tuple(bases))

    def turn_basis(basis):
        return replace(basis, pieces=tuple(replace(piece, split=turn(piece.split)) for piece in basis.pieces))

    return replace(decomposition, domain=turn_basis(decomposition.domain), codomain=turn_basis(decomposition.codomain))


@pytest.mark.parametrize("text", ACTIONS)
def test_another_basis_of_the_same_action_is_noticed_in_every_bundle(text, monkeypatch):
    action = ev.actions.parse_action(text)
    torch.manual_seed(0)
    state = EquivariantLinear(action).state_dict()
    maps = ev.EquivariantMaps(action)
    plain = maps.decomposition
    for bundle in range(len(plain.bundles)):
        other = turned(plain, bundle, -1.0)
        monkeypatch.setattr("equivariety.varieties.maps.kept_decomposition", lambda *_, other=other: other)
        layer = EquivariantLinear(action)
        with pytest.raises(InputError, match="were saved in another basis of the same actions"):
            layer.load_state_dict(state)
    rounded = turned(plain, 0, 1 + 1e-13)
    monkeypatch.setattr("equivariety.varieties.maps.kept_decomposition", lambda *_: rounded)
    EquivariantLinear(action).load_state_dict(state)


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16, torch.float16])
def test_states_survive_files_and_changes_of_precision(tmp_path, dtype):
    action = ev.actions.parse_action("dihedral:4x4")
    layer = EquivariantLinear(action, rank=5).to(dtype)
    torch.save(layer.state_dict(), tmp_path / "state.pt")
    safetensors.torch.save_file(layer.state_dict(), tmp_path / "state.safetensors")
    again = EquivariantLinear(action, rank=5)
    for state in (
        torch.load(tmp_path / "state.pt", weights_only=True),
        safetensors.torch.load_file(tmp_path / "state.safetensors"),
    ):
        again.load_state_dict(state)
        np.testing.assert_array_equal(
            again.factors[0].weight.detach().numpy(), layer.factors[0].weight.float().detach()
        )
    assert again.float().basis_probe.dtype == torch.int64


def test_states_of_version_0_1_are_refused():
    layer = EquivariantLinear(ev.actions.cyclic(4))
    state = layer.state_dict()
    del state["basis_probe"]
    with pytest.raises(RuntimeError, match="basis_probe"):
        EquivariantLinear(ev.actions.cyclic(4)).load_state_dict(state)
    state["fingerprint"] = 1 - state["fingerprint"]
    with pytest.raises(InputError, match="saved with another convention for bases"):
        EquivariantLinear(ev.actions.cyclic(4)).load_state_dict(state)
