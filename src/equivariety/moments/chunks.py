"""Rows of data taken chunk by chunk, as floating numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from equivariety.errors import InputError
from equivariety.isotypic.arrays import namespace, to_numpy, widest_float
from equivariety.threads import in_threads

# Values in one chunk of rows: the chunk and its coordinates stay within a level-2 cache.
CHUNK_VALUES = 2**18

# Values that a chunk may have at most when wide blocks ask for more rows.
_LARGEST_CHUNK = 2**24

# Shorter floating numbers are too coarse to be added up.
_SINGLE_BITS = 32

# Rows of a chunk that is only read.
_ROWS_TO_READ = 4096

# Accelerators want few large launches; their memory bounds the chunk.
_DEVICE_CHUNK = 2**26


def row_chunks(samples: int, width: int, least: int = 1, on_host: bool = True, multiple: int = 1) -> Iterator[slice]:
    """Slices of rows that fit the cache, or of ``least`` rows if these are not too large; in whole multiples."""
    if on_host:
        step = max(CHUNK_VALUES // width, min(least, _LARGEST_CHUNK // width), 1)
    else:
        step = max(_DEVICE_CHUNK // width, 1)
    step = max(step // multiple, 1) * multiple
    for start in range(0, samples, step):
        yield slice(start, min(start + step, samples))


def as_floating(values: Any) -> Any:
    """Numbers of another kind (bytes of images, counts) as float32 if that is exact for them, else float64.

    Raises
    ------
    InputError
        If the values are complex, or no numbers.
    """
    if not isinstance(values, np.ndarray):
        xp = namespace(values)
        if xp.isdtype(values.dtype, "complex floating"):
            raise InputError(f"data must be real numbers, not values of type {values.dtype}")
        if not xp.isdtype(values.dtype, "real floating"):
            return xp.astype(values, xp.float32 if _exact_in_single(values.dtype, xp) else widest_float(values))
        return xp.astype(values, xp.float32) if xp.finfo(values.dtype).bits < _SINGLE_BITS else values
    if values.dtype.kind not in "fiub":
        raise InputError(f"data must be real numbers, not values of type {values.dtype}")
    if values.dtype.kind == "f":
        return values.astype(np.float32) if values.dtype.itemsize < 4 else values
    return values.astype(np.float32 if values.dtype.itemsize < 3 else np.float64)


def _exact_in_single(dtype: Any, xp: Any) -> bool:
    """Whether float32 has all truth values or whole numbers of this type."""
    return xp.isdtype(dtype, "bool") or xp.iinfo(dtype).bits < xp.finfo(xp.float32).bits


def count_not_finite(data: Any) -> int:
    """How many values are NaN or infinite; of the data only counts come to the host."""
    xp, total = namespace(data), 0
    for rows in row_chunks(data.shape[0], max(1, math.prod(data.shape[1:])), on_host=isinstance(data, np.ndarray)):
        total += int(xp.sum(xp.astype(~xp.isfinite(data[rows, ...]), xp.int64)))
    return total


def first_not_finite(data: Any) -> int | None:
    """Number of the first row with NaN or infinity, None if there is none; of the data only flags come to the host."""
    if type(data) is np.ndarray and data.dtype.kind == "f" and data.size <= CHUNK_VALUES:
        with np.errstate(all="ignore"):
            if np.isfinite(data.sum()):
                return None  # a few microseconds, which is what a small product takes
    xp = namespace(data)
    if not xp.isdtype(data.dtype, "real floating"):
        return None
    if _has_finite_sums(data):
        return None  # one quick pass; a sum that is not finite may only be too large
    for rows in row_chunks(data.shape[0], max(1, math.prod(data.shape[1:])), on_host=isinstance(data, np.ndarray)):
        finite = xp.isfinite(data[rows, ...])
        good = to_numpy(xp.all(xp.reshape(finite, (finite.shape[0], -1)), axis=1))
        if not good.all():
            return rows.start + int(np.argmin(good))
    return None


def _has_finite_sums(data: Any) -> bool:
    def is_finite(rows: Any) -> bool:
        xp = namespace(rows)
        with np.errstate(all="ignore"):
            return bool(xp.isfinite(xp.sum(rows)))

    if not isinstance(data, np.ndarray) or data.ndim == 0:
        return is_finite(data)
    chunks = row_chunks(len(data), max(1, math.prod(data.shape[1:])), _ROWS_TO_READ)
    return all(list(in_threads(lambda rows: is_finite(data[rows]), list(chunks))))
