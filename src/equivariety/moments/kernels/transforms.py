"""The change of basis of a space as products of a program: from points to coordinates, and back.

A *slot* is what one matrix acts on: the coordinates of one copy of an irreducible, on all orbits of all types.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from equivariety.isotypic.decomposition import ChangeOfBasis, Piece
from equivariety.isotypic.irreducible import Bundle
from equivariety.isotypic.splits import DenseSplit, Groups
from equivariety.moments.kernels.programs import Columns, ProgramBuilder, Rows

Table = NDArray[np.int64]
"""Numbers of weights: of w weights k means +w[k], w + k means -w[k], 2 w means zero."""


@dataclass(frozen=True, eq=False)
class Part:
    """Orbits of one type: how many, of how many points, and the basis functions in use, slot after slot."""

    start: int
    orbits: int
    basis: NDArray[np.float64]
    """Shape (coordinates, points)."""
    slots: tuple[range, ...]
    """The coordinates of each slot."""


@dataclass(frozen=True, eq=False)
class Side:
    """A permuted space: its points orbit by orbit, and its change of basis."""

    order: NDArray[np.int64]
    """The points, orbit by orbit; empty if they stand in order."""
    signs: NDArray[np.float64]
    """Signs of the points, orbit by orbit; empty for permutations."""
    parts: tuple[Part, ...]

    @property
    def degree(self) -> int:
        return sum(part.orbits * part.basis.shape[1] for part in self.parts)

    def rows(self, values: NDArray[Any], first: int) -> Rows:
        """Rows of points, and the columns where they stand."""
        return Rows(values, self.order, self.signs.astype(values.dtype), first)


def has_small_bases(basis: ChangeOfBasis) -> bool:
    """Whether each type of orbits has a small matrix as its basis, up to signs."""
    frames_are_signs = basis.frames is None or basis.frames.signs is not None
    return frames_are_signs and all(isinstance(piece.split, DenseSplit) for piece in basis.pieces)


def side_of(basis: ChangeOfBasis, groups: Groups) -> Side:
    """A space and the coordinates of some members of its bundles, for each member a slot for each of its copies."""
    order = np.concatenate([piece.points.ravel() for piece in basis.pieces]).astype(np.int64)
    in_order = np.array_equal(order, np.arange(order.size))
    signs = None if basis.frames is None else basis.frames.signs
    parts, start = [], 0
    for piece in basis.pieces:
        parts.append(_part(piece, basis.bundles, groups, start))
        start += piece.points.size
    return Side(
        np.zeros(0, np.int64) if in_order else order, np.zeros(0) if signs is None else signs[order], tuple(parts)
    )


def _part(piece: Piece, bundles: Sequence[Bundle], groups: Groups, start: int) -> Part:
    split, points = cast(DenseSplit, piece.split), piece.points.shape[1]
    functions, slots, end = [np.zeros((0, points))], [], 0
    for number, positions in groups:
        bundle = bundles[number]
        width = split.multiplicity(number) * bundle.field.beta
        if width:
            functions.append(split.bases[number][:, positions].reshape(points, -1).T)
        for _ in range(len(positions) * bundle.copies):
            slots.append(range(end, end + width))
            end += width
    return Part(start, len(piece.points), np.concatenate(functions), tuple(slots))


class Analysis:
    """From points to coordinates."""

    def __init__(self, builder: ProgramBuilder, side: Side) -> None:
        self.builder, self.side = builder, side
        self.taken = builder.room(side.degree)
        """The first column of the points."""
        self._firsts = [self._analyze(part) for part in side.parts]

    def _analyze(self, part: Part) -> int:
        """Coordinates of all orbits, orbit after orbit, each in whole registers."""
        builder, (count, size) = self.builder, part.basis.shape
        constant = builder.constant(part.basis.T)
        first = builder.room(part.orbits * builder.whole(count))
        for orbit in range(part.orbits if count else 0):
            points = Columns(self.taken + part.start + orbit * size, 1, size)
            builder.multiply_constant(points, constant, count, first + orbit * builder.whole(count))
        return first

    def inputs(self, slot: int) -> list[Columns]:
        """The coordinates of a slot, in the order of its table: type by type, one coordinate on all orbits."""
        return [
            Columns(first + coordinate, self.builder.whole(len(part.basis)), part.orbits)
            for part, first in zip(self.side.parts, self._firsts, strict=True)
            for coordinate in part.slots[slot]
        ]

    def by_coordinates(self) -> list[list[int]]:
        """The coordinates once more, all orbits together: for each part the first column of each coordinate."""
        builder, found = self.builder, []
        for part, first in zip(self.side.parts, self._firsts, strict=True):
            step, identity = builder.whole(len(part.basis)), builder.constant(np.eye(part.orbits))
            starts = [builder.room(part.orbits) for _ in range(len(part.basis))]
            for coordinate, out in enumerate(starts):
                left = Columns(first + coordinate, step, part.orbits)
                builder.multiply_constant(left, identity, part.orbits, out)
            found.append(starts)
        return found


class Synthesis:
    """From coordinates, all orbits of one coordinate together, to points."""

    def __init__(self, builder: ProgramBuilder, side: Side) -> None:
        self.builder, self.side = builder, side
        self._firsts = [[builder.room(part.orbits) for _ in part.basis] for part in side.parts]

    def outputs(self, slot: int) -> list[tuple[int, Table]]:
        """Where the coordinates of a slot stand: a first column, and what columns of its table follow from there."""
        found, begin = [], 0
        for part, firsts in zip(self.side.parts, self._firsts, strict=True):
            chosen = part.slots[slot]
            columns = begin + np.arange(len(chosen) * part.orbits).reshape(-1, part.orbits)
            begin += columns.size
            if len(chosen):
                width = self.builder.whole(part.orbits)
                found.append((firsts[chosen[0]], np.concatenate([padded(row, width) for row in columns])))
        return found

    def into_points(self) -> int:
        """The first column of the points."""
        builder = self.builder
        given = builder.room(self.side.degree)
        for part, firsts in zip(self.side.parts, self._firsts, strict=True):
            count, size = part.basis.shape
            constant, step = builder.constant(part.basis), builder.whole(part.orbits)
            for orbit in range(part.orbits):
                # The last register of an orbit spills over into the next one, which comes later.
                left = Columns(firsts[0] + orbit if firsts else 0, step, count)
                builder.multiply_constant(left, constant, size, given + part.start + orbit * size)
        return given


def padded(numbers: Table, width: int) -> Table:
    """Numbers, then -1 for nothing."""
    return np.concatenate([numbers, np.full(width - numbers.size, -1, dtype=np.int64)])


def chosen_columns(table: Table, columns: Table, nothing: int) -> Table:
    """Columns of a table, ``nothing`` where they are negative."""
    return np.where(columns >= 0, table[:, columns], nothing)


def multiply(
    builder: ProgramBuilder, inputs: Sequence[Columns], table: Table, outputs: Sequence[tuple[int, Table]], nothing: int
) -> None:
    """A product with the matrix of a slot, whose rows are the inputs one after the other; zeros without inputs."""
    inputs = inputs or [Columns(0, 1, 0)]
    for out, columns in outputs:
        start = 0
        for number, left in enumerate(inputs):
            rows = table[start : start + left.count]
            builder.multiply_weights(left, chosen_columns(rows, columns, nothing), out, anew=number == 0)
            start += left.count
