"""The little that code on data needs to know of array libraries: NumPy, torch, CuPy and JAX behave alike after it."""

from __future__ import annotations

from typing import Any

import array_api_compat
import numpy as np
from numpy.typing import NDArray


def namespace(array: Any) -> Any:
    """The array-API functions of the library that owns the array."""
    return array_api_compat.array_namespace(array)


def constant(values: NDArray[Any], like: Any) -> Any:
    """A NumPy constant beside an array: same library and device; floating constants take the array's precision."""
    if isinstance(like, np.ndarray):
        return values.astype(like.dtype, copy=False) if values.dtype.kind == "f" else values
    xp = namespace(like)
    dtype = like.dtype if values.dtype.kind == "f" else None
    return xp.asarray(np.ascontiguousarray(values), dtype=dtype, device=array_api_compat.device(like))


def to_numpy(array: Any) -> NDArray[Any]:
    """The values on the host, as a NumPy array."""
    if isinstance(array, np.ndarray):
        return array
    return np.asarray(array_api_compat.to_device(array, "cpu"))
