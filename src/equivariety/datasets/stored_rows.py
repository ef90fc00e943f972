"""Rows of an array that lies somewhere else, read when they are asked for: zarr, HDF5, or some rows of any array."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class StoredRows:
    """An array of samples as a matrix: further axes become one, and only slices are read.

    Examples
    --------
    >>> images = np.arange(24).reshape(4, 2, 3)
    >>> StoredRows(images).shape, StoredRows(images)[1:2]
    ((4, 6), array([[ 6,  7,  8,  9, 10, 11]]))
    >>> StoredRows(images, np.array([0, 3]))[:].tolist()
    [[0, 1, 2, 3, 4, 5], [18, 19, 20, 21, 22, 23]]
    """

    array: Any
    """Anything that has a shape and gives slices of its first axis."""
    numbers: NDArray[np.intp] | None = None
    """Rising numbers of the rows that count; by default all."""

    @property
    def shape(self) -> tuple[int, int]:
        """Samples and numbers in each of them."""
        samples = self.array.shape[0] if self.numbers is None else self.numbers.size
        return int(samples), prod(self.array.shape[1:])

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the numbers."""
        return np.dtype(self.array.dtype)

    @property
    def chunks(self) -> tuple[int, ...] | None:
        """How the rows lie in the store, for those who read in whole chunks."""
        found = getattr(self.array, "chunks", None)
        return None if found is None or self.numbers is not None else (int(found[0]), self.shape[1])

    def __len__(self) -> int:
        return self.shape[0]

    def __iter__(self) -> Iterator[NDArray[Any]]:
        return (self[row : row + 1][0] for row in range(len(self)))

    def __getitem__(self, rows: Any) -> NDArray[Any]:
        rows = rows[0] if isinstance(rows, tuple) else rows
        values = np.asarray(self.array[rows]) if self.numbers is None else self._picked(self.numbers[rows])
        return values.reshape(len(values), self.shape[1])

    def _picked(self, numbers: NDArray[np.intp]) -> NDArray[Any]:
        """Stores give slices quickly and single rows slowly."""
        if not numbers.size:
            return np.asarray(self.array[:0])
        first = int(numbers[0])
        return np.asarray(self.array[first : int(numbers[-1]) + 1])[numbers - first]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return self[:].astype(dtype or self.dtype, copy=False)
