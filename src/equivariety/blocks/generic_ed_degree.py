"""The ED degree of determinantal varieties for a generic quadratic form, where the Frobenius norm is a special one.

It is the sum of the polar degrees (Draisma, Horobet, Ottaviani, Sturmfels, Thomas, The Euclidean distance degree of an
algebraic variety, theorem 5.4), the bidegrees of the conormal variety. For matrices of rank r the conormal variety has
the desingularization P(S x T) x P(S' x T') over Gr(r, m) x Gr(r, n), with S and T the tautological bundles and S', T'
their annihilators, so that the sum is the integral of 1 / (c(S x T) c(S' x T')). The integral is computed by
localization at the fixed points of a torus (Bott's residue formula), exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations, product
from math import comb, prod

from equivariety.errors import InputError

MOST_FIXED_POINTS = 200_000
"""Larger sums, C(m, r) * C(n, r) terms, are refused."""


def generic_ed_degree(rank: int, m: int, n: int) -> int:
    """Number of complex critical points of a generic weighted distance on the m x n matrices of rank at most r.

    Parameters
    ----------
    rank, m, n : int

    Raises
    ------
    InputError
        If the rank does not fit, or the sum has more than 200000 terms.

    Examples
    --------
    Two critical points for the Frobenius norm (Eckart and Young), but six for generic weights:

    >>> generic_ed_degree(1, 2, 2)
    6
    """
    if not 0 <= rank <= min(m, n):
        raise InputError(f"rank must be from 0 to min(m, n) = {min(m, n)}, not {rank}")
    terms = comb(m, rank) * comb(n, rank)
    if terms > MOST_FIXED_POINTS:
        raise InputError(f"the generic ED degree of {m} x {n} matrices of rank {rank} is a sum of {terms} terms, "
                         f"and at most {MOST_FIXED_POINTS} are added up")  # fmt: skip
    if rank in (0, min(m, n)):
        return 1
    top = rank * (m - rank) + rank * (n - rank)
    total = sum(
        (_local_term(I, J, m, n, top) for I in combinations(range(m), rank) for J in combinations(range(n), rank)),
        start=Fraction(0),
    )
    return int(total)


def _local_term(I: Sequence[int], J: Sequence[int], m: int, n: int, top: int) -> Fraction:
    """Contribution of one fixed point; the torus has the weights 0..m-1 and 0..n-1."""
    other_rows = [k for k in range(m) if k not in I]
    other_columns = [k for k in range(n) if k not in J]
    weights = [i + j for i, j in product(I, J)] + [-i - j for i, j in product(other_rows, other_columns)]
    tangent = [k - i for i, k in product(I, other_rows)] + [k - j for j, k in product(J, other_columns)]
    return Fraction((-1) ** top * complete_symmetric(weights, top), prod(tangent))


def complete_symmetric(weights: Sequence[int], degree: int) -> int:
    """The sum of all monomials of a degree: the coefficient of t^degree in prod_w 1 / (1 - w t)."""
    coefficients = [1] + [0] * degree
    for weight in weights:
        for k in range(1, degree + 1):
            coefficients[k] += weight * coefficients[k - 1]
    return coefficients[degree]
