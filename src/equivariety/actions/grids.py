"""Actions on grids with one or two generators: shifts, rotations and reflections of images and volumes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from equivariety.actions.permutation import PermutationAction
from equivariety.errors import InputError

Grid = NDArray[np.intp]


def image_shift(shape: tuple[int, int], axis: int | None = None) -> PermutationAction:
    """Cyclic shift of an h x w image by one pixel; pixels are stored row by row.

    Parameters
    ----------
    shape : (int, int)
        Height and width.
    axis : {0, 1}, optional
        1 shifts along every row (the talk's action), 0 along every column; by default both, two generators.

    Examples
    --------
    >>> image_shift((2, 3), axis=1).cycles()
    '(1 2 3)(4 5 6)'
    """
    return _shift(_validated_shape(shape, 2), axis)


def volume_shift(shape: tuple[int, int, int], axis: int | None = None) -> PermutationAction:
    """Cyclic shift of a volume by one voxel along one axis, or along all three (three generators).

    Examples
    --------
    >>> len(volume_shift((2, 2, 2)).generators)
    3
    """
    return _shift(_validated_shape(shape, 3), axis)


def image_rotation(size: int) -> PermutationAction:
    """Rotation of a size x size image by 90 degrees; for odd size the central pixel is fixed.

    Examples
    --------
    >>> image_rotation(2).cycles()
    '(1 2 4 3)'
    >>> [len(orbit) for orbit in image_rotation(3).orbits()]
    [4, 4, 1]
    """
    return _from_moves(_validated_shape((size, size), 2), [np.rot90])


def image_reflection(shape: tuple[int, int], axis: int = 1) -> PermutationAction:
    """Reflection of an h x w image: axis 1 swaps left and right, axis 0 top and bottom.

    Examples
    --------
    >>> image_reflection((2, 3)).cycles()
    '(1 3)(4 6)'
    """
    return _from_moves(_validated_shape(shape, 2), [lambda grid: np.flip(grid, _validated_axis(axis, 2))])


def _shift(shape: tuple[int, ...], axis: int | None) -> PermutationAction:
    axes = range(len(shape)) if axis is None else [_validated_axis(axis, len(shape))]
    grid = np.arange(np.prod(shape)).reshape(shape)
    return PermutationAction(np.stack([np.roll(grid, -1, axis=a).ravel() for a in axes]))


def _from_moves(shape: tuple[int, ...], moves: Sequence[Callable[[Grid], Grid]]) -> PermutationAction:
    grid = np.arange(np.prod(shape)).reshape(shape)
    return PermutationAction(np.stack([move(grid).ravel() for move in moves]))


def _validated_shape(shape: Sequence[int], dimensions: int) -> tuple[int, ...]:
    if len(shape) != dimensions or not all(int(side) == side and side >= 1 for side in shape):
        raise InputError(f"shape must be {dimensions} positive whole numbers, not {tuple(shape)}")
    return tuple(int(side) for side in shape)


def _validated_axis(axis: int, dimensions: int) -> int:
    if axis not in range(dimensions):
        raise InputError(f"axis must be one of {', '.join(map(str, range(dimensions)))}, not {axis}")
    return int(axis)
