"""Cycle notation: 1-based in text, as in the papers; 0-based images in code."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from equivariety.errors import InputError
from equivariety.validation import abbreviated, is_whole_number, shown

_CYCLE = re.compile(r"\(([^()]*)\)")
# GAP separates generators by commas and writes them as a list or as a group.
_GAP = re.compile(r"Group\s*\((.*)\)|\[(.*)\]", re.DOTALL)
_BETWEEN_GENERATORS = re.compile(r";|(?<=\))\s*,\s*(?=\()")
_FORM = "cycles must be written like (1 3 4)(2 5)"
MAXIMUM_POINTS = 2**28
"""Points of all generators together: two gibibytes."""

# Points above MAXIMUM_POINTS, which are refused later on, may have this many digits and stay quick to compute with.
_MOST_DIGITS = 1000


def parse_cycles(text: str, degree: int | None = None) -> list[list[int]]:
    """Read generators in cycle notation, as lists of 0-based images: ``image[i] = sigma(i)``.

    Parameters
    ----------
    text : str
        Cycles of points 1, 2, ..., separated by blanks or commas; several generators are separated by ``;``.
        ``"()"`` is the identity. The compact form of papers, ``"(134)(25)"``, is read digit by digit where all
        generators are written so and all points are single digits. GAP's text is read too:
        ``"Group( [ (1,2,3), (1,2) ] )"``.
    degree : int, optional
        Number of points; needed when trailing points are fixed. By default the largest point that occurs.

    Raises
    ------
    InputError
        If the text is not a list of disjoint cycles of points 1..degree, or a number above 9 stands alone in a cycle
        where it cannot be the compact form.

    Examples
    --------
    >>> parse_cycles("(1 3 4)(2 5)")
    [[2, 4, 3, 0, 1]]
    >>> parse_cycles("(134)(25)")
    [[2, 4, 3, 0, 1]]
    >>> parse_cycles("(1 2); (2,3)", degree=4)
    [[1, 0, 2, 3], [0, 2, 1, 3]]
    >>> parse_cycles("Group( [ (1,2,3), (1,2) ] )")
    [[1, 2, 0], [1, 0, 2]]
    """
    return [image.tolist() for image in images_of_cycles(text, degree)]


def images_of_cycles(
    text: str, degree: int | None = None, most_points: int = MAXIMUM_POINTS, compact: bool = True
) -> list[NDArray[np.intp]]:
    """Read generators as arrays of images; refused if all of them together have too many points.

    Without ``compact`` a number alone in a cycle is a point, whatever its size, as signed cycles need it.
    """
    generators = written_cycles(text, compact)
    largest = max((point for cycles in generators for cycle in cycles for point in cycle), default=0)
    size = largest if degree is None else degree
    if not is_whole_number(size) or size < max(largest, 1):
        expected = f"at least {largest}" if largest else "given, and at least 1, since no point is moved"
        raise InputError(f"degree must be {expected} for {abbreviated(text)}, not {shown(degree)}")
    if size * len(generators) > most_points:
        raise InputError(f"{abbreviated(text)} has too many points to be held in memory: {int(size):,} for each of "
                         f"{len(generators):,} generators, more than {most_points:,} in all")  # fmt: skip
    return [_images(cycles, int(size)) for cycles in generators]


def written_cycles(text: str, compact: bool = True) -> list[list[list[int]]]:
    """The cycles of each generator as they are written, 1-based, before anything of the size of the points is made.

    Raises
    ------
    InputError
        As :func:`parse_cycles`, but for the degree.

    Examples
    --------
    >>> written_cycles("(1 3 4)(2 5); (1 2)")
    [[[1, 3, 4], [2, 5]], [[1, 2]]]
    """
    generators = [_cycles_of(part) for part in generators_of(text)]
    lonely = [cycle[0] for cycles in generators for cycle in cycles if len(cycle) == 1 and cycle[0] > 9]
    if lonely and compact:
        generators = _compact(generators, text, lonely[0])
    for cycles in generators:
        _check_disjoint(cycles, text)
    return generators


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


def generators_of(text: str) -> list[str]:
    """The texts of the generators, GAP's ``Group( [ ... ] )`` around them left out."""
    inner = text.strip()
    while found := _GAP.fullmatch(inner):
        inner = next(part for part in found.groups() if part is not None).strip()
    return _BETWEEN_GENERATORS.split(inner)


def _cycles_of(part: str) -> list[list[int]]:
    """The cycles of one generator, still 1-based."""
    bodies = _CYCLE.findall(part)
    if _CYCLE.sub("", part).strip() or not bodies:
        raise InputError(f"{_FORM}, not {abbreviated(part)}")
    return [[_point(word, part) for word in body.replace(",", " ").split()] for body in bodies]


def _compact(generators: list[list[list[int]]], text: str, lonely: int) -> list[list[list[int]]]:
    """Cycles such as (134)(25) read digit by digit; refused where some cycle is written in another way.

    A number above 9 alone in a cycle would be a point that stays fixed; that is what the degree is for.
    """
    digits = [[[int(digit) for digit in str(cycle[0])] if cycle else [] for cycle in cycles] for cycles in generators]
    points = [point for cycles in digits for cycle in cycles for point in cycle]
    if 0 in points or any(len(cycle) > 1 for cycles in generators for cycle in cycles):
        spaced = "(" + " ".join(str(lonely)) + ")"
        hint = f"write {spaced} for its digits, or " if "0" not in str(lonely) else ""
        raise InputError(f"a cycle must have points that are separated, as in (1 3 4)(2 5), but {abbreviated(text)} "
                         f"holds ({lonely}): {hint}leave out the fixed point {lonely} and give the degree")  # fmt: skip
    return digits


def _check_disjoint(cycles: list[list[int]], text: str) -> None:
    seen: set[int] = set()
    for point in (point for cycle in cycles for point in cycle):
        if point in seen:
            raise InputError(f"cycles of one generator must be disjoint: point {point} occurs twice "
                             f"in {abbreviated(text)}")  # fmt: skip
        seen.add(point)


def _point(word: str, part: str) -> int:
    if not word.isdecimal() or not word.strip("0"):
        raise InputError(f"points in cycles must be whole numbers from 1 on, not {abbreviated(word)} "
                         f"in {abbreviated(part)}")  # fmt: skip
    if len(word) > _MOST_DIGITS:
        raise InputError(f"points in cycles must have at most {_MOST_DIGITS} digits, not {len(word):,}")
    return int(word)


def _images(cycles: list[list[int]], degree: int) -> NDArray[np.intp]:
    images = np.arange(degree)
    for cycle in cycles:
        places = np.array(cycle, dtype=np.intp) - 1
        images[places] = np.roll(places, -1)
    return images
