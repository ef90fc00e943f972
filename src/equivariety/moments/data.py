"""The one way in for data: what they are decides how they are read, and their reading gives the moments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import array_api_compat
import numpy as np
from scipy.sparse import issparse

from equivariety.errors import InputError
from equivariety.isotypic.spaces import Spaces
from equivariety.moments.arrays import array_moments, require_positive_weight, validated_samples
from equivariety.moments.clusters import cluster_moments, is_dask
from equivariety.moments.moments import Moments
from equivariety.moments.samples import Origins, Samples
from equivariety.moments.sparse_rows import readable
from equivariety.moments.streams import slabs, stream_moments
from equivariety.moments.summation import Sums, chosen_sums


class Source(Enum):
    """Where data are, and so how they are read.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> ev.moments.source_of(np.ones((6, 4)))
    <Source.MEMORY: 'memory'>
    """

    MEMORY = "memory"
    """Arrays in memory or on an accelerator, and lists: chunk by chunk, by all threads."""
    STORED = "stored"
    """Arrays on disk (memory-mapped, zarr, HDF5): slab by slab, each then as in memory."""
    STREAM = "stream"
    """Batches that come one after the other: each as in memory."""
    CLUSTER = "cluster"
    """Dask collections: every worker its chunks, each as in memory."""


@dataclass(frozen=True)
class Way:
    """How the moments of data are computed.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> way = ev.moments.way_of(ev.EquivariantMaps(ev.actions.cyclic(4)), np.ones((6, 4)))
    >>> way.source, way.sums
    (<Source.MEMORY: 'memory'>, <Sums.LIBRARY: 'library'>)
    """

    source: Source
    sums: Sums | None
    """How chunks in memory are added up; None where every batch or worker decides for its own."""


def source_of(X: Any, Y: Any | None = None) -> Source:
    """Where the data are; of two arrays one that is stored decides.

    Examples
    --------
    >>> source_of([[1.0, 2.0]]), source_of(iter([[[1.0, 2.0]]]))
    (<Source.MEMORY: 'memory'>, <Source.STREAM: 'stream'>)
    """
    if type(X) is np.ndarray and (Y is None or type(Y) is np.ndarray):
        return Source.MEMORY  # by far the most frequent case; memory-mapped files are of another type
    if is_dask(X):
        return Source.CLUSTER
    if _is_stream(X):
        return Source.STREAM
    return Source.STORED if _is_stored(X) or _is_stored(Y) else Source.MEMORY


def way_of(spaces: Spaces, X: Any, Y: Any | None = None) -> Way:
    """How :func:`data_moments` will compute the moments of these data, without reading them.

    Examples
    --------
    >>> import equivariety as ev
    >>> maps = ev.EquivariantMaps(ev.actions.cyclic(4))
    >>> way_of(maps, np.ones((6, 4)))
    Way(source=<Source.MEMORY: 'memory'>, sums=<Sums.LIBRARY: 'library'>)
    """
    source = source_of(X, Y)
    if source is not Source.MEMORY:
        return Way(source, None)
    return Way(
        source, chosen_sums(validated_samples(spaces, Samples(X, Y)), spaces.domain_basis, spaces.codomain_basis)
    )


def data_moments(
    maps: Spaces,
    X: Any,
    Y: Any | None = None,
    sample_weight: Any | None = None,
    origins: Origins | None = None,
) -> Moments:
    """Block moments of inputs X and targets Y, after checking shapes; Y = None stands for Y = X.

    Parameters
    ----------
    maps : EquivariantMaps
    X, Y : arrays of shape (samples, domain degree) and (samples, codomain degree)
        In memory, on an accelerator, sparse (SciPy), or stored (memory-mapped, zarr, HDF5); Dask arrays and data
        frames, which are summed on their cluster; or X alone an iterable of batches X, (X, Y) or
        (X, Y, sample_weight), in which Y may be None.
    sample_weight : array of shape (samples,), optional
        Not beside an iterable, whose batches bring their own. Beside Dask collections a Dask array or a column in the
        chunks of X, or a vector in memory.
    origins : two vectors, optional
        Fixed by the group; they are subtracted from every row of X and of Y.

    Raises
    ------
    InputError
        If shapes do not fit the actions or each other, values are not finite numbers, or all weights are zero.

    Examples
    --------
    >>> import equivariety as ev
    >>> maps = ev.EquivariantMaps(ev.actions.cyclic(4))
    >>> X = np.random.default_rng(0).standard_normal((6, 4))
    >>> data_moments(maps, iter([(X[:4], None, [1, 1, 1, 3]), X[4:]])).weight
    8.0
    """
    X, Y = readable(X), readable(Y)
    source = source_of(X, Y)
    if source is Source.CLUSTER:
        return cluster_moments(maps, X, Y, sample_weight, origins)
    if source is Source.STREAM:
        _refuse_beside_stream(Y=Y, sample_weight=sample_weight)
        return stream_moments(maps, X, origins=origins)
    samples = Samples(X, Y, sample_weight).with_origins(origins)
    if source is Source.STORED:
        samples = validated_samples(maps, samples)
        return stream_moments(maps, slabs(samples.X, samples.Y, samples.weight), origins=origins)
    return require_positive_weight(array_moments(maps, samples))


def batch_moments(
    maps: Spaces, X: Any, Y: Any | None, sample_weight: Any | None, origins: Origins | None = None
) -> Moments:
    """Moments of one batch of several: in memory it may be one in which no sample counts, as in a stream.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> from equivariety.moments import batch_moments
    >>> batch_moments(ev.EquivariantMaps(ev.actions.cyclic(4)), np.ones((2, 4)), None, np.zeros(2)).weight
    0.0
    """
    if source_of(readable(X), readable(Y)) is not Source.MEMORY:
        return data_moments(maps, X, Y, sample_weight, origins)
    return array_moments(maps, Samples(readable(X), readable(Y), sample_weight).with_origins(origins))


def _refuse_beside_stream(**others: Any) -> None:
    for name, given in others.items():
        if given is not None:
            raise InputError(f"{name} must not be given beside a stream of batches: "
                             "let the stream give (X, Y) or (X, Y, sample_weight)")  # fmt: skip


def _is_stream(data: Any) -> bool:
    """Batches that come one after the other: generators, data loaders."""
    return isinstance(data, Iterable) and not isinstance(data, Sequence) and not hasattr(data, "shape")


def _is_stored(data: Any) -> bool:
    """Arrays on disk, which offer slices of rows only: zarr, HDF5."""
    in_memory = isinstance(data, np.ndarray) or array_api_compat.is_array_api_obj(data) or issparse(data)
    return hasattr(data, "dtype") and hasattr(data, "shape") and not in_memory and not hasattr(data, "iloc")
