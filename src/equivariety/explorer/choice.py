"""Choices made in the explorer: an action, written as text, and the data."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from math import isqrt
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.actions import Action, parse_action
from equivariety.datasets import digits, shift_images
from equivariety.datasets.tables import read_table
from equivariety.errors import InputError
from equivariety.validation import abbreviated
from equivariety.varieties import EquivariantMaps

LARGEST_DEGREE = 1024
"""Points up to which every view answers at once."""

CATALOGUE = {
    "rotations of 3 x 3 images": "rotate:3x3",
    "rotations of 8 x 8 images": "rotate:8x8",
    "horizontal shifts of 8 x 8 images": "shift:8x8:axis=1",
    "shifts of 8 x 8 images": "shift:8x8",
    "mirror of 8 x 8 images": "reflect:8x8",
    "symmetries of the square on 8 x 8 images": "dihedral:8x8",
    "horizontal shifts of 28 x 28 images": "shift:28x28:axis=1",
    "the talk's permutation of 5 points": "(1 3 4)(2 5)",
    "two rings of three": "(1 2 3)(4 5 6)",
    "twelve sensors on a ring": "cyclic:12",
    "a hexagon, turned and mirrored": "dihedral:6",
    "all permutations of 5 points": "symmetric:5",
    "edges between 5 points": "symmetric:5/2",
    "rotations of 3 x 3 x 3 volumes": "rotate:3x3x3",
    "the mirror of a body, with signs": "(1 2)(-3 -4)(-5)(6)",
    "velocities on 3 x 3 pixels": "vectors:3x3",
}
"""What the menu says, and the ACTION string behind it."""


@dataclass(frozen=True)
class Choice:
    """An action that may be explored, or the reason why a text is none."""

    text: str
    maps: EquivariantMaps | None
    message: str

    @property
    def action(self) -> Action:
        """The action; only where there is one."""
        assert self.maps is not None
        return self.maps.domain


def read_choice(text: str, degree: int | None = None) -> Choice:
    """Read an ACTION string as it is typed: an action, or what is wrong with the text.

    Parameters
    ----------
    text : str
        As for :func:`equivariety.actions.parse_action`.
    degree : int, optional
        Of cycles, where trailing points are fixed.

    Examples
    --------
    >>> read_choice("(1 3 4)(2 5)").message
    '5 points, 1 generator, 2 orbits'
    >>> read_choice("(1 3 4)(2 3)").message
    "cycles of one generator must be disjoint: point 3 occurs twice in '(1 3 4)(2 3)'"
    """
    try:
        action = parse_action(text, degree, most_points=LARGEST_DEGREE * LARGEST_DEGREE)
    except InputError as error:
        return Choice(text, None, str(error))
    if action.degree > LARGEST_DEGREE:
        return Choice(text, None, f"{abbreviated(text)} acts on {action.degree} points; the explorer shows up to "
                                  f"{LARGEST_DEGREE}, the library has no such limit")  # fmt: skip
    parts = (
        _counted(action.degree, "point" if action.monomial is not None else "coordinate"),
        _counted(action.number_of_generators, "generator"),
        _counted(len(action.orbits()), "orbit"),
    )
    return Choice(text, EquivariantMaps(action), ", ".join(parts))


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"


DATA = ("shifted digits", "digits", "noise")
"""Embedded data: the digits of scikit-learn, moved at random or as they are; noise, which fits any action."""


def embedded(name: str, degree: int) -> NDArray[np.float64]:
    """Data by name.

    Raises
    ------
    InputError
        If they have another number of columns than the action has points.
    """
    if name == "noise":
        return np.random.default_rng(0).standard_normal((500, degree))
    images = digits()
    if degree != images.shape[1]:
        raise InputError(f"the digits have 8 x 8 = 64 columns, and the action has {degree} points: choose an action on "
                         "8 x 8 images, other data, or noise")  # fmt: skip
    if name == "digits":
        return images
    return shift_images(images.reshape(-1, 8, 8), seed=0).reshape(-1, 64).astype(np.float64)


def uploaded(name: str, content: bytes, degree: int) -> NDArray[Any]:
    """The matrix of a file from the browser, .npy, .npz, .csv or IDX.

    Raises
    ------
    InputError
        If the file cannot be read, or has another number of columns than the action has points.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(name).name
        path.write_bytes(content)
        try:
            rows = np.array(read_table(path))
        except InputError as error:
            raise InputError(str(error).replace(str(path), path.name)) from None
    if rows.shape[1] != degree:
        raise InputError(f"{name!r} has {rows.shape[1]} columns, and the action has {degree} points")
    return rows


def image_shape(text: str, degree: int) -> tuple[int, int] | None:
    """Height and width, where the points are those of an image: by the text, or a square of at least 3 x 3.

    Examples
    --------
    >>> image_shape("shift:4x8", 32), image_shape("(1 2)", 64), image_shape("cyclic:12", 12)
    ((4, 8), (8, 8), None)
    """
    found = re.fullmatch(r"[a-z]+:(\d+)x(\d+)(:axis=\d)?", text.strip())
    if found and int(found.group(1)) * int(found.group(2)) == degree:
        return int(found.group(1)), int(found.group(2))
    side = isqrt(degree)
    return (side, side) if side >= 3 and side * side == degree else None
