"""What engineers do with a model: compile, export, save, load, copy, lower the precision."""

from __future__ import annotations

import copy
import io
import subprocess
import sys

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

import equivariety as ev
from equivariety.nn import EquivariantAutoencoder, EquivariantLinear, EquivariantMLP
from equivariety.varieties import Component


def models():
    torch.manual_seed(0)
    rotation = ev.EquivariantMaps(ev.actions.image_rotation(5))
    shift = ev.actions.image_shift((12, 12))
    return {
        "component": EquivariantAutoencoder(Component(rotation, (3, 1, 2)), depth=3, bias=True),
        "fourier": EquivariantLinear(shift, rank=20),
        "mlp": EquivariantMLP(ev.actions.cyclic(6), ev.actions.trivial(2), [3 * ev.actions.cyclic(6)]),
    }


@pytest.fixture(params=["component", "fourier", "mlp"])
def model(request):
    return models()[request.param]


def inputs(model, samples=8):
    layer = model[0] if isinstance(model, EquivariantMLP) else model
    return torch.randn(samples, layer.maps.domain.degree, generator=torch.Generator().manual_seed(2))


def test_compiles_without_graph_breaks(model):
    x = inputs(model)
    compiled = torch.compile(model, fullgraph=True, backend="aot_eager")
    torch.testing.assert_close(compiled(x), model(x))
    compiled(x).square().sum().backward()


@pytest.mark.slow
def test_compiles_to_machine_code(model):
    x = inputs(model)
    torch.testing.assert_close(torch.compile(model, fullgraph=True)(x), model(x), rtol=1e-5, atol=1e-5)


def test_exports_with_any_batch_size(model):
    batch = torch.export.Dim("batch", min=2)
    program = torch.export.export(model, (inputs(model),), dynamic_shapes=({0: batch},))
    x = inputs(model, 5)
    torch.testing.assert_close(program.module()(x), model(x), rtol=1e-5, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["component", "fourier", "mlp"])
def test_onnx_runtime_gives_the_same_outputs(name, tmp_path):
    import onnxruntime

    model = models()[name]
    path = tmp_path / "model.onnx"
    torch.onnx.export(model.eval(), (inputs(model),), path, dynamo=True, verbose=False,
                      dynamic_shapes=({0: torch.export.Dim("batch", min=2)},))  # fmt: skip
    session = onnxruntime.InferenceSession(path)
    x = inputs(model, 5)
    (found,) = session.run(None, {session.get_inputs()[0].name: x.numpy()})
    np.testing.assert_allclose(found, model(x).detach(), atol=1e-5)


def test_safetensors_round_trip(model, tmp_path):
    x = inputs(model)
    expected = model(x)
    save_file(model.state_dict(), tmp_path / "weights.safetensors")
    for parameter in model.parameters():
        torch.nn.init.zeros_(parameter)
    model.load_state_dict(load_file(tmp_path / "weights.safetensors"))
    assert torch.equal(model(x), expected)


def test_torch_save_loads_with_weights_only_and_state_has_the_same_keys_in_every_mode(model):
    stream = io.BytesIO()
    torch.save(model.train().state_dict(), stream)
    stream.seek(0)
    model.eval().load_state_dict(torch.load(stream, weights_only=True))
    assert model.train().state_dict().keys() == model.eval().state_dict().keys()


def test_weights_of_another_action_are_refused():
    stored = EquivariantLinear(ev.actions.cyclic(6)).state_dict()
    other = EquivariantLinear(ev.PermutationAction.from_cycles("(1 3 5 2 4 6)"))
    with pytest.raises(ev.InputError, match="the weights belong to other actions, or were saved with another"):
        other.load_state_dict(stored)


def test_deep_copies_compute_the_same(model):
    x = inputs(model)
    assert torch.equal(copy.deepcopy(model)(x), model(x))


def test_pickles_load_in_a_fresh_process(tmp_path):
    model, x = EquivariantLinear(ev.actions.image_rotation(3)), torch.ones(1, 9)
    torch.save(model, tmp_path / "model.pt")
    path = str(tmp_path / "model.pt")
    code = f"import torch; print(torch.load({path!r}, weights_only=False)(torch.ones(1, 9)).tolist())"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert output.strip() == str(model(x).tolist())


def test_conversion_to_double_is_exact_to_double():
    action = ev.actions.image_shift((6, 14))
    model = EquivariantLinear(action, bias=False).double()
    assert ev.equivariance_error(model, action) < 1e-13


@pytest.mark.parametrize("dtype", [torch.bfloat16])
def test_autocast_lowers_the_precision_of_forward_and_backward(dtype):
    model = models()["component"]
    x = inputs(model)
    with torch.autocast("cpu", dtype=dtype):
        images = model(x)
    exact = model(x).detach()
    assert float((images.detach().float() - exact).norm() / exact.norm()) < 0.03
    images.float().square().sum().backward()
    assert all(torch.isfinite(parameter.grad).all() for parameter in model.parameters())


def test_leading_axes_are_kept():
    model = models()["component"]
    assert model(torch.zeros(2, 3, 25)).shape == (2, 3, 25)
    assert model(torch.zeros(25)).shape == (25,)


def test_meta_device_then_real():
    with torch.device("meta"):
        model = EquivariantLinear(ev.actions.cyclic(4))
    model = model.to_empty(device="cpu")
    model.reset_parameters()
    assert ev.equivariance_error(model, ev.actions.cyclic(4)) < 1e-5
