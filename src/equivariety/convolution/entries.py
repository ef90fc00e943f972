"""Reading filters at the public door: exact where every entry is rational, float64 otherwise."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from numbers import Integral, Rational, Real
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from equivariety.array_types import FloatArray
from equivariety.errors import InputError

ComplexArray: TypeAlias = NDArray[np.complex128]
ExactFilter: TypeAlias = tuple[Fraction, ...]
Filter: TypeAlias = ExactFilter | FloatArray


MAX_SHOWN = 60
"""Characters of a filter that an error message shows."""


def read_filter(values: Any, size: int, name: str) -> Filter:
    """One filter of the given size: a tuple of fractions if all entries are rational, else a float64 array.

    Raises
    ------
    InputError
        If `values` is not a flat list of `size` finite real numbers.
    """
    entries = _flat_list(values, name)
    if len(entries) != size:
        raise InputError(f"{name} must have {size} entries, not {len(entries)}")
    for index, entry in enumerate(entries):
        if not isinstance(entry, Real) or not (isinstance(entry, Rational) or math.isfinite(entry)):
            raise InputError(f"{name} must hold finite real numbers: entry {index} is {entry!r}")
    if all(isinstance(entry, Rational) for entry in entries):
        return tuple(_fraction(entry) for entry in entries)
    return _floats(entries, name)


def read_filters(filters: Any, sizes: Sequence[int]) -> list[NDArray[Any]]:
    """One array per layer: all of fractions (dtype object) if every entry is rational, else all float64."""
    layers = list(filters)
    if len(layers) != len(sizes):
        raise InputError(f"filters must hold one filter per layer: {len(sizes)} expected, {len(layers)} given")
    read = [
        read_filter(w, k, f"the filter of layer {i + 1}") for i, (w, k) in enumerate(zip(layers, sizes, strict=True))
    ]
    if all(is_exact(w) for w in read):
        return [np.array(w, dtype=object) for w in read]
    return [as_float(w) for w in read]


def is_exact(values: Filter) -> bool:
    """Whether the filter was read as a tuple of fractions."""
    return isinstance(values, tuple)


def as_float(values: Filter) -> FloatArray:
    """The filter as a float64 array; see `read_filter` for errors."""
    return _floats(list(values), "a filter used in floating point")


def parse_filter(text: str) -> list[Fraction] | list[float]:
    """A filter written as ``"1,-2,3/4"`` (exact) or with a decimal point or exponent (floating point).

    Examples
    --------
    >>> parse_filter("1,-2,3/4")
    [Fraction(1, 1), Fraction(-2, 1), Fraction(3, 4)]
    >>> parse_filter("1,0.5")
    [1.0, 0.5]
    """
    words = [word.strip() for word in text.split(",")]
    floating = any(mark in word for word in words for mark in ".eE")
    try:
        # The fraction 1e999999999 would fill the memory; as a float it is infinite, and refused as such.
        return [_float(word) for word in words] if floating else [Fraction(word) for word in words]
    except (ValueError, ZeroDivisionError, OverflowError) as error:
        shown = text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + "..."
        raise InputError(f"the filter must be numbers split by commas, such as 1,-2,3/4, not {shown!r}") from error


def _float(word: str) -> float:
    return float(Fraction(word)) if "/" in word else float(word)


def _flat_list(values: Any, name: str) -> list[Any]:
    if isinstance(values, np.ndarray):
        if values.ndim != 1:
            raise InputError(f"{name} must be one-dimensional, not of shape {values.shape}")
        return list(values.tolist())
    if isinstance(values, str) or not hasattr(values, "__iter__"):
        raise InputError(f"{name} must be a list of numbers, not {values!r}")
    return [entry.item() if isinstance(entry, np.generic) else entry for entry in values]


def _floats(entries: Sequence[Any], name: str) -> FloatArray:
    try:
        return np.array([float(entry) for entry in entries])
    except OverflowError as error:
        raise InputError(f"{name} must have entries in the range of float64") from error


def _fraction(entry: Any) -> Fraction:
    if isinstance(entry, Integral):
        return Fraction(int(entry))
    return Fraction(int(entry.numerator), int(entry.denominator))
