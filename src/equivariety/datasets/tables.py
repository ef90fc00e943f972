"""Matrices in files: .npy (memory-mapped), .npz, .csv and IDX, with samples as rows."""

from __future__ import annotations

import csv
import warnings
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.datasets.idx import LARGEST_UNPACKED, read_idx
from equivariety.errors import InputError
from equivariety.files import replacing


def read_table(path: str | Path) -> NDArray[Any]:
    """Read a matrix; arrays with more axes (images) become one row for each sample.

    Parameters
    ----------
    path : str or Path
        ``.npy`` is memory-mapped, so a file may be larger than memory; ``.npz`` must hold one array, or one called X;
        ``.csv`` holds numbers separated by commas, with or without a header line; anything else is read as IDX, whose
        bytes become numbers from 0 to 1.

    Raises
    ------
    InputError
        If the file cannot be read as what its name says; for CSV the message names line and column.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "data.csv"
    >>> _ = file.write_text("left,right\\n1,2\\n3,4\\n")
    >>> read_table(file)
    array([[1., 2.],
           [3., 4.]])
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(
            f"data file {str(path)!r} does not exist" if not path.exists() else f"{str(path)!r} is no file"
        )
    suffix = path.suffix.lower()
    if suffix in (".npy", ".npz"):
        array = _read_numpy(path)
    elif suffix == ".csv":
        array = _read_csv(path)
    else:
        array = read_idx(path)
        array = np.divide(array, 255, dtype=np.float32) if array.dtype == np.uint8 else array
    if array.ndim == 0:
        raise InputError(f"data file {str(path)!r} must hold a matrix, not a single number")
    return array.reshape(len(array), prod(array.shape[1:]))


def write_array(path: str | Path, array: NDArray[Any]) -> None:
    """Write a .npy file under a temporary name and rename it, so that no broken file is ever left."""
    with replacing(path) as temporary, temporary.open("wb") as stream:
        np.save(stream, array, allow_pickle=False)


def _read_numpy(path: Path) -> NDArray[Any]:
    # Damaged files make NumPy and zipfile raise errors of a dozen kinds, and warn on the way.
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            loaded = np.load(path, mmap_mode="r", allow_pickle=False)
            if isinstance(loaded, np.ndarray):
                return loaded
            with loaded:
                name = _name_in(path, list(loaded.files))
                _check_unpacked_size(path, loaded.zip)
                array = loaded[name]
    except (InputError, MemoryError):
        raise
    except Exception as error:
        raise InputError(f"data file {str(path)!r} is not a NumPy file of numbers, or is truncated") from error
    if not isinstance(array, np.ndarray):
        raise InputError(f"data file {str(path)!r} is not a NumPy file of numbers: its member {name!r} is no array")
    return array


def _check_unpacked_size(path: Path, archive: Any) -> None:
    """Refuse archives that unpack to more than the members of a file may take."""
    size = sum(member.file_size for member in archive.infolist())
    if size > LARGEST_UNPACKED:
        limit = LARGEST_UNPACKED / 1e9
        raise InputError(f"data file {str(path)!r} unpacks to {size / 1e9:.1f} GB, more than {limit:.1f} GB: save "
                         "the array as .npy, which is read where it lies")  # fmt: skip


def _name_in(path: Path, names: list[str]) -> str:
    if len(names) == 1:
        return names[0]
    if "X" in names:
        return "X"
    raise InputError(f"data file {str(path)!r} must hold one array, or one called 'X', not {names}")


def _read_csv(path: Path) -> NDArray[np.float64]:
    lines = _csv_lines(path)
    # A header has names only, and as many as there are columns.
    rows = lines[1:] if lines and not any(_is_number(cell) for cell in lines[0][1]) else lines
    if not rows:
        raise InputError(f"data file {str(path)!r} holds no numbers")
    first, width = lines[0][0], len(lines[0][1])
    for line, row in rows:
        if len(row) != width:
            raise InputError(f"{str(path)!r}, line {line}: expected {width} columns as in line {first}, not {len(row)}")
        for column, cell in enumerate(row, start=1):
            if not _is_number(cell):
                raise InputError(f"{str(path)!r}, line {line}, column {column}: {cell!r} is not a number")
    return np.array([row for _, row in rows], dtype=np.float64)


def _csv_lines(path: Path) -> list[tuple[int, list[str]]]:
    """The lines that are not blank, with their numbers."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            reader = csv.reader(stream)
            return [(reader.line_num, row) for row in reader if len(row) > 1 or "".join(row).strip()]
    except UnicodeDecodeError as error:
        raise InputError(f"data file {str(path)!r} must be text in UTF-8: byte {error.start} is not") from error
    except csv.Error as error:
        raise InputError(f"data file {str(path)!r} is not a CSV file of numbers: {error}") from error


def _is_number(cell: str) -> bool:
    if "_" in cell:  # Python reads 1_0 as 10; no other program does
        return False
    try:
        float(cell)
    except ValueError:
        return False
    return True
