"""Layers on images: what a flat layer does, shaped, and no other shape."""

from __future__ import annotations

import pytest

import equivariety as ev
from equivariety.errors import InputError

torch = pytest.importorskip("torch", reason="extra torch is not installed")

IMAGE = ev.actions.image_rotation(4)


def test_channels_first_and_last_give_the_same_function():
    X = torch.randn(5, 3, 4, 4, generator=torch.Generator().manual_seed(0))
    first = ev.nn.EquivariantLinear(3 * IMAGE, 2 * IMAGE, bias=False)
    last = ev.nn.EquivariantLinear(
        ev.actions.channels(IMAGE, 3, "last"), ev.actions.channels(IMAGE, 2, "last"), bias=False
    )
    matrix = first.matrix().detach().reshape(2, 16, 3, 16).permute(1, 0, 3, 2).reshape(32, 48)
    last.load_matrix(matrix.numpy())
    one = ev.nn.OnImages(first, (3, 4, 4), (2, 4, 4))(X)
    two = ev.nn.OnImages(last, (4, 4, 3), (4, 4, 2))(X.movedim(1, -1))
    torch.testing.assert_close(two.movedim(-1, 1), one)
    torch.testing.assert_close(
        ev.nn.OnImages(first, (3, 4, 4), (2, 4, 4))(X.rot90(dims=(2, 3))), one.rot90(dims=(2, 3))
    )


def test_other_shapes_are_refused():
    layer = ev.nn.OnImages(ev.nn.EquivariantLinear(3 * IMAGE), (3, 4, 4))
    assert layer(torch.zeros(2, 3, 4, 4)).shape == (2, 48)
    with pytest.raises(InputError, match="its channels are last"):
        layer(torch.zeros(2, 4, 4, 3))
    with pytest.raises(InputError, match=r"shape \(N, 3, 4, 4\), not \(2, 48\)$"):
        layer(torch.zeros(2, 48))
    with pytest.raises(InputError, match="its channels are first"):
        ev.nn.OnImages(layer.layer, (4, 4, 3))(torch.zeros(2, 3, 4, 4))
    with pytest.raises(InputError, match="out_shape must have 48 values"):
        ev.nn.OnImages(layer.layer, (3, 4, 4), (2, 4, 4))(torch.zeros(2, 3, 4, 4))
    with pytest.raises(InputError, match=r"OnImages\(layer, \(3, 4, 4\)\) takes such images"):
        layer.layer(torch.zeros(2, 3, 4, 4))
    with pytest.raises(InputError, match="every side of in_shape"):
        ev.nn.OnImages(layer.layer, (3, 0, 4))


def test_it_is_an_ordinary_module():
    layer = ev.nn.OnImages(ev.nn.EquivariantLinear(3 * IMAGE), (3, 4, 4), (3, 4, 4))
    again = ev.nn.OnImages(ev.nn.EquivariantLinear(3 * IMAGE), (3, 4, 4), (3, 4, 4))
    again.load_state_dict(layer.state_dict())
    X = torch.randn(2, 3, 4, 4)
    torch.testing.assert_close(torch.export.export(layer, (X,)).module()(X), again(X))
    assert "(3, 4, 4) -> (3, 4, 4)" in repr(layer)


def test_it_is_stored_with_its_layer(tmp_path):
    model = torch.nn.Sequential(
        ev.nn.OnImages(ev.nn.EquivariantLinear(3 * IMAGE), (3, 4, 4), (3, 4, 4)),
        torch.nn.ReLU(),
        ev.nn.OnImages(ev.nn.InvariantLinear(3 * IMAGE, 2), (3, 4, 4)),
    ).eval()
    ev.save_model(tmp_path / "model", model)
    X = torch.randn(2, 3, 4, 4)
    torch.testing.assert_close(ev.load_model(tmp_path / "model")(X), model(X), rtol=0, atol=0)
