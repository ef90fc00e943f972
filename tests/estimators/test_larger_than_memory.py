"""Estimators on stored arrays and Dask collections: the fit of all rows in memory, without holding them."""

from __future__ import annotations

import itertools
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.linear_model import LinearRegression

import equivariety as ev
from equivariety.errors import InputError
from equivariety.moments import chunks, streams

SHIFT = ev.actions.image_shift((2, 3), axis=1)
RNG = np.random.default_rng(0)
X = RNG.standard_normal((700, 6)) @ RNG.standard_normal((6, 6)) + 1000
Y = X @ RNG.standard_normal((6, 3)) + RNG.standard_normal((700, 3))
COUNTS = RNG.integers(0, 4, 700)
NUMBERS = itertools.count()  # names of files


@pytest.fixture(autouse=True)
def small_slabs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "_SLAB_VALUES", 6 * 100)


def in_zarr(folder: Path) -> Callable[[np.ndarray], Any]:
    zarr = pytest.importorskip("zarr")

    def store(data: np.ndarray) -> Any:
        path = str(folder / f"{next(NUMBERS)}.zarr")
        stored = zarr.create_array(
            store=path, shape=data.shape, chunks=(max(30, len(data) // 40), *data.shape[1:]), dtype=data.dtype
        )
        stored[:] = data
        return stored

    return store


def in_hdf5(folder: Path) -> Callable[[np.ndarray], Any]:
    file = pytest.importorskip("h5py").File(folder / "data.h5", "w")
    return lambda data: file.create_dataset(str(next(NUMBERS)), data=data)


def memory_mapped(folder: Path) -> Callable[[np.ndarray], Any]:
    def store(data: np.ndarray) -> Any:
        path = folder / f"{next(NUMBERS)}.npy"
        np.save(path, data)
        return np.load(path, mmap_mode="r")

    return store


def in_dask(folder: Path) -> Callable[[np.ndarray], Any]:
    array = pytest.importorskip("dask.array")
    return lambda data: array.from_array(data, chunks=(150, *data.shape[1:]))


def filtered_in_dask(folder: Path) -> Callable[[np.ndarray], Any]:
    """Chunks of unknown lengths, the first of them empty."""
    array = pytest.importorskip("dask.array")

    def store(data: np.ndarray) -> Any:
        padded = array.from_array(np.concatenate([np.full((150, *data.shape[1:]), 7.0), data]), chunks=150)
        return padded[array.arange(850, chunks=150) >= 150]

    return store


KINDS = [in_zarr, in_hdf5, memory_mapped, in_dask, filtered_in_dask]


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[np.ndarray], Any]:
    return request.param(tmp_path)


def test_ordinary_pca(store: Callable) -> None:
    known = PCA(4).fit(np.repeat(X, COUNTS, axis=0))
    found = ev.EquivariantPCA(n_components=4).fit(store(X), sample_weight=store(COUNTS))
    np.testing.assert_allclose(found.mean_, known.mean_)
    np.testing.assert_allclose(found.explained_variance_ratio_, known.explained_variance_ratio_, rtol=1e-8)
    np.testing.assert_allclose(np.abs(found.components_), np.abs(known.components_), atol=1e-8)
    assert found.n_features_in_ == 6


@pytest.mark.parametrize("center", [True, False])
def test_the_mean_of_the_orbits_is_subtracted(store: Callable, center: bool) -> None:
    found = ev.EquivariantPCA(SHIFT, n_components=3, center=center).fit(store(X))
    mean = np.repeat(X.mean(axis=0).reshape(2, 3).mean(axis=1), 3) if center else np.zeros(6)
    np.testing.assert_allclose(found.mean_, mean)
    by_hand = ev.EquivariantMaps(SHIFT).bounded(3).fit(X - mean)
    assert (found.ranks_, found.loss_) == (by_hand.ranks, pytest.approx(by_hand.loss, rel=1e-7))
    np.testing.assert_allclose(found.solution_.matrix(), by_hand.matrix(), atol=1e-7)


@pytest.mark.parametrize("targets", [Y, Y[:, 0]], ids=["matrix", "vector"])
def test_ordinary_regression(store: Callable, targets: np.ndarray) -> None:
    known = LinearRegression().fit(X, targets, sample_weight=COUNTS)
    found = ev.EquivariantRegression().fit(store(X), store(targets), sample_weight=store(COUNTS))
    np.testing.assert_allclose(found.coef_, known.coef_, atol=1e-7)
    np.testing.assert_allclose(found.intercept_, known.intercept_, rtol=1e-7)
    np.testing.assert_allclose(found.predict(X), known.predict(X), rtol=1e-9)


def test_invariant_regression_on_the_sums_over_orbits(store: Callable) -> None:
    sums = X.reshape(-1, 2, 3).sum(axis=2)
    found = ev.InvariantRegression(SHIFT).fit(store(X), store(Y))
    np.testing.assert_allclose(found.predict(X), LinearRegression().fit(sums, Y).predict(sums), rtol=1e-9)


def test_batches_may_be_stored_too(store: Callable) -> None:
    model = ev.InvariantRegression(SHIFT).partial_fit(X[:99], Y[:99, 0]).partial_fit(store(X), store(Y[:, 0]))
    whole = ev.InvariantRegression(SHIFT).fit(np.concatenate([X[:99], X]), np.concatenate([Y[:99, 0], Y[:, 0]]))
    np.testing.assert_allclose(model.coef_, whole.coef_, atol=1e-7)
    with pytest.raises(InputError, match="y must have 1 columns, the degree of the targets seen before, not 3"):
        model.partial_fit(store(X), store(Y))
    with pytest.raises(ValueError, match="X has 5 features, but InvariantRegression is expecting 6 features as input"):
        model.partial_fit(store(X[:, :5]), store(Y[:, 1]))


def test_vectors_in_memory_beside_stored_inputs(tmp_path: Path) -> None:
    model = ev.EquivariantRegression().fit(in_zarr(tmp_path)(X), Y[:, 0].tolist(), sample_weight=COUNTS.tolist())
    known = LinearRegression().fit(X, Y[:, 0], sample_weight=COUNTS)
    np.testing.assert_allclose(model.coef_, known.coef_, atol=1e-7)


def test_data_frames_of_dask_keep_the_names_of_their_columns() -> None:
    pandas, frames = pytest.importorskip("pandas"), pytest.importorskip("dask.dataframe")
    names = [f"sensor {number}" for number in range(6)]
    frame = pandas.DataFrame(np.column_stack([X, Y[:, 0], COUNTS]), columns=[*names, "target", "weight"])
    parts = frames.from_pandas(frame, npartitions=3)
    model = ev.EquivariantRegression().fit(parts[names], parts.target, sample_weight=parts.weight)
    known = LinearRegression().fit(X, Y[:, 0], sample_weight=COUNTS)
    np.testing.assert_allclose(model.coef_, known.coef_, atol=1e-7)
    assert model.feature_names_in_.tolist() == names
    found = parts[names].map_partitions(model.predict, meta=("prediction", float)).compute()
    np.testing.assert_allclose(found, known.predict(X), rtol=1e-9)


@pytest.mark.parametrize("kind", [in_zarr, in_hdf5, memory_mapped])
def test_memory_does_not_grow_with_the_file(kind: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twelve megabytes of data; a single copy of them would already be more than is allowed."""
    monkeypatch.setattr(streams, "_SLAB_VALUES", 2**14)
    monkeypatch.setattr(chunks, "CHUNK_VALUES", 2**14)
    data = np.tile(X, (360, 1))
    store, weight = kind(tmp_path), np.ones(len(data))
    inputs, targets = store(data), store(data[:, :5])
    models = [(ev.EquivariantPCA(SHIFT, 3), ()), (ev.EquivariantRegression(rank=2), (targets,))]
    for model, y in models:
        model.fit(X, *(() if not y else (Y,)))  # what is loaded once and kept
        tracemalloc.start()
        model.fit(inputs, *y, sample_weight=weight)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak - 3 * weight.nbytes < data.nbytes / 3


@pytest.mark.parametrize("kind", [in_zarr, in_hdf5, memory_mapped])
def test_rows_are_given_back_in_memory(kind: Callable, tmp_path: Path) -> None:
    store = kind(tmp_path)
    pca = ev.EquivariantPCA(n_components=3)
    features = pca.fit_transform(store(X))
    known = PCA(3).fit(X)
    np.testing.assert_allclose(np.abs(features), np.abs(known.transform(X)), atol=1e-8)
    np.testing.assert_allclose(
        pca.inverse_transform(store(features)), known.inverse_transform(known.transform(X)), atol=1e-8
    )
    assert pca.explained_share(store(X)) == pytest.approx(known.explained_variance_ratio_.sum())
    line, model = LinearRegression().fit(X, Y[:, 0]), ev.EquivariantRegression().fit(X, Y[:, 0])
    np.testing.assert_allclose(model.predict(store(X)), line.predict(X), rtol=1e-9)
    assert model.score(store(X), store(Y[:, 0])) == pytest.approx(line.score(X, Y[:, 0]))


def test_rows_of_stored_arrays_that_cannot_be_used(tmp_path: Path) -> None:
    store, pca = in_hdf5(tmp_path), ev.EquivariantPCA(n_components=3).fit(X)
    spoiled = X.copy()
    spoiled[250, 0] = np.inf
    with pytest.raises(InputError, match="in rows 200 to 299: X must hold finite numbers: row 50 contains NaN or inf"):
        pca.transform(store(spoiled))
    with pytest.raises(ValueError, match="Found array with 0 sample"):
        pca.transform(store(X[:0]))
    with pytest.raises(ValueError, match="Expected 2D array, got 1D array"):
        pca.transform(store(X[:, 0]))


def test_collections_of_dask_are_transformed_by_dask() -> None:
    data = in_dask(Path())(X)
    pca, model = ev.EquivariantPCA(n_components=3).fit(X), ev.EquivariantRegression().fit(X, Y)
    for method in (pca.transform, pca.inverse_transform, pca.score, model.predict):
        with pytest.raises(InputError, match="X must be an array, not Array of Dask: apply this method to the chunks"):
            method(data)
    features = data.map_blocks(pca.transform, dtype=float, chunks=(data.chunks[0], (3,)))
    np.testing.assert_allclose(features.compute(), pca.transform(X), atol=1e-12)


def rows() -> Iterator[np.ndarray]:
    yield X


def test_data_that_cannot_be_used(tmp_path: Path) -> None:
    array = pytest.importorskip("dask.array")
    chunked, stored = array.from_array(X, chunks=(100, 6)), in_zarr(tmp_path)(X)
    spoiled = X.copy()
    spoiled[650, 2] = np.nan
    nowhere = chunked[chunked[:, 0] > 1e9]
    cases = [
        (rows(), Y, None, "X must be an array, not generator: to learn from batches, give each to partial_fit"),
        (chunked, Y, None, "y must be a Dask collection like X, not ndarray"),
        (chunked, array.from_array(Y, chunks=(70, 3)), None, "y must have the chunks of X: 7, not 10"),
        (chunked, array.from_array(Y, chunks=(100, 3)), -np.ones(700), "that are not negative: row 0 has -1.0"),
        (chunked, array.from_array(Y, chunks=(100, 3)), np.zeros(700), "must not be zero for all samples"),
        (stored, Y, np.zeros(700), "sample_weight must not be zero for all samples"),
        (stored, Y, COUNTS[:5], r"sample_weight must have shape \(700,\), one weight for each sample, not \(5,\)"),
        (stored, Y[:699], None, "Y must have as many samples as X: 700, not 699"),
        (array.from_array(spoiled, chunks=100), array.from_array(Y, chunks=100), None, "finite numbers: row 650 con"),
        (in_hdf5(tmp_path)(spoiled), Y, None, "finite numbers: row 650 contains NaN or infinity"),
        (stored, spoiled, None, "Y must hold finite numbers: row 650 contains NaN or infinity"),
        (stored, None, None, "requires y to be passed"),
        (nowhere, nowhere, None, "Found array with 0 sample"),
    ]
    for inputs, targets, weight, message in cases:
        with pytest.raises(ValueError, match=message):
            ev.EquivariantRegression().fit(inputs, targets, sample_weight=weight)
    with pytest.raises(InputError, match="X must have 6 columns, the degree of action, not 5"):
        ev.EquivariantPCA(SHIFT).fit(chunked[:, :5])
