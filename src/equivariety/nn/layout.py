"""Which blocks are multiplied together, where every coordinate stands, and which weight each entry shares.

A network of block maps goes through spaces: the domain, hidden spaces, the codomain. Blocks of similar size form a
batch, padded to one width in every space, so that one batched matrix product multiplies all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from equivariety.array_types import IntArray
from equivariety.isotypic import Bundle, ChangeOfBasis, Field
from equivariety.varieties import EquivariantMaps, HiddenSpace

# A batch may cost this many times the multiplications of its blocks: fewer, larger products beat exact sizes.
PADDING_LIMIT = 2.0


@dataclass(frozen=True, eq=False)
class Group:
    """Irreducibles of one bundle that occur equally often in every space."""

    bundle: int
    positions: IntArray
    """Which members of the bundle."""
    members: IntArray
    """Their numbers among the irreducibles (the blocks of the maps)."""
    field: Field
    copies: int
    widths: tuple[int, ...]
    """Multiplicity in the domain, in every hidden space and in the codomain."""

    @property
    def slots(self) -> int:
        """Independent columns that the blocks act on."""
        return self.members.size * self.copies


@dataclass(frozen=True, eq=False)
class Batch:
    """Groups that are padded to one width per space and multiplied together."""

    groups: tuple[Group, ...]
    source_units: tuple[int, ...]
    """For each piece of the domain how many real coordinates per orbit stand in a slot, padding included."""
    target_units: tuple[int, ...]
    widths: tuple[int, ...]
    """Real width of a slot in every space, padding included."""

    @property
    def slots(self) -> int:
        return sum(group.slots for group in self.groups)


@dataclass(frozen=True, eq=False)
class Layout:
    """The batches of a network that factors equivariant maps through hidden spaces."""

    maps: EquivariantMaps
    hidden: tuple[tuple[int, ...], ...]
    """Multiplicity of every block in every hidden space."""

    @cached_property
    def batches(self) -> tuple[Batch, ...]:
        pending = sorted(self.groups, key=lambda group: -max(group.widths[1:]) * group.field.beta)
        chosen: list[list[Group]] = []
        for group in pending:
            if chosen and self._worthwhile([*chosen[-1], group]):
                chosen[-1].append(group)
            else:
                chosen.append([group])
        return tuple(self._batch(groups) for groups in chosen)

    @cached_property
    def exact_batches(self) -> tuple[Batch, ...]:
        """Every group alone, without padding."""
        return tuple(self._batch([group]) for group in self.groups)

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The blocks that are not cut to rank zero, grouped by bundle and widths."""
        hidden = np.array(self.hidden, dtype=np.intp).reshape(-1, len(self.maps.blocks))
        found = []
        for number, bundle in enumerate(self.maps.bundles):
            columns = hidden[:, bundle.members].T
            for widths in np.unique(columns, axis=0):
                if (widths > 0).all():
                    positions = np.flatnonzero((columns == widths).all(axis=1))
                    found.append(self._group(number, bundle, positions, tuple(widths.tolist())))
        return tuple(found)

    def _group(self, number: int, bundle: Bundle, positions: IntArray, widths: tuple[int, ...]) -> Group:
        outer = self.maps.domain_basis.multiplicities[number], self.maps.codomain_basis.multiplicities[number]
        members = bundle.members[positions]
        return Group(number, positions, members, bundle.field, bundle.copies, (outer[0], *widths, outer[1]))

    def _worthwhile(self, groups: Sequence[Group]) -> bool:
        exact = sum(_multiplications(self._batch([group])) for group in groups)
        return _multiplications(self._batch(groups)) <= PADDING_LIMIT * exact

    def _batch(self, groups: Sequence[Group]) -> Batch:
        source_units, target_units = (
            tuple(
                max(piece.split.multiplicity(group.bundle) * group.field.beta for group in groups)
                for piece in basis.pieces
            )
            for basis in (self.maps.domain_basis, self.maps.codomain_basis)
        )
        hidden = [max(group.widths[space] * group.field.beta for group in groups)
                  for space in range(1, len(groups[0].widths) - 1)]  # fmt: skip
        first = _width(self.maps.domain_basis, source_units)
        last = _width(self.maps.codomain_basis, target_units)
        return Batch(tuple(groups), source_units, target_units, (first, *hidden, last))

    def parameter_starts(self, factor: int) -> tuple[IntArray, int]:
        """First weight of every block in one factor, blocks in the order of ``maps.blocks``; number of weights."""
        sizes = np.zeros(len(self.maps.blocks), dtype=np.intp)
        for group in self.groups:
            sizes[group.members] = group.field.beta * group.widths[factor] * group.widths[factor + 1]
        return np.cumsum(sizes) - sizes, int(sizes.sum())

    def weight_table(self, factor: int, batch: Batch) -> IntArray:
        """For every entry of the padded matrices (slots, width in, width out) the weight that stands there.

        Of w weights number k means +w[k], number w + k means -w[k], number 2 w means zero.
        """
        starts, count = self.parameter_starts(factor)
        tables = []
        for group in batch.groups:
            column, unit_in = self._places(factor, group, batch)
            row, unit_out = self._places(factor + 1, group, batch)
            component, sign = group.field.entries
            unit = component[unit_out[None, :], unit_in[:, None]]
            inside = (row[None, :] * group.widths[factor] + column[:, None]) * group.field.beta + unit
            inside = inside + count * (sign[unit_out[None, :], unit_in[:, None]] < 0)
            table = starts[group.members][:, None, None] + inside[None]
            table[:, (column[:, None] < 0) | (row[None, :] < 0)] = 2 * count
            tables.append(np.repeat(table, group.copies, axis=0))
        return np.concatenate(tables)

    def _places(self, space: int, group: Group, batch: Batch) -> tuple[IntArray, IntArray]:
        """For each position of a slot the index of its number over the field (-1: padding) and the unit."""
        if space == 0:
            return _outer_places(self.maps.domain_basis, group, batch.source_units)
        if space == len(group.widths) - 1:
            return _outer_places(self.maps.codomain_basis, group, batch.target_units)
        position = np.arange(batch.widths[space])
        index = position // group.field.beta
        return np.where(index < group.widths[space], index, -1), position % group.field.beta


