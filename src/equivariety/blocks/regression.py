"""Reduced-rank regression, principal components and truncation of one block, for all ranks at once.

For ||Z X - Y||^2 with Gram matrices S = X X^* and C = Y X^* let C S^(-1/2) = U Sigma V^*. The best Z of rank r is
U_r U_r^* C S^+, and it lowers the squared error by the sum of the first r squared singular values (Baldi and Hornik
1989 over R; over C and H the same proof holds). All arrays have a leading axis for the blocks of a bundle.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.blocks.linear_algebra import (
    adjoint,
    conjugate,
    eigen,
    scale_columns,
    scale_rows,
    singular,
    turn_positive,
)
from equivariety.isotypic.fields import Field
from equivariety.tolerances import gram_eigenvalue_cutoff

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class BlockSpectrum:
    """The optima of all ranks of the blocks of a bundle: rank r keeps the first r terms decoder_k encoder_k."""

    field: Field
    gains: NDArray[np.float64]
    """What each term lowers the squared error by, falling, shape (blocks, terms)."""
    encoder: NDArray[np.float64]
    """Components, shape (blocks, terms, cols, beta)."""
    decoder: NDArray[np.float64]
    """Components with orthonormal columns, shape (blocks, rows, terms, beta)."""
    numerical_rank: NDArray[np.intp]
    """How many terms the data determine, shape (blocks,)."""


def principal(S: Array, field: Field, energy: float, precision: float) -> BlockSpectrum:
    """Best approximations of the identity on the data: eigenvectors of S (working form, shape (blocks, cols, cols)).

    ``energy`` is the sum of the squares of all inputs, in all blocks. Nothing is divided by an eigenvalue, so small
    ones do no harm: terms are left out only where the data vanish, even if the data are too coarse to tell such a
    term from rounding errors, as ``numerical_rank`` does.
    """
    values, vectors = eigen(S, field)
    kept = values > gram_eigenvalue_cutoff(values[:, :1], energy)
    decoder = field.unpack(vectors)
    encoder = field.unpack(adjoint(vectors)) * kept[:, :, None, None]
    rank = (values > gram_eigenvalue_cutoff(values[:, :1], energy, precision)).sum(axis=1)
    return _canonical(field, np.where(kept, values, 0.0), encoder, decoder, rank)


def regression(S: Array, C: Array, field: Field, energy: float, precision: float) -> BlockSpectrum:
    """Best maps from inputs to targets; S and C in working form, the pseudo-inverse taken on the numerical range.

    ``energy`` is the sum of the squares of all inputs, in all blocks.
    """
    values, vectors = eigen(S, field)
    kept = values > gram_eigenvalue_cutoff(values[:, :1], energy, precision)
    scale = np.where(kept, 1.0 / np.sqrt(np.where(kept, values, 1.0)), 0.0)
    whitening = vectors * np.concatenate([scale] * field.width, axis=-1)[:, None, :]
    U, sigma, V = singular(C @ whitening, field)
    encoder = np.concatenate([sigma] * field.width, axis=-1)[:, :, None] * (adjoint(V) @ adjoint(whitening))
    terms = min(C.shape[-2:]) // field.width
    rank = np.minimum(kept.sum(axis=1), terms)
    return _canonical(field, sigma**2, field.unpack(encoder), field.unpack(U), rank)


def truncation(Z: Array, field: Field, dimension: int) -> BlockSpectrum:
    """Nearest matrices of every rank to Z (components); a term counts ``dimension`` times in the Frobenius norm."""
    U, sigma, V = singular(field.pack(Z), field)
    encoder = np.concatenate([sigma] * field.width, axis=-1)[:, :, None] * adjoint(V)
    full = np.full(len(Z), sigma.shape[-1], dtype=np.intp)
    return _canonical(field, dimension * sigma**2, field.unpack(encoder), field.unpack(U), full)


def _canonical(field: Field, gains: Array, encoder: Array, decoder: Array, rank: Array) -> BlockSpectrum:
    """Fix the free unit number of every term by making the largest entry of its decoder column positive."""
    units = turn_positive(decoder, field)
    return BlockSpectrum(
        field,
        gains,
        scale_rows(encoder, conjugate(units), field),
        scale_columns(decoder, units, field),
        rank,
    )
