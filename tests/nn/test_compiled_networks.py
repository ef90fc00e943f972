"""Networks by compiled loops: the same maps and gradients as by PyTorch's operations, and everything PyTorch asks."""

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys

import numpy as np
import pytest
import torch

import equivariety as ev
from cases import FAMILIES
from equivariety.moments.kernels import available
from equivariety.nn import EquivariantAutoencoder, EquivariantLinear, network
from equivariety.nn.network import Way
from equivariety.varieties import Component
from orthogonal_cases import orthogonal_case, sides

pytestmark = pytest.mark.skipif(not available(), reason="compiled loops need Numba")

FRAMED = {
    "antiperiodic": sides(orthogonal_case("antiperiodic_x_4x3")),
    "quaternionic vectors": sides(orthogonal_case("Q8_on_H2")),
    "turning vectors": sides(orthogonal_case("C6v_vectors_7_random_gauge")),
    "signed cycle": (ev.actions.cyclic(6).with_signs([1, 1, 1, 1, 1, -1]), None),
}
CASES = {
    **FAMILIES,
    **{name: ev.EquivariantMaps(domain, codomain or domain) for name, (domain, codomain) in FRAMED.items()},
    "many orbits": ev.EquivariantMaps(ev.actions.image_dihedral(9), ev.actions.image_dihedral(6)),
    "cube": ev.EquivariantMaps(ev.actions.volume_rotations(3)),
}


@pytest.fixture(autouse=True)
def compiled_from_the_first_value_on(monkeypatch):
    monkeypatch.setattr(network, "_FEWEST_VALUES", 0)


def model_of(maps, depth, dtype=torch.float64, bias=True):
    torch.manual_seed(0)
    if depth == 1:
        return EquivariantLinear(maps.domain, maps.codomain, bias=bias, dtype=dtype)
    ranks = tuple(min(1 + number % 2, block.largest_rank) for number, block in enumerate(maps.blocks))
    return EquivariantAutoencoder(Component(maps, ranks), depth=depth, bias=bias, dtype=dtype)


def rows(model, samples, dtype=torch.float64):
    generator = torch.Generator().manual_seed(1)
    return torch.randn(samples, model.maps.domain.degree, dtype=dtype, generator=generator)


def gradients(model, X, upper, images):
    return torch.autograd.grad(images(X), [X, *(factor.weight for factor in model.factors)], upper)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("depth", [1, 2, 4])
@pytest.mark.parametrize("name", CASES)
def test_images_and_gradients_are_those_of_the_plain_layers(name, depth, dtype):
    model = model_of(CASES[name], depth, dtype, bias=False)
    X = rows(model, 93, dtype).requires_grad_()
    assert model.way(X) is (Way.LIBRARY if name == "turning vectors" else Way.COMPILED)
    bound = {torch.float64: 1e-12, torch.float32: 3e-5}[dtype]
    images = model(X)
    expected = X.detach().double().numpy() @ model._matrix_in_double().T
    np.testing.assert_allclose(images.detach().numpy(), expected, atol=bound * max(np.abs(expected).max(), 1))
    upper = torch.randn(images.shape, dtype=dtype, generator=torch.Generator().manual_seed(2))
    plain = gradients(model, X, upper, lambda X: model._by_library(X, *(factor.weight for factor in model.factors)))
    for found, wanted in zip(gradients(model, X, upper, model), plain, strict=True):
        assert (found - wanted).abs().max() <= 10 * bound * max(float(wanted.abs().max()), 1)


@pytest.mark.parametrize("samples", [0, 1, 7, 40, 41, 127, 128, 300, 2100])
def test_any_number_of_rows(samples):
    model = model_of(CASES["rotation"], 2)
    X = rows(model, samples)
    torch.testing.assert_close(model(X), X @ model.matrix().T + model.fixed_vectors(model.bias))
    model(X).square().sum().backward()
    dense = X.mT @ X @ model.matrix().T
    assert torch.isfinite(dense).all()
    assert model.factors[0].weight.grad is not None


@pytest.mark.parametrize("name", ["repeated orbits", "quaternion group", "signed cycle", "one shift"])
@pytest.mark.parametrize("depth", [1, 3])
def test_first_and_second_derivatives(name, depth):
    model = model_of(CASES[name], depth, bias=False)
    X = rows(model, 3).requires_grad_()
    names, weights = zip(*model.named_parameters(), strict=True)
    assert model.way(X) is Way.COMPILED

    def images(X, *values):
        return torch.func.functional_call(model, dict(zip(names, values, strict=True)), (X,))

    assert torch.autograd.gradcheck(images, (X, *weights))
    assert torch.autograd.gradgradcheck(images, (X, *weights))


def test_gradients_that_nobody_wants_are_not_needed():
    model = model_of(CASES["rotation"], 2)
    X = rows(model, 50)
    model(X).sum().backward()
    assert X.grad is None
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    X.requires_grad_()
    model(X).sum().backward()
    torch.testing.assert_close(X.grad, model.matrix().sum(0).expand(50, -1))


def test_rows_in_any_memory():
    model = model_of(CASES["rotation"], 2)
    X = rows(model, 60)
    wide = torch.cat([X, X], 1)
    for view in (wide[:, 9:], X.T.contiguous().T, X.flip(0).flip(0), wide[:, ::2].repeat(1, 1)):
        torch.testing.assert_close(model(view), model(view.clone()))
    torch.testing.assert_close(model(X.reshape(3, 4, 5, 9)), model(X).reshape(3, 4, 5, 9))


