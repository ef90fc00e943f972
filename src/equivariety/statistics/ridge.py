"""Ridge regression of full rank, block by block: effective parameters, leave-one-out errors, standard errors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.blocks.linear_algebra import adjoint
from equivariety.moments import Moments
from equivariety.varieties.maps import EquivariantMaps


def effective_parameters(maps: EquivariantMaps, moments: Moments, alpha: float) -> float:
    """Trace of the hat matrix: sum over the blocks of d * rows * tr(S (S + alpha k)^-1)."""
    total = 0.0
    for bundle, rows, gram in zip(maps.bundles, maps.codomain_basis.multiplicities, moments.inner, strict=True):
        values = np.linalg.eigvalsh(bundle.field.pack(gram))
        values = np.where(values > values[:, -1:] * values.shape[1] * np.finfo(np.float64).eps, values, 0.0)
        shares = np.divide(values, values + alpha * bundle.dimension, out=np.zeros_like(values), where=values > 0)
        total += bundle.field.beta * rows * float(shares.sum()) / bundle.field.width
    return total


def generalized_cross_validation(rss: float, entries: float, effective: float) -> float:
    """(RSS / nm) / (1 - df / nm)^2 for nm entries of the targets (Golub, Heath and Wahba 1979)."""
    return rss / entries / (1 - effective / entries) ** 2


def leave_one_out(
    maps: EquivariantMaps,
    blocks: Sequence[NDArray[np.float64]],
    moments: Moments,
    X: NDArray[np.float64],
    Y: NDArray[np.float64],
    alpha: float,
    intercept: bool,
) -> NDArray[np.float64]:
    """Squared error on each sample of the map that all other samples give, summed over the targets; shape (samples,).

    In block i sample t stands for the columns X_t (multiplicity x k/d) of its copies, and
    E_-t = E_t (1 - X_t^* (S + alpha k)^-1 X_t)^-1: a small solve for each sample and block. X and Y are centered if
    there is an intercept, which adds 1/n to the leverage in the trivial block. ``blocks`` are those of the map of all
    samples, ``moments`` those of X and Y.
    """
    samples = len(X)
    inputs, targets = maps.domain_basis.analyze(X), maps.codomain_basis.analyze(Y)
    # What of the targets no map reaches stays as it is.
    result = (Y**2).sum(axis=1) - sum((part**2).sum(axis=(1, 2, 3, 4)) for part in targets)
    for number, (bundle, Z, gram) in enumerate(zip(maps.bundles, blocks, moments.inner, strict=True)):
        field = bundle.field
        S = field.pack(gram)
        inverse = np.linalg.pinv(S + alpha * bundle.dimension * np.eye(S.shape[-1]), hermitian=True)
        x, y = (field.pack(np.moveaxis(part, 2, 3)) for part in (inputs[number], targets[number]))
        residual = y - field.pack(Z) @ x
        leverage = adjoint(x) @ inverse @ x
        if intercept and number == maps.domain_basis.trivial:
            leverage[:, 0] += 1 / samples
        left_out = np.linalg.solve(np.eye(leverage.shape[-1]) - np.swapaxes(leverage, -1, -2),
                                   np.swapaxes(residual, -1, -2))  # fmt: skip
        result = result + (np.abs(left_out) ** 2).sum(axis=(1, 2, 3)) / field.width
    return np.asarray(np.maximum(result, 0.0))


def standard_errors(maps: EquivariantMaps, moments: Moments, noise_variance: float) -> NDArray[np.float64]:
    """Standard errors of the entries of the dense matrix, shape (m, n), for least squares of full rank.

    For white noise the variance of entry (i, j) is noise * <E_ij, P(E_ij S_G^-1)> with the Reynolds projection P and
    the inputs' scatter averaged over the group. In blocks it is noise * sum Re tr(L S^-1 L^*), where S is the block of
    the moments and L the sum of w v^* over the copies of the irreducible, w and v the coordinates of the unit vectors.
    """
    m, n = maps.shape
    variance = np.zeros((m, n))
    rows_basis, columns_basis = maps.codomain_basis.analyze(np.eye(m)), maps.domain_basis.analyze(np.eye(n))
    for bundle, left, right, gram in zip(maps.bundles, rows_basis, columns_basis, moments.inner, strict=True):
        field = bundle.field
        inverse = np.linalg.pinv(field.pack(gram), hermitian=True)
        for row in range(m):
            L = _products_of_units(left[row], right, field)
            variance[row] += np.einsum("nbij,bjk,nbik->n", L, inverse, L.conj(), optimize=True).real / field.width
    return np.sqrt(noise_variance * variance)


def _products_of_units(row: NDArray[np.float64], columns: NDArray[np.float64], field: Any) -> NDArray[Any]:
    """For every j the sum over copies of w v_j^*, w the coordinates of one unit vector: (n, members, rows, cols)."""
    w = field.pack(np.moveaxis(row, 1, 2))
    v = field.pack(np.moveaxis(columns, 2, 3))
    return np.asarray(w @ adjoint(v))
