"""Numbers separated by commas."""

from __future__ import annotations

import csv
from array import array
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from equivariety.errors import InputError
from equivariety.memory import refuse_if_larger

Line = tuple[int, list[str]]

# Characters from which the number of values of a file is foreseen.
_SAMPLE = 2**16


def read_csv(path: Path) -> NDArray[np.float64]:
    """The matrix of a file with or without a header line; messages name line and column.

    Raises
    ------
    InputError
        If it is no such file, or its numbers need more memory than there is.
    """
    _refuse_if_too_large(path)
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            reader = csv.reader(stream)
            return _numbers(path, ((reader.line_num, row) for row in reader if len(row) > 1 or "".join(row).strip()))
    except UnicodeDecodeError as error:
        raise InputError(f"data file {str(path)!r} must be text in UTF-8: byte {error.start} is not") from error
    except csv.Error as error:
        raise InputError(f"data file {str(path)!r} is not a CSV file of numbers: {error}") from error


def _numbers(path: Path, lines: Iterator[Line]) -> NDArray[np.float64]:
    first = list(islice(lines, 1))
    if first and any(_is_number(cell) for cell in first[0][1]):
        # A header has names only; this is a row like all others.
        lines = chain(first, lines)
    top, width = (first[0][0], len(first[0][1])) if first else (0, 0)
    values = array("d")
    for line, row in lines:
        if len(row) != width:
            raise InputError(f"{str(path)!r}, line {line}: expected {width} columns as in line {top}, not {len(row)}")
        try:
            if any("_" in cell for cell in row):
                raise ValueError
            values.extend(map(float, row))
        except ValueError:
            column = next(number for number, cell in enumerate(row, start=1) if not _is_number(cell))
            raise InputError(
                f"{str(path)!r}, line {line}, column {column}: {row[column - 1]!r} is not a number"
            ) from None
    if not values:
        raise InputError(f"data file {str(path)!r} holds no numbers")
    return np.frombuffer(values).reshape(-1, width)


def _refuse_if_too_large(path: Path) -> None:
    """Numbers take 8 bytes in memory, and twice while the array grows; in the file as many as in its beginning."""
    with path.open("rb") as stream:
        sample = stream.read(_SAMPLE)
    share = (sample.count(b",") + sample.count(b"\n") + 1) / max(len(sample), 1)
    refuse_if_larger(
        2 * 8.0 * share * path.stat().st_size,
        f"data file {str(path)!r}",
        "convert it to .npy, which is read where it lies",
    )


def _is_number(cell: str) -> bool:
    if "_" in cell:  # Python reads 1_0 as 10; no other program does
        return False
    try:
        float(cell)
    except ValueError:
        return False
    return True
