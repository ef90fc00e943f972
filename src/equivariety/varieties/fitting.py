"""From data to the spectra of all blocks: what the optima of every rank are read off from."""

from __future__ import annotations

from typing import Any

import numpy as np

from equivariety.blocks import BlockSpectrum, Moments, principal, regression
from equivariety.blocks.moments import moments
from equivariety.errors import InputError
from equivariety.varieties.maps import EquivariantMaps


def data_moments(maps: EquivariantMaps, X: Any, Y: Any | None = None, sample_weight: Any | None = None) -> Moments:
    """Block moments of inputs X and targets Y, after checking shapes; Y = None stands for Y = X.

    Raises
    ------
    InputError
        If shapes do not fit the actions or each other, or values are not finite numbers.
    """
    X = validated_data(X, "X", maps.domain.degree, "the domain")
    if Y is None and maps.codomain == maps.domain:
        return moments(X, None, maps.source, maps.target, sample_weight)
    if Y is None:
        raise InputError("Y must be given when the codomain differs from the domain")
    Y = validated_data(Y, "Y", maps.codomain.degree, "the codomain")
    if Y.shape[0] != X.shape[0]:
        raise InputError(f"Y must have as many samples as X: {X.shape[0]}, not {Y.shape[0]}")
    return moments(X, Y, maps.source, maps.target, sample_weight)


def validated_data(data: Any, name: str, degree: int, side: str) -> Any:
    """A two-dimensional array of numbers with samples as rows, in its own array library."""
    array = data if hasattr(data, "shape") and hasattr(data, "dtype") else np.asarray(data)
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
