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
from equivariety.tolerances import (
    EPSILON,
    gram_eigenvalue_cutoff,
    gram_eigenvalue_error,
    residual_cutoff,
    resolved_eigenvalue,
)

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class BlockSpectrum:
    """The optima of all ranks of the blocks of a bundle: rank r keeps the first r terms decoder_k encoder_k.

    Examples
    --------
    >>> import numpy as np
    >>> from equivariety.isotypic import REAL
    >>> spectrum = truncation(np.diag([3.0, 1.0])[None, :, :, None], REAL, dimension=1)
    >>> spectrum.gains[0].tolist(), spectrum.numerical_rank.tolist()
    ([9.0, 1.0], [2])
    """

    field: Field
    gains: NDArray[np.float64]
    """What each term lowers the squared error by, falling, shape (blocks, terms)."""
    encoder: NDArray[np.float64]
    """Components, shape (blocks, terms, cols, beta)."""
    decoder: NDArray[np.float64]
    """Components with orthonormal columns, shape (blocks, rows, terms, beta)."""
    numerical_rank: NDArray[np.intp]
    """How many terms the data determine, shape (blocks,)."""
    spanned: NDArray[np.intp]
    """How many directions of the inputs the data determine, shape (blocks,)."""
    lost: float = 0.0
    """Squared error of the directions that no term takes because the data do not determine them."""
    doubt: float = 0.0
    """How much rounding errors of the sums may have changed the gains by, all blocks together."""


@dataclass(frozen=True, eq=False)
class Axes:
    """The principal axes of the inputs of the blocks of a bundle."""

    field: Field
    values: NDArray[np.float64]
    """Eigenvalues of S, falling, shape (blocks, cols)."""
    vectors: Array
    """Eigenvectors as columns, in working form."""
    seen: NDArray[np.bool_]
    """Directions in which the data do not vanish."""
    determined: NDArray[np.bool_]
    """Directions that the data tell from rounding errors of their own precision."""
    strong: NDArray[np.bool_]
    """Directions that one pass over the data has resolved to many digits: the others are worth a second one."""
    errors: NDArray[np.float64]
    """Size of the rounding errors in the eigenvalues, of the same shape."""

    def doubled(self, values: Array) -> Array:
        """One number for each axis, repeated as the columns in working form are."""
        return np.concatenate([values] * self.field.width, axis=-1)


def principal_axes(S: Array, field: Field, energy: float, precision: float) -> Axes:
    """Axes from the Gram matrix S in working form; ``energy`` is the sum of the squares of the inputs in all blocks."""
    values, vectors = eigen(S, field)
    determined = values > gram_eigenvalue_cutoff(values[:, :1], energy, precision)
    return Axes(
        field,
        values,
        vectors,
        values > gram_eigenvalue_cutoff(values[:, :1], energy),
        determined,
        determined & (values > resolved_eigenvalue(values[:, :1], precision)),
        np.broadcast_to(gram_eigenvalue_error(values[:, :1], precision), values.shape),
    )


def sharpened_axes(axes: Axes, S: Array, energy: float, precision: float) -> Axes:
    """Axes whose weak directions are computed anew from the Gram matrix S of what the strong ones leave of the inputs.

    The first S knows the weak axes up to rounding errors of the size of the strong ones only. In the basis of the first
    axes both parts are blocks of one matrix; stand-ins that exceed the weak values but not by much take the place of
    the strong values, so that one decomposition keeps both apart without losing digits.
    """
    field, strong = axes.field, axes.strong
    inside = adjoint(axes.vectors) @ S @ axes.vectors
    both = axes.doubled(strong)
    inside = np.where(both[:, :, None] | both[:, None, :], 0.0, inside)
    size = axes.values.shape[1]
    largest = np.einsum("...ii->...i", inside).real.max(axis=-1, initial=0.0)[:, None] * size  # at least the norm
    stand_ins = np.where(largest > 0, largest, 1.0) * (2 - np.arange(size) / size)
    diagonal = np.arange(inside.shape[-1])
    inside[:, diagonal, diagonal] += axes.doubled(np.where(strong, stand_ins, 0.0))
    values, vectors = eigen(inside, field)
    values = np.where(strong, axes.values, values)
    # What is subtracted carries rounding errors of all inputs.
    top = np.where(strong, 0.0, values).max(axis=1, initial=0.0)[:, None]
    seen = strong | (values > np.maximum(gram_eigenvalue_cutoff(top, 0.0), residual_cutoff(energy)))
    determined = seen
    if precision > EPSILON:
        determined = seen & (values > gram_eigenvalue_cutoff(values[:, :1], energy, precision))
    # Errors of the strong axes are left to the residual, which the rest of the error is measured by.
    errors = np.where(strong, 0.0, gram_eigenvalue_error(top, EPSILON))
    return Axes(field, values, axes.vectors @ vectors, seen, determined, strong, errors)


