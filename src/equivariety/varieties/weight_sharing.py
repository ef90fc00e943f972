"""Weight sharing as integer data: which entries of encoder and decoder share a weight, with which sign."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from equivariety.errors import InputError
from equivariety.isotypic import field_named
from equivariety.varieties.component import Component
from equivariety.varieties.maps import Block, InvariantMaps

IntArray = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class WeightPattern:
    """A two-layer network as integers: entry k > 0 is weight number k, -k the same weight negated, 0 no edge.

    Encoder and decoder have weights of their own, numbered from 1 each.
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
    blocks, ranks = component.maps.blocks, component.ranks
    encoder = _block_diagonal(blocks, ranks, [block.cols for block in blocks])
    decoder = _block_diagonal(blocks, [block.rows for block in blocks], ranks)
    return WeightPattern(
        encoder,
        decoder,
        _names(blocks, [block.cols for block in blocks], "x"),
        _names(blocks, ranks, "h"),
        _names(blocks, [block.rows for block in blocks], "y"),
    )


def orbit_pattern(component: Component) -> WeightPattern:
    """Weight sharing of the network of an invariant component in the coordinates of the points.

    Encoder weights are equal along every orbit, the decoder is dense.

    Raises
    ------
    InputError
        If the maps are not invariant maps: in the points only those share weights entry by entry.

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
    labels, rank, outputs = maps.domain.orbit_labels, component.rank, maps.codomain.degree
    encoder = 1 + np.arange(rank)[:, None] * (int(labels.max()) + 1) + labels[None, :]
    decoder = 1 + np.arange(outputs * rank).reshape(outputs, rank)
    names = [
        tuple(f"${letter}_{{{i + 1}}}$" for i in range(size))
        for letter, size in (("x", labels.size), ("h", rank), ("y", outputs))
    ]
    return WeightPattern(encoder.astype(np.intp), decoder, names[0], names[1], names[2])


def _block_diagonal(
    blocks: tuple[Block, ...], rows: tuple[int, ...] | list[int], cols: tuple[int, ...] | list[int]
) -> IntArray:
    """Blocks of the given sizes over their fields, repeated on the copies, along the diagonal."""
    sizes = np.array([block.irrep_dim for block in blocks])
    pattern = np.zeros((int(sizes @ np.array(rows)), int(sizes @ np.array(cols))), dtype=np.intp)
    top = left = weights = 0
    for block, height, width in zip(blocks, rows, cols, strict=True):
        piece = _block(block, height, width)
        pattern[top : top + piece.shape[0], left : left + piece.shape[1]] = piece + weights * np.sign(piece)
        top, left = top + piece.shape[0], left + piece.shape[1]
        weights += field_named(block.field).beta * height * width
    return pattern


def _block(block: Block, rows: int, cols: int) -> IntArray:
    """Rows and columns ordered (multiplicity, copy, unit), weights (row, column, unit)."""
    field = field_named(block.field)
    beta, copies = field.beta, block.irrep_dim // field.beta
    numbers = 1 + np.arange(rows * cols * beta).reshape(rows, cols, beta)
    # Every pair (q, p) of units meets exactly one component s, so the sum below has one term.
    real = np.einsum("rcs,spq,kl->rkqclp", numbers, field.products, np.eye(copies))
    return np.rint(real).astype(np.intp).reshape(rows * copies * beta, cols * copies * beta)


def _names(blocks: tuple[Block, ...], multiplicities: tuple[int, ...] | list[int], letter: str) -> tuple[str, ...]:
    """Coordinates by block and number: x^(l,m)_3."""
    names = []
    for block, multiplicity in zip(blocks, multiplicities, strict=True):
        label = ",".join(map(str, block.label)) if isinstance(block.label, tuple) else str(block.label)
        names += [f"${letter}^{{({label})}}_{{{i + 1}}}$" for i in range(multiplicity * block.irrep_dim)]
    return tuple(names)
