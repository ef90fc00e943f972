"""Critical points of polynomial convolutional networks for white data: inputs from N(0, I), a generic target.

Fewer than for generic data, as soon as filters stop overlapping. Two layers whose patches do not overlap are a
problem of singular vectors: every patch has inputs of its own, so the norm is a product of Bombieri norms, and the
count is that of singular tuples of a partially symmetric tensor (Friedland and Ottaviani, *The number of singular
vector tuples and uniqueness of best rank-one approximation of tensors*). Otherwise points are counted by tracking.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import prod

import numpy as np

from equivariety.array_types import FloatArray
from equivariety.convolution.expansion import Expansion, Exponents
from equivariety.convolution.segre import SegreVeronese
from equivariety.tracking import SquaredErrors, StartSystem, solve

WHITE_SEED = 20261124


def singular_tuples(sizes: Sequence[int], degrees: Sequence[int]) -> int:
    """Number of singular tuples of a generic tensor that is symmetric of degree d_l in vectors of size k_l.

    The coefficient of prod_l h_l^{k_l - 1} in prod_l (t_l^{k_l} - h_l^{k_l}) / (t_l - h_l), with
    t_l = sum_m d_m h_m - h_l.

    Examples
    --------
    >>> singular_tuples([3, 3], [1, 1]), singular_tuples([2, 2, 2], [1, 1, 1])  # matrices, 2 x 2 x 2 tensors
    (3, 6)
    >>> singular_tuples([3], [2])  # eigenvectors of a symmetric matrix
    3
    """
    top = tuple(size - 1 for size in sizes)
    result = {(0,) * len(sizes): 1}
    for index, size in enumerate(sizes):
        form = [degree - (other == index) for other, degree in enumerate(degrees)]
        factor = _sum_of_products(form, index, size, top)
        result = _multiply(result, factor, top)
    return result.get(top, 0)


def tracked_white_count(start: StartSystem, lift: SegreVeronese, expansion: Expansion) -> int:
    """Number of regular finite end points for the moments of N(0, I) and a generic complex target.

    Raises
    ------
    ArithmeticError
        If paths were lost on the way.
    """
    projection = expansion.projection(lift)
    random = np.random.default_rng(WHITE_SEED)
    target = projection.T @ (random.standard_normal((len(projection), 2)) @ np.array([1, 1j]))
    quadratic = projection.T @ gaussian_moments(expansion.monomials) @ projection
    quadratic /= np.trace(quadratic) / len(quadratic)
    target /= np.linalg.norm(target)
    [ends] = solve(start, [SquaredErrors(quadratic[None], target[None])])
    if ends.failed:
        raise ArithmeticError(f"{ends.failed} of {start.expected} paths were lost: the white count is not known")
    return len(ends.points)


def gaussian_moments(monomials: Sequence[Exponents]) -> FloatArray:
    """Expected products of the monomials for independent standard normal variables.

    Examples
    --------
    >>> gaussian_moments([(2, 0), (1, 1), (0, 2)]).tolist()
    [[3.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 3.0]]
    """
    size = len(monomials)
    moments = np.zeros((size, size))
    for i, j in product(range(size), repeat=2):
        moments[i, j] = prod(_normal_moment(a + b) for a, b in zip(monomials[i], monomials[j], strict=True))
    return moments


def _normal_moment(order: int) -> int:
    """E x^order: the product of the odd numbers below it, or zero."""
    return prod(range(order - 1, 0, -2)) if order % 2 == 0 else 0


def _sum_of_products(form: Sequence[int], index: int, size: int, top: Exponents) -> dict[Exponents, int]:
    """(t^size - h^size) / (t - h) = sum_i t^i h^{size - 1 - i} for the linear form t and h = h_index."""
    unit = [tuple(int(i == j) for j in range(len(form))) for i in range(len(form))]
    linear = {unit[i]: c for i, c in enumerate(form) if c}
    total: dict[Exponents, int] = {}
    power = {(0,) * len(form): 1}
    for exponent in range(size):
        shift = tuple((size - 1 - exponent) * int(i == index) for i in range(len(form)))
        for key, value in _multiply(power, {shift: 1}, top).items():
            total[key] = total.get(key, 0) + value
        power = _multiply(power, linear, top)
    return total


def _multiply(left: dict[Exponents, int], right: dict[Exponents, int], top: Exponents) -> dict[Exponents, int]:
    """The product, without exponents above `top`."""
    result: dict[Exponents, int] = {}
    for (a, x), (b, y) in product(left.items(), right.items()):
        key = tuple(i + j for i, j in zip(a, b, strict=True))
        if all(i <= t for i, t in zip(key, top, strict=True)):
            result[key] = result.get(key, 0) + x * y
    return result
