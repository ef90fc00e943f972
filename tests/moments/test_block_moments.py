"""Moments add, over batches of any size, with weights, with means taken off."""

from __future__ import annotations

import numpy as np
import pytest

from cases import FAMILIES, data
from equivariety.errors import InputError
from equivariety.estimators.accumulation import orbit_average
from equivariety.varieties.fitting import data_moments

NAMES = pytest.mark.parametrize("name", FAMILIES)


def assert_equal(first, second):
    for name in ("weight", "target_norm", "input_sum", "target_sum"):
        np.testing.assert_allclose(getattr(first, name), getattr(second, name), rtol=1e-9, atol=1e-9)
    for name in ("inner", "cross"):
        if getattr(first, name) is None:
            assert getattr(second, name) is None
            continue
        for a, b in zip(getattr(first, name), getattr(second, name), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-8 * np.abs(a).max(initial=1.0))
    assert first.outputs == second.outputs


@NAMES
def test_moments_of_batches_add(name):
    maps = FAMILIES[name]
    X, Y = data(maps, 30)
    whole = data_moments(maps, X, Y)
    parts = [data_moments(maps, X[rows], Y[rows]) for rows in (slice(0, 1), slice(1, 12), slice(12, 30))]
    assert_equal(parts[0] + parts[1] + parts[2], whole)
    assert_equal(parts[2] + (parts[0] + parts[1]), whole)


@NAMES
def test_weights_are_repetitions(name):
    maps = FAMILIES[name]
    X, Y = data(maps, 20)
    counts = np.random.default_rng(1).integers(0, 4, 20)
    weighted = data_moments(maps, X, Y, counts.astype(float))
    assert_equal(weighted, data_moments(maps, np.repeat(X, counts, axis=0), np.repeat(Y, counts, axis=0)))


@NAMES
def test_centering_afterwards_is_centering_before(name):
    maps = FAMILIES[name]
    X, Y = data(maps, 20)
    centered = data_moments(maps, X, Y).centered(0)
    before = data_moments(
        maps, X - orbit_average(maps.domain, X.mean(axis=0)), Y - orbit_average(maps.codomain, Y.mean(axis=0))
    )
    for a, b in zip((*centered.inner, *centered.cross), (*before.inner, *before.cross), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-9 * max(1.0, np.abs(a).max(initial=0)))
    assert centered.target_norm == pytest.approx(before.target_norm)


@pytest.mark.parametrize("name", [name for name, maps in FAMILIES.items() if maps.domain == maps.codomain])
def test_inputs_as_their_own_targets(name):
    maps = FAMILIES[name]
    X, _ = data(maps, 20)
    alone, twice = data_moments(maps, X), data_moments(maps, X, X)
    assert alone.cross is None
    assert alone.target_norm == pytest.approx(np.sum(X**2))
    assert maps.bounded(3).solve(alone).loss == pytest.approx(maps.bounded(3).solve(twice).loss)


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.int64, bool, np.float16, np.float32])
def test_other_kinds_of_numbers(kind):
    maps = FAMILIES["two shifts"]
    X = np.random.default_rng(0).integers(0, 2 if kind is bool else 100, (50, 12)).astype(kind)
    found, exact = data_moments(maps, X), data_moments(maps, X.astype(np.float64))
    for a, b in zip(found.inner, exact.inner, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5 * np.abs(b).max())
    assert found.target_norm == pytest.approx(exact.target_norm, rel=1e-6)


def test_a_memory_mapped_file_is_read_in_place(tmp_path):
    maps = FAMILIES["two shifts"]
    X = np.random.default_rng(0).random((50, 12))
    np.save(tmp_path / "X.npy", X)
    assert_equal(data_moments(maps, np.load(tmp_path / "X.npy", mmap_mode="r")), data_moments(maps, X))


def test_the_row_of_a_bad_value_is_counted_over_all_chunks():
    maps = FAMILIES["one permutation"]
    X = np.zeros((2**20, 5), dtype=np.float32)
    X[900_000, 4] = np.nan
    with pytest.raises(InputError, match="X must hold finite numbers: row 900000 contains NaN or infinity"):
        data_moments(maps, X)
