"""Eigenvectors and singular vectors of stacks of matrices over R, C and H, in working form."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.isotypic.fields import Field
from equivariety.threads import in_threads
from equivariety.tolerances import EQUAL_MODULUS, NEW_DIRECTION

Array = NDArray[Any]

# Number of operations from which a stack of eigenproblems is shared among threads, and the number of shares.
_WORTH_THREADS = 10**8
_SHARES = 16


def adjoint(matrices: Array) -> Array:
    """Conjugate transpose of every matrix of a stack."""
    return np.conj(np.swapaxes(matrices, -1, -2))


def eigen(hermitian: Array, field: Field) -> tuple[Array, Array]:
    """Eigenvalues, falling, shape (..., size), and eigenvectors over the field as columns in working form."""
    values, vectors = _eigh(hermitian)
    values, vectors = values[..., ::-1], vectors[..., ::-1]
    if field.width == 1:
        return values, vectors
    return values[..., ::2], _quaternionic(vectors)


def _eigh(hermitian: Array) -> tuple[Array, Array]:
    """Eigenvalues, rising, and eigenvectors; large stacks are shared among threads."""
    if hermitian.ndim != 3 or hermitian.size * hermitian.shape[-1] < _WORTH_THREADS:
        values, vectors = np.linalg.eigh(hermitian)
        return values, vectors
    parts = np.array_split(hermitian, min(len(hermitian), _SHARES))
    found = list(in_threads(np.linalg.eigh, parts))
    return np.concatenate([values for values, _ in found]), np.concatenate([vectors for _, vectors in found])


def singular(matrices: Array, field: Field) -> tuple[Array, Array, Array]:
    """U, the falling singular values and V with matrices = U diag(values) V^*, over the field, in working form.

    Over H every singular value of the working form occurs twice; it is returned once.
    """
    U, values, Vh = np.linalg.svd(matrices, full_matrices=False)
    if field.width == 1:
        return U, values, adjoint(Vh)
    return _quaternionic_singular(matrices, U, values, adjoint(Vh))


def _quaternionic_singular(matrices: Array, U: Array, values: Array, V: Array) -> tuple[Array, Array, Array]:
    """Vectors over H: V by pairing, U from A V where the singular value is not negligible, completed by pairing."""
    values = values[..., ::2]
    V = _quaternionic(V)
    images = matrices @ V
    count = values.shape[-1]
    scale = np.concatenate([values, values], axis=-1)
    top = values[..., :1] * count * np.finfo(np.float64).eps
    safe = scale > top
    left = np.where(safe[..., None, :], images / np.where(safe, scale, 1.0)[..., None, :], 0.0)
    completed = _quaternionic(np.concatenate([left[..., :, :count], U], axis=-1), count)
    return completed, values, V


def _quaternionic(vectors: Array, count: int | None = None) -> Array:
    """From complex columns that span an H-subspace the working form of an orthonormal basis over H.

    Eigenvalues of a working form come in pairs whose eigenspace is closed under v -> J conj(v). Going through the
    columns in order, each is freed of the vectors chosen so far and of their partners; every second one vanishes.
    """
    rows, columns = vectors.shape[-2:]
    count = columns // 2 if count is None else count
    flat = vectors.reshape(prod(vectors.shape[:-2]), rows, columns)
    chosen = np.stack([_pair_up(matrix, count) for matrix in flat]) if len(flat) else np.zeros((0, rows, 2 * count))
    return chosen.reshape(*vectors.shape[:-2], rows, 2 * count)


def _pair_up(matrix: Array, count: int) -> Array:
    half = matrix.shape[0] // 2
    first = np.zeros((matrix.shape[0], count), dtype=complex)
    second = np.zeros_like(first)
    found = 0
    for column in matrix.T:
        rest = column.astype(complex)
        for _ in range(2):  # twice is enough for orthogonality to machine precision
            for basis in (first[:, :found], second[:, :found]):
                rest = rest - basis @ (np.conj(basis.T) @ rest)
        norm = np.linalg.norm(rest)
        # The squared lengths left over add up to the dimensions still missing, so short ones can be passed over
        # without losing a dimension; the cutoff keeps rounding errors a thousand times epsilon at most.
        if norm < NEW_DIRECTION or found == count:
            continue
        rest = rest / norm
        first[:, found] = rest
        second[:, found] = np.concatenate([-np.conj(rest[half:]), np.conj(rest[:half])])
        found += 1
    return np.concatenate([first, second], axis=1)


def turn_positive(columns: Array, field: Field) -> Array:
    """Unit numbers q (components, shape (..., size, beta)) that make the largest entry of each column real, positive.

    ``columns`` has components of shape (..., rows, size, beta); the column times q is the canonical one. Ties within
    rounding go to the first entry, so that the same data give the same signs on every machine.
    """
    if not columns.size:  # matrices without rows have columns of length zero, and no term to turn
        return np.zeros((*columns.shape[:-3], *columns.shape[-2:]))
    modulus = np.sqrt((columns**2).sum(axis=-1))
    largest = modulus.max(axis=-2, keepdims=True)
    pivot = np.argmax(modulus >= largest * (1 - EQUAL_MODULUS), axis=-2)
    entry = np.take_along_axis(columns, pivot[..., None, :, None], axis=-3)[..., 0, :, :]
    norm = np.sqrt((entry**2).sum(axis=-1, keepdims=True))
    conjugate = entry * np.array([1.0, -1.0, -1.0, -1.0])[: field.beta]
    unit = np.zeros(field.beta)
    unit[0] = 1.0
    return np.where(norm > 0, conjugate / np.where(norm > 0, norm, 1.0), unit)


def scale_columns(columns: Array, scalars: Array, field: Field) -> Array:
    """Multiply every column, components (..., rows, size, beta), from the right by its number (..., size, beta)."""
    return _products(columns, scalars[..., None, :, :], field)


def scale_rows(rows: Array, scalars: Array, field: Field) -> Array:
    """Multiply every row, components (..., size, cols, beta), from the left by its number (..., size, beta)."""
    return _products(scalars[..., :, None, :], rows, field)


def _products(left: Array, right: Array, field: Field) -> Array:
    """Products of numbers given by components, with broadcasting."""
    table = field.products
    parts = [np.zeros(1)] * field.beta
    for s, p, q in np.argwhere(table):
        parts[q] = parts[q] + table[s, p, q] * left[..., s] * right[..., p]
    return np.stack(parts, axis=-1)


def conjugate(components: Array) -> Array:
    """Conjugate of numbers given by components (..., beta)."""
    return components * np.array([1.0, -1.0, -1.0, -1.0])[: components.shape[-1]]
