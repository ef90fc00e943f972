"""Generators as arrays of images, checked once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equivariety.errors import InputError
from equivariety.validation import shown


def validated_images(generators: Iterable[Any]) -> NDArray[np.intp]:
    """The generators as one read-only array of shape (k, n)."""
    try:
        rows = generators if isinstance(generators, np.ndarray) and generators.ndim else list(generators)
    except TypeError as error:
        raise InputError(
            f"generators must be one or several lists of 0-based images, not {shown(generators)}"
        ) from error
    if isinstance(generators, str):
        raise InputError("generators must be lists of 0-based images; text is read by PermutationAction.from_cycles")
    if len(rows) and callable(rows[0]):
        raise InputError("generators must be lists of 0-based images; functions go to PermutationAction.from_functions")
    if len(rows) and np.isscalar(rows[0]):
        rows = [rows]
    _check_lengths(rows)
    try:
        given = np.asarray(rows)
    except ValueError as error:  # rows that hold lists of different lengths
        raise InputError(
            "generators must be one or several lists of 0-based images, not lists nested deeper"
        ) from error
    if given.ndim != 2:
        raise InputError(f"generators must be one or several lists of 0-based images, not nested to depth {given.ndim}")
    if given.dtype.kind not in "iu":
        raise InputError(f"generators must be whole numbers (0-based images), not values of type {given.dtype}")
    images = given.astype(np.intp)
    for number, image in enumerate(images, start=1):
        _check_permutation(image, number)
    images.setflags(write=False)
    return images


def validated_signs(signs: ArrayLike, shape: tuple[int, int]) -> NDArray[np.int8]:
    """Signs +1 and -1 as one read-only array with the shape of the images.

    Raises
    ------
    InputError
        If the shape is another one or an entry is neither +1 nor -1.
    """
    given = np.asarray(signs)
    given = given[None] if given.ndim == 1 and shape[0] == 1 else given
    if given.shape != shape:
        raise InputError(f"signs must have shape {shape}, one for each generator and point, not {given.shape}")
    wrong = np.argwhere((given != 1) & (given != -1)) if given.dtype.kind in "iuf" else np.zeros((1, 2), dtype=np.intp)
    if len(wrong):
        generator, point = wrong[0].tolist()
        raise InputError(f"signs must be +1 or -1: that of point {point} under generator {generator + 1} is "
                         f"{shown(given[generator, point].item())}")  # fmt: skip
    result = given.astype(np.int8)
    result.setflags(write=False)
    return result


def _check_lengths(rows: Sequence[Any] | NDArray[Any]) -> None:
    for number, row in enumerate(rows, start=1):
        if not hasattr(row, "__len__"):
            raise InputError(f"generators must be lists of 0-based images: generator {number} is {row!r}")
    lengths = [len(row) for row in rows]
    if not lengths or not all(lengths):
        raise InputError("generators must be one or several permutations of at least one point, not an empty list")
    for number, length in enumerate(lengths, start=1):
        if length != lengths[0]:
            raise InputError(f"generators must have one length: generator 1 has {lengths[0]} points, "
                             f"generator {number} has {length}")  # fmt: skip


def _check_permutation(image: NDArray[np.intp], number: int) -> None:
    n = image.size
    outside = np.flatnonzero((image < 0) | (image >= n))
    if outside.size:
        raise InputError(f"generator {number} must be a permutation of 0..{n - 1}: "
                         f"the image of {outside[0]} is {image[outside[0]]}")  # fmt: skip
    repeated = np.flatnonzero(np.bincount(image, minlength=n) > 1)
    if repeated.size:
        raise InputError(f"generator {number} must be a permutation of 0..{n - 1}: image {repeated[0]} is taken twice")
