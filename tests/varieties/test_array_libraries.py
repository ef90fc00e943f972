"""The data path on the arrays of other libraries: the same numbers, in the library, type and place they came in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import equivariety as ev
from equivariety.errors import InputError
from equivariety.isotypic.arrays import namespace, on_host
from equivariety.varieties.fitting import data_moments

ACTIONS = {
    "rows": ev.actions.image_shift((3, 5), axis=1),
    "columns": ev.actions.image_shift((9, 4), axis=0),
    "both": ev.actions.image_shift((12, 12)),
    "rotation": ev.actions.image_rotation(5),
    "pairs": ev.actions.symmetric(4) ** 2,
}


def torch_array(values: np.ndarray) -> Any:
    return pytest.importorskip("torch").from_numpy(values)


def jax_array(values: np.ndarray) -> Any:
    return pytest.importorskip("jax").numpy.asarray(values)


def strict_array(values: np.ndarray) -> Any:
    """The array-API standard and nothing beyond it."""
    return pytest.importorskip("array_api_strict").asarray(values)


LIBRARIES = {"torch": torch_array, "jax": jax_array, "strict": strict_array}


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("name", ACTIONS)
def test_fit_and_apply(name: str, library: str) -> None:
    action = ACTIONS[name]
    X = np.random.default_rng(0).standard_normal((40, action.degree)).astype(np.float32)
    other = LIBRARIES[library](X)
    family = ev.EquivariantMaps(action).bounded(4)
    expected, found = family.fit(X), family.fit(other)
    assert found.ranks == expected.ranks
    assert found.loss == pytest.approx(expected.loss, rel=1e-5)
    features = found.encoder.apply(other)
    images = found.apply(other)
    for result in (features, images):
        assert type(result) is type(other)
        assert result.dtype == other.dtype
    np.testing.assert_allclose(np.asarray(features), expected.encoder.apply(X), atol=1e-4)
    np.testing.assert_allclose(np.asarray(images), expected.apply(X), atol=1e-4)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("name", ACTIONS)
def test_products_on_the_library_itself(name: str, library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an accelerator runs: no array is read as a NumPy array before the Gram blocks are done."""
    monkeypatch.setattr("equivariety.moments.summation.on_host", lambda array: array)
    action = ACTIONS[name]
    X = np.random.default_rng(1).standard_normal((25, action.degree)).astype(np.float32)
    maps = ev.EquivariantMaps(action)
    other = LIBRARIES[library](X)
    for found, expected in zip(
        data_moments(maps, other, other + other).matrices, data_moments(maps, X, X + X).matrices, strict=True
    ):
        np.testing.assert_allclose(found, expected, atol=1e-3)
    for found, expected in zip(data_moments(maps, other).matrices, data_moments(maps, X).matrices, strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-3)


@pytest.mark.parametrize("library", LIBRARIES)
def test_bytes_are_computed_in_single_precision(library: str) -> None:
    X = np.random.default_rng(4).integers(0, 256, (40, 15), dtype=np.uint8)
    solution = ev.EquivariantMaps(ACTIONS["rows"]).bounded(4).fit(LIBRARIES[library](X))
    images = solution.apply(LIBRARIES[library](X))
    assert str(images.dtype).endswith("float32")
    np.testing.assert_allclose(np.asarray(images), solution.apply(X.astype(np.float64)), atol=1e-3)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("bad", ["X", "Y"])
def test_the_first_row_that_is_not_finite_is_named(library: str, bad: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("equivariety.moments.summation.on_host", lambda array: array)
    data = {"X": np.ones((40, 15), dtype=np.float32), "Y": np.ones((40, 15), dtype=np.float32)}
    data[bad][[11, 30], 3] = np.inf
    X, Y = LIBRARIES[library](data["X"]), LIBRARIES[library](data["Y"])
    with pytest.raises(InputError, match=f"{bad} must hold finite numbers: row 11 contains NaN or infinity"):
        data_moments(ev.EquivariantMaps(ACTIONS["rows"]), X, Y)


def test_half_precision_is_widened() -> None:
    torch = pytest.importorskip("torch")
    X = np.random.default_rng(3).integers(0, 9, (40, 15)).astype(np.float32)
    family = ev.EquivariantMaps(ACTIONS["rows"]).bounded(4)
    assert family.fit(torch.from_numpy(X).bfloat16()).loss == pytest.approx(family.fit(X).loss, rel=1e-5)


@pytest.mark.parametrize("library", LIBRARIES)
def test_streams_of_batches(library: str) -> None:
    family = ev.EquivariantMaps(ev.actions.cyclic(6)).bounded(3)
    X = np.random.default_rng(0).standard_normal((50, 6))
    found = family.fit(LIBRARIES[library](X[start : start + 20]) for start in range(0, 50, 20))
    assert found.loss == pytest.approx(family.fit(X).loss, rel=1e-5)


def test_half_precision_inputs_and_single_precision_targets() -> None:
    torch = pytest.importorskip("torch")
    maps = ev.EquivariantMaps(ev.actions.cyclic(6))
    X = torch.from_numpy(np.random.default_rng(0).integers(-9, 9, (50, 6))).bfloat16()  # exact in 8 bits
    Y = X.float().roll(1, dims=1)
    assert maps.bounded(6).fit(X, Y).loss == pytest.approx(0, abs=1e-5)


def test_inputs_and_targets_of_two_libraries() -> None:
    strict = pytest.importorskip("array_api_strict")
    maps = ev.EquivariantMaps(ev.actions.cyclic(6), ev.actions.cyclic(6))
    X = np.eye(6)
    for inputs, targets in ((strict.asarray(X), X), (X, strict.asarray(X))):
        with pytest.raises(InputError, match="Y must be an array of the library of X, on its device"):
            maps.bounded(2).fit(inputs, targets)


def test_the_error_of_arrays_of_two_libraries() -> None:
    torch = pytest.importorskip("torch")
    X = np.random.default_rng(0).standard_normal((50, 6))
    solution = ev.EquivariantMaps(ev.actions.cyclic(6)).bounded(3).fit(X)
    assert solution.error(X, torch.from_numpy(X)) == pytest.approx(solution.loss)


def test_gradients_pass_through_apply() -> None:
    torch = pytest.importorskip("torch")
    solution = ev.EquivariantMaps(ACTIONS["rows"]).bounded(4).fit(np.random.default_rng(2).standard_normal((30, 15)))
    x = torch.randn(2, 15, dtype=torch.float64, requires_grad=True)
    solution.apply(x).sum().backward()
    np.testing.assert_allclose(x.grad[0].numpy(), solution.matrix().sum(axis=0), atol=1e-12)


def test_host_arrays_are_read_without_a_copy() -> None:
    torch = pytest.importorskip("torch")
    tensor = torch.zeros(3, 4, requires_grad=True)
    assert np.shares_memory(on_host(tensor), tensor.detach().numpy())
    half = torch.zeros(3, 4, dtype=torch.bfloat16)
    assert on_host(half) is half
    elsewhere = torch.zeros(3, 4, requires_grad=True, device="meta")
    assert on_host(elsewhere).device.type == "meta"
    assert not on_host(elsewhere).requires_grad  # or a fit would keep all rows for a gradient that nobody takes
    assert namespace(np.zeros(2)) is np