def feature_places(layout: Layout) -> IntArray:
    """For each feature of the first hidden space, block by block, its place in the padded columns of the batches."""
    groups = layout.groups
    source = layout.maps.domain_basis.select([(group.bundle, group.positions) for group in groups])
    space = HiddenSpace(source.bundles, tuple(group.widths[1] for group in groups))
    features = {id(group): places for group, places in zip(groups, space.places(), strict=True)}
    order = np.empty(space.degree, dtype=np.intp)
    start = 0
    for batch in layout.batches:
        for group in batch.groups:
            numbers = features[id(group)].reshape(group.slots, -1)
            order[numbers] = start + np.arange(group.slots)[:, None] * batch.widths[1] + np.arange(numbers.shape[1])
            start += group.slots * batch.widths[1]
    return order


def _multiplications(batch: Batch) -> int:
    return batch.slots * sum(a * b for a, b in zip(batch.widths, batch.widths[1:], strict=False))


def _width(basis: ChangeOfBasis, units: Sequence[int]) -> int:
    return sum(unit * len(piece.points) for unit, piece in zip(units, basis.pieces, strict=True))


def _outer_places(basis: ChangeOfBasis, group: Group, units: Sequence[int]) -> tuple[IntArray, IntArray]:
    """Coordinates of a slot: piece after piece, then (multiplicity, unit) padded, then orbit."""
    beta = group.field.beta
    indices, inner = [np.empty(0, dtype=np.intp)], [np.empty(0, dtype=np.intp)]
    for numbers, width in zip(basis.numbers(group.bundle), units, strict=True):
        padded = np.full((width, numbers.shape[1]), -1, dtype=np.intp)
        padded[: numbers.shape[0] * beta] = np.repeat(numbers, beta, axis=0)
        indices.append(padded.ravel())
        inner.append(np.repeat(np.arange(width) % beta, numbers.shape[1]))
    return np.concatenate(indices), np.concatenate(inner)
