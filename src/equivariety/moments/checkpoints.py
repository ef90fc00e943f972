"""Moments in files: a long pass over data can be interrupted and goes on where it was, bit for bit."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.errors import InputError
from equivariety.files import replacing
from equivariety.moments.moments import Moments

FORMAT = "equivariety moments 2"


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
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.savez(
            file,
            description=np.array(json.dumps(description)),
            input_sum=moments.input_sum,
            target_sum=moments.target_sum,
            **arrays,
        )


def load_progress(path: str | PathLike[str]) -> Progress | None:
    """What the file holds; None if there is no file.

    Raises
    ------
    InputError
        If the file was not written by :func:`save_progress`.
    """
    if not Path(path).exists():
        return None
    try:
        with np.load(path, allow_pickle=False) as file:
            return _progress(dict(file))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise InputError(f"{path} is not a checkpoint of this library; remove it to start anew") from error


def _progress(arrays: dict[str, NDArray[Any]]) -> Progress:
    description = json.loads(str(arrays["description"]))
    if description["format"] != FORMAT:
        raise ValueError(description["format"])

    def matrices(name: str) -> tuple[NDArray[np.float64], ...]:
        count = sum(key.startswith(f"{name}_") for key in arrays if key.removeprefix(f"{name}_").isdecimal())
        return tuple(arrays[f"{name}_{number}"] for number in range(count))

    moments = Moments(
        weight=float.fromhex(description["weight"]),
        inner=matrices("inner"),
        cross=matrices("cross") if description["targets"] else None,
        input_sum=arrays["input_sum"],
        target_sum=arrays["target_sum"],
        target_norm=float.fromhex(description["target_norm"]),
        outputs=description["outputs"],
        precision=float.fromhex(description["precision"]),
    )
    return Progress(description["batches"], description["samples"], moments, description["stream"])
