"""Irreducibles told apart by their characters: an order for them, and labels that people can read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from equivariety.array_types import FloatArray, IntArray
from equivariety.isotypic.transitive import Transitive

# Characters of different irreducibles differ by far more; rounding to this many digits makes equal what is equal.
_DIGITS = 6
# Rounding errors of a trace stay below this digit up to the largest actions that are split.
_TRUE_DIGITS = 10


def traces(basis: FloatArray, words: Transitive) -> tuple[float, ...]:
    """The traces of group elements on the subspace with the given orthonormal basis, freed of rounding noise."""
    squares = np.square(basis).sum(axis=1)
    # Adding 0.0 turns a rounded -0.0 into 0.0.
    return tuple(round(_trace(basis, squares, words, word), _TRUE_DIGITS) + 0.0 for word in range(len(words.table)))


def _trace(basis: FloatArray, squares: FloatArray, words: Transitive, word: int) -> float:
    """For permutations of the points that stay the squared norms; of those that move, the products with images."""
    if words.fibres is not None:
        return float(np.vdot(basis, words.moved(basis, word)))
    image = words.table[word]
    moved = np.flatnonzero(image != np.arange(image.size))
    return float(squares.sum() - squares[moved].sum() + np.vdot(basis[moved], basis[image[moved]]))


def signatures(tables: Sequence[IntArray]) -> tuple[int, ...]:
    """The sign of each generator as a permutation of the disjoint union of the given actions."""
    return tuple(
        (-1) ** sum(table.shape[1] - _cycles(table[index]) for table in tables) for index in range(len(tables[0]))
    )


def _cycles(permutation: IntArray) -> int:
    size = len(permutation)
    graph = csr_array((np.ones(size, dtype=np.int8), permutation, np.arange(size + 1)), shape=(size, size))
    count, _ = connected_components(graph, directed=False)
    return int(count)


def sort_key(dimension: int, field: str, characters: Sequence[float], generators: int) -> tuple[object, ...]:
    """Where an irreducible stands: trivial first, then by dimension, field (R, C, H), characters descending.

    `characters` are those of the short words, the generators first; the others break ties.
    """
    rounded = tuple(-round(value, _DIGITS) for value in characters)
    return (not is_trivial(dimension, characters[:generators]), dimension, "RCH".index(field), rounded)


def is_trivial(dimension: int, character: Sequence[float]) -> bool:
    """Whether the values on the generators are those of the trivial representation."""
    return dimension == 1 and all(round(value, _DIGITS) == 1 for value in character)


def make_labels(
    dimensions: Sequence[int], characters: Sequence[Sequence[float]], signs: Sequence[int] | None
) -> tuple[str, ...]:
    """One label for each irreducible, all different: trivial, sign, or its dimension and a letter, in the order given.

    Without signs, those of the given permutations, none is called "sign".

    Examples
    --------
    >>> make_labels([1, 1, 1, 2, 2], [(1, 1), (-1, 1), (1, -1), (0, 2), (0, 2)], signs=[-1, 1])
    ('trivial', 'sign', '1a', '2a', '2b')
    """
    labels: list[str] = []
    lettered: Counter[int] = Counter()
    for dimension, character in zip(dimensions, characters, strict=True):
        name = _name(dimension, character, signs)
        if name is None or name in labels:
            name = f"{dimension}{letters(lettered[dimension])}"
            lettered[dimension] += 1
        labels.append(name)
    return tuple(labels)


def _name(dimension: int, character: Sequence[float], signs: Sequence[int] | None) -> str | None:
    if is_trivial(dimension, character):
        return "trivial"
    if signs and dimension == 1 and all(round(v) == sign for v, sign in zip(character, signs, strict=True)):
        return "sign"
    return None


def letters(number: int) -> str:
    """a, b, ..., z, aa, ab, ..."""
    prefix = letters(number // 26 - 1) if number >= 26 else ""
    return prefix + chr(ord("a") + number % 26)
