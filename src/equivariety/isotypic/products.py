"""Matrix products of data, in forms that are right beside others in threads.

All products of users' arrays go through :func:`product`; it stands on the floor where the first of them is taken.

OpenBLAS, which NumPy's wheels bring, is not safe for one form: in single precision, with both operands transposed, its
kernels for processors with AVX-512 give wrong results, or write outside the result, when two threads multiply at a
time. NumPy 2.4 with OpenBLAS 0.3.31 shows it alone: one thread repeats ``np.matmul(M.T, X.transpose(0, 2, 1))`` with M
of shape (4, 4) and X of shape (392, 14, 4), another one with (8, 8) and (392, 91, 8). All other forms, and double
precision and complex numbers in all forms, agree with one thread in millions of products.
Therefore one operand is put in order.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.isotypic.arrays import namespace


def product(left: Any, right: Any, out: NDArray[Any] | None = None) -> Any:
    """The matrix product of two stacks of matrices, in their array library.

    Where both are NumPy's, in single precision and transposed in memory, the smaller one is copied in row order.
    ``out`` is where NumPy's go.

    Examples
    --------
    >>> A, B = np.ones((2, 3), dtype=np.float32), np.ones((5, 4, 2), dtype=np.float32)
    >>> product(A.T, B.transpose(0, 2, 1)).shape
    (5, 3, 4)
    """
    if isinstance(left, np.ndarray) and isinstance(right, np.ndarray) and is_unsafe(left, right):
        if left.size <= right.size:
            left = left.copy(order="C")  # of one row or column, ascontiguousarray would keep the strides
        else:
            right = right.copy(order="C")
    return namespace(right).matmul(left, right) if out is None else np.matmul(left, right, out=out)


def is_unsafe(left: NDArray[Any], right: NDArray[Any]) -> bool:
    """Whether the product has the form that no two threads may take at a time."""
    single = np.result_type(left, right) == np.float32
    return bool(single) and not _in_row_order(left) and not _in_row_order(right)


def _in_row_order(matrices: NDArray[Any]) -> bool:
    """Whether BLAS takes the matrices as they are: rows without gaps, one after the other."""
    if matrices.ndim < 2 or not matrices.size:
        return True  # products with vectors are of another kind, those of nothing are none
    from_row, from_column = matrices.strides[-2:]
    return from_column == matrices.itemsize and from_row >= matrices.shape[-1] * matrices.itemsize
