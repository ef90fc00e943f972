"""Moments in files: a long pass over data can be interrupted and goes on where it was, bit for bit.

A file is a NumPy archive, followed by the digest of all its bytes: what was changed in any way is refused.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.errors import InputError
from equivariety.files import replacing, require_regular
from equivariety.isotypic.spaces import Spaces
from equivariety.moments.moments import Moments
from equivariety.validation import whole_number

FORMAT = "equivariety moments 3"

_DIGEST = 64
_BLOCK = 2**20


@dataclass(frozen=True)
class Checkpoint:
    """Where and how often the moments of a stream are kept.

    Parameters
    ----------
    path : str or path
        A .npz file. If it exists, the stream goes on behind the batches that it holds; it is removed at the end.
    every : int
        Number of batches after which the file is written anew.
    """

    path: str | PathLike[str]
    every: int = 16

    def __post_init__(self) -> None:
        if self.every < 1:
            raise InputError(f"every must be at least 1 batch, not {self.every}")


@dataclass(frozen=True, eq=False)
class Progress:
    """How far a stream came."""

    batches: int
    samples: int
    moments: Moments
    stream: str
    """Identifies the maps, the first batch and the origins."""


def save_progress(path: str | PathLike[str], progress: Progress) -> None:
    """Write the file; it appears whole or not at all."""
    moments = progress.moments
    arrays: dict[str, Any] = {f"inner_{number}": matrices for number, matrices in enumerate(moments.inner)}
    arrays |= {f"cross_{number}": matrices for number, matrices in enumerate(moments.cross or ())}
    description = {
        "format": FORMAT,
        "stream": progress.stream,
        "batches": progress.batches,
        "samples": progress.samples,
        "targets": moments.cross is not None,
        # Hexadecimal numbers lose no bit.
        "weight": moments.weight.hex(),
        "target_norm": moments.target_norm.hex(),
        "precision": moments.precision.hex(),
        "outputs": moments.outputs,
    }
    arrays |= {"input_sum": moments.input_sum, "target_sum": moments.target_sum}
    with replacing(path) as temporary:
        with temporary.open("wb") as file:
            np.savez(file, description=np.array(json.dumps(description)), **arrays)
        digest = _digest(temporary, temporary.stat().st_size)
        with temporary.open("ab") as file:
            file.write(digest)


def load_progress(path: str | PathLike[str]) -> Progress | None:
    """Read the progress that a file holds; None if there is no file.

    Raises
    ------
    InputError
        If the file was not written by :func:`save_progress`, or changed since.
    """
    file = Path(path)
    if not file.exists():
        return None
    try:
        size = require_regular(file).st_size - _DIGEST
        with file.open("rb") as content:
            content.seek(max(size, 0))
            stored = content.read()
        if size < 0 or stored != _digest(file, size):
            raise ValueError("its digest differs")
        with np.load(file, allow_pickle=False) as arrays:
            return _progress(dict(arrays))
    except Exception as error:  # NumPy and zipfile raise half a dozen types for damaged files
        raise InputError(f"{path} is not a checkpoint of this library, or it was changed ({error}); remove it to start "
                         "anew") from error  # fmt: skip


def _digest(file: Path, size: int) -> bytes:
    """The digest of the first bytes of a file, as text."""
    digest = hashlib.sha256()
    with file.open("rb") as content:
        for start in range(0, size, _BLOCK):
            digest.update(content.read(min(_BLOCK, size - start)))
    return digest.hexdigest().encode()


def _progress(arrays: dict[str, NDArray[Any]]) -> Progress:
    description = json.loads(str(arrays["description"]))
    if description["format"] != FORMAT:
        raise ValueError(f"its format is {description['format']!r}, not {FORMAT!r}")
    moments = Moments(
        weight=_number(description["weight"]),
        inner=tuple(_matrices(arrays, "inner")),
        cross=tuple(_matrices(arrays, "cross")) if description["targets"] else None,
        input_sum=_floats(arrays, "input_sum", 1),
        target_sum=_floats(arrays, "target_sum", 1),
        target_norm=_number(description["target_norm"]),
        outputs=whole_number(description["outputs"], "outputs", 1),
        precision=_number(description["precision"]),
    )
    batches, samples = (whole_number(description[name], name, 1) for name in ("batches", "samples"))
    return Progress(batches, samples, moments, str(description["stream"]))


def _number(text: str) -> float:
    value = float.fromhex(text)
    if not (isfinite(value) and value >= 0):
        raise ValueError(f"it holds the number {value}")
    return value


def _matrices(arrays: dict[str, NDArray[Any]], name: str) -> Iterator[NDArray[np.float64]]:
    count = sum(key.startswith(f"{name}_") and key.removeprefix(f"{name}_").isdecimal() for key in arrays)
    return (_floats(arrays, f"{name}_{number}", 4) for number in range(count))


def _floats(arrays: dict[str, NDArray[Any]], name: str, dimensions: int) -> NDArray[np.float64]:
    """An array as it was written: of that many dimensions, in double precision, finite."""
    found = arrays[name]
    if found.dtype != np.float64 or found.ndim != dimensions or not np.isfinite(found).all():
        raise ValueError(f"{name} is no array of {dimensions} dimensions of finite numbers of type float64")
    return found


def require_shapes(path: str | PathLike[str], moments: Moments, maps: Spaces) -> None:
    """Raise an InputError if the moments in a file are not those of the given maps."""
    domain, codomain = maps.domain_basis, maps.codomain_basis
    sizes = [(bundle.size, bundle.field.beta) for bundle in domain.bundles]
    sides = list(zip(sizes, codomain.multiplicities, domain.multiplicities, strict=True))
    inner = [(size, cols, cols, beta) for (size, beta), _, cols in sides]
    cross = [(size, rows, cols, beta) for (size, beta), rows, cols in sides]
    found = [matrices.shape for matrices in (*moments.inner, *(moments.cross or ()))]
    if found != inner + (cross if moments.cross is not None else []):
        raise InputError(f"{path} holds moments of other shapes than these maps need; remove it to start anew")
