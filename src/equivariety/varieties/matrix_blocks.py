"""The blocks of matrices: between dense matrices, or products of thin ones, and coordinates of equivariant maps."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from equivariety.array_types import FloatArray
from equivariety.errors import InputError
from equivariety.isotypic import Bundle, ChangeOfBasis


def blocks_of_matrix(M: FloatArray, domain: ChangeOfBasis, codomain: ChangeOfBasis) -> tuple[FloatArray, ...]:
    """Blocks of the orthogonal projection of M to the equivariant maps: per bundle (members, rows, cols, beta)."""
    return tuple(_block(number, part, codomain) for number, part in enumerate(domain.analyze(M)))


def _block(number: int, part: FloatArray, codomain: ChangeOfBasis) -> FloatArray:
    bundle = codomain.bundles[number]
    members, copies, beta = bundle.size, bundle.copies, bundle.field.beta
    target = codomain.select([(number, np.arange(members))])
    (both,) = target.analyze(np.ascontiguousarray(part.reshape(part.shape[0], -1).T))
    both = both.reshape(members, copies, -1, beta, *both.shape[1:])
    return _averaged(np.einsum("bcspbcrq->bcrqsp", both), bundle)


def blocks_of_product(
    decoder: FloatArray, encoder: FloatArray, domain: ChangeOfBasis, codomain: ChangeOfBasis
) -> tuple[FloatArray, ...]:
    """Blocks of the projection of ``decoder @ encoder``, shapes (m, k) and (k, n), whose product is not formed."""
    parts = zip(codomain.bundles, codomain.analyze(decoder.T), domain.analyze(encoder), strict=True)
    return tuple(
        _averaged(np.einsum("kbcrq,kbcsp->bcrqsp", left, right, optimize=True), bundle) for bundle, left, right in parts
    )


def _averaged(real: FloatArray, bundle: Bundle) -> FloatArray:
    """Components (members, rows, cols, beta) nearest to real matrices (members, copies, rows, beta, cols, beta)."""
    members, copies, rows, beta, cols, _ = real.shape
    return bundle.field.contract(real.reshape(members, copies, rows * beta, cols * beta)).mean(axis=1) / beta


def multiplicities_of(frame: FloatArray, basis: ChangeOfBasis) -> list[FloatArray]:
    """How often each irreducible occurs in an invariant subspace, shape (members,) for each bundle.

    The columns of ``frame``, shape (m, k), are an orthonormal basis of it. The part of them in one isotypic component
    has as squared norm the dimension of the subspace there. Not whole numbers if the subspace is not invariant.
    """
    parts = zip(basis.bundles, basis.analyze(frame.T), strict=True)
    return [(part**2).sum(axis=(0, 2, 3, 4)) / bundle.dimension for bundle, part in parts]


def validated_matrix(M: ArrayLike, shape: tuple[int, int]) -> FloatArray:
    """M as an array of float64, after checking that it has a shape and holds finite real numbers."""
    given = np.asarray(M)
    if given.shape != shape:
        raise InputError(f"the matrix must have shape {shape}, not {given.shape}")
    if given.dtype.kind not in "fiub":
        raise InputError(f"the matrix must be real, not of type {given.dtype}")
    finite = np.isfinite(given).all(axis=1)
    if not finite.all():
        raise InputError(f"the matrix must hold finite numbers: row {int(np.argmin(finite))} contains NaN or infinity")
    return given.astype(np.float64)
