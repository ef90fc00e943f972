"""The catalogue: actions with a name and a size, ``name:size``, as the command takes them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass
from math import isqrt

from equivariety.actions.action import Action
from equivariety.actions.fields import image_field, volume_field
from equivariety.actions.grids import (
    image_dihedral,
    image_reflection,
    image_rotation,
    image_shift,
    image_torus,
    row_permutations,
    volume_rotations,
    volume_shift,
    volume_symmetries,
)
from equivariety.actions.named import alternating, cyclic, dihedral, symmetric
from equivariety.errors import InputError

Size = tuple[int, ...]
Build = Callable[[Size, int | None], Action]

# Names that books give to groups of permutations of n points, and the entry they stand for.
_BOOKS = {"a": "alternating", "c": "cyclic", "z": "cyclic", "d": "dihedral", "s": "symmetric"}


@dataclass(frozen=True)
class Entry:
    """One name of the catalogue."""

    name: str
    says: str
    """What acts on what."""
    build: dict[int, Build]
    """For each number of sides that its size may have, the constructor, from the size and the axis."""
    examples: tuple[str, ...]
    """Strings to type, sizes as people have them."""
    small: tuple[str, ...]
    """Strings whose points can be drawn in a few lines."""
    with_axis: bool = False
    """Whether ``:axis=1`` may follow the size."""
    entries: int = 1
    """Entries of the matrices that a generator holds at a point."""

    @property
    def usage(self) -> str:
        """How its strings are written, for messages."""
        return f"write {' or '.join(repr(f'{self.name}:{_SHAPES[sides]}') for sides in sorted(self.build))}" + (
            ", with ':axis=1' for one axis" if self.with_axis else ""
        )

    def with_points(self, points: int) -> list[str]:
        """Its strings for so many points, where all sides are equal.

        Examples
        --------
        >>> CATALOGUE["dihedral"].with_points(64)
        ['dihedral:8x8', 'dihedral:64']
        """
        sides = {1: points, 2: isqrt(points), 3: round(points ** (1 / 3))}
        return [
            f"{self.name}:{'x'.join([str(sides[number])] * number)}"
            for number in sorted(self.build, reverse=True)
            if self.entries == 1 and sides[number] > 0 and sides[number] ** number == points
        ]


def similar(text: str) -> str | None:
    """The string of the catalogue that somebody may have meant: a name misspelt, or a group as books write it.

    Examples
    --------
    >>> similar("shfit"), similar("D4"), similar("xyz")
    ('shift', 'dihedral:4', None)
    """
    found = re.fullmatch(r"([acdsz])_?(\d{1,6})", text.strip().lower())
    if found:
        return f"{_BOOKS[found.group(1)]}:{found.group(2)}"
    return next(iter(difflib.get_close_matches(text, CATALOGUE, n=1)), None)


def _square(build: Callable[[int], Action]) -> Build:
    """From a constructor that takes one side: all sides given must agree."""

    def parsed(size: Size, axis: int | None) -> Action:
        if len(set(size)) > 1:
            raise InputError(f"sides must be equal for a rotation, not {'x'.join(map(str, size))}")
        return build(size[0])

    return parsed


def _field(build: Callable[[int, str], Action], kind: str) -> Build:
    """A field under all symmetries of the grid."""
    return _square(lambda size: build(size, kind))


def _fields(kind: str, says: str, entries: int) -> Entry:
    return Entry(
        kind,
        f"{says} on the points of a grid, turned with it by all its symmetries",
        {2: _field(image_field, kind), 3: _field(volume_field, kind)},
        (f"{kind}:28x28", f"{kind}:3x3x3"),
        (f"{kind}:5x5",),
        entries=entries,
    )


_SHAPES = {1: "12", 2: "28x28", 3: "3x3x3"}
_ENTRIES = (
    Entry(
        "alternating", "all even permutations of the points", {1: _square(alternating)}, ("alternating:5",),
        ("alternating:5",),
    ),
    Entry("cyclic", "a ring turned by one step", {1: _square(cyclic)}, ("cyclic:12",), ("cyclic:8",)),
    Entry(
        "dihedral", "a ring, or a square image, turned and reflected",
        {1: _square(dihedral), 2: _square(image_dihedral)}, ("dihedral:6", "dihedral:28x28"),
        ("dihedral:8", "dihedral:5x5"),
    ),
    _fields("pseudovectors", "vectors that reflections turn around once more (as of magnetization)", 9),
    Entry(
        "reflect", "an image reflected, left and right exchanged or by ':axis=0' top and bottom",
        {2: lambda size, axis: image_reflection((size[0], size[1]), 1 if axis is None else axis)},
        ("reflect:28x28",), ("reflect:5x5",), with_axis=True,
    ),
    Entry(
        "rotate", "a square image turned by quarters, or a cube by all its rotations",
        {2: _square(image_rotation), 3: _square(volume_rotations)}, ("rotate:28x28", "rotate:3x3x3"),
        ("rotate:5x5", "rotate:3x3x3"),
    ),
    Entry(
        "rows", "the pixels of every row of an image permuted in all ways, each row for itself",
        {2: lambda size, axis: row_permutations((size[0], size[1]))}, ("rows:3x4",), ("rows:3x5",),
    ),
    Entry(
        "shift", "an image or a volume shifted along all axes, or one",
        {
            2: lambda size, axis: image_shift((size[0], size[1]), axis),
            3: lambda size, axis: volume_shift((size[0], size[1], size[2]), axis),
        },
        ("shift:28x28", "shift:28x28:axis=1", "shift:3x3x3"), ("shift:5x5", "shift:5x5:axis=1", "shift:3x3x3:axis=2"),
        with_axis=True,
    ),
    Entry(
        "symmetric", "all permutations of the points", {1: _square(symmetric)}, ("symmetric:5",), ("symmetric:5",)
    ),
    Entry(
        "symmetries", "a cube under all its rotations and reflections", {3: _square(volume_symmetries)},
        ("symmetries:3x3x3",), ("symmetries:3x3x3",),
    ),
    _fields("tensors", "symmetric tensors (as of stress)", 81),
    Entry(
        "torus", "a periodic square image shifted along both axes, turned and reflected", {2: _square(image_torus)},
        ("torus:28x28",), ("torus:5x5",),
    ),
    _fields("vectors", "vectors (as of velocity)", 9),
)  # fmt: skip
CATALOGUE = {entry.name: entry for entry in _ENTRIES}
"""All entries by their names, in alphabetical order."""
