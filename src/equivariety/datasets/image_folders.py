"""Images in a folder: one row for each, in the order of their names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.errors import InputError
from equivariety.memory import refuse_if_larger

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".pgm", ".ppm")
_GRAY = ("1", "L", "LA", "I", "F")


def image_files(folder: Path) -> list[Path]:
    """The images of a folder, in the order of their names."""
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file())


def read_images(folder: Path) -> NDArray[np.float32]:
    """All images of a folder as numbers from 0 to 1.

    Returns
    -------
    array of shape (images, pixels)
        Gray images row by row; colors as three channels one after the other, as ``3*shift:28x28`` has them.

    Raises
    ------
    InputError
        If there is no image, one cannot be read, their sizes differ, or they need more memory than there is.
    """
    paths = image_files(folder)
    if not paths:
        raise InputError(
            f"folder {str(folder)!r} holds no images ({', '.join(SUFFIXES[:3])}, ...) and is no zarr array"
        )
    first = _pixels(paths[0])
    refuse_if_larger(4.0 * first.size * len(paths), f"{len(paths):,} images in {str(folder)!r}",
                     "convert them to one .npy of bytes, which is read where it lies")  # fmt: skip
    found = np.empty((len(paths), first.size), dtype=np.float32)
    for row, path in enumerate(paths):
        image = _pixels(path)
        if image.shape != first.shape:
            raise InputError(f"all images of {str(folder)!r} must have one size: {paths[0].name} has {_size(first)}, "
                             f"{path.name} has {_size(image)}")  # fmt: skip
        found[row] = image.ravel()
    return found


def _pixels(path: Path) -> NDArray[Any]:
    """(height, width) for gray, (3, height, width) for color."""
    from PIL import Image

    try:
        with Image.open(path) as image:
            gray = image.mode in _GRAY or image.mode.startswith("I;")
            if image.mode.startswith("I"):
                return np.asarray(image, dtype=np.float32) / np.float32(65535)
            if image.mode == "F":
                return np.asarray(image, dtype=np.float32)
            pixels = np.asarray(image.convert("L" if gray else "RGB"), dtype=np.float32) / np.float32(255)
    except Exception as error:  # damaged images make Pillow raise errors of many kinds
        raise InputError(f"image {str(path)!r} cannot be read: {error}") from error
    return pixels if gray else pixels.transpose(2, 0, 1)


def _size(image: NDArray[Any]) -> str:
    height, width = image.shape[-2:]
    return f"{height} x {width}{' in color' if image.ndim == 3 else ''}"
