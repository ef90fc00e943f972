"""Refusals that say what somebody probably meant."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from equivariety.errors import InputError

if TYPE_CHECKING:
    from equivariety.actions import Action


@contextmanager
def complaints_as_input_errors() -> Iterator[None]:
    """Turn complaints of scikit-learn about data into input errors."""
    try:
        yield
    except InputError:
        raise
    except ValueError as error:
        raise InputError(str(error)) from error


def require_columns(data: Any, name: str, action: Action, text: str, option: str = "--action") -> None:
    """Refuse data that have another number of columns than the action permutes, with the action that would fit.

    Raises
    ------
    InputError

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> require_columns(np.zeros((3, 64)), "X", ev.actions.dihedral(8), "dihedral:8")
    Traceback (most recent call last):
        ...
    equivariety.errors.InputError: X must have shape (samples, 8), the degree of --action 'dihedral:8', not (3, 64);
    for 64 columns write dihedral:8x8, dihedral:64 or 8*dihedral:8
    """
    from equivariety.validation import abbreviated

    if len(data.shape) == 2 and data.shape[1] == action.degree:
        return
    raise InputError(f"{name} must have shape (samples, {action.degree}), the degree of {option} {abbreviated(text)}, "
                     f"not {tuple(data.shape)}{suggestion(text, action.degree, data.shape[-1])}")  # fmt: skip


def suggestion(text: str, degree: int, columns: int) -> str:
    """An action that fits so many columns, as the end of a message; empty if nothing like it fits."""
    found = fitting(text, degree, columns)
    words = ", ".join(found[:-1]) + " or " + found[-1] if len(found) > 1 else "".join(found)
    return f"; for {columns} columns write {words}" if found else ""


def fitting(text: str, degree: int, columns: int) -> list[str]:
    """Strings like the given one that act on so many columns.

    Examples
    --------
    >>> fitting("shift:28x28:axis=1", 784, 2352), fitting("cyclic:5", 5, 12)
    (['3*shift:28x28:axis=1'], ['cyclic:12'])
    """
    from equivariety.actions.catalogue import CATALOGUE

    name = text.strip().partition(":")[0]
    like = CATALOGUE[name].with_points(columns) if name in CATALOGUE and text.count(":") == 1 else []
    copies, rest = divmod(columns, degree)
    return [*like, *([f"{copies}*{text.strip()}"] if copies > 1 and not rest and "+" not in text else [])]
