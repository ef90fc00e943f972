"""Reader for IDX, the format of MNIST and its relatives."""

from __future__ import annotations

import gzip
import io
import zlib
from math import prod
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.errors import InputError

LARGEST_UNPACKED = 500_000_000
"""Bytes that a compressed file may unpack to: as numbers from 0 to 1 they take five times as much."""
_MOST_DIMENSIONS = 64
_GZIP_MAGIC = b"\x1f\x8b"

# The third byte of a file says what its numbers are; they are big-endian.
_TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def read_idx(path: str | PathLike[str]) -> NDArray[Any]:
    """Read an IDX file, compressed by gzip or not (decided by its first bytes, not by its name).

    Parameters
    ----------
    path : str or path

    Returns
    -------
    ndarray
        Of the shape and type that the file states, in native byte order.

    Raises
    ------
    InputError
        If the file cannot be read, is no IDX file, is truncated, or holds more than it states.

    Notes
    -----
    Two zero bytes, the type, the number of dimensions, each dimension as a big-endian 32-bit integer, then the values
    (Y. LeCun, C. Cortes, C. Burges, *The MNIST database*, section "File formats").

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.NamedTemporaryFile(suffix=".idx") as file:
    ...     _ = file.write(bytes([0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 3, 7, 8, 9]))
    ...     file.flush()
    ...     read_idx(file.name)
    array([[7, 8, 9]], dtype=uint8)
    """
    content = _content(Path(path))
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in _TYPES:
        raise InputError(f"{path} is not an IDX file: it must begin with two zero bytes, a type and the number of "
                         f"dimensions, not with {content[:4].hex(' ') or 'nothing'}")  # fmt: skip
    start = 4 + 4 * content[3]
    if len(content) < start:
        raise InputError(f"{path} is truncated: its header must have {start} bytes, the file has {len(content)}")
    if content[3] > _MOST_DIMENSIONS:
        raise InputError(f"{path} must have at most {_MOST_DIMENSIONS} dimensions, not {content[3]}")
    shape = tuple(np.frombuffer(content, dtype=">u4", count=content[3], offset=4).tolist())
    dtype = np.dtype(_TYPES[content[2]])
    expected = start + prod(shape) * dtype.itemsize
    if len(content) != expected:
        problem = "is truncated" if len(content) < expected else "holds more than it states"
        raise InputError(f"{path} {problem}: shape {shape} takes {expected} bytes, the file has {len(content)}")
    return np.frombuffer(content, dtype=dtype, offset=start).reshape(shape).astype(dtype.newbyteorder("="))


def _content(path: Path) -> bytes:
    """All bytes of the file, decompressed."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error
    if not content.startswith(_GZIP_MAGIC):
        return content
    try:
        with gzip.open(io.BytesIO(content)) as stream:
            unpacked = stream.read(LARGEST_UNPACKED + 1)
    except EOFError as error:
        raise InputError(f"{path} is truncated: its compressed data end early") from error
    except (OSError, zlib.error) as error:
        raise InputError(f"{path} is damaged: it cannot be decompressed ({error})") from error
    if len(unpacked) > LARGEST_UNPACKED:
        raise InputError(f"{path} unpacks to more than {LARGEST_UNPACKED / 1e9:.1f} GB: convert it to .npy, which is "
                         "read where it lies")  # fmt: skip
    return unpacked
