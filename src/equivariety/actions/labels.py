"""Actions on points that have names: electrodes, joints, columns of a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.actions.action import Action, signed_or_plain
from equivariety.errors import InputError
from equivariety.validation import shown

Generator = Mapping[str, str] | Iterable[Sequence[str]]


def from_labels(labels: Sequence[str], generators: Generator | Iterable[Generator]) -> Action:
    """The action of generators that are given by names.

    The action keeps the names, in :attr:`Action.labels`: estimators compare them with the columns of data frames.

    Parameters
    ----------
    labels : sequence of str
        The name of every coordinate, in the order of the data.
    generators : mapping, list of cycles, or sequence of them
        One or several generators sigma, each a mapping from name to name, or a list of cycles of names. Names that do
        not occur stay. As with images, ``{"a": "b"}`` says ``(T x)[a] = x[b]``, and ``("a", "b", "c")`` that sigma
        carries a to b, b to c and c to a. A minus before a name that the mapping carries to gives a sign:
        ``{"a": "-b"}`` says ``(T x)[a] = -x[b]``; in a cycle it stands before the point whose coordinate gets the sign,
        as in :meth:`SignedPermutationAction.from_cycles`.

    Returns
    -------
    PermutationAction or SignedPermutationAction

    Raises
    ------
    InputError
        If names are repeated or unknown, or a generator is no permutation of them.

    Examples
    --------
    Electrodes on a head and its mirror:

    >>> action = from_labels(["F3", "Fz", "F4", "C3", "C4"], [("F3", "F4"), ("C3", "C4")])
    >>> action
    PermutationAction.from_cycles('(1 3)(4 5)', degree=5)
    >>> action.labels
    ('F3', 'Fz', 'F4', 'C3', 'C4')

    Joints, some of which change their sign in the mirror:

    >>> from_labels(["waist", "left hip", "right hip"],
    ...             {"waist": "-waist", "left hip": "right hip", "right hip": "left hip"})
    SignedPermutationAction.from_cycles('(-1)(2 3)', degree=3)

    Two generators:

    >>> square = ["NE", "NW", "SW", "SE"]
    >>> from_labels(square, [{"NE": "NW", "NW": "SW", "SW": "SE", "SE": "NE"}, [("NE", "NW"), ("SW", "SE")]]).cycles()
    '(1 2 3 4); (1 2)(3 4)'
    """
    place = _places(labels)
    found = [_images(generator, place) for generator in _several(generators)]
    images, signs = (np.array(rows) for rows in zip(*found, strict=True))
    return signed_or_plain(images.astype(np.intp), signs.astype(np.int8)).with_labels(labels)


def _places(labels: Sequence[str]) -> dict[str, int]:
    place = {name: number for number, name in enumerate(labels)}
    if not place or len(place) < len(labels) or not all(isinstance(name, str) for name in place):
        raise InputError("labels must be one or several different names")
    return place


def _several(generators: Any) -> list[Any]:
    """The generators as a list; one generator is a mapping, or a list whose members are cycles of names."""
    if isinstance(generators, str):
        raise InputError(
            "generators must be mappings or cycles of names; text is read by PermutationAction.from_cycles"
        )
    if isinstance(generators, Mapping):
        return [generators]
    given = [entry if isinstance(entry, Mapping | str) else list(entry) for entry in generators]
    if not given:
        raise InputError("generators must be at least one mapping or list of cycles, not none")
    one = all(not isinstance(entry, Mapping) and all(isinstance(name, str) for name in entry) for entry in given)
    return [given] if one else given


def _images(generator: Any, place: Mapping[str, int]) -> tuple[NDArray[np.intp], NDArray[np.int8]]:
    images, signs = np.arange(len(place)), np.ones(len(place), dtype=np.int8)
    moves = list(generator.items()) if isinstance(generator, Mapping) else _moves(generator, place)
    sources = [_place(source, place) for source, _ in moves]
    for source, (_, target) in zip(sources, moves, strict=True):
        images[source], signs[source] = _signed_place(target, place)
    names = list(place)
    if len(set(sources)) < len(sources):
        twice = next(name for name in sources if sources.count(name) > 1)
        raise InputError(f"cycles of one generator must be disjoint: {names[twice]!r} occurs twice")
    counts = np.bincount(images, minlength=len(place))
    if (counts > 1).any():
        target = int(counts.argmax())
        first, second = np.flatnonzero(images == target)[:2].tolist()
        raise InputError(
            f"a generator must be a permutation of the labels: {names[first]!r} and {names[second]!r} both go to "
            f"{names[target]!r}; a swap needs both directions, or a cycle ({names[first]!r}, {names[second]!r})"
        )
    return images, signs


def _moves(cycles: Iterable[Sequence[str]], place: Mapping[str, int]) -> list[tuple[str, str]]:
    """The moves of cycles; a minus before a point goes to the image that stands for its coordinate."""
    moves = []
    for cycle in cycles:
        if isinstance(cycle, str) or not isinstance(cycle, Iterable):
            raise InputError(f"cycles must be tuples of names, as in [('a', 'b')], not {shown(cycle)}")
        points = [_split(name, place) for name in cycle]
        for (source, minus), (target, _) in pairwise([*points, points[0]] if points else []):
            moves.append((source, "-" + target if minus else target))
    return moves


def _split(name: Any, place: Mapping[str, int]) -> tuple[str, bool]:
    """A name without the minus before it, and whether there was one; names may begin with a minus themselves."""
    minus = isinstance(name, str) and name not in place and name.startswith("-")
    return (name[1:] if minus else name), minus


def _signed_place(name: Any, place: Mapping[str, int]) -> tuple[int, int]:
    bare, minus = _split(name, place)
    return _place(bare, place), -1 if minus else 1


def _place(name: Any, place: Mapping[str, int]) -> int:
    if name not in place:
        raise InputError(f"{shown(name)} is not one of the labels")
    return place[name]
