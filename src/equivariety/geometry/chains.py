"""One block of a deep linear network: a chain of matrices over R, C or H, its product and the derivatives of a loss.

Matrices are in working form; real coordinates of the parameters are the components of all factors, one after another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.blocks.linear_algebra import adjoint
from equivariety.isotypic import Field
from equivariety.tolerances import OPTIMIZER_ERROR

Array = NDArray[Any]
Factors = Sequence[Array]


@dataclass(frozen=True, eq=False)
class BlockLoss:
    """The loss of a block Z beyond its optimum: Re tr((Z - optimum) S (Z - optimum)^*) / unit, a square."""

    field: Field
    S: Array
    optimum: Array
    unit: float

    def value(self, Z: Array) -> float:
        off = Z - self.optimum
        return max(float(np.vdot(off, off @ self.S).real), 0.0) / (self.field.width * self.unit)

    def gradient(self, Z: Array) -> Array:
        """With respect to the real inner product of the components."""
        return 2 * (Z - self.optimum) @ self.S / self.unit

    def scale(self, Z: Array) -> float:
        """Size of the terms that cancel in the gradient at a critical point."""
        return float(2 * (np.linalg.norm(Z @ self.S) + np.linalg.norm(self.optimum @ self.S)) / self.unit)


@dataclass(frozen=True, eq=False)
class Chain:
    """The factors W_1, ..., W_L of one block; the map is W_1 W_2 ... W_L, so that W_L acts first."""

    field: Field
    factors: tuple[Array, ...]

    @cached_property
    def lefts(self) -> tuple[Array, ...]:
        """W_1 ... W_(k-1) for each k, and last the whole product."""
        products = [np.eye(self.factors[0].shape[0], dtype=self.factors[0].dtype)]
        for factor in self.factors:
            products.append(products[-1] @ factor)
        return tuple(products)

    @cached_property
    def rights(self) -> tuple[Array, ...]:
        """W_(k+1) ... W_L for each k."""
        products = [np.eye(self.factors[-1].shape[1], dtype=self.factors[0].dtype)]
        for factor in reversed(self.factors[1:]):
            products.append(factor @ products[-1])
        return tuple(products[::-1])

    @property
    def product(self) -> Array:
        return self.lefts[-1]

    @property
    def widths(self) -> tuple[int, ...]:
        """Rows over the field of every factor, and the columns of the last."""
        sizes = [factor.shape[0] for factor in self.factors] + [self.factors[-1].shape[1]]
        return tuple(size // self.field.width for size in sizes)

    def pulled_back(self, G: Array) -> list[Array]:
        """Gradients with respect to all factors when G is the gradient with respect to the product."""
        return [adjoint(left) @ G @ adjoint(right) for left, right in zip(self.lefts[:-1], self.rights, strict=True)]

    def pushed_forward(self, directions: Factors) -> Array:
        """Derivative of the product in the given directions."""
        terms = zip(self.lefts[:-1], directions, self.rights, strict=True)
        return sum((left @ V @ right for left, V, right in terms), start=np.zeros_like(self.product))

    def jacobian_rank(self, tolerance: float = OPTIMIZER_ERROR) -> int:
        """Real rank of the derivative of the product: a sum of spaces col(W_1..W_(k-1)) x row(W_(k+1)..W_L).

        The column spaces shrink and the row spaces grow with k, so that dimensions count a staircase.
        """
        columns = [field_rank(left, self.field, tolerance) for left in self.lefts[:-1]]
        rows = [0] + [field_rank(right, self.field, tolerance) for right in self.rights]
        steps = (column * (after - before) for column, before, after in zip(columns, rows[:-1], rows[1:], strict=True))
        return self.field.beta * sum(steps)

    def hessian(self, loss: BlockLoss) -> NDArray[np.float64]:
        """Second derivatives of loss(product) in the real coordinates of the factors."""
        G = loss.gradient(self.product)
        size = sum(factor.size for factor in self.factors) * self.field.beta // self._entries
        columns = [self.flatten(self._hessian_times(self.unflatten(unit), loss, G)) for unit in np.eye(size)]
        matrix = np.array(columns).reshape(size, size)
        return (matrix + matrix.T) / 2

    def _hessian_times(self, V: Factors, loss: BlockLoss, G: Array) -> list[Array]:
        """Derivative of :meth:`pulled_back` of the gradient along V."""
        dG = 2 * self.pushed_forward(V) @ loss.S / loss.unit
        first = self.pulled_back(dG)
        dlefts = self._varied_lefts(V)
        drights = self._varied_rights(V)
        return [
            term + adjoint(dleft) @ G @ adjoint(right) + adjoint(left) @ G @ adjoint(dright)
            for term, left, dleft, right, dright in zip(
                first, self.lefts[:-1], dlefts, self.rights, drights, strict=True
            )
        ]

    def _varied_lefts(self, V: Factors) -> list[Array]:
        varied = [np.zeros_like(self.lefts[0])]
        for left, factor, v in zip(self.lefts[:-2], self.factors[:-1], V[:-1], strict=True):
            varied.append(varied[-1] @ factor + left @ v)
        return varied

    def _varied_rights(self, V: Factors) -> list[Array]:
        varied = [np.zeros_like(self.rights[-1])]
        for right, factor, v in zip(self.rights[:0:-1], self.factors[:0:-1], V[:0:-1], strict=True):
            varied.append(factor @ varied[-1] + v @ right)
        return varied[::-1]

    @property
    def _entries(self) -> int:
        """Entries of the working form for one number of the field."""
        return self.field.width**2

    def flatten(self, matrices: Factors) -> NDArray[np.float64]:
        """Real coordinates of matrices shaped like the factors."""
        return np.concatenate([self.field.unpack(matrix).ravel() for matrix in matrices])

    def unflatten(self, coordinates: NDArray[np.float64]) -> list[Array]:
        """The inverse of :meth:`flatten`."""
        matrices, start = [], 0
        for rows, cols in zip(self.widths[:-1], self.widths[1:], strict=True):
            stop = start + rows * cols * self.field.beta
            matrices.append(self.field.pack(coordinates[start:stop].reshape(rows, cols, self.field.beta)))
            start = stop
        return matrices

    def norm_of_rest(self) -> float:
        """Largest product of the spectral norms around one factor: by how much it magnifies a gradient."""
        pairs = zip(self.lefts[:-1], self.rights, strict=True)
        return max(_spectral(left) * _spectral(right) for left, right in pairs)


def field_rank(matrix: Array, field: Field, tolerance: float = OPTIMIZER_ERROR) -> int:
    """Rank over the field of a matrix in working form; singular values up to tolerance * largest count as zero."""
    if matrix.size == 0:
        return 0
    values = np.linalg.svd(matrix, compute_uv=False)
    return int((values > tolerance * values[0]).sum()) // field.width


def _spectral(matrix: Array) -> float:
    return float(np.linalg.norm(matrix, 2)) if matrix.size else 0.0
