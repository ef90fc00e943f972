"""Checks of samples, and their scatter matrix."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.errors import InputError


def validated_samples(X: Any, degree: int, name: str) -> NDArray[np.float64]:
    """Finite real numbers, one row for each sample and one column for each variable."""
    given = np.asarray(X)
    if given.ndim != 2 or given.shape[1] != degree:
        raise InputError(f"X must have shape (samples, {degree}), the degree of {name}, not {given.shape}")
    if given.dtype.kind not in "fiub":
        raise InputError(f"X must hold real numbers, not values of type {given.dtype}")
    wrong = np.flatnonzero(~np.isfinite(given).all(axis=1))
    if wrong.size:
        raise InputError(f"X must hold finite numbers: row {wrong[0]} contains NaN or infinity")
    if len(given) < 2:
        raise InputError(f"X must have at least 2 samples, not {len(given)}")
    return given.astype(np.float64)


def centered_scatter(X: NDArray[np.float64], mean: str) -> NDArray[np.float64]:
    """Sum of x x^T, about the mean of the samples if it is free."""
    values = X - X.mean(axis=0) if mean == "free" else X
    return values.T @ values
