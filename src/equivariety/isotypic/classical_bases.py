"""The chain of bases of the papers for one permutation: sorted by cycles, Vandermonde, grouped by eigenvalue.

They show the mathematics on small examples; computations use the real orthogonal basis of :func:`decompose` instead,
since the complex Vandermonde basis changes distances.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.actions import PermutationAction
from equivariety.actions.notation import cycles_of_images
from equivariety.errors import InputError
from equivariety.isotypic.fields import field_named


def sorting_matrix(action: PermutationAction) -> NDArray[np.float64]:
    """T1: the permutation matrix that sorts the points by cycles, ``T1 @ P @ T1.T`` is :func:`block_circulant`.

    Examples
    --------
    >>> sorting_matrix(PermutationAction.from_cycles("(1 3 4)(2 5)")).astype(int)
    array([[1, 0, 0, 0, 0],
           [0, 0, 1, 0, 0],
           [0, 0, 0, 1, 0],
           [0, 1, 0, 0, 0],
           [0, 0, 0, 0, 1]])
    """
    order = np.concatenate([np.array(cycle) for cycle in _cycles(action)])
    return np.eye(action.degree)[order]


def block_circulant(action: PermutationAction) -> NDArray[np.float64]:
    """The permutation matrix after sorting by cycles: one circulant block for each cycle.

    Examples
    --------
    >>> block_circulant(PermutationAction.from_cycles("(1 3 4)(2 5)")).astype(int)
    array([[0, 1, 0, 0, 0],
           [0, 0, 1, 0, 0],
           [1, 0, 0, 0, 0],
           [0, 0, 0, 0, 1],
           [0, 0, 0, 1, 0]])
    """
    return _direct_sum(*(np.roll(np.eye(len(cycle)), 1, axis=1) for cycle in _cycles(action)))


def vandermonde_matrix(action: PermutationAction) -> NDArray[np.complex128]:
    """T2: one Vandermonde block for each cycle, columns (1, z, z^2, ...) for its roots of unity z = 1, zeta, ...

    ``inv(T2) @ block_circulant @ T2`` is :func:`diagonal_form`. The columns are orthogonal of norm sqrt(length), so T2
    is not unitary: Euclidean distance degrees change under it.

    Examples
    --------
    >>> np.round(vandermonde_matrix(PermutationAction.from_cycles("(1 2 3 4)")), 12)
    array([[ 1.+0.j,  1.+0.j,  1.+0.j,  1.+0.j],
           [ 1.+0.j,  0.+1.j, -1.+0.j, -0.-1.j],
           [ 1.+0.j, -1.+0.j,  1.+0.j, -1.+0.j],
           [ 1.+0.j, -0.-1.j, -1.+0.j,  0.+1.j]])
    """
    return _direct_sum(*(_vandermonde(len(cycle)) for cycle in _cycles(action)))


def diagonal_form(action: PermutationAction) -> NDArray[np.complex128]:
    """The eigenvalues of the permutation matrix, cycle by cycle, as a diagonal matrix.

    Examples
    --------
    >>> np.round(np.diag(diagonal_form(PermutationAction.from_cycles("(1 3 4)(2 5)"))), 3)
    array([ 1. +0.j   , -0.5+0.866j, -0.5-0.866j,  1. +0.j   , -1. +0.j   ])
    """
    return np.diag(np.concatenate([_vandermonde(len(cycle))[1 % len(cycle)] for cycle in _cycles(action)]))


def grouping_matrix(action: PermutationAction) -> NDArray[np.float64]:
    """The permutation matrix that brings equal eigenvalues together, by growing argument in [0, 1).

    Examples
    --------
    >>> action = PermutationAction.from_cycles("(1 3 4)(2 5)")
    >>> T3 = grouping_matrix(action)
    >>> np.round(np.diag(T3 @ diagonal_form(action) @ T3.T), 3)
    array([ 1. +0.j   ,  1. +0.j   , -0.5+0.866j, -1. +0.j   , -0.5-0.866j])
    """
    turns = np.concatenate([np.arange(len(cycle)) / len(cycle) for cycle in _cycles(action)])
    return np.eye(action.degree)[np.argsort(turns, kind="stable")]


def realization(matrix: Any, field: str = "C") -> NDArray[np.float64]:
    """The real matrix of twice the size in which a + ib stands as [[a, -b], [b, a]].

    The map R of arXiv 2309.13736. It respects sums, products and adjoints; its rank is twice the complex rank.

    Parameters
    ----------
    matrix : array_like of shape (rows, columns), or a number, which stands for a 1 x 1 matrix
        For ``field="H"`` of shape (rows, columns, 4), or (4,): the coefficients of 1, i, j, k.
    field : {"C", "H"}
        A quaternion becomes the 4 x 4 matrix of the multiplication by it from the left.

    Raises
    ------
    InputError
        If it is neither, or holds values that are not finite.

    Examples
    --------
    >>> realization(1 + 2j).astype(int)
    array([[ 1, -2],
           [ 2,  1]])
    >>> realization([[1j, 2], [0, 1]]).astype(int)
    array([[ 0, -1,  2,  0],
           [ 1,  0,  0,  2],
           [ 0,  0,  1,  0],
           [ 0,  0,  0,  1]])
    >>> realization([0, 1, 0, 0], field="H").astype(int)
    array([[ 0, -1,  0,  0],
           [ 1,  0,  0,  0],
           [ 0,  0,  0, -1],
           [ 0,  0,  1,  0]])
    """
    if field not in ("C", "H"):
        raise InputError(f"field must be 'C' or 'H', not {field!r}")
    given = np.asarray(matrix)
    if given.dtype.kind not in ("fiubc" if field == "C" else "fiub"):
        raise InputError(f"matrix must hold numbers{' that are real' * (field == 'H')}, not {given.dtype}")
    components = np.stack([given.real, given.imag], axis=-1) if field == "C" else given
    if components.ndim == 1:
        components = components[None, None]
    if components.ndim != 3 or components.shape[-1] != field_named(field).beta:
        expected = "two axes, or be a number" if field == "C" else "the shape (rows, columns, 4) or (4,)"
        raise InputError(f"matrix must have {expected}, not shape {given.shape}")
    if not np.isfinite(components).all():
        raise InputError("matrix must hold finite numbers: it contains NaN or infinity")
    return np.asarray(field_named(field).realize(components.astype(np.float64)) + 0.0)  # no negative zeros


def _direct_sum(*blocks: NDArray[Any]) -> NDArray[Any]:
    from scipy.linalg import block_diag

    return block_diag(*blocks)


def _vandermonde(length: int) -> NDArray[np.complex128]:
    powers = np.outer(np.arange(length), np.arange(length)) % length
    return np.exp(2j * np.pi * powers / length)


def _cycles(action: PermutationAction) -> list[list[int]]:
    if len(action.images) != 1:
        raise InputError(f"the action must have one generator for these bases, not {len(action.images)}")
    return cycles_of_images(action.images[0])
