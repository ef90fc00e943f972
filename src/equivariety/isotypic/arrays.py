"""The little that code on data needs to know of array libraries: NumPy, torch, CuPy and JAX behave alike after it."""

from __future__ import annotations

from typing import Any

import array_api_compat
import numpy as np
from numpy.typing import NDArray


def namespace(array: Any) -> Any:
    """The array-API functions of the library that owns the array."""
    if isinstance(array, np.ndarray):
        return np  # NumPy 2 has them all; the general question takes longer than a small product
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
    if array_api_compat.is_torch_array(array):
        array = array.detach()
    return np.asarray(array_api_compat.to_device(array, "cpu"))


def on_host(array: Any) -> Any:
    """An array that lies in the memory of the host as a NumPy array, without a copy; any other as it is.

    NumPy has no name for some types, such as bfloat16; such arrays stay what they are.
    """
    if not array_api_compat.is_array_api_obj(array) or isinstance(array, np.ndarray):
        return array
    try:
        return np.asarray(array.detach() if array_api_compat.is_torch_array(array) else array)
    except TypeError:
        return array
