"""Cycle notation with signs: a minus stands before each point whose coordinate is reversed."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from equivariety.actions.notation import cycles_of_images, generators_of, images_of_cycles
from equivariety.errors import InputError

_SIGNED_POINT = re.compile(r"-\s*(\d+)")
_POINT = re.compile(r"(-?)\s*(\d+)")


def parse_signed_cycles(text: str, degree: int | None = None) -> tuple[list[list[int]], list[list[int]]]:
    """Images and signs of each generator.

    Examples
    --------
    >>> parse_signed_cycles("(1 -2 3); (-1)")
    ([[1, 2, 0], [0, 1, 2]], [[1, -1, 1], [-1, 1, 1]])
    """
    stray = re.search(r"-(?!\s*\d)", text)
    if stray:
        raise InputError(f"a minus in signed cycles must stand before a point, as in (1 -2 3), not in {text.strip()!r}")
    # A point alone in a cycle has a meaning where there are signs: (-12) reverses the coordinate 12.
    arrays = images_of_cycles(_SIGNED_POINT.sub(r"\1", text), degree, compact="-" not in text)
    images = [image.tolist() for image in arrays]
    signs = []
    for part, image in zip(generators_of(text), images, strict=True):
        sign = np.ones(len(image), dtype=int)
        sign[[int(point) - 1 for minus, point in _POINT.findall(part) if minus]] = -1
        signs.append(sign.tolist())
    return images, signs


def format_signed_cycles(images: NDArray[np.intp], signs: NDArray[np.int8]) -> str:
    """Write one signed permutation; points that stay as they are are left out.

    Examples
    --------
    >>> format_signed_cycles(np.array([1, 2, 0, 3, 4]), np.array([1, -1, 1, -1, 1]))
    '(1 -2 3)(-4)'
    """
    cycles = [cycle for cycle in cycles_of_images(images) if len(cycle) > 1 or signs[cycle[0]] < 0]
    written = ["(" + " ".join(str((point + 1) * int(signs[point])) for point in cycle) + ")" for cycle in cycles]
    return "".join(written) or "()"
