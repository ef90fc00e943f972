"""Matrices in files of all kinds, with samples as rows."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.datasets.csv_files import read_csv
from equivariety.datasets.idx import LARGEST_UNPACKED, read_idx
from equivariety.datasets.image_folders import read_images
from equivariety.datasets.stored_rows import StoredRows
from equivariety.datasets.stores import chosen_name, is_zarr, open_hdf5, open_zarr, read_parquet
from equivariety.errors import InputError
from equivariety.files import replacing
from equivariety.memory import refuse_if_larger


def read_table(path: str | Path) -> Any:
    """Read a matrix with samples as rows; arrays with more axes (images) become one row for each sample.

    Parameters
    ----------
    path : str or Path
        ``.npy`` is memory-mapped, and zarr folders and ``.h5`` or ``.hdf5`` are read slab by slab, so these may be
        larger than memory. ``.npz`` is unpacked. Files of several arrays must hold one called X. ``.csv`` holds numbers
        separated by commas, with or without a header line; ``.parquet`` columns of numbers. A folder holds images
        (PNG and others), in the order of their names. Anything else is read as IDX. Bytes of images become numbers
        from 0 to 1. zarr, HDF5 and Parquet need the extra ``storage``.

    Returns
    -------
    array of shape (samples, coordinates), or StoredRows, whose slices are such arrays

    Raises
    ------
    InputError
        If the file cannot be read as what its name says (for CSV the message names line and column), or needs more
        memory than there is.
    ModuleNotFoundError
        If the library for the format is not installed; the message names the extra.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(f"{folder}/x.csv").write_text("left,right\\n1,2\\n3,4\\n")
    ...     read_table(f"{folder}/x.csv")
    array([[1., 2.],
           [3., 4.]])
    """
    path = Path(path)
    if path.is_dir():
        return open_zarr(path) if is_zarr(path) else read_images(path)
    if not path.is_file():
        raise InputError(
            f"data file {str(path)!r} does not exist" if not path.exists() else f"{str(path)!r} is no file"
        )
    read: Callable[[Path], Any] = _READERS.get(path.suffix.lower(), _read_idx)
    array = read(path)
    if isinstance(array, StoredRows):
        return array
    if array.ndim == 0:
        raise InputError(f"data file {str(path)!r} must hold a matrix, not a single number")
    return array.reshape(len(array), prod(array.shape[1:]))


def write_array(path: str | Path, array: NDArray[Any]) -> None:
    """Write a .npy file under a temporary name and rename it, so that no broken file is ever left."""
    with replacing(path) as temporary, temporary.open("wb") as stream:
        np.save(stream, array, allow_pickle=False)


def _read_idx(path: Path) -> NDArray[Any]:
    # The bytes of the file, the array, and as numbers from 0 to 1 four bytes for each.
    refuse_if_larger(6.0 * path.stat().st_size, f"data file {str(path)!r}",
                     "convert it to .npy, which is read where it lies")  # fmt: skip
    array = read_idx(path)
    return np.divide(array, 255, dtype=np.float32) if array.dtype == np.uint8 else array


def _read_numpy(path: Path) -> NDArray[Any]:
    # Damaged files make NumPy and zipfile raise errors of a dozen kinds, and warn on the way.
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            loaded = np.load(path, mmap_mode="r", allow_pickle=False)
            if isinstance(loaded, np.ndarray):
                return loaded
            with loaded:
                name = chosen_name(path, dict.fromkeys(loaded.files))
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


_READERS: dict[str, Callable[[Path], Any]] = {
    ".npy": _read_numpy,
    ".npz": _read_numpy,
    ".csv": read_csv,
    ".parquet": read_parquet,
    ".h5": open_hdf5,
    ".hdf5": open_hdf5,
}
