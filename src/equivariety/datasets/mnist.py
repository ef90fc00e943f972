"""MNIST from a folder with its four files; nothing is downloaded."""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from equivariety.datasets.idx import read_idx
from equivariety.errors import InputError

Bytes = NDArray[np.uint8]

_FILES = {
    "train_images": "train-images-idx3-ubyte",
    "train_labels": "train-labels-idx1-ubyte",
    "test_images": "t10k-images-idx3-ubyte",
    "test_labels": "t10k-labels-idx1-ubyte",
}


@dataclass(frozen=True, eq=False)
class Mnist:
    """Images as bytes 0..255 of shape (samples, height, width), labels of shape (samples,).

    Examples
    --------
    >>> import numpy as np
    >>> images, labels = np.zeros((3, 28, 28), np.uint8), np.arange(3, dtype=np.uint8)
    >>> Mnist(images, labels, images[:1], labels[:1]).test_images.shape
    (1, 28, 28)
    """

    train_images: Bytes
    train_labels: Bytes
    test_images: Bytes
    test_labels: Bytes


def load_mnist(folder: str | PathLike[str]) -> Mnist:
    """Read MNIST, or a data set with the same file names (Fashion-MNIST, KMNIST), from a folder.

    Parameters
    ----------
    folder : str or path
        With the files ``train-images-idx3-ubyte``, ``train-labels-idx1-ubyte``, ``t10k-images-idx3-ubyte`` and
        ``t10k-labels-idx1-ubyte``, each with or without ``.gz``.

    Raises
    ------
    InputError
        If files are missing (all of them are named) or damaged, or their contents do not fit together.

    Examples
    --------
    >>> load_mnist("nowhere")
    Traceback (most recent call last):
        ...
    equivariety.errors.InputError: folder must be a folder with the files of MNIST; nowhere is not a folder
    """
    place = Path(folder)
    if not place.is_dir():
        raise InputError(f"folder must be a folder with the files of MNIST; {place} is not a folder")
    found = {part: _present(place, name) for part, name in _FILES.items()}
    missing = [_FILES[part] for part, path in found.items() if path is None]
    if missing:
        raise InputError(f"folder must hold the files of MNIST (with or without .gz); "
                         f"{place} lacks {', '.join(missing)}")  # fmt: skip
    arrays = {part: read_idx(path) for part, path in found.items() if path is not None}
    for part in ("train", "test"):
        _check(place, arrays[f"{part}_images"], arrays[f"{part}_labels"], part)
    return Mnist(**arrays)


def _present(place: Path, name: str) -> Path | None:
    return next((path for path in (place / name, place / f"{name}.gz") if path.exists()), None)


def _check(place: Path, images: Bytes, labels: Bytes, part: str) -> None:
    if images.ndim != 3 or images.dtype != np.uint8:
        raise InputError(f"{place}: the {part} images must be bytes of shape (samples, height, width), "
                         f"not {images.dtype} of shape {images.shape}")  # fmt: skip
    if labels.shape != images.shape[:1]:
        raise InputError(f"{place}: there must be one label for each of the {len(images)} {part} images, "
                         f"not labels of shape {labels.shape}")  # fmt: skip
