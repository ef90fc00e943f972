"""The three commuting fields R, C, H of real irreducible representations, and their realizations.

A matrix over D is kept in one of three forms:

- *components*: a real array of shape (..., rows, cols, beta), beta = 1, 2, 4, the coefficients of 1, i, j, k;
- *working form*: an ordinary matrix on which products, adjoints, SVD and eigenvectors are those of linear algebra:
  the real or complex matrix itself, and for H the complex adjoint [[z, w], [-conj(w), conj(z)]] of z + w j;
- *realization*: the real matrix of the left multiplication, shape (..., rows * beta, cols * beta).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.errors import InputError

Array = NDArray[Any]

# Products of the units: _PRODUCTS[s][p] = (q, sign) means e_s e_p = sign * e_q, for e = (1, i, j, k).
_PRODUCTS = (
    ((0, 1), (1, 1), (2, 1), (3, 1)),
    ((1, 1), (0, -1), (3, 1), (2, -1)),
    ((2, 1), (3, -1), (0, -1), (1, 1)),
    ((3, 1), (2, 1), (1, -1), (0, -1)),
)


@dataclass(frozen=True)
class Field:
    """One of R, C, H: the endomorphisms of a real irreducible representation.

    Examples
    --------
    >>> COMPLEX.beta
    2
    >>> COMPLEX.realize(np.array([[[3.0, 4.0]]]))
    array([[ 3., -4.],
           [ 4.,  3.]])
    >>> M = np.array([[[1.0, 2.0], [3.0, 4.0]]])  # a matrix (1 + 2i, 3 + 4i) by its components
    >>> COMPLEX.pack(M), np.array_equal(COMPLEX.unpack(COMPLEX.pack(M)), M)
    (array([[1.+2.j, 3.+4.j]]), True)
    >>> COMPLEX.products[1, 1].tolist()  # i i = -1
    [-1.0, 0.0]
    >>> COMPLEX.contract(COMPLEX.realize(M)).shape
    (1, 2, 2)
    """

    name: str
    """``"R"``, ``"C"`` or ``"H"``."""
    beta: int
    """Real dimension: 1, 2 or 4."""
    width: int
    """Rows that one row over D takes in working form: 1, 1 or 2."""

    @property
    def complex_parts(self) -> int:
        """Into how many spaces of complex matrices the matrices over the field fall when they are complexified.

        Over R and H into one, over C into two: a matrix and its conjugate become independent of each other.
        """
        return 2 if self.beta == 2 else 1

    def complexified(self, *sizes: int) -> tuple[int, ...]:
        """Rows, columns or ranks of the matrices of every complex part; over H they double.

        Examples
        --------
        >>> COMPLEX.complexified(2, 3), COMPLEX.complex_parts, QUATERNION.complexified(2, 3), QUATERNION.complex_parts
        ((2, 3), 2, (4, 6), 1)
        """
        return tuple(self.width * size for size in sizes)

    @property
    def products(self) -> Array:
        """``products[s, p, q]`` is the coefficient of e_q in e_s e_p. Shape (beta, beta, beta)."""
        table = np.zeros((self.beta,) * 3)
        for s in range(self.beta):
            for p in range(self.beta):
                q, sign = _PRODUCTS[s][p]
                table[s, p, q] = sign
        return table

    @property
    def entries(self) -> tuple[NDArray[np.intp], Array]:
        """Row q, column p of the realization of one number: the index of a component, and its sign.

        Examples
        --------
        >>> component, sign = COMPLEX.entries
        >>> component.tolist(), sign.astype(int).tolist()
        ([[0, 1], [1, 0]], [[1, -1], [1, 1]])
        """
        table = self.products.transpose(2, 1, 0)  # [q, p, s], one nonzero s for each pair (q, p)
        return np.abs(table).argmax(axis=2), table.sum(axis=2)

    def pack(self, components: Array) -> Array:
        """Working form of a matrix given by components, shape (..., width * rows, width * cols)."""
        if self.beta == 1:
            return components[..., 0]
        z = components[..., 0] + 1j * components[..., 1]
        if self.beta == 2:
            return z
        w = components[..., 2] + 1j * components[..., 3]
        return np.concatenate(
            [np.concatenate([z, w], axis=-1), np.concatenate([-np.conj(w), np.conj(z)], axis=-1)], axis=-2
        )

    def unpack(self, working: Array) -> Array:
        """Components of a matrix in working form: the inverse of :meth:`pack`."""
        if self.beta == 1:
            return working[..., None]
        if self.beta == 2:
            return np.stack([working.real, working.imag], axis=-1)
        rows, cols = working.shape[-2] // 2, working.shape[-1] // 2
        z, w = working[..., :rows, :cols], working[..., :rows, cols:]
        return np.stack([z.real, z.imag, w.real, w.imag], axis=-1)

    def realize(self, components: Array) -> Array:
        """The real matrix of left multiplication, for coordinates ordered (index, unit).

        a + ib becomes [[a, -b], [b, a]]; a quaternion becomes a 4 x 4 block.
        """
        component, sign = self.entries
        real = np.swapaxes(components[..., component] * sign, -3, -2)
        *batch, rows, _, cols, _ = real.shape
        return real.reshape(*batch, rows * self.beta, cols * self.beta)

    def contract(self, real: Array) -> Array:
        """Sum the entries of a real matrix that one component of a realization repeats.

        The adjoint of :meth:`realize`: applied to a real Gram matrix of y and x it gives the components of
        y x^*, and divided by beta it projects a real matrix onto the realizations.
        """
        *batch, rows, cols = real.shape
        split = real.reshape(*batch, rows // self.beta, self.beta, cols // self.beta, self.beta)
        return np.einsum("...rqcp,spq->...rcs", split, self.products)

    def __str__(self) -> str:
        return self.name


REAL = Field("R", 1, 1)
COMPLEX = Field("C", 2, 1)
QUATERNION = Field("H", 4, 2)
_FIELDS = {field.name: field for field in (REAL, COMPLEX, QUATERNION)}


def field_of_beta(beta: int) -> Field:
    """The field of real dimension 1, 2 or 4."""
    return next(field for field in _FIELDS.values() if field.beta == beta)


def field_named(name: str) -> Field:
    """The field called ``"R"``, ``"C"`` or ``"H"``.

    Examples
    --------
    >>> field_named("H").beta
    4
    """
    if name not in _FIELDS:
        raise InputError(f"field must be one of 'R', 'C', 'H', not {name!r}")
    return _FIELDS[name]
