"""Actions written as one string, as the command takes them."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable
from math import comb, prod
from pathlib import Path

from equivariety.actions.action import Action
from equivariety.actions.fields import image_field, volume_field
from equivariety.actions.grids import (
    image_dihedral,
    image_reflection,
    image_rotation,
    image_shift,
    row_permutations,
    volume_rotations,
    volume_shift,
    volume_symmetries,
)
from equivariety.actions.named import alternating, cyclic, dihedral, symmetric
from equivariety.actions.permutation import PermutationAction
from equivariety.actions.signed import SignedPermutationAction
from equivariety.errors import InputError

_SUFFIXES = re.compile(r"((?:\^\d+|/\d+)*)$")
_SUFFIX = re.compile(r"([\^/])(\d+)")
_FORMS = (
    "cycles such as '(1 3 4)(2 5)', a catalogue entry such as 'shift:28x28:axis=1', 'dihedral:28x28' or 'cyclic:12', "
    "or '@file.json' with 0-based generators"
)

MAXIMUM_POINTS = 2**28
"""Two gibibytes for each generator."""

# Any action that moves a point has more than MAXIMUM_POINTS tuples of this length.
_LARGEST_EXPONENT = 64

Size = tuple[int, ...]


def parse_action(text: str, degree: int | None = None) -> Action:
    """Read an action from one string.

    Parameters
    ----------
    text : str
        Cycles ``(1 3 4)(2 5)``, several generators split by ``;``; or a catalogue entry: ``shift:28x28``,
        ``shift:28x28:axis=1``, ``reflect:28x28``, ``rotate:28x28``, ``dihedral:28x28``, ``rows:28x28``,
        ``rotate:3x3x3``, ``symmetries:3x3x3``, ``cyclic:12``, ``dihedral:6``, ``symmetric:5``, ``alternating:5``; or
        ``@file.json`` with 0-based generators. A minus before a point of a cycle reverses its coordinate, and
        ``vectors:28x28``, ``pseudovectors:28x28``, ``tensors:3x3x3`` are fields under all symmetries of the grid.
        ``^2`` at the end stands for the action on pairs, ``/2`` for that on 2-subsets.
    degree : int, optional
        Number of points of cycles, where trailing points are fixed.

    Raises
    ------
    InputError
        If the string is none of these; the message suggests the nearest catalogue entry.

    Examples
    --------
    >>> parse_action("(1 2 3); (1 2)").degree
    3
    >>> parse_action("symmetric:4/2").cycles()
    '(1 4 6 3)(2 5); (2 4)(3 5)'
    """
    base, suffixes = _split_suffixes(text.strip())
    if degree is not None and not base.startswith("("):
        raise InputError(f"degree goes with cycles only, not with {base!r}")
    action = _parse_base(base, degree)
    for kind, digits in _SUFFIX.findall(suffixes):
        number = int(digits)
        if kind == "^":
            _check_power(action.degree, number, text)
            action = action**number
        else:
            _check_subsets(action.degree, number, text)
            action = _monomial(action, text).on_subsets(number)
    return action


def _monomial(action: Action, text: str) -> PermutationAction | SignedPermutationAction:
    if isinstance(action, PermutationAction | SignedPermutationAction):
        return action
    raise InputError(f"subsets in action {text.strip()!r} need permutations, with or without signs")


def _check_power(degree: int, exponent: int, text: str) -> None:
    _check_points(degree ** min(exponent, _LARGEST_EXPONENT), text)
    if exponent > _LARGEST_EXPONENT:
        raise InputError(f"exponent of action {text.strip()!r} must be at most {_LARGEST_EXPONENT}, not {exponent}")


def _check_subsets(degree: int, size: int, text: str) -> None:
    """All subsets are listed with all their points."""
    if size > degree:
        return  # the action says what is wrong
    # The cap keeps the binomial coefficient quick to compute; it is far too large from there on.
    count = comb(degree, min(size, degree - size, _LARGEST_EXPONENT))
    _check_points(count, text)
    if count * size > MAXIMUM_POINTS:
        raise InputError(f"action {text.strip()!r} has too many subsets to be held in memory: {count:,} of {size} "
                         f"points each, more than {MAXIMUM_POINTS:,} points in all")  # fmt: skip


def _check_points(count: int, text: str) -> None:
    if count > MAXIMUM_POINTS:
        raise InputError(f"action {text.strip()!r} has too many points to be held in memory: {count:,}, "
                         f"more than {MAXIMUM_POINTS:,}")  # fmt: skip


def _split_suffixes(text: str) -> tuple[str, str]:
    found = _SUFFIXES.search(text)
    suffixes = found.group(1) if found else ""
    base = text[: len(text) - len(suffixes)]
    # A path may end in something like a suffix: "@runs/2" is a file.
    return (text, "") if base.startswith("@") and not base.endswith(".json") else (base, suffixes)


def _parse_base(text: str, degree: int | None) -> Action:
    if text.startswith("("):
        _check_points(max([degree or 0, *map(int, re.findall(r"\d+", text))]), text)
        return (SignedPermutationAction if "-" in text else PermutationAction).from_cycles(text, degree)
    if text.startswith("@"):
        return _read_file(Path(text[1:]))
    name, *arguments = text.split(":")
    if name not in _CATALOGUE:
        nearest = difflib.get_close_matches(name, _CATALOGUE, n=1)
        hint = f"; did you mean {nearest[0]!r}?" if nearest else ""
        raise InputError(f"action must be {_FORMS}, not {text!r}{hint}")
    if not arguments:
        raise InputError(f"action {text!r} needs a size: {_usage(name)}")
    build = _CATALOGUE[name].get(len(_size(arguments[0], name)))
    if build is None:
        raise InputError(f"action {text!r} has a size of the wrong form: {_usage(name)}")
    _check_points(prod(_size(arguments[0], name)), text)
    return build(_size(arguments[0], name), _axis(arguments[1:], name))


def _read_file(path: Path) -> PermutationAction:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"action file {str(path)!r} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise InputError(f"action file {str(path)!r} is not JSON: {error}") from error
    except RecursionError as error:
        raise InputError(f"action file {str(path)!r} is nested too deep to be a list of generators") from error
    generators = content.get("generators") if isinstance(content, dict) else content
    if not isinstance(generators, list):
        raise InputError(
            f"action file {str(path)!r} must hold a list of 0-based generators, or an object with the key 'generators'"
        )
    return PermutationAction(generators)


def _size(text: str, name: str) -> Size:
    sides = text.split("x")
    if not all(side.isdecimal() and int(side) > 0 for side in sides):
        raise InputError(f"size must be whole numbers joined by 'x', not {text!r}: {_usage(name)}")
    return tuple(map(int, sides))


def _axis(options: list[str], name: str) -> int | None:
    if not options:
        return None
    found = re.fullmatch(r"axis=(\d+)", options[0])
    if len(options) > 1 or not found or name not in _WITH_AXIS:
        raise InputError(f"option {':'.join(options)!r} is not known: {_usage(name)}")
    return int(found.group(1))


def _usage(name: str) -> str:
    return f"write {' or '.join(repr(f'{name}:{_SHAPES[sides]}') for sides in sorted(_CATALOGUE[name]))}" + (
        ", with ':axis=1' for one axis" if name in _WITH_AXIS else ""
    )


def _square(build: Callable[[int], Action]) -> Callable[[Size, int | None], Action]:
    """From a constructor that takes one side: all sides given must agree."""

    def parsed(size: Size, axis: int | None) -> Action:
        if len(set(size)) > 1:
            raise InputError(f"sides must be equal for a rotation, not {'x'.join(map(str, size))}")
        return build(size[0])

    return parsed


def _field(build: Callable[[int, str], Action], kind: str) -> Callable[[Size, int | None], Action]:
    """A field under all symmetries of the grid."""
    return _square(lambda size: build(size, kind))


_SHAPES = {1: "12", 2: "28x28", 3: "3x3x3"}
_WITH_AXIS = {"shift", "reflect"}
# For each name: the constructor for each number of sides of the size.
_CATALOGUE: dict[str, dict[int, Callable[[Size, int | None], Action]]] = {
    "alternating": {1: _square(alternating)},
    "cyclic": {1: _square(cyclic)},
    "dihedral": {1: _square(dihedral), 2: _square(image_dihedral)},
    "pseudovectors": {2: _field(image_field, "pseudovectors"), 3: _field(volume_field, "pseudovectors")},
    "reflect": {2: lambda size, axis: image_reflection((size[0], size[1]), 1 if axis is None else axis)},
    "rotate": {2: _square(image_rotation), 3: _square(volume_rotations)},
    "rows": {2: lambda size, axis: row_permutations((size[0], size[1]))},
    "shift": {
        2: lambda size, axis: image_shift((size[0], size[1]), axis),
        3: lambda size, axis: volume_shift((size[0], size[1], size[2]), axis),
    },
    "symmetric": {1: _square(symmetric)},
    "symmetries": {3: _square(volume_symmetries)},
    "tensors": {2: _field(image_field, "tensors"), 3: _field(volume_field, "tensors")},
    "vectors": {2: _field(image_field, "vectors"), 3: _field(volume_field, "vectors")},
}
