"""Checks that many public functions share."""

from __future__ import annotations

from math import prod
from numbers import Real
from typing import Any

import numpy as np

from equivariety.errors import InputError


def is_whole_number(value: Any) -> bool:
    """Whether the value is a whole number, of whatever type; truth values are none.

    Examples
    --------
    >>> [is_whole_number(value) for value in (3, 3.0, np.int8(3), 3.5, float("nan"), True, "3", None)]
    [True, True, True, False, False, False, False, False]
    """
    if type(value) is int:  # by far the most frequent case, asked once for each of half a million blocks
        return True
    return isinstance(value, Real) and not isinstance(value, bool) and bool(value % 1 == 0)


def whole_number(value: Any, name: str, low: int, high: int | None = None) -> int:
    """The value as an integer.

    Raises
    ------
    InputError
        If it is no whole number, below ``low`` or above ``high``.

    Examples
    --------
    >>> whole_number(3.0, "rank", 0, 5)
    3
    """
    if is_whole_number(value) and low <= value and (high is None or value <= high):
        return int(value)
    bounds = f"of at least {low}" if high is None else f"from {low} to {high}"
    raise InputError(f"{name} must be a whole number {bounds}, not {shown(value)}")


def amount(value: Any, name: str) -> float:
    """The value as a finite number that is not negative.

    Raises
    ------
    InputError
        If it is none.

    Examples
    --------
    >>> amount(2, "alpha")
    2.0
    """
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name} must be a number that is not negative, not {shown(value)}") from error
    if not 0 <= number < float("inf"):
        raise InputError(f"{name} must be a finite number that is not negative, not {shown(value)}")
    return number


def shown(value: Any) -> str:
    """A value as messages print it: numbers of every type by their digits, everything else as in code."""
    return str(value) if isinstance(value, Real) else repr(value)


_SHOWN_CHARACTERS = 60


def abbreviated(text: str) -> str:
    """Text as messages quote it: what is long is cut in the middle.

    Examples
    --------
    >>> abbreviated(" (1 2) ")
    "'(1 2)'"
    >>> abbreviated("1" * 10_000)
    "'111111111111111111111111111111 ... 111111111111111111111111111111'"
    """
    stripped = text.strip()
    if len(stripped) > _SHOWN_CHARACTERS:
        half = _SHOWN_CHARACTERS // 2
        stripped = f"{stripped[:half]} ... {stripped[-half:]}"
    return repr(stripped)


def refuse_masked(data: Any, name: str) -> None:
    """Raise an error for masked arrays and tensors, whose masks would be lost silently."""
    if isinstance(data, np.ma.MaskedArray) or type(data).__name__ == "MaskedTensor":
        raise InputError(f"{name} must not be a masked array: fill the masked values, or leave their rows out, first")


def refuse_sparse(data: Any, name: str) -> None:
    """Raise an error for the sparse arrays and matrices of SciPy, and for sparse tensors."""
    from array_api_compat import is_torch_array
    from scipy.sparse import issparse

    if issparse(data):
        raise InputError(f"{name} must be a dense array: sparse arrays are not supported, use {name}.toarray()")
    if is_torch_array(data) and str(data.layout) != "torch.strided":
        raise InputError(f"{name} must be a dense tensor: sparse tensors are not supported, use {name}.to_dense()")


def flattening(shape: tuple[int, ...], degree: int) -> str:
    """What to do with data of a wrong shape whose samples have the right size: text to end a message; else nothing.

    Examples
    --------
    >>> flattening((10, 16, 2), 32)[:47]
    '; flatten every sample, X.reshape(10, 32), for '
    >>> flattening((10, 31), 32)
    ''
    """
    if len(shape) < 3 or prod(shape[1:]) != degree:
        return ""
    return (
        f"; flatten every sample, X.reshape({shape[0]}, {degree}), for an action made with order='points' if the shape "
        "is (samples, points, components), with order='components' if it is (samples, components, points)"
    )
