"""Cycle notation: 1-based in text, as in the papers; 0-based images in code."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from equivariety.errors import InputError
from equivariety.validation import is_whole_number, shown

_CYCLE = re.compile(r"\(([^()]*)\)")


def parse_cycles(text: str, degree: int | None = None) -> list[list[int]]:
    """Read generators in cycle notation.

    Parameters
    ----------
    text : str
        Cycles of points 1, 2, ..., separated by blanks or commas; several generators are separated by ``;``.
        ``"()"`` is the identity.
    degree : int, optional
        Number of points; needed when trailing points are fixed. By default the largest point that occurs.

    Returns
    -------
    list of list of int
        The 0-based images of each generator: ``image[i] = sigma(i)``.

    Raises
    ------
    InputError
        If the text is not a list of disjoint cycles of points 1..degree.

    Examples
    --------
    >>> parse_cycles("(1 3 4)(2 5)")
    [[2, 4, 3, 0, 1]]
    >>> parse_cycles("(1 2); (2,3)", degree=4)
    [[1, 0, 2, 3], [0, 2, 1, 3]]
    """
    generators = [_cycles_of(part) for part in text.split(";")]
    largest = max((point for cycles in generators for cycle in cycles for point in cycle), default=0)
    size = largest if degree is None else degree
    if not is_whole_number(size) or size < max(largest, 1):
        expected = f"at least {largest}" if largest else "given, and at least 1, since no point is moved"
        raise InputError(f"degree must be {expected} for {text.strip()!r}, not {shown(degree)}")
    return [_images(cycles, int(size)) for cycles in generators]


def format_cycles(images: Sequence[int] | NDArray[np.intp]) -> str:
    """Write one permutation in cycle notation, fixed points left out.

    Examples
    --------
    >>> format_cycles([2, 4, 3, 0, 1])
    '(1 3 4)(2 5)'
    >>> format_cycles([0, 1])
    '()'
    """
    cycles = [cycle for cycle in cycles_of_images(images) if len(cycle) > 1]
    return "".join("(" + " ".join(str(point + 1) for point in cycle) + ")" for cycle in cycles) or "()"


def cycles_of_images(images: Sequence[int] | NDArray[np.intp]) -> list[list[int]]:
    """The cycles of one permutation, each from its smallest point on, ordered by that point.

    Examples
    --------
    >>> cycles_of_images([2, 4, 3, 0, 1])
    [[0, 2, 3], [1, 4]]
    """
    successor = np.asarray(images).tolist()  # a list walks ten times faster than an array
    seen = bytearray(len(successor))
    cycles = []
    for start in range(len(successor)):
        if seen[start]:
            continue
        cycle, point = [], start
        while not seen[point]:
            seen[point] = 1
            cycle.append(point)
            point = successor[point]
        cycles.append(cycle)
    return cycles


def _cycles_of(part: str) -> list[list[int]]:
    """The cycles of one generator, still 1-based."""
    if _CYCLE.sub("", part).strip() or not _CYCLE.search(part):
        raise InputError(f"cycles must be written like (1 3 4)(2 5), not {part.strip()!r}")
    cycles = [
        [_point(word, part) for word in re.split(r"[\s,]+", body.strip()) if word] for body in _CYCLE.findall(part)
    ]
    points = [point for cycle in cycles for point in cycle]
    repeated = next((point for position, point in enumerate(points) if point in set(points[:position])), None)
    if len(set(points)) < len(points):
        raise InputError(f"cycles of one generator must be disjoint: point {repeated} occurs twice in {part.strip()!r}")
    return cycles


def _point(word: str, part: str) -> int:
    if not word.isdecimal() or int(word) < 1:
        raise InputError(f"points in cycles must be whole numbers from 1 on, not {word!r} in {part.strip()!r}")
    return int(word)


def _images(cycles: list[list[int]], degree: int) -> list[int]:
    images = list(range(degree))
    for cycle in cycles:
        for point, successor in zip(cycle, cycle[1:] + cycle[:1], strict=True):
            images[point - 1] = successor - 1
    return images
