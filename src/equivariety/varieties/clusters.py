"""Data larger than a machine: moments of Dask collections by tree reduction on any cluster."""

from __future__ import annotations

from typing import Any

import numpy as np

from equivariety.blocks import Moments
from equivariety.blocks.samples import Samples
from equivariety.errors import InputError
from equivariety.varieties.fitting import array_moments
from equivariety.varieties.maps import EquivariantMaps


def is_dask(data: Any) -> bool:
    """Whether the data are a Dask collection, asked without importing Dask."""
    return hasattr(data, "__dask_graph__")


def cluster_moments(maps: EquivariantMaps, X: Any, Y: Any | None = None) -> Moments:
    """Moments of Dask arrays or data frames: every worker sums up its rows, pairs of sums are added in a fixed tree.

    Only Gram blocks travel, never rows. The tree does not depend on who computes what, so a run in which a worker
    dies gives the same bits.

    Parameters
    ----------
    maps : EquivariantMaps
    X, Y : dask arrays, or data frames whose columns are the points
        Chunked along the rows; Y in the same chunks as X.

    Raises
    ------
    InputError
        If columns or chunks do not fit, or a worker finds values that are not finite.
    """
    from dask.delayed import delayed

    inputs = _row_blocks(X, "X", maps.domain.degree, "the domain")
    targets = [None] * len(inputs) if Y is None else _row_blocks(Y, "Y", maps.codomain.degree, "the codomain")
    if len(targets) != len(inputs):
        raise InputError(f"Y must have the chunks of X: {len(inputs)}, not {len(targets)}")
    remote = delayed(maps, pure=True)
    part, add = delayed(_part, pure=True), delayed(_add, pure=True)
    starts = _first_rows(inputs, X)
    sums = [part(remote, x, y, *place) for x, y, place in zip(inputs, targets, enumerate(starts), strict=True)]
    while len(sums) > 1:
        pairs = [add(a, b) for a, b in zip(sums[::2], sums[1::2], strict=False)]
        sums = pairs + sums[2 * len(pairs) :]
    total: Moments | None = sums[0].compute()
    if total is None:
        raise InputError("X must have at least one sample, not 0: every chunk is empty")
    return total


def _first_rows(blocks: list[Any], data: Any) -> list[int | None]:
    """The number of the first row of every chunk; None where filters leave the lengths of chunks unknown."""
    lengths = data.chunks[0] if hasattr(data, "chunks") else (float("nan"),) * len(blocks)
    ends = np.cumsum(lengths)
    starts = [0.0, *ends[:-1].tolist()]
    return [int(start) if np.isfinite(start) else None for start in starts]


def _row_blocks(data: Any, name: str, degree: int, side: str) -> list[Any]:
    """The chunks of rows, delayed, each with all columns."""
    if not is_dask(data):
        raise InputError(f"{name} must be a Dask collection like X, not {type(data).__name__}")
    array = data if hasattr(data, "chunks") else data.to_dask_array()
    if array.ndim != 2 or array.shape[1] != degree:
        raise InputError(f"{name} must have {degree} columns, the degree of {side}, not shape {tuple(array.shape)}")
    if array.shape[0] == 0:
        raise InputError(f"{name} must have at least one sample, not 0")
    if len(array.chunks[1]) > 1:
        array = array.rechunk({1: -1})
    return list(array.to_delayed()[:, 0])


def _part(maps: EquivariantMaps, X: Any, Y: Any | None, number: int, first_row: int | None) -> Moments | None:
    if not len(X) and (Y is None or not len(Y)):
        return None
    samples = Samples(np.asarray(X), None if Y is None else np.asarray(Y), first_row=first_row or 0)
    try:
        return array_moments(maps, samples)
    except InputError as error:
        if first_row is not None:
            raise
        # Nobody knows how many rows stand before, so rows are counted within the chunk.
        raise InputError(f"in chunk {number}, counted from 0: {error}") from error


def _add(first: Moments | None, second: Moments | None) -> Moments | None:
    if first is None or second is None:
        return second if first is None else first
    return first + second