def test_a_row_that_is_not_finite_stays_alone():
    model = model_of(CASES["many orbits"], 2, torch.float32)
    X = rows(model, 50, torch.float32)
    clean = model(X)
    X[3] = torch.nan
    X[44, 5] = torch.inf
    spoilt = [3, 44]
    assert not torch.isfinite(model(X)[spoilt]).any(dim=1).all()
    others = [s for s in range(50) if s not in spoilt]
    assert torch.equal(model(X)[others], clean[others])
    assert torch.equal(model(X)[others], model(X)[others])


def test_bits_do_not_depend_on_the_number_of_threads(monkeypatch):
    from equivariety.nn import compiled_network

    monkeypatch.setattr(compiled_network, "_ALONE", 0)
    model = model_of(ev.EquivariantMaps(ev.actions.image_dihedral(12)), 2, torch.float32)
    X = rows(model, 1500, torch.float32)
    found = []
    for threads in (1, 2, 3):
        monkeypatch.setattr(torch, "get_num_threads", lambda threads=threads: threads)
        model.zero_grad()
        images = model(X)
        images.square().sum().backward()
        found.append([images.detach(), *(factor.weight.grad for factor in model.factors)])
    for other in found[1:]:
        assert all(torch.equal(first, second) for first, second in zip(found[0], other, strict=True))


def test_what_pytorch_records_or_transforms_goes_by_its_own_operations():
    model = model_of(CASES["rotation"], 2)
    X = rows(model, 4)
    ways = []

    def images(X):
        ways.append(model.way(X))
        return model(X)

    jacobian = torch.func.jacrev(lambda X: images(X).sum(0))(X)
    torch.testing.assert_close(jacobian[:, 0], model.matrix())
    torch.testing.assert_close(torch.func.vmap(images)(X), model(X))
    torch.testing.assert_close(torch.func.jvp(images, (X,), (X,))[1], model(X) - model(torch.zeros_like(X)))
    with torch.autograd.forward_ad.dual_level():
        dual = torch.autograd.forward_ad.make_dual(X, X)
        tangent = torch.autograd.forward_ad.unpack_dual(images(dual)).tangent
        torch.testing.assert_close(tangent, model(X) - model(torch.zeros_like(X)))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        images(X)
    assert set(ways) == {Way.LIBRARY}
    assert model.way(X.half()) is Way.LIBRARY
    assert model.way(X.to("meta")) is Way.LIBRARY
    assert torch.compile(model, fullgraph=True, backend="aot_eager")(X).shape == (4, 9)


def test_the_meta_device_takes_the_same_path():
    with torch.device("meta"):
        model = EquivariantLinear(ev.actions.image_dihedral(6), rank=4)
        X = torch.zeros(5000, 36)
        assert model(X).shape == (5000, 36)
        model(X).sum().backward()
    assert model.factors[0].weight.grad.device.type == "meta"


def test_copies_and_precisions_after_use():
    model = model_of(CASES["rotation"], 2, torch.float32)
    X = rows(model, 20, torch.float32)
    images = model(X)
    for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert torch.equal(other(X), images)
        with torch.no_grad():
            other.factors[0].weight.mul_(2)
        assert not torch.equal(other(X), images)
        assert torch.equal(model(X), images)
    double = copy.deepcopy(model).double()
    assert double.way(X.double()) is Way.COMPILED
    torch.testing.assert_close(double(X.double()).float(), images)


def test_a_forked_process_has_threads_of_its_own():
    code = (
        "import os, torch, equivariety as ev\n"
        "torch.set_num_threads(2)\n"
        "model = ev.nn.EquivariantLinear(ev.actions.image_dihedral(28), rank=30, bias=False)\n"
        "X = torch.ones(2000, 784)\n"
        "with torch.no_grad():\n"
        "    image = model(X)[1999].tolist()\n"
        "    child = os.fork()\n"
        "    if child == 0:\n"
        "        os._exit(0 if model(X)[1999].tolist() == image else 1)\n"
        "print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
    )
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=100)
    assert output.stdout.strip() == "0"


def test_without_a_compiler_networks_work_and_say_so():
    code = (
        "import torch, equivariety as ev\n"
        "model = ev.nn.EquivariantLinear(ev.actions.image_dihedral(8), bias=False)\n"
        "X = torch.ones(1000, 64)\n"
        "print(model.way(X).value, bool(torch.allclose(model(X), X @ model.matrix().T, atol=1e-5)))\n"
    )
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.strip() == "library True"
    assert done.stderr.count("the compiled loops cannot be used") == 1


LARGE = {
    "shifts": ev.actions.image_shift((12, 12)),
    "antiperiodic": ev.actions.cyclic(150).with_signs([1] * 149 + [-1]),
    "induced": ev.actions.image_torus(12),
}


@pytest.mark.parametrize("name", LARGE)
def test_large_orbits_with_few_coordinates_in_use_take_products(name, monkeypatch):
    from equivariety.nn import basis

    maps = ev.EquivariantMaps(LARGE[name])
    component = Component(maps, tuple(int(number < 9) for number in range(len(maps.blocks))))

    def built():
        torch.manual_seed(0)
        return EquivariantAutoencoder(component, dtype=torch.float64)

    narrow = built()
    assert isinstance(narrow.source.transforms[0], basis.DenseAnalysis)
    monkeypatch.setattr(basis, "_NARROW_COORDINATES", 0)
    wide = built()
    assert not isinstance(wide.source.transforms[0], basis.DenseAnalysis)
    X = rows(narrow, 20)
    torch.testing.assert_close(narrow(X), wide(X))
    np.testing.assert_allclose(narrow(X).detach().numpy(), X.numpy() @ wide._matrix_in_double().T, atol=1e-12)
