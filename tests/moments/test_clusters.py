"""Dask collections, on threads and on a cluster of processes one of which is killed."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import equivariety as ev
from equivariety.errors import InputError
from equivariety.varieties.fitting import data_moments

array = pytest.importorskip("dask.array")

MAPS = ev.EquivariantMaps(ev.actions.image_shift((4, 6), axis=1))
X = np.random.default_rng(0).standard_normal((600, 24)).astype(np.float32)


def test_arrays_in_any_chunks() -> None:
    expected = MAPS.bounded(5).fit(X)
    for chunks in ((50, 24), (77, 10), (600, 24)):
        found = MAPS.bounded(5).fit(array.from_array(X, chunks=chunks))
        assert found.ranks == expected.ranks
        assert found.loss == pytest.approx(expected.loss, rel=1e-5)


def test_targets() -> None:
    found = data_moments(MAPS, array.from_array(X, chunks=(50, 24)), array.from_array(2 * X, chunks=(50, 24)))
    np.testing.assert_allclose(found.cross[0], data_moments(MAPS, X, 2 * X).cross[0], rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("spread", [lambda weight: array.from_array(weight, chunks=50), np.asarray, list])
@pytest.mark.parametrize("targets", [None, 2 * X[:, ::-1] + 1], ids=["autoencoder", "targets"])
def test_weights_repeat_samples_and_origins_are_subtracted(spread: Callable, targets: np.ndarray | None) -> None:
    weight = np.random.default_rng(1).integers(0, 3, 600)
    weight[100:150] = 0  # a chunk in which no sample counts
    mean = np.average(X.astype(float), axis=0, weights=weight).reshape(4, 6).mean(axis=1)
    origins = (np.repeat(mean, 6), np.full(24, 0.5))
    chunked = None if targets is None else array.from_array(targets, chunks=(50, 24))
    found = data_moments(MAPS, array.from_array(X, chunks=(50, 24)), chunked, spread(weight), origins)
    by_hand = [np.repeat((X.reshape(-1, 4, 6) - mean[:, None]).reshape(-1, 24), weight, axis=0)]
    by_hand += [] if targets is None else [np.repeat(targets - 0.5, weight, axis=0)]
    expected = data_moments(MAPS, *by_hand)
    for a, b in zip(found.matrices, expected.matrices, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-3)
    assert found.weight == pytest.approx(expected.weight)
    assert found.target_norm == pytest.approx(np.sum(by_hand[-1] ** 2, dtype=float), rel=1e-5)


def data_frame() -> Any:
    """Four partitions with a column of weights behind the pixels."""
    pandas, frames = pytest.importorskip("pandas"), pytest.importorskip("dask.dataframe")
    pixels = pandas.DataFrame(X, columns=[f"pixel{i}" for i in range(24)])
    return frames.from_pandas(pixels.assign(weight=np.arange(600) % 3), npartitions=4)


def test_columns_of_data_frames() -> None:
    frame = data_frame().drop(columns="weight")
    assert MAPS.bounded(5).fit(frame).loss == pytest.approx(MAPS.bounded(5).fit(X).loss, rel=1e-5)


def test_weights_in_a_column_of_a_filtered_data_frame() -> None:
    frame = data_frame()
    frame = frame[frame.pixel0 > 0]
    found = MAPS.bounded(5).fit(frame.drop(columns="weight"), sample_weight=frame.weight)
    kept = X[:, 0] > 0
    repeated = MAPS.bounded(5).fit(np.repeat(X[kept], (np.arange(600) % 3)[kept], axis=0))
    assert (found.ranks, found.loss) == (repeated.ranks, pytest.approx(repeated.loss, rel=1e-5))
    with pytest.raises(InputError, match="since the lengths of these are unknown, not ndarray"):
        MAPS.bounded(5).fit(frame.drop(columns="weight"), sample_weight=np.ones(kept.sum()))
    short = frame[frame.weight > 0]
    with pytest.raises(InputError, match=r"in chunk \d, counted from 0: sample_weight must have shape \(\d+,\)"):
        MAPS.bounded(5).fit(frame.drop(columns="weight"), sample_weight=short.weight)


def test_wrong_collections() -> None:
    data = array.from_array(X, chunks=(100, 24))
    with pytest.raises(InputError, match=r"X must have 24 columns, the degree of the domain, not shape \(600, 5\)"):
        data_moments(MAPS, data[:, :5])
    with pytest.raises(InputError, match="Y must have the chunks of X: 6, not 3"):
        data_moments(MAPS, data, data.rechunk((200, 24)))
    with pytest.raises(InputError, match="Y must be a Dask collection like X, not ndarray"):
        data_moments(MAPS, data, X)
    uneven = array.from_array(X, chunks=((100, 120, 80, 100, 100, 100), 24))
    with pytest.raises(InputError, match="Y must have the chunks of X: chunk 1, counted from 0, has 100 rows, not 120"):
        data_moments(MAPS, data, uneven)
    with pytest.raises(InputError, match="contains NaN"):
        data_moments(MAPS, array.where(data > 3, np.nan, data))


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        (np.zeros(600), "sample_weight must not be zero for all samples"),
        (array.zeros(600, chunks=100), "sample_weight must not be zero for all samples"),
        (np.ones(5), r"sample_weight must have shape \(600,\), one weight for each sample, not \(5,\)"),
        (array.ones(600, chunks=200), "sample_weight must have the chunks of X: 6, not 3"),
        (array.ones((600, 1), chunks=100), r"sample_weight must have one dimension, not shape \(600, 1\)"),
        (1 - 2 * (array.arange(600, chunks=100) == 250), "that are not negative: row 250 has -1"),
    ],
)
def test_weights_that_cannot_be_used(weight: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        data_moments(MAPS, array.from_array(X, chunks=(100, 24)), sample_weight=weight)


def test_rows_are_counted_from_the_start_or_within_a_named_chunk() -> None:
    spoiled = X.copy()
    spoiled[350, 3] = np.nan
    data = array.from_array(spoiled, chunks=(100, 24))
    with pytest.raises(InputError, match=r"^X must hold finite numbers: row 350 contains NaN or infinity"):
        data_moments(MAPS, data)
    with pytest.raises(InputError, match=r"^in chunk 3, counted from 0: X must hold finite numbers: row 50 contains"):
        data_moments(MAPS, data[data[:, 0] < np.inf])


def test_filters_that_leave_no_row() -> None:
    data = array.from_array(X, chunks=(100, 24))
    with pytest.raises(InputError, match="X must have at least one sample, not 0: every chunk is empty"):
        data_moments(MAPS, data[data[:, 0] > 1e6])


def _slow_rows(block: np.ndarray) -> np.ndarray:
    time.sleep(0.05)
    return block


@pytest.mark.slow
def test_a_killed_worker_changes_no_bit() -> None:
    distributed = pytest.importorskip("distributed")
    data = array.from_array(X, chunks=(10, 24)).map_blocks(_slow_rows, dtype=X.dtype)
    weight, origins = np.linspace(0, 2, len(X)), (np.full(24, 0.1), np.full(24, 0.1))
    serial = data_moments(MAPS, data, sample_weight=weight, origins=origins)
    with (
        distributed.LocalCluster(2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        victim, survivor = client.run(os.getpid).values()
        timer = threading.Timer(0.5, os.kill, (victim, signal.SIGKILL))
        timer.start()
        killed = data_moments(MAPS, data, sample_weight=weight, origins=origins)
        assert not timer.is_alive(), "the worker died while the sums were under way"
        assert survivor in client.run(os.getpid).values()
        assert victim not in client.run(os.getpid).values()
    for a, b in zip(killed.matrices, serial.matrices, strict=True):
        np.testing.assert_array_equal(a, b)


def test_masked_chunks() -> None:
    masked = array.from_array(np.ma.masked_less(np.ones((8, 6)), 0), chunks=(4, 6))
    with pytest.raises(InputError, match=r"^X must not be a masked array"):
        data_moments(ev.EquivariantMaps(ev.actions.cyclic(6)), masked)
