"""The talk's data: images shifted by random amounts, so that a shift becomes a symmetry of the data."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.errors import InputError

# Images that are interpolated at a time; a few copies of that many stay in the cache or little above.
_CHUNK_VALUES = 2**20


def shift_images(images: Any, max_fraction: float = 0.2, seed: int = 0, axis: int = 1) -> NDArray[np.float32]:
    """Shift every image by a random amount, not a whole number of pixels in general.

    Image i becomes ``image(x - s_i)`` with s_i uniform in [-f, f], f = max_fraction times the side along the axis;
    between pixels by linear interpolation, beyond the border by repeating the edge.

    Parameters
    ----------
    images : array_like of shape (samples, height, width)
        Numbers of any kind; bytes stay in 0..255.
    max_fraction : float
        From 0 to 1.
    seed : int
        The same seed gives the same shifts on every machine.
    axis : {0, 1}
        1 shifts horizontally, 0 vertically.

    Raises
    ------
    InputError
        If the shape is not that of a stack of images, or an option is out of range.

    Notes
    -----
    The talk says "up to 0.2 of the width"; shifts to either side reproduce its losses.

    Examples
    --------
    >>> shift_images(np.eye(2)[None], max_fraction=0).tolist()
    [[[1.0, 0.0], [0.0, 1.0]]]
    """
    stack = np.asarray(images)
    _check(stack, max_fraction, axis)
    side = stack.shape[1 + axis]
    limit = max_fraction * side
    origins = -np.random.default_rng(seed).uniform(-limit, limit, size=len(stack))
    whole = np.floor(origins).astype(np.intp)
    parts = (origins - whole).astype(np.float32)[:, None, None]
    result = np.empty(stack.shape, dtype=np.float32)
    step = max(1, _CHUNK_VALUES // max(1, stack[:1].size))
    # Images with the same whole part of the shift are read through the same two index vectors.
    for start in np.unique(whole):
        left = np.clip(np.arange(side) + start, 0, side - 1)
        right = np.clip(np.arange(side) + start + 1, 0, side - 1)
        rows = np.flatnonzero(whole == start)
        for chunk in np.split(rows, range(step, rows.size, step)):
            values = stack[chunk].astype(np.float32, copy=False)
            near, far = np.take(values, left, axis=1 + axis), np.take(values, right, axis=1 + axis)
            result[chunk] = near + parts[chunk] * (far - near)
    return result


def _check(stack: NDArray[Any], max_fraction: float, axis: int) -> None:
    if stack.ndim != 3 or stack.dtype.kind not in "fiub":
        raise InputError(f"images must be numbers of shape (samples, height, width), "
                         f"not {stack.dtype} of shape {stack.shape}")  # fmt: skip
    if not 0 <= max_fraction <= 1:
        raise InputError(f"max_fraction must be from 0 to 1, not {max_fraction}")
    if axis not in (0, 1):
        raise InputError(f"axis must be 0 (vertical) or 1 (horizontal), not {axis}")
