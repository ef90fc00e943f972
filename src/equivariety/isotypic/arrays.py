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


def widest_float(like: Any) -> Any:
    """The most precise floating type on the device of an array: float64, or float32 where there is none.

    Some accelerators have no float64, and JAX has it only if asked to.
    """
    if isinstance(like, np.ndarray):
        return np.float64
    xp = namespace(like)
    found = xp.__array_namespace_info__().dtypes(kind="real floating", device=array_api_compat.device(like))
    return found.get("float64", xp.float32)


def to_numpy(array: Any) -> NDArray[Any]:
    """The values on the host, as a NumPy array."""
    if isinstance(array, np.ndarray):
        return array
    if array_api_compat.is_torch_array(array):
        array = array.detach().cpu()
    elif array_api_compat.is_cupy_array(array):
        array = array.get()
    elif hasattr(array, "__dlpack__") and not array_api_compat.is_jax_array(array):
        return np.from_dlpack(array)  # the only way that the standard knows
    return np.asarray(array)


def on_host(array: Any) -> Any:
    """An array that lies in the memory of the host as a NumPy array, without a copy; any other as it is.

    NumPy has no numbers of some types, such as bfloat16; arrays of these stay what they are. Gradients are not
    followed: what is read here becomes a number.
    """
    if isinstance(array, np.ndarray) or not array_api_compat.is_array_api_obj(array):
        return array
    if array_api_compat.is_torch_array(array) and array.requires_grad:
        array = array.detach()
    if not _in_host_memory(array):
        return array
    try:
        host = to_numpy(array)
    except TypeError:
        return array
    return host if host.dtype.kind in "fiubc" else array


def _in_host_memory(array: Any) -> bool:
    if array_api_compat.is_jax_array(array):
        return all(device.platform == "cpu" for device in array.devices())
    return array_api_compat.is_torch_array(array) and array.device.type == "cpu"
