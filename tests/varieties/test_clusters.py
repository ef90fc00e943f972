"""Dask collections, on threads and on a cluster of processes one of which is killed."""

from __future__ import annotations

import os
import signal
import threading
import time

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


def test_columns_of_data_frames() -> None:
    pandas, frames = pytest.importorskip("pandas"), pytest.importorskip("dask.dataframe")
    frame = frames.from_pandas(pandas.DataFrame(X, columns=[f"pixel{i}" for i in range(24)]), npartitions=4)
    assert MAPS.bounded(5).fit(frame).loss == pytest.approx(MAPS.bounded(5).fit(X).loss, rel=1e-5)


def test_wrong_collections() -> None:
    data = array.from_array(X, chunks=(100, 24))
    with pytest.raises(InputError, match=r"X must have 24 columns, the degree of the domain, not shape \(600, 5\)"):
        data_moments(MAPS, data[:, :5])
    with pytest.raises(InputError, match="Y must have the chunks of X: 6, not 3"):
        data_moments(MAPS, data, data.rechunk((200, 24)))
    with pytest.raises(InputError, match="Y must be a Dask collection like X, not ndarray"):
        data_moments(MAPS, data, X)
    with pytest.raises(InputError, match="contains NaN"):
        data_moments(MAPS, array.where(data > 3, np.nan, data))


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
    serial = data_moments(MAPS, data)
    with (
        distributed.LocalCluster(2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        victim, survivor = client.run(os.getpid).values()
        timer = threading.Timer(0.5, os.kill, (victim, signal.SIGKILL))
        timer.start()
        killed = data_moments(MAPS, data)
        assert not timer.is_alive(), "the worker died while the sums were under way"
        assert survivor in client.run(os.getpid).values()
        assert victim not in client.run(os.getpid).values()
    for a, b in zip(killed.matrices, serial.matrices, strict=True):
        np.testing.assert_array_equal(a, b)