def principal(S: Array, field: Field, energy: float, precision: float) -> BlockSpectrum:
    """Best approximations of the identity on the data: eigenvectors of S (working form, shape (blocks, cols, cols)).

    ``energy`` is the sum of the squares of all inputs, in all blocks. Nothing is divided by an eigenvalue, so small
    ones do no harm: terms are left out only where the data vanish, even if the data are too coarse to tell such a
    term from rounding errors, as ``numerical_rank`` does.

    Examples
    --------
    >>> import numpy as np
    >>> from equivariety.isotypic import REAL
    >>> S = np.diag([4.0, 1.0])[None]  # the Gram matrix of the data in one real block
    >>> spectrum = principal(S, REAL, energy=5.0, precision=2.0**-52)
    >>> spectrum.gains[0].tolist(), np.abs(spectrum.encoder[0, :, :, 0]).tolist()
    ([4.0, 1.0], [[1.0, 0.0], [0.0, 1.0]])
    """
    return principal_along(principal_axes(S, field, energy, precision))


def principal_along(axes: Axes) -> BlockSpectrum:
    """Best approximations of the identity on the data, of all ranks, from known principal axes."""
    decoder = axes.field.unpack(axes.vectors)
    encoder = axes.field.unpack(adjoint(axes.vectors)) * axes.seen[:, :, None, None]
    gains = np.where(axes.seen, axes.values, 0.0)
    # Rounding errors take either sign: what they hide is at least of their size.
    lost = float(np.where(axes.seen, 0.0, np.abs(axes.values)).sum())
    rank = axes.determined.sum(axis=1)
    return _canonical(axes.field, gains, encoder, decoder, rank, rank, lost, _doubt(axes))


def _doubt(axes: Axes) -> float:
    """Errors of the sums of the smaller eigenvalues: about one error of a single eigenvalue for each block."""
    return float(axes.errors.max(axis=1, initial=0.0).sum())


def regression(S: Array, C: Array, field: Field, energy: float, precision: float) -> BlockSpectrum:
    """Best maps from inputs to targets; S and C in working form, the pseudo-inverse taken on the numerical range.

    ``energy`` is the sum of the squares of all inputs, in all blocks.

    Examples
    --------
    >>> import numpy as np
    >>> from equivariety.isotypic import REAL
    >>> S, C = np.diag([4.0, 1.0])[None], np.diag([2.0, 3.0])[None]  # of the inputs, and of targets with inputs
    >>> spectrum = regression(S, C, REAL, energy=5.0, precision=2.0**-52)
    >>> spectrum.gains[0].round(6).tolist()  # 3^2 / 1 and 2^2 / 4
    [9.0, 1.0]
    """
    axes = principal_axes(S, field, energy, precision)
    return regression_along(axes, C @ axes.vectors)


def regression_along(axes: Axes, along: Array) -> BlockSpectrum:
    """Best maps of all ranks from known axes and the products ``along`` of targets with the inputs along each axis."""
    field, kept = axes.field, axes.determined
    values = np.where(kept, axes.values, 1.0)
    scale = axes.doubled(np.where(kept, 1.0 / np.sqrt(values), 0.0))[:, None, :]
    whitened = along * scale
    U, sigma, V = singular(whitened, field)
    encoder = axes.doubled(sigma)[:, :, None] * (adjoint(V) @ adjoint(axes.vectors * scale))
    doubt = float((explained(axes, along) * np.minimum(axes.errors / values, 1.0)).sum())
    spanned = kept.sum(axis=1)
    return _canonical(
        field,
        sigma**2,
        field.unpack(encoder),
        field.unpack(U),
        np.minimum(spanned, sigma.shape[1]),
        spanned,
        0.0,
        doubt,
    )


def explained(axes: Axes, along: Array) -> NDArray[np.float64]:
    """The gain of each axis on its own, zero for axes that are not determined, shape (blocks, cols)."""
    squares = (np.abs(along) ** 2).sum(axis=1)[:, : axes.values.shape[1]]
    return np.asarray(np.where(axes.determined, squares / np.where(axes.determined, axes.values, 1.0), 0.0))


def truncation(Z: Array, field: Field, dimension: int) -> BlockSpectrum:
    """Nearest matrices of every rank to Z (components); a term counts ``dimension`` times in the Frobenius norm.

    Examples
    --------
    >>> import numpy as np
    >>> from equivariety.isotypic import REAL
    >>> spectrum = truncation(np.diag([3.0, 1.0])[None, :, :, None], REAL, dimension=2)
    >>> spectrum.gains[0].tolist()  # what each unit of rank gains: the squared singular values, twice
    [18.0, 2.0]
    """
    U, sigma, V = singular(field.pack(Z), field)
    encoder = np.concatenate([sigma] * field.width, axis=-1)[:, :, None] * adjoint(V)
    full = np.full(len(Z), sigma.shape[-1], dtype=np.intp)
    return _canonical(field, dimension * sigma**2, field.unpack(encoder), field.unpack(U), full, full)


def _canonical(
    field: Field,
    gains: Array,
    encoder: Array,
    decoder: Array,
    rank: Array,
    spanned: Array,
    lost: float = 0.0,
    doubt: float = 0.0,
) -> BlockSpectrum:
    """Fix the free unit number of every term by making the largest entry of its decoder column positive."""
    units = turn_positive(decoder, field)
    return BlockSpectrum(
        field,
        gains,
        scale_rows(encoder, conjugate(units), field),
        scale_columns(decoder, units, field),
        rank,
        spanned,
        lost,
        doubt,
    )
