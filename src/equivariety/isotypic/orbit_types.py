"""Orbits sorted into types: two orbits are of one type if a relabelling carries one action into the other.

Isomorphic orbits split alike, so the decomposition of R^n splits every type once and counts. The relabelling is a
breadth-first search from a base point: points are numbered in the order in which the generators reach them. Two
orbits are isomorphic exactly if some base point of the second yields the same numbered action as the base point of
the first (an isomorphism of transitive G-sets is determined by the image of one point).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np

from equivariety.array_types import IntArray
from equivariety.isotypic.search_elements import search_elements


@dataclass(frozen=True, eq=False)
class OrbitType:
    """Isomorphic orbits, with one numbering of their points that all of them share.

    Attributes
    ----------
    table : int array, shape (generators, size), read-only
        The action on the numbers 0..size-1.
    points : int array, shape (orbits, size), read-only
        The points of every orbit in the shared order: ``sigma_g(points[c, i]) == points[c, table[g, i]]``.
    """

    table: IntArray
    points: IntArray

    @property
    def size(self) -> int:
        """Number of points of one orbit."""
        return int(self.table.shape[1])

    @property
    def count(self) -> int:
        """Number of orbits of this type."""
        return int(self.points.shape[0])


def classify_orbits(generators: IntArray, orbits: IntArray) -> tuple[OrbitType, ...]:
    """Sort orbits of one size into isomorphism types of G-sets.

    Parameters
    ----------
    generators : int array, shape (k, n)
        Images of the generators, ``(P x)_i = x_{sigma(i)}``.
    orbits : int array, shape (m, s)
        The points of m orbits of the same size s; the order within a row is free.

    Returns
    -------
    tuple of OrbitType
        In the order of their first orbit; the base point of a type is the smallest point of its first orbit.

    Notes
    -----
    ``k s`` vectorized steps over all orbits, then ``k s`` steps over all base points for each type (time and memory
    ``k s^2``), these only where orbits of equal size disagree.

    Examples
    --------
    Two 3-cycles that turn in opposite directions are one type for the group that they generate together:

    >>> import numpy as np
    >>> types = classify_orbits(np.array([[1, 2, 0, 5, 3, 4]]), np.array([[0, 1, 2], [3, 4, 5]]))
    >>> [kind.points.tolist() for kind in types]
    [[[0, 1, 2], [3, 5, 4]]]
    """
    points, tables = _number_breadth_first(generators, orbits.min(axis=1), orbits.shape[1])
    distinct, orbit_class = _distinct_rows(tables.reshape(len(tables), -1))
    shape = tables.shape[1:]
    types = list(_merge_relabelled(distinct.reshape(-1, *shape)))
    type_of_class = np.array([index for index, _ in types])
    order_of_class = np.array([order for _, order in types])
    points = np.take_along_axis(points, order_of_class[orbit_class], axis=1)
    type_of_orbit = type_of_class[orbit_class]
    first = [int(np.argmax(type_of_class == index)) for index in range(type_of_class.max() + 1)]
    return tuple(
        OrbitType(_read_only(distinct[row].reshape(shape)), _read_only(points[type_of_orbit == index]))
        for index, row in enumerate(first)
    )


def _number_breadth_first(generators: IntArray, bases: IntArray, size: int) -> tuple[IntArray, IntArray]:
    """Number the disjoint orbits of the base points; points (m, size) in order and tables (m, k, size)."""
    rows = np.arange(len(bases))
    number = np.full(generators.shape[1], -1, dtype=np.intp)
    number[bases] = 0
    # Places not yet taken hold the base point, whose images are numbered first.
    points = np.repeat(bases[:, None], size, axis=1)
    reached = np.ones(len(bases), dtype=np.intp)
    # Random elements may generate too little; followed by the generators they reach every point.
    for step, position in chain(_steps(search_elements(generators), size), _steps(generators, size)):
        if (reached == size).all():
            break
        images = step[points[:, position]]
        new = rows[number[images] < 0]
        number[images[new]] = reached[new]
        points[new, reached[new]] = images[new]
        reached[new] += 1
    return points, number[generators[:, points]].transpose(1, 0, 2)


def _steps(elements: IntArray, size: int) -> Iterator[tuple[IntArray, int]]:
    """Every element at every position, the positions in order."""
    return ((element, position) for position in range(size) for element in elements)


def _distinct_rows(rows: IntArray) -> tuple[IntArray, IntArray]:
    """The distinct rows in the order of first appearance, and the index of each row among them."""
    # Rows as opaque bytes: one sort of scalars instead of a lexicographic sort of long rows.
    opaque = np.ascontiguousarray(rows).view(np.dtype((np.void, rows.shape[1] * rows.itemsize))).ravel()
    _, first, inverse = np.unique(opaque, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return rows[first[order]], rank[inverse]


def _merge_relabelled(tables: IntArray) -> Iterator[tuple[int, IntArray]]:
    """For each table its type and the order of its points that turns it into the first table of that type."""
    size = tables.shape[2]
    if len(tables) == 1:
        yield 0, np.arange(size)
        return
    known: dict[bytes, tuple[int, IntArray]] = {}
    types = 0
    for table in tables:
        if table.tobytes() not in known:
            for relabelled, order in zip(*_from_every_base(table), strict=True):
                # `order` leads from `table` to `relabelled`; what is asked later is the way back.
                known.setdefault(relabelled.tobytes(), (types, np.argsort(order)))
            types += 1
        yield known[table.tobytes()]


def _from_every_base(table: IntArray) -> tuple[IntArray, IntArray]:
    """The tables (size, k, size) numbered from each base point, and the old numbers in the new order."""
    size = table.shape[1]
    starts = size * np.arange(size)
    copies = (table[:, None, :] + starts[:, None]).reshape(len(table), -1)
    points, tables = _number_breadth_first(copies, starts + np.arange(size), size)
    return tables, points - starts[:, None]


def _read_only(array: IntArray) -> IntArray:
    array = np.ascontiguousarray(array)
    array.setflags(write=False)
    return array
