"""Dense matrices of maps that are kept between calls, up to a number of bytes in all."""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Bytes of all matrices together; those that were not used for the longest time go first.
_MOST_BYTES = 2**28

Matrix = NDArray[Any]


class KeptMatrices:
    """Matrices by the map they belong to and their type; a map that is gone takes its matrices with it."""

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[int, str], tuple[weakref.ref[Any], Matrix]] = OrderedDict()

    @property
    def bytes(self) -> int:
        """Memory that all matrices take."""
        return sum(matrix.nbytes for _, matrix in list(self._kept.values()))

    def matrix(self, owner: Any, dtype: np.dtype[Any], made: Callable[[], NDArray[np.float64]]) -> Matrix:
        """The matrix of a map in some type, made if it is not kept."""
        key = id(owner), dtype.str
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and kept[0]() is owner:
                self._kept.move_to_end(key)
                return kept[1]
        with np.errstate(over="ignore"):  # what has no place in single precision becomes infinite, as in all ways
            matrix = np.ascontiguousarray(made(), dtype=dtype)
        # Without the lock: whoever holds it may be interrupted by the collector that calls this.
        owned = weakref.ref(owner, lambda _: self._kept.pop(key, None))
        with self._lock:
            self._kept[key] = owned, matrix
            while self._kept and self.bytes > self._most_bytes:
                self._kept.popitem(last=False)
        return matrix


KEPT = KeptMatrices()
"""Those of this process."""
