"""Matrices in zarr, HDF5 and Parquet, each read by its own library, which is an extra."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.datasets.stored_rows import StoredRows
from equivariety.errors import InputError
from equivariety.extras import load_extra
from equivariety.memory import refuse_if_larger

_ZARR_FILES = ("zarr.json", ".zarray", ".zgroup")


def is_zarr(path: Path) -> bool:
    """Whether a folder is a zarr array or group."""
    return path.is_dir() and any((path / name).is_file() for name in _ZARR_FILES)


def open_zarr(path: Path) -> StoredRows:
    """The array of the folder, or the one array of its group, or the one called X."""
    zarr = load_extra("zarr", "storage")
    try:
        found = zarr.open(str(path), mode="r")
        if hasattr(found, "shape"):
            return _rows(found, path)
        arrays = dict(found.arrays())
    except InputError:
        raise
    except Exception as error:  # damaged metadata make zarr raise errors of many kinds
        raise InputError(f"data file {str(path)!r} is not a zarr array, or is damaged: {error}") from error
    return _rows(arrays[chosen_name(path, arrays)], path)


def open_hdf5(path: Path) -> StoredRows:
    """The one data set of the file, in whatever group, or the one called X."""
    h5py = load_extra("h5py", "storage")
    found: dict[str, Any] = {}
    try:
        file = h5py.File(path, "r")
        file.visititems(lambda name, item: found.update({name: item}) if isinstance(item, h5py.Dataset) else None)
    except Exception as error:  # damaged files make HDF5 raise errors of many kinds
        raise InputError(f"data file {str(path)!r} is not an HDF5 file, or is damaged: {error}") from error
    return _rows(found[chosen_name(path, found)], path)


def read_parquet(path: Path) -> NDArray[Any]:
    """The columns of the file, all of which must hold numbers; a missing value is NaN."""
    parquet = load_extra("pyarrow.parquet", "storage")
    try:
        file = parquet.ParquetFile(path)
        rows, columns = file.metadata.num_rows, file.metadata.num_columns
        refuse_if_larger(3 * 8.0 * rows * columns, f"data file {str(path)!r}", "convert it to .npy, zarr or HDF5")
        table = file.read()
    except InputError:
        raise
    except Exception as error:
        raise InputError(f"data file {str(path)!r} is not a Parquet file, or is damaged: {error}") from error
    if not columns or len(table.column_names) != columns:
        raise InputError(f"data file {str(path)!r} must hold columns of single numbers, one for each coordinate")
    arrays = [_numbers(path, name, column) for name, column in zip(table.column_names, table.columns, strict=True)]
    return np.column_stack(arrays)


def chosen_name(path: Path, arrays: Mapping[str, Any]) -> str:
    """The name of the one array of a file that may hold several."""
    names = list(arrays)
    if len(names) == 1:
        return names[0]
    if "X" in names:
        return "X"
    raise InputError(f"data file {str(path)!r} must hold one array, or one called 'X', not {names[:20]}")


def _numbers(path: Path, name: str, column: Any) -> NDArray[Any]:
    try:
        values = column.to_numpy()
        return values if values.dtype.kind in "fiub" else values.astype(np.float64)
    except (ValueError, TypeError) as error:
        raise InputError(f"{str(path)!r}, column {name!r} holds {column.type}, not numbers") from error


def _rows(array: Any, path: Path) -> StoredRows:
    if np.dtype(array.dtype).kind not in "fiub":
        raise InputError(f"data file {str(path)!r} must hold real numbers, not values of type {array.dtype}")
    if not array.shape:
        raise InputError(f"data file {str(path)!r} must hold a matrix, not a single number")
    return StoredRows(array)
