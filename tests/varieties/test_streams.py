"""Stored arrays, iterables and interrupted passes give what one pass over an array gives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import equivariety as ev
from equivariety.blocks import Moments
from equivariety.errors import InputError
from equivariety.varieties import streams
from equivariety.varieties.checkpoints import Checkpoint
from equivariety.varieties.fitting import data_moments
from equivariety.varieties.streams import stream_moments

MAPS = ev.EquivariantMaps(ev.actions.image_shift((4, 6), axis=1))
X = np.random.default_rng(0).standard_normal((90, 24)).astype(np.float32)


def batches(size: int = 7) -> list[np.ndarray]:
    return [X[start : start + size] for start in range(0, len(X), size)]


def same_bits(first: Moments, second: Moments) -> None:
    for a, b in zip(first.matrices, second.matrices, strict=True):
        np.testing.assert_array_equal(a, b)
    assert (first.weight, first.target_norm) == (second.weight, second.target_norm)


def close(first: Moments, second: Moments) -> None:
    for a, b in zip(first.matrices, second.matrices, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-4)
    assert first.target_norm == pytest.approx(second.target_norm, rel=1e-6)


@pytest.fixture(autouse=True)
def small_slabs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "_SLAB_VALUES", 24 * 25)


def test_memory_mapped_arrays(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", X)
    same_bits(data_moments(MAPS, np.load(tmp_path / "x.npy", mmap_mode="r")), data_moments(MAPS, X))


def test_zarr(tmp_path: Path) -> None:
    zarr = pytest.importorskip("zarr")
    stored = zarr.create_array(store=str(tmp_path / "x.zarr"), shape=X.shape, chunks=(20, 24), dtype=X.dtype)
    stored[:] = X
    close(data_moments(MAPS, stored), data_moments(MAPS, X))


def test_hdf5_with_targets_and_weights(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    weight = np.linspace(0.5, 2, len(X))
    with h5py.File(tmp_path / "x.h5", "w") as file:
        inputs = file.create_dataset("x", data=X, chunks=(16, 24))
        targets = file.create_dataset("y", data=2 * X)
        close(data_moments(MAPS, inputs, targets, weight), data_moments(MAPS, X, 2 * X, weight))


def test_generators_of_batches() -> None:
    close(data_moments(MAPS, iter(batches())), data_moments(MAPS, X))
    close(data_moments(MAPS, ((x, 3 * x) for x in batches())), data_moments(MAPS, X, 3 * X))


def test_torch_data_loaders() -> None:
    torch = pytest.importorskip("torch")
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.from_numpy(X)), batch_size=16)
    close(data_moments(MAPS, loader), data_moments(MAPS, X))


def test_an_interrupted_stream_goes_on_bit_for_bit(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path / "moments.npz", every=3)

    def interrupted() -> object:
        for number, batch in enumerate(batches()):
            if number == 8:
                raise KeyboardInterrupt
            yield batch

    with pytest.raises(KeyboardInterrupt):
        stream_moments(MAPS, interrupted(), checkpoint)
    seen: list[float] = []
    resumed = stream_moments(MAPS, batches(), checkpoint, seen.append)
    same_bits(resumed, stream_moments(MAPS, batches()))
    assert seen[0] == 7 * 7, "six batches were in the file"
    assert not (tmp_path / "moments.npz").exists()


def test_a_checkpoint_of_other_data_is_refused(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path / "moments.npz", every=1)

    def stopping() -> object:
        yield X[:5]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stream_moments(MAPS, stopping(), checkpoint)
    with pytest.raises(InputError, match="belongs to other maps or other data"):
        stream_moments(MAPS, [X[5:10]], checkpoint)
    with pytest.raises(InputError, match="belongs to other maps or other data"):
        stream_moments(ev.EquivariantMaps(ev.actions.cyclic(24)), [X[:5]], checkpoint)


def test_a_file_that_is_no_checkpoint(tmp_path: Path) -> None:
    (tmp_path / "notes.npz").write_text("hello")
    with pytest.raises(InputError, match="is not a checkpoint of this library"):
        stream_moments(MAPS, [X], Checkpoint(tmp_path / "notes.npz"))


def test_rows_are_counted_over_all_batches() -> None:
    bad = X.copy()
    bad[61, 3] = np.nan
    with pytest.raises(InputError, match="X must hold finite numbers: row 61 contains NaN"):
        data_moments(MAPS, (bad[start : start + 10] for start in range(0, 90, 10)))


def test_wrong_streams() -> None:
    with pytest.raises(InputError, match="must hold at least one sample"):
        data_moments(MAPS, iter([]))
    with pytest.raises(InputError, match=r"X must have shape \(samples, 24\)"):
        data_moments(MAPS, iter([X, X[:, :5]]))
    with pytest.raises(InputError, match="weights and centering need an array in memory or on disk, not list_iterator"):
        data_moments(MAPS, iter([X]), sample_weight=np.ones(90))
    with pytest.raises(InputError, match="every must be at least 1 batch, not 0"):
        Checkpoint("x", every=0)
