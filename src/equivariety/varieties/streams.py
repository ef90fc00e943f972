"""Data larger than memory: stored arrays and iterables of batches, in one pass with constant memory."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from equivariety.blocks import Moments
from equivariety.blocks.moments import add_in_place
from equivariety.blocks.samples import Samples
from equivariety.errors import InputError
from equivariety.isotypic.arrays import to_numpy
from equivariety.varieties.checkpoints import Checkpoint, Progress, load_progress, save_progress
from equivariety.varieties.fitting import array_moments, validated_samples
from equivariety.varieties.maps import EquivariantMaps
from equivariety.varieties.model_file import basis_fingerprint

# Values of a stored array that are read at a time.
_SLAB_VALUES = 2**24


def stream_moments(
    maps: EquivariantMaps,
    batches: Iterable[Any],
    checkpoint: Checkpoint | None = None,
    progress: Callable[[float], None] | None = None,
) -> Moments:
    """Moments of batches that are looked at once, in order.

    Parameters
    ----------
    maps : EquivariantMaps
    batches : iterable
        Arrays X of shape (samples, domain degree), or pairs (X, Y): a generator, a torch DataLoader, :func:`slabs` of a
        stored array.
    checkpoint : Checkpoint, optional
        Keeps the moments in a file. A stream that was interrupted goes on behind the batches in the file, and gives
        the same moments bit for bit; the batches must be the same, in the same order.
    progress : callable, optional
        Called after each batch with the number of samples so far (the sum of their weights).

    Raises
    ------
    InputError
        If there is no batch, a batch does not fit or holds values that are not finite, or the checkpoint belongs to
        other maps or data.

    Examples
    --------
    >>> import equivariety as ev
    >>> maps = ev.EquivariantMaps(ev.actions.cyclic(4))
    >>> X = np.random.default_rng(0).standard_normal((10, 4))
    >>> moments = stream_moments(maps, (X[start : start + 3] for start in range(0, 10, 3)))
    >>> maps.bounded(2).solve(moments).ranks == maps.bounded(2).fit(X).ranks
    True
    """
    source = iter(batches)
    first = next(source, None)
    if first is None:
        raise InputError("the batches must hold at least one sample")
    start = _starting_point(maps, first, checkpoint)
    total, done = (None, 0) if start.batches == 0 else (start.moments, start.batches)
    remaining = islice(_chained(first, source), done, None)
    rows = 0 if total is None else round(total.weight)
    for number, batch in enumerate(remaining, start=done + 1):
        samples = replace(_samples(batch), first_row=rows)
        part = array_moments(maps, samples)
        total = part if total is None else add_in_place(total, part)
        rows += samples.X.shape[0]
        if checkpoint is not None and number % checkpoint.every == 0:
            save_progress(checkpoint.path, Progress(number, total, start.stream))
        if progress is not None:
            progress(total.weight)
    if checkpoint is not None:
        Path(checkpoint.path).unlink(missing_ok=True)
    return total if total is not None else start.moments


def slabs(samples: Samples) -> Iterator[Samples]:
    """Batches of stored arrays (memory-mapped .npy, zarr, HDF5), along the boundaries of their chunks.

    Examples
    --------
    >>> [part.X.shape for part in slabs(Samples(np.zeros((3 * 2**20, 8))))]
    [(2097152, 8), (1048576, 8)]
    """
    X, Y, weight = samples.X, samples.Y, samples.weight
    rows, width = X.shape[0], max(X.shape[1], 1 if Y is None else Y.shape[1])
    stored = (getattr(X, "chunks", None) or (1,))[0]
    step = max(_SLAB_VALUES // width // stored, 1) * stored
    for start in range(0, rows, step):
        part = slice(start, min(start + step, rows))
        yield replace(
            samples,
            X=np.asarray(X[part]),
            Y=None if Y is None else np.asarray(Y[part]),
            weight=None if weight is None else weight[part],
        )


def _samples(batch: Any) -> Samples:
    if isinstance(batch, Samples):
        return batch
    if isinstance(batch, tuple | list) and len(batch) == 2 and hasattr(batch[0], "shape"):
        return Samples(batch[0], batch[1])
    if isinstance(batch, tuple | list) and len(batch) == 1 and hasattr(batch[0], "shape"):
        return Samples(batch[0])  # as torch's DataLoader hands over a TensorDataset
    return Samples(batch if hasattr(batch, "shape") else np.asarray(batch))


def _chained(first: Any, rest: Iterator[Any]) -> Iterator[Any]:
    yield first
    yield from rest


def _starting_point(maps: EquivariantMaps, first: Any, checkpoint: Checkpoint | None) -> Progress:
    """What the checkpoint holds, or nothing done so far."""
    empty = Moments(0.0, (), None, np.zeros(0), np.zeros(0), 0.0, 0, 0.0)
    if checkpoint is None:
        return Progress(0, empty, "")
    samples = validated_samples(maps, _samples(first))
    row = np.ascontiguousarray(to_numpy(samples.X[:1]))
    stream = hashlib.sha256(basis_fingerprint(maps).encode() + row.tobytes()).hexdigest()
    found = load_progress(checkpoint.path)
    if found is not None and found.stream != stream:
        raise InputError(f"{checkpoint.path} belongs to other maps or other data; remove it to start anew")
    return found or Progress(0, empty, stream)
