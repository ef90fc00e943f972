"""Networks as programs of small products: forward, and the gradients.

The adjoint of a network is a network of the same kind, from the codomain to the domain with transposed blocks. So one
walk through the spaces writes both directions, and a gradient is the product of what comes forward and what comes back.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from equivariety.moments.kernels.programs import Columns, ProgramBuilder
from equivariety.moments.kernels.transforms import (
    Analysis,
    Synthesis,
    Table,
    chosen_columns,
    multiply,
    padded,
    side_of,
)
from equivariety.nn.layout import Layout


class Spaces:
    """The spaces of a network, and the tables of the weights between them, for each slot."""

    def __init__(self, layout: Layout) -> None:
        maps, batches = layout.maps, layout.exact_batches
        groups = [(group.bundle, group.positions) for group in layout.groups]
        self.source, self.target = side_of(maps.domain_basis, groups), side_of(maps.codomain_basis, groups)
        self.slots, self.factors = sum(batch.slots for batch in batches), len(batches[0].widths) - 1
        counts = [layout.parameter_starts(factor)[1] for factor in range(self.factors)]
        self.weights = sum(counts)
        self._tables = [
            [
                _renumbered(table.astype(np.int64), counts[factor], sum(counts[:factor]), self.weights)
                for batch in batches
                for table in layout.weight_table(factor, batch)
            ]
            for factor in range(self.factors)
        ]

    @property
    def nothing(self) -> int:
        """The number in a table where no weight stands."""
        return 2 * self.weights

    def tables(self, slot: int, adjoint: bool) -> list[Table]:
        """The tables (width in, width out) of a slot from space to space; of the adjoint from the last space on."""
        tables = [tables[slot] for tables in self._tables]
        return [table.T for table in reversed(tables)] if adjoint else tables


class Walk:
    """Products through the spaces of a network, or of its adjoint, up to the last hidden space."""

    def __init__(self, builder: ProgramBuilder, spaces: Spaces, adjoint: bool = False) -> None:
        self.builder, self.spaces, self.adjoint = builder, spaces, adjoint
        self.start, self.end = (spaces.target, spaces.source) if adjoint else (spaces.source, spaces.target)
        self.analysis = Analysis(builder, self.start)
        self.hidden: list[list[Columns]] = []
        """For each hidden space and each slot its columns."""
        for _ in range(spaces.factors - 1):
            self.hidden.append([self._into_hidden(slot) for slot in range(spaces.slots)])

    def _into_hidden(self, slot: int) -> Columns:
        table = self.spaces.tables(slot, self.adjoint)[len(self.hidden)]
        width = table.shape[1]
        first = self.builder.room(width)
        columns = padded(np.arange(width), self.builder.whole(width))
        multiply(self.builder, self._last(slot), table, [(first, columns)], self.spaces.nothing)
        return Columns(first, 1, width)

    def _last(self, slot: int) -> list[Columns]:
        return [self.hidden[-1][slot]] if self.hidden else self.analysis.inputs(slot)

    def into_end(self) -> int:
        """The last factor, and the synthesis: the first column of the points."""
        synthesis = Synthesis(self.builder, self.end)
        for slot in range(self.spaces.slots):
            table = self.spaces.tables(slot, self.adjoint)[-1]
            multiply(self.builder, self._last(slot), table, synthesis.outputs(slot), self.spaces.nothing)
        return synthesis.into_points()


def collect_gradients(forward: Walk, back: Walk) -> None:
    """Products of what comes forward with what comes back, for the weights of all factors."""
    spaces, depth = forward.spaces, forward.spaces.factors
    if depth == 1:
        _collect_alone(forward, back)
        return
    for slot in range(spaces.slots):
        tables = spaces.tables(slot, adjoint=False)
        _collect(forward, forward.analysis.inputs(slot), tables[0], back.hidden[-1][slot])
        _collect(forward, back.analysis.inputs(slot), tables[-1].T, forward.hidden[-1][slot])
        for factor in range(1, depth - 1):
            left, right = forward.hidden[factor - 1][slot], back.hidden[depth - 2 - factor][slot]
            _collect(forward, [left], tables[factor], right)


def _collect(walk: Walk, lefts: Sequence[Columns], table: Table, right: Columns) -> None:
    columns = padded(np.arange(right.count), walk.builder.whole(right.count))
    start = 0
    for left in lefts:
        rows = table[start : start + left.count]
        walk.builder.collect_gradient(left, chosen_columns(rows, columns, walk.spaces.nothing), right.first)
        start += left.count


def _collect_alone(forward: Walk, back: Walk) -> None:
    """Without hidden space one side has to hold all orbits of a coordinate together."""
    starts = back.analysis.by_coordinates()
    for slot in range(forward.spaces.slots):
        (table,), begin = forward.spaces.tables(slot, adjoint=False), 0
        for part, firsts in zip(back.start.parts, starts, strict=True):
            for coordinate in part.slots[slot]:
                right = Columns(firsts[coordinate], 1, part.orbits)
                _collect(forward, forward.analysis.inputs(slot), table[:, begin : begin + part.orbits], right)
                begin += part.orbits


def _renumbered(table: Table, count: int, offset: int, total: int) -> Table:
    """Numbers among the weights of all factors from those of one."""
    return np.select([table < count, table < 2 * count], [table + offset, table - count + total + offset], 2 * total)
