"""Which coordinate is which: the one table that all readers of block coordinates share.

A space with isotypic blocks, a permuted R^n or the hidden space of a network, has one coordinate for each irreducible,
each time it occurs (number), each column that its block acts on (copy) and each unit of its field. Coordinates stand
in this order: by irreducible, by number, by copy, by unit; one occurrence of an irreducible is contiguous.

Numbers run over the pieces (orbit types) of the space, inside a piece over the occurrences in one orbit, and for each
of these over the orbits. So equal occurrences of all orbits stand together, as the products of the blocks read them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from equivariety.array_types import IntArray
from equivariety.isotypic.irreducible import Bundle


@dataclass(frozen=True, eq=False)
class CoordinateTable:
    """The meaning of every coordinate of a space: int arrays of shape (degree,), in the order of the coordinates.

    For a change of basis these are the columns of ``basis.matrix()``, for a hidden space the features.

    Examples
    --------
    Two copies of an irreducible over C whose dimension is 4:

    >>> table = CoordinateTable.of(np.array([4]), np.array([2]), np.array([2]))
    >>> table.number.tolist(), table.copy.tolist(), table.unit.tolist()
    ([0, 0, 0, 0, 1, 1, 1, 1], [0, 0, 1, 1, 0, 0, 1, 1], [0, 1, 0, 1, 0, 1, 0, 1])
    """

    irreducible: IntArray
    """Number of the irreducible: the place of its block in ``maps.blocks``."""
    number: IntArray
    """Which occurrence of the irreducible: the row or column of the block."""
    copy: IntArray
    """Which of the columns that the block acts on alike."""
    unit: IntArray
    """Which coefficient of 1, i, j, k."""

    @classmethod
    def of(cls, dimensions: IntArray, betas: IntArray, multiplicities: IntArray) -> CoordinateTable:
        """The table of a sum of irreducibles, each given by its dimension, that of its field, and its multiplicity."""
        widths = dimensions * multiplicities
        irreducible = np.repeat(np.arange(widths.size), widths)
        inside = np.arange(irreducible.size) - _starts(widths)[irreducible]
        number, rest = np.divmod(inside, dimensions[irreducible])
        copy, unit = np.divmod(rest, betas[irreducible])
        return cls(irreducible, number, copy, unit)


def coordinate_table(bundles: Sequence[Bundle], multiplicities: Sequence[int]) -> CoordinateTable:
    """The table of a space that consists of bundles of irreducibles."""
    count = max((int(bundle.members.max(initial=-1)) + 1 for bundle in bundles), default=0)
    dimensions, betas = np.ones((2, count), dtype=np.intp)
    occurring = np.zeros(count, dtype=np.intp)
    for bundle, times in zip(bundles, multiplicities, strict=True):
        dimensions[bundle.members], betas[bundle.members] = bundle.dimension, bundle.field.beta
        occurring[bundle.members] = times
    return CoordinateTable.of(dimensions, betas, occurring)


def places(bundles: Sequence[Bundle], multiplicities: Sequence[int]) -> list[IntArray]:
    """For each bundle the places of its coordinates (members, copies, multiplicity, beta): the table, inverted."""
    members = np.concatenate([np.empty(0, dtype=np.intp), *(bundle.members for bundle in bundles)])
    widths = [bundle.dimension * times for bundle, times in zip(bundles, multiplicities, strict=True)]
    order = np.argsort(members)
    starts = np.empty_like(members)
    starts[order] = _starts(np.repeat(np.array(widths, dtype=np.intp), [bundle.size for bundle in bundles])[order])
    ends = np.cumsum([bundle.size for bundle in bundles])
    return [
        starts[end - bundle.size : end, None, None, None]
        + np.arange(times * bundle.dimension).reshape(times, bundle.copies, bundle.field.beta).swapaxes(0, 1)
        for bundle, times, end in zip(bundles, multiplicities, ends, strict=True)
    ]


def occurrences(multiplicities: Sequence[int], orbits: Sequence[int]) -> list[IntArray]:
    """Numbers (multiplicity in one orbit, orbits) of one irreducible in every piece, from both counts of each piece.

    Examples
    --------
    A type of three orbits that contain the irreducible twice, then a type of two orbits that contain it once:

    >>> [numbers.tolist() for numbers in occurrences([2, 1], [3, 2])]
    [[[0, 1, 2], [3, 4, 5]], [[6, 7]]]
    """
    sizes = np.array(multiplicities, dtype=np.intp) * np.array(orbits, dtype=np.intp)
    return [
        start + np.arange(times * count).reshape(times, count)
        for start, times, count in zip(_starts(sizes), multiplicities, orbits, strict=True)
    ]


def _starts(sizes: IntArray) -> IntArray:
    return np.cumsum(sizes) - sizes
