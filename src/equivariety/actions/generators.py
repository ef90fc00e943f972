"""Generators as other libraries hold them, and as functions: spelled out as 0-based images."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.errors import InputError
from equivariety.validation import is_whole_number, shown


def spelled_out(generators: Any) -> Any:
    """Groups and permutations of SymPy as lists of images; everything else as it is.

    Permutations of different sizes act on as many points as the largest of them.

    Examples
    --------
    >>> from sympy.combinatorics import Permutation, SymmetricGroup
    >>> spelled_out(SymmetricGroup(3))
    [[1, 2, 0], [1, 0, 2]]
    >>> spelled_out([Permutation(0, 1), Permutation(0, 1, 2)])
    [[1, 0, 2], [1, 2, 0]]
    """
    if _is_permutation(generators):
        return list(generators.array_form)
    given = getattr(generators, "generators", generators)
    if not isinstance(given, list | tuple) or not given or not all(map(_is_permutation, given)):
        return generators
    size = max(permutation.size for permutation in given)
    return [[*permutation.array_form, *range(permutation.size, size)] for permutation in given]


def _is_permutation(value: Any) -> bool:
    return hasattr(value, "array_form") and hasattr(value, "size")


def images_of_functions(functions: Any, shape: int | Sequence[int]) -> list[NDArray[np.intp]]:
    """The images under functions that move the entries of an array: each is given the numbers 0..n-1 in the shape.

    Raises
    ------
    InputError
        If a function is none, fails, or does not give the numbers back in another order.

    Examples
    --------
    >>> images_of_functions([np.rot90], (2, 2))
    [array([1, 3, 0, 2])]
    """
    sides = _sides(shape)
    given = [functions] if callable(functions) else functions
    if not isinstance(given, Iterable) or isinstance(given, str):
        raise InputError(f"functions must be one or several functions of an array of numbers, not {shown(functions)}")
    return [_image(function, sides, number) for number, function in enumerate(given, start=1)]


def _sides(shape: int | Sequence[int]) -> tuple[int, ...]:
    sides = tuple(shape) if isinstance(shape, Iterable) else (shape,)
    if not sides or not all(is_whole_number(side) and side >= 1 for side in sides):
        raise InputError(f"shape must be one or several positive whole numbers, not {shown(shape)}")
    return tuple(map(int, sides))


def _image(function: Callable[[NDArray[np.intp]], Any], sides: tuple[int, ...], number: int) -> NDArray[np.intp]:
    if not callable(function):
        raise InputError(f"function {number} must be a function of an array of numbers, not {shown(function)}")
    moved = np.asarray(function(np.arange(prod(sides)).reshape(sides)))
    if moved.size != prod(sides) or moved.dtype.kind not in "iu":
        raise InputError(f"function {number} must give the {prod(sides)} numbers back in another order, "
                         f"not {moved.dtype} of shape {moved.shape}")  # fmt: skip
    return moved.ravel()
