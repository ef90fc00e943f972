"""Numbers that do not change when data are moved by the group: Gram matrices of the copies of each irreducible.

In an isotypic component with q copies of an irreducible over a field D a vector is a q x (k/d) matrix Z over D, on
which the group acts from the right by unitary matrices. Z Z^* does not change; it holds the norms of the copies and
their cross-moments. Two vectors have the same Z Z^* in a component exactly if some unitary matrix from the right
carries one into the other there: only what relates *different* irreducibles is lost (phases between frequencies, for
shifts). The trivial irreducible is invariant itself, so its coordinates are kept as they are.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from equivariety.blocks import Block
from equivariety.blocks.linear_algebra import adjoint
from equivariety.isotypic import Field, field_named

Array = NDArray[np.float64]


def invariant_features(features: Array, blocks: Sequence[Block], ranks: Sequence[int], fixed: int | None) -> Array:
    """Invariants of vectors given by the features of an encoder, block by block; shape (samples, invariants).

    Parameters
    ----------
    features : array of shape (samples, sum of ranks times dimensions)
        In each block ordered by copy of the irreducible (rank), then as the irreducible's own coordinates.
    fixed : int or None
        Which block is the trivial one.
    """
    parts, start = [np.zeros((len(features), 0))], 0
    for number, (block, rank) in enumerate(zip(blocks, ranks, strict=True)):
        width = rank * block.irrep_dim
        values = features[:, start : start + width]
        parts.append(values if number == fixed else _gram(values, rank, field_named(block.field)))
        start += width
    return np.concatenate(parts, axis=1)


def invariants_of_block(block: Block, rank: int, fixed: bool) -> int:
    """How many numbers the invariants of a block are."""
    return rank if fixed else rank + field_named(block.field).beta * rank * (rank - 1) // 2


def _gram(values: Array, rank: int, field: Field) -> Array:
    """Norms of the copies, then the components of the products of two different ones."""
    if not rank:
        return values
    Z = field.pack(values.reshape(len(values), rank, -1, field.beta))
    gram = field.unpack(Z @ adjoint(Z))
    diagonal = np.arange(rank)
    first, second = np.triu_indices(rank, 1)
    return np.concatenate([gram[:, diagonal, diagonal, 0], gram[:, first, second].reshape(len(values), -1)], axis=1)
