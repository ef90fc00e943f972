"""Stored arrays, iterables and interrupted passes give what one pass over an array gives."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import equivariety as ev
from equivariety.errors import InputError
from equivariety.moments import Moments, streams
from equivariety.moments.checkpoints import Checkpoint
from equivariety.moments.streams import stream_moments
from equivariety.varieties.fitting import data_moments

MAPS = ev.EquivariantMaps(ev.actions.image_shift((4, 6), axis=1))
X = np.random.default_rng(0).standard_normal((90, 24)).astype(np.float32)


Y = X[:, ::-1] + 1
COUNTS = np.random.default_rng(1).integers(0, 4, len(X))
# Constant on the rows of the images, as the group demands.
ORIGINS = (np.repeat([3.0, 0.0, -1.0, 2.0], 6), np.repeat([1.0, 1.5, 0.0, -7.0], 6))


def batches(size: int = 7) -> list[np.ndarray]:
    return [X[start : start + size] for start in range(0, len(X), size)]


def weighted_batches(size: int = 7) -> list[tuple[np.ndarray, ...]]:
    slices = [slice(start, start + size) for start in range(0, len(X), size)]
    return [(X[rows], Y[rows], COUNTS[rows] / 3) for rows in slices]


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


def test_batches_of_torch_data_loaders_with_targets_and_weights() -> None:
    torch = pytest.importorskip("torch")
    tensors = torch.utils.data.TensorDataset(*(torch.from_numpy(part) for part in (X, Y, COUNTS)))
    loader = torch.utils.data.DataLoader(tensors, batch_size=16)
    close(data_moments(MAPS, loader), data_moments(MAPS, np.repeat(X, COUNTS, axis=0), np.repeat(Y, COUNTS, axis=0)))


@pytest.mark.parametrize("targets", [None, Y], ids=["autoencoder", "targets"])
def test_weights_of_batches_repeat_samples(targets: np.ndarray | None) -> None:
    family, rows = MAPS.bounded(7), [slice(0, 40), slice(40, 41), slice(41, 90)]
    stream = ((X[part], None if targets is None else targets[part], COUNTS[part]) for part in rows)
    weighted = family.fit(stream)
    repeated_X, repeated_Y = (np.repeat(data, COUNTS, axis=0) for data in (X, X if targets is None else targets))
    repeated = family.fit(repeated_X, None if targets is None else repeated_Y)
    assert weighted.ranks == repeated.ranks
    np.testing.assert_allclose(weighted.matrix(), repeated.matrix(), atol=1e-5)
    dense = repeated_X.astype(float) @ weighted.matrix().T - repeated_Y
    assert weighted.loss == pytest.approx(np.mean(dense**2), rel=1e-5)


def test_batches_without_weights_count_once() -> None:
    mixed = data_moments(MAPS, iter([(X[:50], None, np.full(50, 2)), X[50:], (np.ones((3, 24)), None, np.zeros(3))]))
    close(mixed, data_moments(MAPS, np.concatenate([X[:50], X])))
    assert mixed.weight == 140


def test_origins_are_subtracted() -> None:
    """The images less the mean of each of their rows, which is what a shift along the rows leaves fixed."""
    images = X.astype(float) + np.repeat([1e3, 0, -50, 7], 6)
    mean = np.average(images, axis=0, weights=COUNTS).reshape(4, 6).mean(axis=1)
    origins = (np.repeat(mean, 6), np.zeros(24))
    stream = ((images[rows], Y[rows], COUNTS[rows]) for rows in (slice(0, 33), slice(33, 90)))
    found = data_moments(MAPS, stream, origins=origins)
    by_hand = (images.reshape(-1, 4, 6) - mean[:, None]).reshape(-1, 24)
    close(found, data_moments(MAPS, np.repeat(by_hand, COUNTS, axis=0), np.repeat(Y, COUNTS, axis=0)))
    assert found.energy == pytest.approx(np.sum(COUNTS[:, None] * by_hand**2))
    np.testing.assert_allclose(found.input_sum, 0, atol=1e-9)


def test_stored_arrays_around_origins(tmp_path: Path) -> None:
    zarr = pytest.importorskip("zarr")
    stored = zarr.create_array(store=str(tmp_path / "x.zarr"), shape=X.shape, chunks=(20, 24), dtype=X.dtype)
    stored[:] = X
    found = data_moments(MAPS, stored, Y, COUNTS, ORIGINS)
    close(found, data_moments(MAPS, X - ORIGINS[0], Y - ORIGINS[1], COUNTS))


@pytest.mark.parametrize(
    ("stream", "origins"), [(batches, None), (weighted_batches, None), (weighted_batches, ORIGINS)]
)
def test_an_interrupted_stream_goes_on_bit_for_bit(tmp_path: Path, stream: Callable, origins: object) -> None:
    checkpoint = Checkpoint(tmp_path / "moments.npz", every=3)

    def interrupted() -> object:
        for number, batch in enumerate(stream()):
            if number == 8:
                raise KeyboardInterrupt
            yield batch

    with pytest.raises(KeyboardInterrupt):
        stream_moments(MAPS, interrupted(), checkpoint, origins=origins)
    seen: list[int] = []
    resumed = stream_moments(MAPS, stream(), checkpoint, seen.append, origins)
    same_bits(resumed, stream_moments(MAPS, stream(), origins=origins))
    assert seen == [49, 56, 63, 70, 77, 84, 90], "samples, whatever their weights; six batches were in the file"
    assert not (tmp_path / "moments.npz").exists()


def test_a_checkpoint_of_other_data_is_refused(tmp_path: Path) -> None:
    checkpoint, weight = Checkpoint(tmp_path / "moments.npz", every=1), np.arange(5)

    def stopping() -> object:
        yield X[:5], Y[:5], weight
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stream_moments(MAPS, stopping(), checkpoint, origins=ORIGINS)
    same = (MAPS, (X[:5], Y[:5], weight), ORIGINS)
    others = [
        (ev.EquivariantMaps(ev.actions.cyclic(24)), *same[1:]),
        (MAPS, (X[5:10], Y[:5], weight), ORIGINS),
        (MAPS, (X[:5], Y[5:10], weight), ORIGINS),
        (MAPS, (X[:5], None, weight), ORIGINS),
        (MAPS, (X[:5], Y[:5], weight[::-1]), ORIGINS),
        (MAPS, (X[:5], Y[:5]), ORIGINS),
        (MAPS, (X[:4], Y[:4], weight[:4]), ORIGINS),
        (*same[:2], ORIGINS[::-1]),
        (*same[:2], None),
    ]
    for maps, batch, origins in others:
        with pytest.raises(InputError, match="belongs to other maps, data, weights or origins; remove it to start ane"):
            stream_moments(maps, [batch], checkpoint, origins=origins)
    assert stream_moments(MAPS, [same[1]], checkpoint, origins=ORIGINS).weight == 10


def test_a_file_that_is_no_checkpoint(tmp_path: Path) -> None:
    (tmp_path / "notes.npz").write_text("hello")
    with pytest.raises(InputError, match="is not a checkpoint of this library"):
        stream_moments(MAPS, [X], Checkpoint(tmp_path / "notes.npz"))


def test_rows_are_counted_over_all_batches() -> None:
    bad = X.copy()
    bad[61, 3] = np.nan
    with pytest.raises(InputError, match="X must hold finite numbers: row 61 contains NaN"):
        data_moments(MAPS, (bad[start : start + 10] for start in range(0, 90, 10)))
    with pytest.raises(InputError, match="X must hold finite numbers: row 61 contains NaN"):
        data_moments(MAPS, ((bad[start : start + 10], None, np.full(10, 1e-3)) for start in range(0, 90, 10)))
    weight = -(np.arange(90) == 61).astype(int)
    with pytest.raises(InputError, match="finite numbers that are not negative: row 61 has -1"):
        data_moments(MAPS, ((X[start : start + 10], None, weight[start : start + 10]) for start in range(0, 90, 10)))


def test_rows_of_no_weight_are_no_reason_to_refuse_tiny_values() -> None:
    tiny = np.concatenate([np.full((40, 24), 1e-30, np.float32), X])
    close(data_moments(MAPS, tiny, sample_weight=np.repeat([0, 1], [40, 90])), data_moments(MAPS, X))
    with pytest.raises(InputError, match="X times the roots of its weights is too small for its precision"):
        data_moments(MAPS, tiny[:60], sample_weight=np.repeat([1, 0], [40, 20]))


def test_wrong_streams() -> None:
    with pytest.raises(InputError, match="must hold at least one sample"):
        data_moments(MAPS, iter([]))
    with pytest.raises(InputError, match=r"X must have shape \(samples, 24\)"):
        data_moments(MAPS, iter([X, X[:, :5]]))
    with pytest.raises(InputError, match=r"sample_weight must not be given beside a stream of batches: let the stream"):
        data_moments(MAPS, iter([X]), sample_weight=np.ones(90))
    with pytest.raises(InputError, match=r"a batch must be X, \(X, Y\) or \(X, Y, sample_weight\), not 4 arrays"):
        data_moments(MAPS, iter([(X, Y, COUNTS, COUNTS)]))
    with pytest.raises(InputError, match=r"sample_weight must have shape \(90,\), one weight for each sample, not"):
        data_moments(MAPS, iter([(X, None, COUNTS[:5])]))
    with pytest.raises(InputError, match="sample_weight must not be zero for all samples"):
        data_moments(MAPS, iter([(X[:5], None, np.zeros(5)), (X[5:], None, np.zeros(85))]))
    with pytest.raises(InputError, match="the origin of Y must be a vector of 24 finite numbers, not"):
        data_moments(MAPS, iter([(X, Y)]), origins=(np.zeros(24), np.zeros(4)))
    with pytest.raises(InputError, match="every must be at least 1 batch, not 0"):
        Checkpoint("x", every=0)


def test_stored_targets_beside_inputs_in_memory(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "y.h5", "w") as file:
        stored = file.create_dataset("y", data=Y)
        close(data_moments(MAPS, X, stored), data_moments(MAPS, X, Y))
        stored[5, 3] = np.nan
        with pytest.raises(InputError, match=r"^Y must hold finite numbers: row 5 "):
            data_moments(MAPS, X, stored)


def test_masked_weights() -> None:
    with pytest.raises(InputError, match=r"^sample_weight must not be a masked array"):
        data_moments(MAPS, X, sample_weight=np.ma.masked_less(COUNTS, 1))


@pytest.mark.parametrize(("dtype", "unit"), [(np.float64, 1e-170), (np.float64, 1e-250), (np.float32, 1e-30)])
def test_targets_whose_squares_underflow_are_refused_by_name(dtype, unit):
    """They were called an error of the machine's arithmetic."""
    maps, rng = ev.EquivariantMaps(ev.actions.cyclic(4)), np.random.default_rng(8)
    X = rng.standard_normal((30, 4)).astype(dtype)
    Y = (unit * rng.standard_normal((30, 4))).astype(dtype)
    with pytest.raises(ev.InputError, match="Y is too small for its precision"):
        maps.bounded(2).fit(X, Y)
    assert maps.bounded(2).fit(X, np.zeros_like(Y)).loss == 0
