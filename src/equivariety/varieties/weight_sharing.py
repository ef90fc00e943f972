"""Weight sharing as integer data: which entries of encoder and decoder share a weight, with which sign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from equivariety.array_types import IntArray
from equivariety.blocks import Block
from equivariety.errors import InputError
from equivariety.isotypic import field_named
from equivariety.isotypic.coordinates import CoordinateTable
from equivariety.varieties.component import Component
from equivariety.varieties.invariant_maps import InvariantMaps


@dataclass(frozen=True, eq=False)
class WeightPattern:
    """A two-layer network as integers: entry k > 0 is weight number k, -k the same weight negated, 0 no edge.

    Encoder and decoder have weights of their own, numbered from 1 each.

    Examples
    --------
    >>> import equivariety as ev
    >>> pattern = ev.varieties.block_pattern(ev.EquivariantMaps(ev.actions.cyclic(3)).bounded(1).component((1, 0)))
    >>> pattern.encoder.tolist(), pattern.decoder.tolist(), pattern.parameters
    ([[1, 0, 0]], [[1], [0], [0]], 2)
    """

    encoder: IntArray
    """Shape (rank, n)."""
    decoder: IntArray
    """Shape (m, rank)."""
    inputs: tuple[str, ...]
    """Name of every input, in mathematical notation."""
    hidden: tuple[str, ...]
    outputs: tuple[str, ...]

    @property
    def parameters(self) -> int:
        """Number of different weights."""
        return int(max(np.abs(self.encoder).max(initial=0), 0) + max(np.abs(self.decoder).max(initial=0), 0))


def block_pattern(component: Component) -> WeightPattern:
    """Weight sharing of the network of a component in the coordinates of Q, the columns of ``basis.matrix()``.

    In block i the encoder is an r_i x cols_i matrix over R, C or H: a complex weight a + ib stands in four edges,
    [[a, -b], [b, a]], one of them with its sign flipped; a block on copies of an irreducible repeats. The weights are
    numbered block by block, each by (row, column, unit): as in the vector ``weight`` of the networks in ``ev.nn``.

    Examples
    --------
    >>> import equivariety as ev
    >>> maps = ev.EquivariantMaps(ev.actions.image_rotation(3))
    >>> pattern = block_pattern(maps.bounded(3).component((1, 1, 0)))
    >>> pattern.encoder
    array([[ 1,  2,  3,  0,  0,  0,  0,  0,  0],
           [ 0,  0,  0,  4, -5,  6, -7,  0,  0],
           [ 0,  0,  0,  5,  4,  7,  6,  0,  0]])
    """
    blocks = component.maps.blocks
    inputs, hidden, outputs = (
        _table(blocks, multiplicities)
        for multiplicities in ([b.cols for b in blocks], component.ranks, [b.rows for b in blocks])
    )
    return WeightPattern(
        _shared_weights(blocks, hidden, inputs),
        _shared_weights(blocks, outputs, hidden),
        _names(blocks, inputs, "x"),
        _names(blocks, hidden, "h"),
        _names(blocks, outputs, "y"),
    )


def orbit_pattern(component: Component) -> WeightPattern:
    """Weight sharing of the network of an invariant component in the coordinates of the points.

    Encoder weights are equal along every orbit, up to the signs of the action, the decoder is dense.

    Raises
    ------
    InputError
        If the maps are not invariant maps: in the points only those share weights entry by entry. Or if vectors turn.

    Examples
    --------
    >>> import equivariety as ev
    >>> maps = ev.InvariantMaps(ev.PermutationAction.from_cycles("(1 3 4)(2 5)"), outputs=2)
    >>> orbit_pattern(maps.bounded(2).component((2,))).encoder
    array([[1, 2, 1, 1, 2],
           [3, 4, 3, 3, 4]])
    """
    maps = component.maps
    if not isinstance(maps, InvariantMaps):
        raise InputError("the pattern in the points needs invariant maps: equivariant networks share weights in the "
                         "coordinates of the blocks, see block_pattern")  # fmt: skip
    if maps.domain.monomial is None:
        raise InputError("the pattern in the points needs permutations, with or without signs: where vectors turn, "
                         "weights are shared in the coordinates of the blocks, see block_pattern")  # fmt: skip
    rank, outputs = component.rank, maps.codomain.degree
    indicator = np.rint(maps.orbit_indicator.toarray()).astype(np.intp)
    numbers = 1 + np.arange(rank * len(indicator)).reshape(rank, -1)
    encoder = numbers @ indicator  # at most one orbit contains a point
    decoder = 1 + np.arange(outputs * rank).reshape(outputs, rank)
    names = [
        tuple(f"${letter}_{{{i + 1}}}$" for i in range(size))
        for letter, size in (("x", maps.domain.degree), ("h", rank), ("y", outputs))
    ]
    return WeightPattern(encoder.astype(np.intp), decoder, names[0], names[1], names[2])


def _table(blocks: Sequence[Block], multiplicities: Sequence[int]) -> CoordinateTable:
    dimensions = np.array([block.irrep_dim for block in blocks], dtype=np.intp)
    return CoordinateTable.of(dimensions, _betas(blocks), np.array(multiplicities, dtype=np.intp))


def _betas(blocks: Sequence[Block]) -> IntArray:
    return np.array([field_named(block.field).beta for block in blocks], dtype=np.intp)


def _shared_weights(blocks: Sequence[Block], rows: CoordinateTable, cols: CoordinateTable) -> IntArray:
    """Signed numbers of the weights between two spaces; in each block they run over (row, column, unit)."""
    betas = _betas(blocks)
    heights, widths = (
        np.bincount(table.irreducible, minlength=len(blocks)) // [block.irrep_dim for block in blocks]
        for table in (rows, cols)
    )
    sizes = betas * heights * widths
    starts = np.cumsum(sizes) - sizes
    pattern = np.zeros((rows.unit.size, cols.unit.size), dtype=np.intp)
    for number, block in enumerate(blocks):
        left, top = (np.flatnonzero(table.irreducible == number) for table in (cols, rows))
        component, sign = field_named(block.field).entries
        pairs = rows.unit[top][:, None], cols.unit[left][None, :]
        entry = rows.number[top][:, None] * widths[number] + cols.number[left][None, :]
        weight = 1 + starts[number] + entry * betas[number] + component[pairs]
        same_copy = rows.copy[top][:, None] == cols.copy[left][None, :]
        pattern[np.ix_(top, left)] = weight * np.rint(sign[pairs]).astype(np.intp) * same_copy
    return pattern


def _names(blocks: Sequence[Block], table: CoordinateTable, letter: str) -> tuple[str, ...]:
    """Coordinates by block and number: x^(l,m)_3."""
    names = []
    for number, block in enumerate(blocks):
        label = ",".join(map(str, block.label)) if isinstance(block.label, tuple) else str(block.label)
        count = int((table.irreducible == number).sum())
        names += [f"${letter}^{{({label})}}_{{{i + 1}}}$" for i in range(count)]
    return tuple(names)
