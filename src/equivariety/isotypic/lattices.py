"""Orbits of commuting permutations: coordinates on each orbit, and its lattice of relations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from equivariety.actions.notation import cycles_of_images
from equivariety.array_types import IntArray

IntMatrix = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class LatticeType:
    """All orbits on which commuting generators satisfy the same relations.

    The point with exponents (a_1, ..., a_k), 0 <= a_i < sides[i], is g_1^a_1 ... g_k^a_k applied to the base point.
    """

    sides: tuple[int, ...]
    relations: IntMatrix
    """Row i says g_i^sides[i] = g_1^c_1 ... g_(i-1)^c_(i-1): entries -c_j, then sides[i]; i + 1 in all."""
    points: IntArray
    """Points of every orbit by exponents in C order, shape (orbits, size)."""


def commute(images: IntArray) -> bool:
    """Whether all generators commute, checked on every point; generators that occur several times are asked once."""
    distinct = list({image.tobytes(): image for image in images}.values())
    return all(
        np.array_equal(first[second], second[first])
        for position, first in enumerate(distinct)
        for second in distinct[:position]
    )


def lattice_types(images: IntArray, bases: IntArray) -> list[LatticeType]:
    """Sort the orbits of commuting generators by their relations; ``bases`` holds the smallest point of each."""
    types = list(_first_level(images[0], bases))
    for generator in images[1:]:
        types = [finer for coarse in types for finer in _next_level(coarse, generator)]
    return [LatticeType(t.sides, t.relations, _in_base_order(t.points)) for t in _merged(types)]


def _in_base_order(points: IntArray) -> IntArray:
    return np.ascontiguousarray(points[np.argsort(points[:, 0])])


def _first_level(image: IntArray, bases: IntArray) -> Iterator[LatticeType]:
    """Cycles of the first generator through the base points, by length."""
    wanted = np.zeros(image.size, dtype=bool)
    wanted[bases] = True
    by_length: dict[int, list[list[int]]] = {}
    for cycle in cycles_of_images(image):
        # A base point is the smallest of its orbit, hence of its cycle, where the cycle starts.
        if wanted[cycle[0]]:
            by_length.setdefault(len(cycle), []).append(cycle)
    for length, cycles in sorted(by_length.items()):
        yield LatticeType((length,), ((length,),), np.array(cycles, dtype=np.intp))


def _next_level(coarse: LatticeType, image: IntArray) -> Iterator[LatticeType]:
    """Add one generator: follow it from the base points until it returns to the points already reached."""
    points, size = coarse.points, coarse.points.shape[1]
    position = np.full(image.size, -1, dtype=np.intp)
    position[points] = np.arange(size)
    alive, current, power = np.arange(len(points)), image[points[:, 0]], 1
    while alive.size:
        back = position[current]
        for place in np.unique(back[back >= 0]):
            rows = alive[back == place]
            yield _extended(coarse, image, points[rows], power, int(place))
        alive, current, power = alive[back < 0], image[current[back < 0]], power + 1


def _extended(coarse: LatticeType, image: IntArray, points: IntArray, power: int, place: int) -> LatticeType:
    relation = (*(-exponent for exponent in _exponents(place, coarse.sides)), power)
    layers = [points]
    for _ in range(power - 1):
        layers.append(image[layers[-1]])
    # The newest exponent varies fastest, so that exponents stay in C order.
    extended = np.stack(layers, axis=2).reshape(len(points), -1)
    return LatticeType((*coarse.sides, power), (*coarse.relations, relation), extended)


def _exponents(place: int, sides: tuple[int, ...]) -> tuple[int, ...]:
    """The exponents of a point from its place in C order; unlike in NumPy there may be more than 64 of them."""
    exponents = []
    for side in reversed(sides):
        place, exponent = divmod(place, side)
        exponents.append(exponent)
    return tuple(reversed(exponents))


def _merged(types: list[LatticeType]) -> list[LatticeType]:
    """Types of equal relations become one."""
    groups: dict[IntMatrix, list[LatticeType]] = {}
    for lattice in types:
        groups.setdefault(lattice.relations, []).append(lattice)
    return [
        LatticeType(group[0].sides, relations, np.concatenate([lattice.points for lattice in group]))
        for relations, group in groups.items()
    ]


def _square(relations: IntMatrix) -> IntArray:
    """The relations as a lower triangular matrix."""
    matrix = np.zeros((len(relations), len(relations)), dtype=np.intp)
    matrix[np.tril_indices(len(relations))] = [entry for row in relations for entry in row]
    return matrix


def diagonal_coordinates(relations: Sequence[Sequence[int]]) -> tuple[tuple[int, ...], IntMatrix]:
    """Invariant factors d and a unimodular V such that a -> a V mod d maps Z^k / relations to Z/d_1 x ... x Z/d_k."""
    matrix = [list(row) for row in relations]
    k = len(matrix)
    change = [[int(i == j) for j in range(k)] for i in range(k)]
    for step in range(k):
        _clear_cross(matrix, change, step)
    return tuple(abs(matrix[i][i]) for i in range(k)), tuple(map(tuple, change))


def _clear_cross(matrix: list[list[int]], change: list[list[int]], step: int) -> None:
    """Make row and column ``step`` zero off the diagonal by integer row and column operations."""
    k = len(matrix)
    while any(matrix[step][j] for j in range(step + 1, k)) or any(matrix[i][step] for i in range(step + 1, k)):
        i, j = min(
            ((i, j) for i in range(step, k) for j in range(step, k) if (i == step or j == step) and matrix[i][j]),
            key=lambda place: abs(matrix[place[0]][place[1]]),
        )
        matrix[step], matrix[i] = matrix[i], matrix[step]
        for rows in (matrix, change):
            for row in rows:
                row[step], row[j] = row[j], row[step]
        pivot = matrix[step][step]
        for other in range(step + 1, k):
            factor = matrix[other][step] // pivot
            matrix[other] = [a - factor * b for a, b in zip(matrix[other], matrix[step], strict=True)]
        for other in range(step + 1, k):
            factor = matrix[step][other] // pivot
            for rows in (matrix, change):
                for row in rows:
                    row[other] -= factor * row[step]


def place_on_grid(lattice: LatticeType) -> tuple[tuple[int, ...], IntMatrix, IntArray]:
    """Sides of the grid Z/d, the matrix V, and the points (orbits, size) in C order of the grid.

    V has one row for each generator: its place on the grid. Generators that stay within the reach of those before them
    get no axis, so that there are at most log2(size) axes, however many generators there are. A diagonal lattice (a
    cycle, a grid under shifts) is its own grid.
    """
    free = [i for i, side in enumerate(lattice.sides) if side > 1] or [0]
    relations = _square(lattice.relations)
    reduced = relations[np.ix_(free, free)]
    spans = tuple(lattice.sides[i] for i in free)
    if not np.tril(reduced, -1).any():
        sides, axes, points = spans, np.eye(len(free), dtype=np.intp), lattice.points
    else:
        sides, change = diagonal_coordinates(reduced.tolist())
        axes = np.array(change, dtype=np.intp)
        exponents = np.stack(np.unravel_index(np.arange(prod(spans)), spans), axis=1)
        place = (exponents @ axes) % np.array(sides, dtype=np.intp)
        points = np.empty_like(lattice.points)
        points[:, np.ravel_multi_index(tuple(place.T), sides)] = lattice.points
    # A generator without an axis is the product of powers that its relation states.
    rows = -relations[:, free] @ axes
    rows[free] = axes
    return sides, tuple(map(tuple, rows.tolist())), points
