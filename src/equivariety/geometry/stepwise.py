"""One permutation matrix, diagonalized step by step: sorted by cycles, by Vandermonde matrices, by a real basis."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from equivariety.actions import PermutationAction
from equivariety.actions.notation import cycles_of_images
from equivariety.errors import InputError
from equivariety.isotypic import decompose, diagonal_form, sorting_matrix, vandermonde_matrix

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]


@dataclass(frozen=True)
class StepwiseDiagonalization:
    """P, T1^-1 P T1, T2^-1 T1^-1 P T1 T2 and Q^T P Q for one permutation; all matrices dense.

    Made by :func:`stepwise_diagonalization`.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> steps = ev.geometry.stepwise_diagonalization(ev.PermutationAction.from_cycles("(1 3 4)(2 5)"))
    >>> steps.cycles, steps.P.shape, steps.eigenvalues.shape
    (((0, 2, 3), (1, 4)), (5, 5), (5,))
    >>> np.allclose(steps.T1.T @ steps.P @ steps.T1, steps.block_circulant)
    True
    >>> np.allclose(np.linalg.solve(steps.T2, steps.block_circulant @ steps.T2), steps.diagonal)
    True
    >>> np.allclose(steps.Q.T @ steps.P @ steps.Q, steps.real_form)
    True
    """

    action: PermutationAction
    order: str

    @property
    def _walked(self) -> PermutationAction:
        """The permutation whose cycles T1 goes along."""
        return self.action if self.order == "along" else PermutationAction(np.argsort(self.action.images[0]))

    @cached_property
    def cycles(self) -> tuple[tuple[int, ...], ...]:
        """The cycles, 0-based, in the order in which T1 puts their points."""
        return tuple(map(tuple, cycles_of_images(self._walked.images[0])))

    @cached_property
    def P(self) -> Real:
        """The permutation matrix, ``P[i, sigma(i)] = 1``."""
        return np.asarray(self.action.matrix().toarray(), dtype=np.float64)

    @cached_property
    def T1(self) -> Real:
        """The permutation matrix that sorts the points by cycles: its columns are their unit vectors.

        The transpose of :func:`equivariety.isotypic.sorting_matrix`.
        """
        return sorting_matrix(self._walked).T

    @cached_property
    def block_circulant(self) -> Real:
        """T1^-1 P T1: one circulant block for each cycle."""
        return np.asarray(self.T1.T @ self.P @ self.T1)

    @cached_property
    def T2(self) -> Complex:
        """One Vandermonde matrix for each cycle: columns v_j = (1, z^j, z^2j, ...), z = exp(2 pi i / l).

        Conjugated where T1 goes against the cycles, so that the diagonal is the same.
        """
        matrix = vandermonde_matrix(self.action)
        return matrix if self.order == "along" else matrix.conj()

    @cached_property
    def eigenvalues(self) -> Complex:
        """The diagonal of the diagonal form: for each cycle of length l the powers of exp(2 pi i / l)."""
        return np.diag(diagonal_form(self.action))

    @cached_property
    def diagonal(self) -> Complex:
        """T2^-1 T1^-1 P T1 T2, computed from the factors."""
        return np.asarray(np.linalg.solve(self.T2, self.block_circulant @ self.T2), dtype=np.complex128)

    @cached_property
    def Q(self) -> Real:
        """The real orthogonal base change: columns grouped by eigenvalue, in the order of the blocks.

        Its columns are the normalized real and imaginary parts of the v_j, spread out on the cycles; the same in
        either order.
        """
        return decompose(self.action).domain.matrix()

    @cached_property
    def real_form(self) -> Real:
        """Q^T P Q: ones, then [[Re, -Im], [Im, Re]] for each eigenvalue with positive imaginary part, then -1."""
        return np.asarray(self.Q.T @ self.P @ self.Q)


def stepwise_diagonalization(action: PermutationAction, order: str = "along") -> StepwiseDiagonalization:
    """From the matrix of one permutation to circulant blocks, to its eigenvalues, to real blocks of size 1 and 2.

    Parameters
    ----------
    action : PermutationAction
        With one generator.
    order : {"along", "against"}
        In which direction T1 goes through the points of a cycle. Along it, the blocks have their ones above the
        diagonal; against it, below, as in the talk behind arXiv 2309.13736: the transposed matrices.

    Returns
    -------
    StepwiseDiagonalization
        With the attributes ``P``, ``T1``, ``block_circulant``, ``T2``, ``diagonal``, ``eigenvalues``, ``Q`` and
        ``real_form``.

    Raises
    ------
    InputError
        If the action has several generators, or signs.

    Notes
    -----
    T1 and Q are orthogonal, so that they keep dimension, degree, singular locus and ED degree of a variety; T2 keeps
    the first three (:func:`equivariety.geometry.conjugated`).

    Examples
    --------
    >>> import equivariety as ev
    >>> steps = stepwise_diagonalization(ev.PermutationAction.from_cycles("(1 3 4)(2 5)"), order="against")
    >>> steps.block_circulant.astype(int)
    array([[0, 0, 1, 0, 0],
           [1, 0, 0, 0, 0],
           [0, 1, 0, 0, 0],
           [0, 0, 0, 0, 1],
           [0, 0, 0, 1, 0]])
    >>> (steps.eigenvalues / np.array([1, np.exp(2j * np.pi / 3), np.exp(4j * np.pi / 3), 1, -1])).round(12).real
    array([1., 1., 1., 1., 1.])
    >>> np.allclose(steps.diagonal, np.diag(steps.eigenvalues))
    True
    """
    if not isinstance(action, PermutationAction) or action.number_of_generators != 1:
        raise InputError("action must be a PermutationAction with one generator")
    if order not in ("along", "against"):
        raise InputError(f"order must be 'along' or 'against' the cycles, not {order!r}")
    return StepwiseDiagonalization(action, order)
