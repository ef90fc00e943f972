"""Bases of irreducible subspaces that depend on the subspace alone, not on how an eigensolver presents it.

The basis of a subspace over its commuting field D consists of D-lines x, I x, J x, K x. The vectors x are
projections of standard basis vectors, which the subspace determines, made orthogonal to the lines before.
"""

from __future__ import annotations

import numpy as np

from equivariety.array_types import FloatArray
from equivariety.isotypic.fields import COMPLEX, QUATERNION, REAL, Field
from equivariety.isotypic.transitive import Transitive
from equivariety.tolerances import CLEARLY_ZERO

# A standard basis vector serves if its squared residual is more than this share of the largest one. The share is
# transcendental, so that no residual, an algebraic number, falls on the boundary where rounding would decide.
_PIVOT_SHARE = 1 / np.pi

_FIELD_OF_BETA = {field.beta: field for field in (REAL, COMPLEX, QUATERNION)}


def field_of(basis: FloatArray) -> Field:
    """The field of a basis of D-lines, whose last axis runs over the units of D."""
    return _FIELD_OF_BETA[basis.shape[-1]]


def reference_coordinates(basis: FloatArray, units: list[FloatArray]) -> FloatArray:
    """An orthonormal basis of D-lines for an irreducible subspace.

    Parameters
    ----------
    basis : float array, shape (s, n)
        Any orthonormal basis of the subspace.
    units : list of float arrays, shape (n, n)
        Imaginary units of D in that basis: none, [I] or [I, J, K].

    Returns
    -------
    float array, shape (n, n / beta, beta)
        Coordinates with respect to `basis`: vector [:, c, b] is unit b applied to the c-th chosen vector.
    """
    dimension, beta = basis.shape[1], len(units) + 1
    coordinates = np.empty((dimension, dimension // beta, beta))
    squares = np.square(basis).sum(axis=1)
    for line in range(dimension // beta):
        chosen = coordinates[:, :line].reshape(dimension, line * beta)
        vector = basis[_first_clear(squares)]
        # Twice is enough: the second pass removes what rounding leaves after the first.
        vector = vector - chosen @ (vector @ chosen)
        vector = vector - chosen @ (vector @ chosen)
        vector = vector / np.linalg.norm(vector)
        coordinates[:, line] = np.stack([vector, *(unit @ vector for unit in units)], axis=1)
        squares -= np.square(basis @ coordinates[:, line]).sum(axis=1)
    return coordinates


def fix_phase(basis: FloatArray, fibre: int = 1) -> FloatArray:
    """Multiply a basis of D-lines (s, copies, beta) by the unit of D that makes its first coordinate positive.

    The first coordinate is that of point 0 in the first line where it is clearly nonzero; it exists as the point
    generates the whole space under the group. For the trivial representation: the constant vector is positive. Of the
    coordinates of a fibre over point 0, the first ``fibre`` ones, the first that is clearly nonzero is taken.
    """
    first = basis[_first_clear(np.square(basis[:fibre]).sum(axis=(1, 2)))]
    line = first[_first_clear(np.square(first).sum(axis=1))]
    unit = line / np.linalg.norm(line)
    return np.asarray(basis @ field_of(basis).realize(unit[None, None]))


def orient(units: list[FloatArray], basis: FloatArray, words: Transitive) -> list[FloatArray]:
    """Choose between I and -I for D = C: the first non-real character value has positive imaginary part.

    So the generator of a cyclic group acts on a pair of coordinates as [[cos t, sin t], [-sin t, cos t]] with
    t = 2 pi m / l and 1/2 < m/l < 1, as in the closed form. Units of R and H are returned as they are, and so is I
    when no word given has a non-real character value.
    """
    if len(units) != 1:
        return units
    for word in range(len(words.table)):
        imaginary = float(np.vdot(units[0], basis.T @ words.moved(basis, word)))
        if abs(imaginary) > CLEARLY_ZERO:
            return [-units[0]] if imaginary < 0 else units
    return units


def _first_clear(squares: FloatArray) -> int:
    return int(np.argmax(squares > _PIVOT_SHARE * squares.max()))
