"""Data larger than a machine: moments of Dask collections by tree reduction on any cluster."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from equivariety.errors import InputError
from equivariety.isotypic.spaces import Spaces
from equivariety.moments.arrays import array_moments, require_positive_weight, validated_weight
from equivariety.moments.moments import Moments
from equivariety.moments.samples import Origins, Samples
from equivariety.validation import refuse_masked


def is_dask(data: Any) -> bool:
    """Whether the data are a Dask collection, asked without importing Dask."""
    return hasattr(data, "__dask_graph__")


def cluster_moments(
    maps: Spaces,
    X: Any,
    Y: Any | None = None,
    sample_weight: Any | None = None,
    origins: Origins | None = None,
) -> Moments:
    """Moments of Dask arrays or data frames: every worker sums up its rows, pairs of sums are added in a fixed tree.

    Only Gram blocks travel, never rows. The tree does not depend on who computes what, so a run in which a worker
    dies gives the same bits.

    Parameters
    ----------
    maps : EquivariantMaps
    X, Y : dask arrays, or data frames whose columns are the points
        Chunked along the rows; Y in the same chunks as X.
    sample_weight : dask array or column of a data frame, or vector in memory, optional
        In the same chunks as X; a vector in memory is split along the chunks of X, whose lengths must be known.
    origins : two vectors, optional
        Fixed by the group; they are subtracted from every row of X and of Y.

    Raises
    ------
    InputError
        If columns or chunks do not fit, a worker finds values that are not finite, or all weights are zero.
    """
    from dask.delayed import delayed

    inputs = _all_columns(X, "X", maps.domain.degree, "the domain")
    lengths = inputs.chunks[0]
    columns = [_delayed_chunks(inputs), [None] * len(lengths), [None] * len(lengths)]
    if Y is not None:
        targets = _all_columns(Y, "Y", maps.codomain.degree, "the codomain")
        require_chunks(targets.chunks[0], lengths, "Y")
        columns[1] = _delayed_chunks(targets)
    if sample_weight is not None:
        columns[2] = _weight_chunks(sample_weight, lengths)
    remote = delayed((maps, origins), pure=True, traverse=False)
    part, add = delayed(_part, pure=True), delayed(_add, pure=True)
    places = enumerate(_first_rows(lengths))
    sums = [part(remote, chunks, *place) for *chunks, place in zip(*columns, places, strict=True)]
    while len(sums) > 1:
        pairs = [add(a, b) for a, b in zip(sums[::2], sums[1::2], strict=False)]
        sums = pairs + sums[2 * len(pairs) :]
    total: Moments | None = sums[0].compute()
    if total is None:
        raise InputError("X must have at least one sample, not 0: every chunk is empty")
    return require_positive_weight(total)


def as_dask_array(data: Any) -> Any:
    """The Dask array behind an array, a data frame or a column; filtered ones have chunks of unknown lengths (NaN)."""
    return data if hasattr(data, "chunks") else data.to_dask_array()


def _first_rows(lengths: Sequence[float]) -> list[int | None]:
    """The number of the first row of every chunk; None if filters leave the lengths of some chunks unknown."""
    if not np.isfinite(lengths).all():
        return [None] * len(lengths)
    return [0, *np.cumsum(lengths, dtype=np.intp)[:-1].tolist()]


def _all_columns(data: Any, name: str, degree: int, side: str) -> Any:
    """A Dask array whose chunks have all columns."""
    if not is_dask(data):
        raise InputError(f"{name} must be a Dask collection like X, not {type(data).__name__}")
    array = as_dask_array(data)
    if array.ndim != 2 or array.shape[1] != degree:
        raise InputError(f"{name} must have {degree} columns, the degree of {side}, not shape {tuple(array.shape)}")
    if array.shape[0] == 0:
        raise InputError(f"{name} must have at least one sample, not 0")
    return array.rechunk({1: -1}) if len(array.chunks[1]) > 1 else array


def _weight_chunks(weight: Any, lengths: Sequence[float]) -> list[Any]:
    """The weights of the rows of every chunk."""
    if is_dask(weight):
        array = as_dask_array(weight)
        if array.ndim != 1:
            raise InputError(f"sample_weight must have one dimension, not shape {tuple(array.shape)}")
        require_chunks(array.chunks[0], lengths, "sample_weight")
        return _delayed_chunks(array)
    if not np.isfinite(lengths).all():
        raise InputError("sample_weight must be a Dask array or column in the chunks of X, since the lengths of these "
                         f"are unknown, not {type(weight).__name__}")  # fmt: skip
    ends = np.cumsum(lengths)
    return np.split(validated_weight(weight, int(ends[-1])), ends[:-1])


def require_chunks(given: Sequence[float], expected: Sequence[float], name: str) -> None:
    """Raise an error unless the chunks have the same lengths, as far as these are known."""
    if len(given) != len(expected):
        raise InputError(f"{name} must have the chunks of X: {len(expected)}, not {len(given)}")
    for number, (rows, wanted) in enumerate(zip(given, expected, strict=True)):
        if np.isfinite(rows) and np.isfinite(wanted) and rows != wanted:
            raise InputError(f"{name} must have the chunks of X: chunk {number}, counted from 0, has {wanted} rows, "
                             f"not {rows}")  # fmt: skip


def _delayed_chunks(array: Any) -> list[Any]:
    return list(array.to_delayed().ravel())


def _part(
    remote: tuple[Spaces, Origins | None], chunks: Sequence[Any], number: int, first_row: int | None
) -> Moments | None:
    maps, origins = remote
    for name, chunk in zip(("X", "Y", "sample_weight"), chunks, strict=True):
        refuse_masked(chunk, name)
    X, Y, weight = (None if chunk is None else np.asarray(chunk) for chunk in chunks)
    if all(chunk is None or not len(chunk) for chunk in (X, Y, weight)):
        return None
    try:
        return array_moments(maps, Samples(X, Y, weight, first_row=first_row or 0).with_origins(origins))
    except InputError as error:
        if first_row is not None:
            raise
        # Nobody knows how many rows stand before, so rows are counted within the chunk.
        raise InputError(f"in chunk {number}, counted from 0: {error}") from error


def _add(first: Moments | None, second: Moments | None) -> Moments | None:
    if first is None or second is None:
        return second if first is None else first
    return first + second
