"""One transitive action split into irreducible subspaces, and their commuting fields.

A random symmetric element of the commutant has, with probability one, irreducible eigenspaces. How well they are
computed depends on the gaps between its eigenvalues, so they are computed twice: a first time to find them, and a
second time from an element with the same eigenspaces and evenly spaced eigenvalues.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh

from equivariety.array_types import FloatArray, IntArray
from equivariety.isotypic.intertwiners import Intertwiners, UnclearDrawError, intertwiners
from equivariety.isotypic.transitive import Transitive
from equivariety.tolerances import clearly_nonzero, clearly_zero, equal_eigenvalue_cutoff


@dataclass(frozen=True, eq=False)
class Eigenspaces:
    """Irreducible subspaces of R^s, as consecutive columns of one orthogonal matrix.

    Attributes
    ----------
    action : Transitive
        The action.
    commutant : Intertwiners
        The matrices that commute with it.
    vectors : float array, shape (s, s)
        Orthonormal columns.
    starts : int array, shape (subspaces + 1,)
        Subspace i has the columns starts[i] to starts[i + 1].
    """

    action: Transitive
    commutant: Intertwiners
    vectors: FloatArray
    starts: IntArray

    @property
    def count(self) -> int:
        """Number of irreducible subspaces."""
        return len(self.starts) - 1

    def columns(self, index: int) -> slice:
        """Where the basis of subspace `index` stands."""
        return slice(int(self.starts[index]), int(self.starts[index + 1]))

    def basis(self, index: int) -> FloatArray:
        """Orthonormal columns that span subspace `index`."""
        return self.vectors[:, self.columns(index)]


def split_transitive(action: Transitive, random: np.random.Generator) -> Eigenspaces:
    """Split a transitive action into irreducible eigenspaces, in ascending order of the random eigenvalues.

    Raises
    ------
    UnclearDrawError
        If two eigenvalues are too close to be told apart or together.

    Notes
    -----
    Two dense symmetric eigenproblems of size s: time s^3, memory about 100 s^2 bytes.
    """
    commutant = intertwiners(action, action)
    element = commutant.random(random)
    values, vectors = eigh(element + element.T, driver="evd", check_finite=False)
    starts = _cluster(values, commutant.noise)
    # Averaging the respaced element returns it to the commutant exactly, and removes to first order what rounding
    # had mixed between neighboring eigenspaces.
    spaced = np.repeat(np.arange(len(starts) - 1), np.diff(starts)).astype(np.float64)
    respaced = commutant.average((vectors * spaced) @ vectors.T)
    _, vectors = eigh((respaced + respaced.T) / 2, driver="evd", check_finite=False)
    return Eigenspaces(action, commutant, vectors, starts)


def _cluster(values: FloatArray, noise: float) -> IntArray:
    """Boundaries between different eigenvalues among ascending computed ones."""
    scale = float(np.abs(values).max())
    gaps = np.diff(values) / scale if scale else np.diff(values)
    equal = gaps <= max(equal_eigenvalue_cutoff(len(values)), clearly_zero(noise) if noise else 0.0)
    if np.any(~equal & (gaps < clearly_zero(noise))):
        raise UnclearDrawError("two eigenvalues of the random commutant element nearly coincide")
    return np.concatenate([[0], np.flatnonzero(~equal) + 1, [len(values)]]).astype(np.intp)


def isomorphisms(
    row_spaces: Eigenspaces, column_spaces: Eigenspaces, between: Intertwiners, random: np.random.Generator
) -> tuple[NDArray[np.bool_], FloatArray]:
    """Which irreducible subspaces are isomorphic, and orthogonal intertwiners between those that are.

    Parameters
    ----------
    row_spaces, column_spaces : Eigenspaces
        Subspaces of R^m and R^n.
    between : Intertwiners
        From R^n to R^m.
    random : Generator
        Where the random intertwiner comes from.

    Returns
    -------
    related : bool array, shape (row_spaces.count, column_spaces.count)
    blocks : float array, shape (m, n)
        In the bases of the subspaces: an orthogonal equivariant block where `related`, zero elsewhere.

    Raises
    ------
    UnclearDrawError
        If the random intertwiner is neither clearly zero nor clearly not between two subspaces.

    Notes
    -----
    By Schur's lemma a block of an intertwiner is zero or a multiple of an orthogonal matrix. A small multiple carries
    a large relative error; averaging the normalized blocks returns them to the commutant and removes it.
    """
    intertwiner = between.random(random)
    blocks = row_spaces.vectors.T @ intertwiner @ column_spaces.vectors
    norms = _block_norms(blocks, row_spaces, column_spaces)
    if np.any((norms > clearly_zero(between.noise)) & (norms < clearly_nonzero(between.noise))):
        raise UnclearDrawError("a random intertwiner nearly vanishes between two subspaces")
    related = norms >= clearly_nonzero(between.noise)
    blocks = _normalized(blocks, norms, related, row_spaces, column_spaces)
    intertwiner = between.average(row_spaces.vectors @ blocks @ column_spaces.vectors.T)
    blocks = row_spaces.vectors.T @ intertwiner @ column_spaces.vectors
    norms = _block_norms(blocks, row_spaces, column_spaces)
    return related, _normalized(blocks, norms, related, row_spaces, column_spaces)


def _block_norms(blocks: FloatArray, row_spaces: Eigenspaces, column_spaces: Eigenspaces) -> FloatArray:
    squares = np.add.reduceat(np.square(blocks), row_spaces.starts[:-1], axis=0)
    return np.asarray(np.sqrt(np.add.reduceat(squares, column_spaces.starts[:-1], axis=1)))


def _normalized(
    blocks: FloatArray,
    norms: FloatArray,
    related: NDArray[np.bool_],
    row_spaces: Eigenspaces,
    column_spaces: Eigenspaces,
) -> FloatArray:
    """Related blocks scaled to orthogonal ones, whose Frobenius norm is the root of the dimension; the others zero."""
    row_sizes, column_sizes = np.diff(row_spaces.starts), np.diff(column_spaces.starts)
    factors = np.where(related, np.sqrt(row_sizes)[:, None] / np.where(related, norms, 1.0), 0.0)
    return np.asarray(blocks * np.repeat(np.repeat(factors, row_sizes, axis=0), column_sizes, axis=1))


def imaginary_units(restrictions: Sequence[FloatArray], noise: float = 0.0) -> list[FloatArray]:
    """The imaginary units of the commuting field of an irreducible subspace.

    Parameters
    ----------
    restrictions : two float arrays, shape (n, n)
        Independent random elements of the commutant, restricted to the subspace, in an orthonormal basis of it.

    Returns
    -------
    list of float arrays, shape (n, n)
        In the same basis: nothing for R, [I] for C, [I, J, IJ] for H. Skew-symmetric and orthogonal.

    Raises
    ------
    UnclearDrawError
        If the skew part of a restriction is neither clearly zero nor clearly not.

    Notes
    -----
    On an irreducible subspace the commutant is R + (skew part), and the skew part is spanned by 0, 1 or 3 units
    (Frobenius). The first unit is the first skew part normalized, the second what the other adds to it.
    """
    units: list[FloatArray] = []
    for restricted in restrictions:
        skew = (restricted - restricted.T) / 2
        for unit in units:
            skew = skew - np.vdot(unit, skew) / len(skew) * unit
        norm = float(np.linalg.norm(skew))
        if norm < clearly_zero(noise):
            break
        if norm < clearly_nonzero(noise):
            raise UnclearDrawError("a random commutant element is nearly symmetric on an irreducible subspace")
        units.append(skew * (np.sqrt(len(skew)) / norm))
    if len(units) == 2:
        units.append(units[0] @ units[1])
    return units
