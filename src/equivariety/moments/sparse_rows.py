"""Sparse matrices as stored arrays: some rows at a time become dense."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse


class SparseRows:
    """Rows of a SciPy sparse array or matrix, dense when they are asked for; the whole never is.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> SparseRows(csr_array([[0.0, 2.0], [1.0, 0.0]]))[1:]
    array([[1., 0.]])
    """

    def __init__(self, matrix: Any) -> None:
        self._matrix = matrix.tocsr()
        self.shape: tuple[int, ...] = matrix.shape
        self.dtype = matrix.dtype
        self.ndim = 2

    def __getitem__(self, rows: Any) -> NDArray[Any]:
        chosen = rows[0] if isinstance(rows, tuple) else rows
        return np.asarray(self._matrix[chosen].toarray())

    def __len__(self) -> int:
        return self.shape[0]


def readable(data: Any) -> Any:
    """Sparse matrices so that they can be read slab by slab; all other data as they are."""
    return SparseRows(data) if issparse(data) else data
