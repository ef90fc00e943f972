"""Matrices written to files row by row, so that they need not fit in memory; a file appears whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from equivariety.errors import InputError
from equivariety.files import replacing

Rows = NDArray[Any]


@contextmanager
def row_writer(path: str | Path, samples: int) -> Iterator[Callable[[Rows], None]]:
    """A function that appends rows to a file of ``samples`` rows in all: ``.npy`` or ``.csv``.

    Raises
    ------
    InputError
        If the name ends otherwise, or the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with row_writer(f"{folder}/x.npy", 3) as write:
    ...         write(np.zeros((2, 2)))
    ...         write(np.ones((1, 2)))
    ...     np.load(f"{folder}/x.npy")
    array([[0., 0.],
           [0., 0.],
           [1., 1.]])
    """
    suffix = Path(path).suffix.lower()
    if suffix not in _APPENDING:
        raise InputError(f"{str(path)!r} must end in .npy or .csv, the formats that can be written")
    with replacing(path) as temporary, temporary.open("wb") as stream:
        written = 0

        def write(rows: Rows) -> None:
            nonlocal written
            if written == 0:
                _HEADERS[suffix](stream, samples, rows)
            _APPENDING[suffix](stream, rows)
            written += len(rows)

        yield write


def _npy_header(stream: BinaryIO, samples: int, first: Rows) -> None:
    header = {
        "descr": np.lib.format.dtype_to_descr(first.dtype),
        "fortran_order": False,
        "shape": (samples, first.shape[1]),
    }
    np.lib.format.write_array_header_1_0(stream, header)


def _append_npy(stream: BinaryIO, rows: Rows) -> None:
    stream.write(np.ascontiguousarray(rows).tobytes())


def _append_csv(stream: BinaryIO, rows: Rows) -> None:
    """Digits enough that the same numbers are read again."""
    digits = 9 if rows.dtype == np.float32 else 17
    np.savetxt(stream, rows, delimiter=",", fmt=f"%.{digits}g")


_HEADERS: dict[str, Callable[[BinaryIO, int, Rows], None]] = {
    ".npy": _npy_header,
    ".csv": lambda stream, samples, first: None,
}
_APPENDING: dict[str, Callable[[BinaryIO, Rows], None]] = {".npy": _append_npy, ".csv": _append_csv}
