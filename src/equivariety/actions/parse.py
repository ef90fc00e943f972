"""Actions written as one string, as the command takes them."""

from __future__ import annotations

import json
import re
from math import comb, log10, prod
from pathlib import Path

from equivariety.actions.action import Action
from equivariety.actions.catalogue import CATALOGUE, Entry, Size, similar
from equivariety.actions.notation import MAXIMUM_POINTS, generators_of, images_of_cycles
from equivariety.actions.permutation import PermutationAction
from equivariety.actions.signed import SignedPermutationAction
from equivariety.errors import InputError
from equivariety.validation import abbreviated

_SUFFIXES = re.compile(r"((?:\^\d+|/\d+)*)$")
_SUFFIX = re.compile(r"([\^/])(\d+)")
# A plus sign splits where another action begins; file names may hold others.
_PLUS = re.compile(r"\s*\+\s*(?=\d+\s*\*|[a-z]+:|\(|@)")
_COPIES = re.compile(r"(\d+)\s*\*\s*(.*)", re.DOTALL)
_FORMS = (
    "cycles such as '(1 3 4)(2 5)', a catalogue entry such as 'shift:28x28:axis=1', 'dihedral:28x28' or 'cyclic:12' "
    f"(its names: {', '.join(CATALOGUE)}; the command 'equivariety actions' shows them), "
    "or '@file.json' with 0-based generators"
)

# Any action that moves a point has more than MAXIMUM_POINTS tuples of this length.
_LARGEST_EXPONENT = 64
# Larger numbers are far beyond every limit, too, but slow to read.
_MOST_DIGITS = 1000
# Text in which a generator lists its images takes at least two bytes for a point; with blanks and six digits eight.
_BYTES_PER_POINT = 8


def parse_action(text: str, degree: int | None = None, most_points: int = MAXIMUM_POINTS) -> Action:
    """Read an action from one string.

    Parameters
    ----------
    text : str
        Cycles ``(1 3 4)(2 5)``, several generators split by ``;``, signs as in ``(1 -2 3)(-4)``; or a catalogue
        entry: ``shift:28x28``, ``shift:28x28:axis=1``, ``reflect:28x28``, ``rotate:28x28``, ``dihedral:28x28``,
        ``rows:28x28``, ``rotate:3x3x3``, ``symmetries:3x3x3``, ``torus:28x28``, ``cyclic:12``, ``dihedral:6``,
        ``symmetric:5``, ``alternating:5``; or
        ``@file.json`` with 0-based generators; ``vectors:28x28``, ``pseudovectors:28x28``, ``tensors:3x3x3`` are fields
        under all symmetries of the grid. ``^2`` at the end stands for the action on pairs, ``/2`` for that on
        2-subsets, ``3*`` in front for three copies; ``+`` joins actions of one group, generator by generator.
    degree : int, optional
        Number of points of cycles, where trailing points are fixed.
    most_points : int
        Points of all generators together beyond which the action is refused before it is made.

    Raises
    ------
    InputError
        If the string is none of these; the message suggests the nearest catalogue entry. If there are too many points.

    Examples
    --------
    >>> parse_action("(1 2 3); (1 2)").degree
    3
    >>> parse_action("symmetric:4/2").cycles()
    '(1 4 6 3)(2 5); (2 4)(3 5)'
    >>> parse_action("2*cyclic:3 + cyclic:2").cycles()
    '(1 2 3)(4 5 6)(7 8)'
    """
    terms = _PLUS.split(text.strip())
    if degree is not None and (len(terms) > 1 or not terms[0].startswith("(")):
        raise InputError(f"degree goes with cycles only, not with {abbreviated(text)}")
    parts = [_term(term, degree, most_points) for term in terms]
    total = parts[0]
    for part in parts[1:]:
        _check_points(total.degree + part.degree, part.number_of_generators, text, most_points)
        total = total + part
    return total


def _term(text: str, degree: int | None, most: int) -> Action:
    """One action with copies in front and suffixes behind."""
    found = _COPIES.fullmatch(text)
    copies, rest = (_number(found.group(1), text), found.group(2)) if found else (1, text)
    base, suffixes = _split_suffixes(rest)
    action = _parse_base(base, degree, most)
    for kind, digits in _SUFFIX.findall(suffixes):
        number = _number(digits, text)
        if kind == "^":
            _check_power(action, number, text, most)
            action = action**number
        else:
            if not isinstance(action, PermutationAction | SignedPermutationAction):
                raise InputError(f"subsets need an action that permutes coordinates, not {abbreviated(text)}")
            _check_subsets(action, number, text, most)
            action = action.on_subsets(number)
    if copies == 1:
        return action
    _check_points(copies * action.degree, action.number_of_generators, text, most)
    return copies * action


