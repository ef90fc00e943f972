"""Compiled encoders and decoders against products with the dense matrices."""

from __future__ import annotations

import numpy as np
import pytest

import equivariety as ev
from equivariety.varieties import compiled_map
from equivariety.varieties.block_map import BlockMap
from equivariety.varieties.ways import Way
from kernel_cases import EPSILON, EVERY_ACTION

pytest.importorskip("numba", reason="compiled loops need the extra equivariety[fast]")


@pytest.fixture(autouse=True)
def _compiled_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small data take the compiled way too."""
    monkeypatch.setattr(compiled_map, "_FEWEST_VALUES", 0)


def applied(map: BlockMap, X: np.ndarray) -> np.ndarray:
    """The images, after making sure that no other way computed them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BlockMap, "_applied", None)
        patch.setattr(BlockMap, "way", lambda *_: Way.COMPILED)
        return map.apply(X)


@pytest.mark.parametrize("name", EVERY_ACTION)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("samples", [1, 32, 45, 1100])
def test_encoders_and_decoders(name: str, dtype: str, samples: int) -> None:
    action = EVERY_ACTION[name]
    rng = np.random.default_rng(samples)
    target = rng.standard_normal((action.degree, action.degree))
    nearest = ev.EquivariantMaps(action).bounded(max(1, action.degree // 2)).nearest(target)
    X = rng.standard_normal((samples, action.degree)).astype(dtype)
    for map in (nearest.encoder, nearest.decoder):
        matrix = map.matrix()
        images = applied(map, X)
        expected = X.astype(np.float64) @ matrix.T
        assert images.dtype == X.dtype
        np.testing.assert_allclose(images, expected, rtol=0, atol=64 * EPSILON[dtype] * np.abs(expected).max())
        X = images


def test_ranks_that_leave_blocks_out() -> None:
    maps = ev.EquivariantMaps(ev.actions.image_shift((5, 9), axis=1))
    X = np.random.default_rng(0).standard_normal((60, 45))
    solution = maps.bounded(9).component((3, 0, 2, 0, 1)).fit(X)
    features = applied(solution.encoder, X)
    assert features.shape == (60, 9)
    np.testing.assert_allclose(applied(solution.decoder, features), X @ solution.matrix().T, atol=1e-12)


def test_rows_of_any_stride() -> None:
    maps = ev.EquivariantMaps(ev.actions.image_shift((5, 9), axis=1))
    X = np.random.default_rng(0).standard_normal((60, 45))
    solution = maps.bounded(11).fit(X)
    features = applied(solution.encoder, X)
    np.testing.assert_array_equal(applied(solution.encoder, np.asfortranarray(X)), features)
    np.testing.assert_array_equal(
        applied(solution.decoder, np.asfortranarray(features)), applied(solution.decoder, features)
    )
