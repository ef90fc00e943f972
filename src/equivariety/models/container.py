"""A description and arrays in one safetensors file that carries a digest of all its bytes.

The digest stands in the header in the place of 64 zeros: it is that of the file with the zeros. So every changed byte,
in arrays, names, types or the description, is noticed before anything is made of the file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.errors import InputError
from equivariety.files import replacing

FORMAT = "equivariety model 2"

_NO_DIGEST = "0" * 64
# Headers of models are much smaller; a longer one is no header of this library, and is not parsed.
_LARGEST_HEADER = 2**27


def write(path: str | PathLike[str], description: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]]) -> None:
    """Write the file; it appears whole or not at all. Equal contents give equal files.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    content = signed(description, tensors)
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def signed(description: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]]) -> bytes:
    """The bytes of the file, the digest in its place."""
    from safetensors.numpy import save

    text = json.dumps({"format": FORMAT, "digest": _NO_DIGEST, **description}, allow_nan=False)
    # One entry, since safetensors writes several in random order; so equal models give equal files.
    plain = save({name: np.ascontiguousarray(a) for name, a in tensors.items()}, {"model": text})
    return plain.replace(_NO_DIGEST.encode(), hashlib.sha256(plain).hexdigest().encode(), 1)


def read(path: str | PathLike[str]) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Description and arrays of a file that :func:`write` wrote.

    Raises
    ------
    InputError
        If the file cannot be read, is no such file or one of another version, or was changed since it was written.
    """
    content = _content(Path(path))
    description = _description(path, content)
    if not _is_unchanged(content, description.get("digest")):
        raise InputError(f"{path} was changed since it was written, or it is damaged: its digest differs")
    from safetensors.numpy import load

    try:
        return description, load(content)
    except Exception as error:  # what a file with a forged digest provokes in safetensors or NumPy
        raise InputError(f"{path} is a damaged model file: {error}") from error


def _content(path: Path) -> bytes:
    if path.is_fifo() or path.is_char_device() or path.is_block_device() or path.is_socket():
        raise InputError(f"{path} is a device or a pipe, not a model file")
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from error


def _description(path: str | PathLike[str], content: bytes) -> dict[str, Any]:
    """The description of the model in a header, once it is one of this format."""
    size = int.from_bytes(content[:8], "little")
    try:
        if not 2 <= size <= min(len(content) - 8, _LARGEST_HEADER):
            raise ValueError("its header is longer than the file")
        header = json.loads(content[8 : 8 + size])
        metadata = header.get("__metadata__") or {}
        _require_whole(header, len(content) - 8 - size)
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError) as error:
        raise InputError(f"{path} is not a model file, or it is truncated ({error})") from error
    try:
        description = json.loads(metadata["model"])
        found = description["format"]
    except (LookupError, TypeError, ValueError, RecursionError):
        description, found = {}, "a safetensors file of another program"
    if found != FORMAT:
        raise InputError(f"{path} is not a model file of this version: expected {FORMAT!r}, found {found!r}; models of "
                         "older versions must be fitted again")  # fmt: skip
    return dict(description)


def _require_whole(header: Mapping[str, Any], available: int) -> None:
    ends = [int(entry["data_offsets"][1]) for name, entry in header.items() if name != "__metadata__"]
    if max(ends, default=0) != available:
        raise ValueError(f"{available} bytes of arrays where the header promises {max(ends, default=0)}")


def _is_unchanged(content: bytes, digest: Any) -> bool:
    if not isinstance(digest, str) or not digest.isascii() or len(digest) != len(_NO_DIGEST):
        return False
    place = content.find(digest.encode())
    if place < 0:
        return False
    found = hashlib.sha256(content[:place])
    found.update(_NO_DIGEST.encode())
    found.update(memoryview(content)[place + len(_NO_DIGEST) :])
    return found.hexdigest() == digest
