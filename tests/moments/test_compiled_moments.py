"""Compiled moments against dense products in double precision over all samples at once."""

from __future__ import annotations

import numpy as np
import pytest

import equivariety as ev
from equivariety.errors import InputError
from equivariety.moments import compiled_sums, library_sums, summation
from equivariety.moments.samples import Samples
from equivariety.varieties.fitting import data_moments
from kernel_cases import ACTIONS, EPSILON, ROWS

pytest.importorskip("numba", reason="compiled loops need the extra equivariety[fast]")


@pytest.fixture(autouse=True)
def _compiled_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small data take the compiled way too, and no other is left."""
    monkeypatch.setattr(compiled_sums, "_FEWEST_VALUES", 0)
    monkeypatch.setattr(compiled_sums._Side, "pays", True)
    monkeypatch.setattr(library_sums.LibrarySums, "zero", None)


def dense(maps: ev.EquivariantMaps, X: np.ndarray, Y: np.ndarray) -> list[np.ndarray]:
    """Components of y x^*, by matrix products with the dense basis and the products of the units written out."""
    inputs, targets = X @ maps.domain_basis.matrix(), Y @ maps.codomain_basis.matrix()
    members = np.concatenate([bundle.members for bundle in maps.bundles])
    found: list[np.ndarray] = [np.empty(0)] * members.size
    left = right = 0
    widths = {}
    for number, bundle in enumerate(maps.bundles):
        for member in bundle.members:
            widths[int(member)] = (number, bundle.field.beta)
    for member in range(members.size):
        number, beta = widths[member]
        rows, cols = maps.codomain_basis.multiplicities[number], maps.domain_basis.multiplicities[number]
        y = targets[:, left : left + beta * rows].reshape(len(Y), rows, beta)
        x = inputs[:, right : right + beta * cols].reshape(len(X), cols, beta)
        left, right = left + beta * rows, right + beta * cols
        if beta == 1:
            found[member] = np.stack([y[..., 0].T @ x[..., 0]], axis=-1)
        else:
            z = (y[..., 0] + 1j * y[..., 1]).T @ (x[..., 0] + 1j * x[..., 1]).conj()
            found[member] = np.stack([z.real, z.imag], axis=-1)
    return [np.stack([found[member] for member in bundle.members]) for bundle in maps.bundles]


def data(maps: ev.EquivariantMaps, samples: int, dtype: str) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(samples)
    X, Y = rng.standard_normal((samples, maps.domain.degree)), rng.standard_normal((samples, maps.codomain.degree))
    return (X + 0.5).astype(dtype), (Y - 0.5).astype(dtype)


def close(found: tuple[np.ndarray, ...], expected: list[np.ndarray], scale: float, dtype: str) -> None:
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=64 * EPSILON[dtype] * scale)


@pytest.mark.parametrize("name", ACTIONS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("samples", [1, 31, 32, 33, 200])
def test_moments_of_inputs(name: str, dtype: str, samples: int) -> None:
    maps = ev.EquivariantMaps(ACTIONS[name])
    X, _ = data(maps, samples, dtype)
    found, wide = data_moments(maps, X), X.astype(np.float64)
    close(found.inner, dense(maps, wide, wide), samples * maps.domain.degree, dtype)
    for gram in found.inner:
        np.testing.assert_array_equal(gram[..., 0], gram[..., 0].swapaxes(1, 2))
        np.testing.assert_array_equal(gram[..., 1:], -gram[..., 1:].swapaxes(1, 2))
    assert found.cross is None
    assert found.weight == samples
    assert found.target_norm == pytest.approx(float((wide**2).sum()), rel=64 * EPSILON[dtype])


@pytest.mark.parametrize("name", ACTIONS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_moments_with_targets(name: str, dtype: str) -> None:
    maps = ev.EquivariantMaps(ACTIONS[name], 2 * ACTIONS[name])
    X, Y = data(maps, 70, dtype)
    found = data_moments(maps, X, Y)
    X, Y = X.astype(np.float64), Y.astype(np.float64)
    close(found.inner, dense(ev.EquivariantMaps(maps.domain), X, X), 70 * maps.codomain.degree, dtype)
    close(found.cross, dense(maps, X, Y), 70 * maps.codomain.degree, dtype)
    assert found.target_norm == pytest.approx(float((Y**2).sum()), rel=64 * EPSILON[dtype])


@pytest.mark.parametrize("name", ["read with a step", "gathered"])
@pytest.mark.parametrize("dtype", ["uint8", "float32", "float64"])
def test_weights_and_origins(name: str, dtype: str) -> None:
    maps = ev.EquivariantMaps(ACTIONS[name], ACTIONS[name])
    rng = np.random.default_rng(7)
    X, Y = (rng.integers(0, 200, (90, 45)).astype(dtype) for _ in range(2))
    weight = rng.integers(0, 4, 90)
    origins = tuple(np.full(45, value) for value in (90.0, 110.0))
    found = data_moments(maps, X, Y, weight, origins)
    inputs, targets = (np.repeat(side.astype(np.float64) - origin, weight, axis=0)
                       for side, origin in ((X, origins[0]), (Y, origins[1])))  # fmt: skip
    precision, scale = "float64" if dtype == "float64" else "float32", weight.sum() * 45 * 110.0**2
    close(found.inner, dense(maps, inputs, inputs), scale, precision)
    close(found.cross, dense(maps, inputs, targets), scale, precision)
    assert found.weight == pytest.approx(weight.sum())
    for side, sums, action in ((inputs, found.input_sum, maps.domain), (targets, found.target_sum, maps.codomain)):
        orbits = [side[:, action.orbit_labels == orbit].sum() for orbit in range(len(sums))]
        sizes = np.bincount(action.orbit_labels)
        np.testing.assert_allclose(sums, orbits / np.sqrt(sizes), rtol=1e3 * EPSILON[precision], atol=scale * 1e-9)


def test_rows_of_any_stride() -> None:
    maps = ev.EquivariantMaps(ROWS)
    X, _ = data(maps, 50, "float64")
    wide = np.zeros((100, 90))
    for view in (wide[::2, :45], wide[:50, ::2], wide.T[:50, :45], wide[49::-1, :45]):
        view[...] = X
        np.testing.assert_array_equal(data_moments(maps, view).inner[1], data_moments(maps, X).inner[1])


def test_sums_do_not_depend_on_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    maps = ev.EquivariantMaps(ROWS)
    X = np.random.default_rng(4).standard_normal((40_000, 45)).astype(np.float32)
    threaded = data_moments(maps, X)
    monkeypatch.setattr(summation, "in_threads", map)
    for a, b in zip(threaded.matrices, data_moments(maps, X).matrices, strict=True):
        np.testing.assert_array_equal(a, b)


def test_long_sums_keep_their_digits() -> None:
    """A million equal values: each sum in single precision alone would stall or drift."""
    maps = ev.EquivariantMaps(ev.actions.cyclic(4))
    X = np.full((1_000_000, 4), 0.1, dtype=np.float32)
    exact = 1_000_000 * 4 * float(np.float32(0.1)) ** 2
    assert data_moments(maps, X).inner[0][0, 0, 0, 0] == pytest.approx(exact, rel=1e-6)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_values_that_are_not_finite(bad: float) -> None:
    maps = ev.EquivariantMaps(ROWS)
    X = np.random.default_rng(0).standard_normal((70, 45)).astype(np.float32)
    X[66, 3] = bad
    with pytest.raises(InputError, match=r"^X must hold finite numbers: row 66 contains NaN or infinity"):
        data_moments(maps, X)


def test_where_no_compiled_way_is_known() -> None:
    """Orbits of different kinds, long cycles, irreducibles of higher dimension: the library's products remain."""
    others = [
        ev.PermutationAction.from_cycles("(1 2 3)(4 5)"),
        ev.actions.cyclic(300),
        ev.actions.image_rotation(5),
        ev.actions.symmetric(3),
    ]
    for action in others:
        basis = ev.EquivariantMaps(action).domain_basis
        samples = Samples(np.zeros((5, action.degree)))
        assert compiled_sums.compiled_sums(samples, basis, basis) is None
