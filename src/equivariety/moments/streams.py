"""Data larger than memory: stored arrays and iterables of batches, in one pass with constant memory."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np

from equivariety.errors import InputError
from equivariety.isotypic.arrays import to_numpy
from equivariety.isotypic.spaces import Spaces
from equivariety.moments.arrays import array_moments, require_positive_weight, validated_samples
from equivariety.moments.checkpoints import Checkpoint, Progress, load_progress, require_shapes, save_progress
from equivariety.moments.chunks import as_floating
from equivariety.moments.moments import Moments, add_in_place
from equivariety.moments.samples import Origins, Samples

# Values of a stored array that are read at a time.
_SLAB_VALUES = 2**24


def stream_moments(
    maps: Spaces,
    batches: Iterable[Any],
    checkpoint: Checkpoint | None = None,
    progress: Callable[[int], None] | None = None,
    origins: Origins | None = None,
) -> Moments:
    """Moments of batches that are looked at once, in order.

    Parameters
    ----------
    maps : EquivariantMaps
    batches : iterable
        Arrays X of shape (samples, domain degree), or tuples (X, Y) or (X, Y, sample_weight), in which Y may be None:
        a generator, a torch DataLoader, :func:`slabs` of a stored array. Samples without a weight count once.
    checkpoint : Checkpoint, optional
        Keeps the moments in a file. A stream that was interrupted goes on behind the batches in the file, and gives
        the same moments bit for bit; the batches must be the same, in the same order.
    progress : callable, optional
        Called after each batch with the number of samples so far.
    origins : two vectors, optional
        Fixed by the group; they are subtracted from every row of X and of Y.

    Raises
    ------
    InputError
        If there is no batch, a batch does not fit or holds values that are not finite, all weights are zero, or the
        checkpoint belongs to other maps, data, weights or origins.

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
    start = _starting_point(maps, _samples(first).with_origins(origins), checkpoint)
    total, rows = (None, 0) if start.batches == 0 else (start.moments, start.samples)
    remaining = islice(chain([first], source), start.batches, None)
    for number, batch in enumerate(remaining, start=start.batches + 1):
        samples = _samples(batch, rows).with_origins(origins)
        part = array_moments(maps, samples)
        total = part if total is None else add_in_place(total, part)
        rows += samples.X.shape[0]
        if checkpoint is not None and number % checkpoint.every == 0:
            save_progress(checkpoint.path, Progress(number, rows, total, start.stream))
        if progress is not None:
            progress(rows)
    if checkpoint is not None:
        Path(checkpoint.path).unlink(missing_ok=True)
    return require_positive_weight(start.moments if total is None else total)


def slabs(X: Any, Y: Any | None = None, sample_weight: Any | None = None) -> Iterator[tuple[Any, Any, Any]]:
    """Batches (X, Y, sample_weight) of stored arrays (memory-mapped .npy, zarr, HDF5), along the chunks of X.

    Examples
    --------
    >>> [part.shape for part, _, _ in slabs(np.zeros((3 * 2**20, 8)))]
    [(2097152, 8), (1048576, 8)]
    """
    rows, width = X.shape[0], max(X.shape[1], 1 if Y is None else Y.shape[1])
    stored = (getattr(X, "chunks", None) or (1,))[0]
    step = max(_SLAB_VALUES // width // stored, 1) * stored
    for start in range(0, rows, step):
        part = slice(start, min(start + step, rows))
        yield (
            np.asarray(X[part]),
            None if Y is None else np.asarray(Y[part]),
            None if sample_weight is None else sample_weight[part],
        )


def _samples(batch: Any, first_row: int = 0) -> Samples:
    """X, Y and weights of a batch; torch's DataLoader gives lists of arrays for tuples."""
    listed = isinstance(batch, list) and batch and len(getattr(batch[0], "shape", ())) > 1
    parts = tuple(batch) if listed or isinstance(batch, tuple) else (batch,)
    if not 1 <= len(parts) <= 3:
        raise InputError(f"a batch must be X, (X, Y) or (X, Y, sample_weight), not {len(parts)} arrays")
    X, Y, weight = (*parts, None, None)[:3]
    return Samples(X, Y, weight, first_row=first_row)


def _starting_point(maps: Spaces, first: Samples, checkpoint: Checkpoint | None) -> Progress:
    """The progress in the checkpoint, or nothing done so far."""
    empty = Moments(0.0, (), None, np.zeros(0), np.zeros(0), 0.0, 0, 0.0)
    if checkpoint is None:
        return Progress(0, 0, empty, "")
    stream = _identity(maps, validated_samples(maps, first))
    found = load_progress(checkpoint.path)
    if found is not None and found.stream != stream:
        raise InputError(f"{checkpoint.path} belongs to other maps, data, weights or origins; remove it to start anew")
    if found is not None:
        require_shapes(checkpoint.path, found.moments, maps)
    return found or Progress(0, 0, empty, stream)


def _identity(maps: Spaces, first: Samples) -> str:
    """A digest of the stream: maps, origins, weights of the first batch and the first row of its arrays."""
    digest = hashlib.sha256(f"{maps.fingerprint} {first.X.shape}".encode())
    rows = [None if data is None else as_floating(data[:1]) for data in (first.X, first.Y)]
    for part in (*rows, first.weight, first.input_origin, first.target_origin):
        values = np.zeros(0) if part is None else np.ascontiguousarray(to_numpy(part))
        digest.update(f"{part is None} {values.dtype} {values.shape}".encode())
        digest.update(values.tobytes())
    return digest.hexdigest()
