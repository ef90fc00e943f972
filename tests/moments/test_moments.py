"""The fast moments against the definition: dense products in double precision over all samples at once."""

from __future__ import annotations

import numpy as np
import pytest

import equivariety as ev
from equivariety.errors import InputError
from equivariety.moments import chunks, summation
from equivariety.moments.moments import Moments
from equivariety.varieties.fitting import data_moments

QUATERNIONS = ev.PermutationAction.from_cycles("(1 2 3 4)(5 6 7 8); (1 5 3 7)(2 8 4 6)")
ACTIONS = {
    "row shift": ev.actions.image_shift((5, 7), axis=1),
    "column shift": ev.actions.image_shift((7, 5), axis=0),
    "both shifts": ev.actions.image_shift((4, 6)),
    "long cycle": ev.actions.cyclic(300),
    "two long cycles": 2 * ev.actions.cyclic(150),
    "cycles of many lengths": ev.PermutationAction.from_cycles("(1 2 3 4)(5 6)(7 8 9)(10 11 12 13)", degree=15),
    "rotation": ev.actions.image_rotation(5),
    "pairs": ev.actions.symmetric(4) ** 2,
    "quaternions": 3 * QUATERNIONS,
    "wide": ev.actions.image_shift((200, 3), axis=1),
}


def naive_gram(left: np.ndarray, right: np.ndarray, products: np.ndarray) -> np.ndarray:
    """Components of y x^* from coordinates (samples, members, copies, multiplicity, beta)."""
    return np.einsum("nmcrq,nmcxp,spq->mrxs", left, right, products)


def agree(found: Moments, maps: ev.EquivariantMaps, X: np.ndarray, Y: np.ndarray | None, digits: float) -> None:
    inputs = maps.domain_basis.analyze(X.astype(np.float64))
    outputs = inputs if Y is None else maps.codomain_basis.analyze(Y.astype(np.float64))
    scale = float(X.max()) ** 2 * len(X) * X.shape[1]
    for bundle, x, inner in zip(maps.bundles, inputs, found.inner, strict=True):
        np.testing.assert_allclose(inner, naive_gram(x, x, bundle.field.products), atol=digits * scale)
    if Y is not None:
        for bundle, x, y, cross in zip(maps.bundles, inputs, outputs, found.cross, strict=True):
            np.testing.assert_allclose(cross, naive_gram(y, x, bundle.field.products), atol=digits * scale)
    targets = X if Y is None else Y
    np.testing.assert_allclose(found.target_norm, (targets.astype(np.float64) ** 2).sum(), rtol=1e4 * digits)
    assert found.weight == len(X)


@pytest.mark.parametrize("name", ACTIONS)
@pytest.mark.parametrize("dtype", ["float32", "float64", "uint8"])
@pytest.mark.parametrize("rows_at_once", [1, 7, 1000])
def test_autoencoder_moments(name: str, dtype: str, rows_at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    maps = ev.EquivariantMaps(ACTIONS[name])
    monkeypatch.setattr(chunks, "CHUNK_VALUES", rows_at_once * maps.domain.degree)
    X = np.random.default_rng(1).integers(0, 256, (23, maps.domain.degree)).astype(dtype)
    agree(data_moments(maps, X), maps, X, None, 1e-15 if dtype == "float64" else 1e-7)


@pytest.mark.parametrize("name", ACTIONS)
def test_moments_with_targets(name: str) -> None:
    domain = ACTIONS[name]
    maps = ev.EquivariantMaps(domain, 2 * domain)
    rng = np.random.default_rng(2)
    X, Y = rng.standard_normal((40, domain.degree)), rng.standard_normal((40, 2 * domain.degree))
    agree(data_moments(maps, X, Y), maps, X, Y, 1e-15)


def test_weights_repeat_samples() -> None:
    maps = ev.EquivariantMaps(ACTIONS["row shift"])
    X = np.random.default_rng(3).standard_normal((6, 35))
    counts = np.array([1, 0, 2, 3, 1, 1])
    weighted = data_moments(maps, X, sample_weight=counts.astype(float))
    repeated = data_moments(maps, np.repeat(X, counts, axis=0))
    for a, b in zip(weighted.matrices, repeated.matrices, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-12)
    assert weighted.weight == pytest.approx(repeated.weight)


def test_the_order_of_sums_does_not_depend_on_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    maps = ev.EquivariantMaps(ACTIONS["row shift"])
    X = np.random.default_rng(4).standard_normal((500, 35)).astype(np.float32)
    monkeypatch.setattr(chunks, "CHUNK_VALUES", 10 * 35)
    threaded = data_moments(maps, X)
    monkeypatch.setattr(summation, "in_threads", map)
    serial = data_moments(maps, X)
    for a, b in zip(threaded.matrices, serial.matrices, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("side", ["X", "Y"])
def test_values_that_are_not_finite(bad: float, side: str, monkeypatch: pytest.MonkeyPatch) -> None:
    maps = ev.EquivariantMaps(ACTIONS["rotation"])
    monkeypatch.setattr(chunks, "CHUNK_VALUES", 4 * 25)
    data = {"X": np.zeros((20, 25)), "Y": np.zeros((20, 25))}
    data[side][13, 3] = bad
    with pytest.raises(InputError, match=f"^{side} must hold finite numbers: row 13 contains NaN or infinity"):
        data_moments(maps, data["X"], data["Y"])


def test_squares_that_overflow() -> None:
    maps = ev.EquivariantMaps(ACTIONS["rotation"])
    with pytest.raises(InputError, match="squares are finite"):
        data_moments(maps, np.full((2, 25), 1e200))
