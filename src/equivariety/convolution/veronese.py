"""The Veronese map w -> (sqrt(multinomial) w^a)_{|a| = d} and its derivatives, for many points at once.

With these weights the scalar product of two images is (v . w)^d, and the norm of a form with these coefficients is
Bombieri's. Degree one is the identity.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations_with_replacement
from math import comb, factorial, prod
from typing import Any

import numpy as np
from numpy.typing import NDArray


def length(size: int, degree: int) -> int:
    """Number of monomials of the degree in `size` variables."""
    return comb(size + degree - 1, degree)


@lru_cache(maxsize=256)
def monomials(size: int, degree: int) -> tuple[tuple[int, ...], ...]:
    """Exponents of the monomials, the first variable first.

    Examples
    --------
    >>> monomials(2, 2)
    ((2, 0), (1, 1), (0, 2))
    """
    chosen = combinations_with_replacement(range(size), degree)
    return tuple(tuple(word.count(i) for i in range(size)) for word in chosen)


def multinomial(exponents: tuple[int, ...]) -> int:
    """(a_1 + ... + a_n)! / (a_1! ... a_n!)."""
    return factorial(sum(exponents)) // prod(factorial(a) for a in exponents)


def value(points: NDArray[Any], degree: int) -> NDArray[Any]:
    """Images, of shape (points, number of monomials)."""
    if degree == 1:
        return points
    exponents, weights = _table(points.shape[1], degree)
    return weights * _powers(points, degree, exponents)


def jacobian(points: NDArray[Any], degree: int) -> NDArray[Any]:
    """Jacobians, of shape (points, number of monomials, size)."""
    count, size = points.shape
    if degree == 1:
        return np.broadcast_to(np.eye(size), (count, size, size))
    exponents, weights = _table(size, degree)
    lowered = [np.maximum(exponents - unit, 0) for unit in np.eye(size, dtype=int)]
    columns = [weights * exponents[:, i] * _powers(points, degree, lowered[i]) for i in range(size)]
    return np.stack(columns, axis=2)


def second_derivative(points: NDArray[Any], degree: int, covector: NDArray[Any]) -> NDArray[Any]:
    """Second derivatives paired with a covector per point, of shape (points, size, size)."""
    count, size = points.shape
    result = np.zeros((count, size, size), dtype=np.result_type(points, covector))
    if degree == 1:
        return result
    exponents, weights = _table(size, degree)
    units = np.eye(size, dtype=int)
    for i in range(size):
        for j in range(i, size):
            factor = exponents[:, i] * (exponents[:, j] - units[i, j])
            lowered = np.maximum(exponents - units[i] - units[j], 0)
            entry = (covector * (weights * factor) * _powers(points, degree, lowered)).sum(axis=1)
            result[:, i, j] = result[:, j, i] = entry
    return result


@lru_cache(maxsize=256)
def _table(size: int, degree: int) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    exponents = monomials(size, degree)
    return np.array(exponents, dtype=np.intp), np.sqrt([float(multinomial(a)) for a in exponents])


def _powers(points: NDArray[Any], degree: int, exponents: NDArray[np.intp]) -> NDArray[Any]:
    """The monomials with the given exponents at every point."""
    table = points[:, :, None] ** np.arange(degree + 1)
    result = table[:, 0, exponents[:, 0]]
    for variable in range(1, points.shape[1]):
        result = result * table[:, variable, exponents[:, variable]]
    return result
