"""From data to the spectra of all blocks: what the optima of every rank are read off from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import array_api_compat
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse

from equivariety.blocks import BlockSpectrum, principal, regression
from equivariety.errors import InputError
from equivariety.isotypic.arrays import to_numpy
from equivariety.moments import Moments
from equivariety.moments.chunks import as_floating
from equivariety.moments.samples import Samples
from equivariety.moments.summation import moments
from equivariety.validation import refuse_masked, refuse_sparse
from equivariety.varieties.maps import EquivariantMaps

# A vector that is subtracted from every row of X, and one for Y.
Origins = tuple[NDArray[np.float64], NDArray[np.float64]]


def data_moments(
    maps: EquivariantMaps,
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
        In memory, on an accelerator, or stored (memory-mapped, zarr, HDF5); Dask arrays and data frames, which are
        summed on their cluster; or X alone an iterable of batches X, (X, Y) or (X, Y, sample_weight), in which Y may
        be None.
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
    from equivariety.moments.clusters import cluster_moments, is_dask
    from equivariety.moments.streams import slabs, stream_moments

    if is_dask(X):
        return cluster_moments(maps, X, Y, sample_weight, origins)
    if is_stream(X):
        for name, given in (("Y", Y), ("sample_weight", sample_weight)):
            if given is not None:
                raise InputError(f"{name} must not be given beside a stream of batches: "
                                 "let the stream give (X, Y) or (X, Y, sample_weight)")  # fmt: skip
        return stream_moments(maps, X, origins=origins)
    samples = around(Samples(X, Y, sample_weight), origins)
    if is_stored(X) or is_stored(Y):
        samples = validated_samples(maps, samples)
        return stream_moments(maps, slabs(samples.X, samples.Y, samples.weight), origins=origins)
    return with_weight(array_moments(maps, samples))


def array_moments(maps: EquivariantMaps, samples: Samples) -> Moments:
    """Moments of arrays in memory."""
    return moments(validated_samples(maps, samples), maps.domain_basis, maps.codomain_basis)


def around(samples: Samples, origins: Origins | None) -> Samples:
    """The same, to be summed around two origins."""
    return samples if origins is None else replace(samples, input_origin=origins[0], target_origin=origins[1])


def with_weight(total: Moments) -> Moments:
    """The moments of all data, unless no sample counts; a batch may well have none that does."""
    if total.weight == 0:
        raise InputError("sample_weight must not be zero for all samples")
    return total


def validated_samples(maps: EquivariantMaps, samples: Samples) -> Samples:
    """The same after checking that shapes fit the maps and each other."""
    X = validated_data(samples.X, "X", maps.domain.degree, "the domain")
    samples = replace(
        samples,
        weight=None if samples.weight is None else validated_weight(samples.weight, X.shape[0], samples.first_row),
        input_origin=_validated_origin(samples.input_origin, "X", maps.domain.degree),
        target_origin=_validated_origin(samples.target_origin, "Y", maps.codomain.degree),
    )
    if samples.Y is None:
        if maps.codomain != maps.domain:
            raise InputError("Y must be given when the codomain differs from the domain")
        return replace(samples, X=X)
    Y = validated_data(samples.Y, "Y", maps.codomain.degree, "the codomain")
    if Y.shape[0] != X.shape[0]:
        raise InputError(f"Y must have as many samples as X: {X.shape[0]}, not {Y.shape[0]}")
    return replace(samples, X=X, Y=Y)


def validated_weight(weight: Any, samples: int, first_row: int = 0) -> NDArray[np.float64]:
    """Finite weights >= 0, one for each sample; ``first_row`` is the number of the first one, for messages."""
    refuse_masked(weight, "sample_weight")
    of_a_library = array_api_compat.is_array_api_obj(weight) and not isinstance(weight, np.ndarray)
    given = to_numpy(as_floating(weight)) if of_a_library else np.asarray(weight)
    if given.shape != (samples,):
        raise InputError(f"sample_weight must have shape ({samples},), one weight for each sample, not {given.shape}")
    if given.dtype.kind not in "fiub":
        raise InputError(f"sample_weight must hold real numbers, not values of type {given.dtype}")
    wrong = np.flatnonzero(~(np.isfinite(given) & (given >= 0)))
    if wrong.size:
        raise InputError(f"sample_weight must hold finite numbers that are not negative: "
                         f"row {first_row + wrong[0]} has {given[wrong[0]]}")  # fmt: skip
    return given.astype(np.float64)


def _validated_origin(origin: Any | None, name: str, degree: int) -> NDArray[np.float64] | None:
    if origin is None:
        return None
    vector = np.asarray(origin, dtype=np.float64)
    if vector.shape != (degree,) or not np.isfinite(vector).all():
        raise InputError(f"the origin of {name} must be a vector of {degree} finite numbers, not {origin!r}")
    return vector


def is_stream(data: Any) -> bool:
    """Batches that come one after the other: generators, data loaders."""
    return isinstance(data, Iterable) and not isinstance(data, Sequence) and not hasattr(data, "shape")


def is_stored(data: Any) -> bool:
    """Arrays on disk, which offer slices of rows only: zarr, HDF5."""
    in_memory = isinstance(data, np.ndarray) or array_api_compat.is_array_api_obj(data) or issparse(data)
    return hasattr(data, "dtype") and hasattr(data, "shape") and not in_memory and not hasattr(data, "iloc")


def validated_data(data: Any, name: str, degree: int, side: str) -> Any:
    """A two-dimensional array of numbers with samples as rows, in its own array library."""
    refuse_masked(data, name)
    refuse_sparse(data, name)
    # Subclasses of arrays, such as matrices, multiply and index by rules of their own.
    is_array = hasattr(data, "shape") and hasattr(data, "dtype") and not isinstance(data, np.ndarray)
    array = data if is_array else np.asarray(data)
    if len(array.shape) != 2 or array.shape[1] != degree:
        raise InputError(f"{name} must have shape (samples, {degree}), the degree of {side}, not {tuple(array.shape)}")
    if array.shape[0] == 0:
        raise InputError(f"{name} must have at least one sample, not 0")
    if isinstance(array, np.ndarray) and array.dtype.kind not in "fiub":
        raise InputError(f"{name} must hold real numbers, not values of type {array.dtype}")
    return array


def spectra(maps: EquivariantMaps, moments: Moments) -> tuple[BlockSpectrum, ...]:
    """The optima of all ranks of every block, one for each shared bundle."""
    fields = [bundle.field for bundle in maps.bundles]
    inner = [field.pack(gram) for field, gram in zip(fields, moments.inner, strict=True)]
    energy = moments.energy
    if moments.cross is None:
        return tuple(principal(S, field, energy, moments.precision) for S, field in zip(inner, fields, strict=True))
    cross = [field.pack(gram) for field, gram in zip(fields, moments.cross, strict=True)]
    return tuple(
        regression(S, C, field, energy, moments.precision) for S, C, field in zip(inner, cross, fields, strict=True)
    )
