"""Estimators on arrays in memory, by the rules of scikit-learn, and on data larger than memory.

Of stored arrays and Dask collections that an estimator learns from, only the first rows pass these rules, and give the
origins near the means; all rows are checked where they are read, once, on their way into the moments.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any, TypeVar

import numpy as np

from equivariety.errors import InputError
from equivariety.estimators.validation import validated_inputs, validated_pair, weight_of_batch
from equivariety.moments.clusters import as_dask_array, require_chunks
from equivariety.moments.data import Source, source_of
from equivariety.moments.sparse_rows import readable
from equivariety.moments.streams import slabs

Result = TypeVar("Result")

# Rows to which scikit-learn's rules are applied: enough for an origin.
_FIRST_ROWS = 256


@dataclass(frozen=True, eq=False)
class TrainingData:
    """Inputs, targets and weights as the moments take them, and the first rows of both sides in memory."""

    X: Any
    Y: Any | None
    """In two dimensions; None for estimators without targets."""
    weight: Any | None
    first_inputs: Any
    first_targets: Any
    single: bool
    """Whether the targets came as a vector."""


def training_data(
    estimator: Any, X: Any, sample_weight: Any | None, reset: bool, y: Any = "no_validation"
) -> TrainingData:
    """The data of ``fit`` and ``partial_fit``; as in scikit-learn, a text as y says that there are no targets."""
    X, y = readable(X), readable(y)
    source = source_of(X)
    if source is Source.CLUSTER:
        y = _beside_dask(y, X)
    elif source is Source.STORED:
        # A vector has one number for each sample: what is computed from them later is no smaller.
        stored = not isinstance(y, str) and source_of(y) is Source.STORED and len(y.shape) > 1
        y = y if y is None or isinstance(y, str) or stored else np.asarray(y)
    else:
        return _in_memory(estimator, X, sample_weight, reset, y)
    first = _in_memory(estimator, _first_rows(X), None, reset, y if isinstance(y, str) else _first_rows(y))
    Y = None if first.Y is None else y[:, None] if first.single else y
    return TrainingData(X, Y, sample_weight, first.X, first.Y, first.single)


def over_parts(function: Callable[[Any], Result], X: Any) -> list[Result]:
    """Values of a function of arrays for X in memory, or one after the other for the slabs of a stored array."""
    X = readable(X)
    source = source_of(X)
    if source is Source.CLUSTER:
        raise InputError(f"X must be an array, not {type(X).__name__} of Dask: apply this method to the chunks, "
                         "by X.map_blocks or X.map_partitions")  # fmt: skip
    if source is not Source.STORED or len(X.shape) != 2 or not X.shape[0]:
        return [function(_without_stream(X))]
    results: list[Result] = []
    start = 0
    for part, _, _ in slabs(X):
        try:
            results.append(function(part))
        except InputError as error:
            raise InputError(f"in rows {start} to {start + len(part) - 1}: {error}") from error
        start += len(part)
    return results


def row_by_row(method: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Let a method that gives one row for each row of X take stored arrays, too; the result is in memory."""

    @wraps(method)
    def applied(self: Any, X: Any) -> Any:
        if type(X) is np.ndarray:
            return method(self, X)
        results = over_parts(partial(method, self), X)
        return results[0] if len(results) == 1 else np.concatenate(results)

    return applied


def _in_memory(estimator: Any, X: Any, sample_weight: Any | None, reset: bool, y: Any) -> TrainingData:
    X = _without_stream(X)
    if isinstance(y, str):
        X = validated_inputs(estimator, X, reset, summed=True)
        return TrainingData(X, None, weight_of_batch(sample_weight, X.shape[0]), X, None, single=False)
    X, y = validated_pair(estimator, X, y, reset)
    Y = y if y.ndim == 2 else y[:, None]
    return TrainingData(X, Y, weight_of_batch(sample_weight, X.shape[0]), X, Y, single=y.ndim == 1)


def _without_stream(X: Any) -> Any:
    """X, unless it is a stream of batches."""
    if source_of(X) is Source.STREAM:
        raise InputError(f"X must be an array, not {type(X).__name__}: to learn from batches, give each to partial_fit")
    return X


def _beside_dask(y: Any, X: Any) -> Any:
    """Targets as a Dask array in the chunks of X."""
    if y is None or isinstance(y, str):
        return y
    if source_of(y) is not Source.CLUSTER:
        raise InputError(f"y must be a Dask collection like X, not {type(y).__name__}")
    targets = as_dask_array(y)
    require_chunks(targets.chunks[0], as_dask_array(X).chunks[0], "y")
    return targets


def _first_rows(data: Any) -> Any:
    """Some rows from the beginning, in memory; of Dask collections they come from the first chunk that has any."""
    if data is None or source_of(data) is not Source.CLUSTER:
        return None if data is None else np.asarray(data[:_FIRST_ROWS])
    chunks = data.numblocks[0] if hasattr(data, "numblocks") else data.npartitions
    for number in range(chunks):
        chunk = data.partitions[number]
        if hasattr(data, "columns"):
            rows = chunk.map_partitions(lambda frame: frame.iloc[:_FIRST_ROWS]).compute()
        else:
            rows = chunk.map_blocks(lambda block: block[:_FIRST_ROWS], dtype=chunk.dtype).compute()
        if len(rows):
            break
    return rows