def _check_power(action: Action, exponent: int, text: str, most: int) -> None:
    _check_points(action.degree ** min(exponent, _LARGEST_EXPONENT), action.number_of_generators, text, most)
    if exponent > _LARGEST_EXPONENT:
        raise InputError(f"exponent of action {abbreviated(text)} must be at most {_LARGEST_EXPONENT}, not {exponent}")


def _check_subsets(action: Action, size: int, text: str, most: int) -> None:
    """All subsets are listed with all their points."""
    degree = action.degree
    if size > degree:
        return  # the action says what is wrong
    # The cap keeps the binomial coefficient quick to compute; it is far too large from there on.
    count = comb(degree, min(size, degree - size, _LARGEST_EXPONENT))
    if count * size > most and count <= MAXIMUM_POINTS:
        raise InputError(f"action {abbreviated(text)} has too many subsets to be held in memory: {count:,} of {size} "
                         f"points each, more than {most:,} points in all")  # fmt: skip
    _check_points(count, max(size, action.number_of_generators), text, most)


def _check_points(count: int, generators: int, text: str, most: int) -> None:
    if count * generators > most:
        several = f" for each of {generators:,} generators" if generators > 1 else ""
        raise InputError(f"action {abbreviated(text)} has too many points to be held in memory: "
                         f"{_counted(count)}{several}, more than {most:,}")  # fmt: skip


def _counted(count: int) -> str:
    return f"{count:,}" if count < 10**30 else f"about 10^{int(log10(count))}"


def _split_suffixes(text: str) -> tuple[str, str]:
    found = _SUFFIXES.search(text)
    suffixes = found.group(1) if found else ""
    base = text[: len(text) - len(suffixes)]
    # A path may end in something like a suffix: "@runs/2" is a file.
    return (text, "") if base.startswith("@") and not base.endswith(".json") else (base, suffixes)


def _parse_base(text: str, degree: int | None, most: int) -> Action:
    if text.startswith("(") and "-" in text:
        _check_points(_largest_point(text), len(generators_of(text)), text, most)
        return SignedPermutationAction.from_cycles(text, degree)
    if text.startswith("("):
        return PermutationAction(images_of_cycles(text, degree, most))
    if text.startswith("@"):
        return _read_file(Path(text[1:]), most)
    name, *arguments = text.split(":")
    entry = CATALOGUE.get(name)
    if entry is None:
        nearest = similar(name)
        hint = f"; did you mean {nearest!r}?" if nearest else ""
        raise InputError(f"action must be {_FORMS}, not {abbreviated(text)}{hint}")
    if not arguments:
        raise InputError(f"action {text!r} needs a size: {entry.usage}")
    size = _size(arguments[0], entry)
    build = entry.build.get(len(size))
    if build is None:
        raise InputError(f"action {text!r} has a size of the wrong form: {entry.usage}")
    _check_points(prod(size), 2 * size[0] if name == "rows" else entry.entries, text, most)
    return build(size, _axis(arguments[1:], entry))


def _largest_point(text: str) -> int:
    return max((_number(digits, text) for digits in re.findall(r"\d+", text)), default=0)


def _read_file(path: Path, most: int) -> PermutationAction:
    if path.exists() and not path.is_file():
        raise InputError(f"action file {str(path)!r} is no file")
    try:
        if path.stat().st_size > _BYTES_PER_POINT * most:
            raise InputError(f"action file {str(path)!r} has too many points to be held in memory: its "
                             f"{path.stat().st_size:,} bytes are more than {most:,} points take")  # fmt: skip
        content = json.loads(path.read_text(encoding="utf-8"))
    except InputError:
        raise
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
    action = PermutationAction(generators)
    _check_points(action.degree, action.number_of_generators, f"@{path}", most)
    return action


def _size(text: str, entry: Entry) -> Size:
    sides = text.split("x")
    if not all(side.isdecimal() and side.strip("0") for side in sides):
        raise InputError(f"size must be whole numbers joined by 'x', not {abbreviated(text)}: {entry.usage}")
    return tuple(_number(side, text) for side in sides)


def _number(digits: str, text: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise InputError(f"numbers in an action must have at most {_MOST_DIGITS} digits, not {len(digits):,} as in "
                         f"{abbreviated(text)}")  # fmt: skip
    return int(digits)


def _axis(options: list[str], entry: Entry) -> int | None:
    if not options:
        return None
    found = re.fullmatch(r"axis=(\d+)", options[0])
    if len(options) > 1 or not found or not entry.with_axis:
        raise InputError(f"option {':'.join(options)!r} is not known: {entry.usage}")
    return _number(found.group(1), entry.name)
