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
        array = array.detach().cpu()
    elif array_api_compat.is_cupy_array(array):
        array = array.get()
    return np.asarray(array)


def on_host(array: Any) -> Any:
    """An array that lies in the memory of the host as a NumPy array, without a copy; any other as it is.

    NumPy has no name for some types, such as bfloat16; arrays of these stay what they are.
    """
    if isinstance(array, np.ndarray) or not array_api_compat.is_array_api_obj(array) or not _in_host_memory(array):
        return array
    try:
        return to_numpy(array)
    except TypeError:
        return array


def _in_host_memory(array: Any) -> bool:
    if array_api_compat.is_jax_array(array):
        return all(device.platform == "cpu" for device in array.devices())
    return getattr(array_api_compat.device(array), "type", "cpu") == "cpu" and not array_api_compat.is_cupy_array(array)
