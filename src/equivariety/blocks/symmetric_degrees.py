"""Degrees and ED degrees of symmetric matrices over R, C and H (C and H: Hermitian ones) of bounded rank.

Their complexifications are the symmetric n x n matrices of rank at most r, *all* n x n matrices of rank at most r, and
the skew-symmetric 2n x 2n matrices of rank at most 2r.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations, combinations_with_replacement
from math import comb, prod

from equivariety.blocks.generic_ed_degree import MOST_FIXED_POINTS, complete_symmetric, generic_ed_degree
from equivariety.errors import InputError


def symmetric_degree(rank: int, size: int) -> int:
    """Degree of the symmetric matrices of rank at most r (Harris and Tu, On symmetric and skew-symmetric varieties).

    Examples
    --------
    The Veronese surface:

    >>> symmetric_degree(1, 3)
    4
    """
    top = prod(comb(size + a, size - rank - a) for a in range(size - rank))
    return top // prod(comb(2 * a + 1, a) for a in range(size - rank))


def skew_degree(rank: int, size: int) -> int:
    """Degree of the skew-symmetric matrices of even size and of even rank at most r (Harris and Tu).

    Examples
    --------
    The Grassmannian of lines in four-space, and the Pfaffian:

    >>> skew_degree(2, 4), skew_degree(4, 6)
    (2, 3)
    """
    steps = size - rank - 1
    if steps < 0:
        return 1
    top = prod(comb(size + a, steps - a) for a in range(steps))
    return top // (2**steps * prod(comb(2 * a + 1, a) for a in range(steps)))


def generic_symmetric_ed_degree(rank: int, size: int, field: str) -> int:
    """Number of complex critical points of a generic weighted distance on symmetric matrices of rank at most r.

    The sum of the polar degrees: the integral of 1 / (c(Sym^2 S) c(Sym^2 Q*)) over the Grassmannian with its
    tautological bundles S and Q, over H with exterior squares, by localization at the fixed points of a torus.

    Parameters
    ----------
    rank, size : int
    field : {"R", "C", "H"}

    Raises
    ------
    InputError
        If the sum has more than 200000 terms.

    Examples
    --------
    >>> generic_symmetric_ed_degree(1, 3, "R"), generic_symmetric_ed_degree(1, 2, "C")
    (13, 6)
    """
    if field == "C":
        return generic_ed_degree(rank, size, size)
    if rank in (0, size):
        return 1
    width = 1 if field == "R" else 2
    rank, size = width * rank, width * size
    terms = comb(size, rank)
    if terms > MOST_FIXED_POINTS:
        raise InputError(f"the generic ED degree is a sum of {terms} terms, "
                         f"and at most {MOST_FIXED_POINTS} are added up")  # fmt: skip
    pairs = combinations_with_replacement if field == "R" else combinations
    total = Fraction(0)
    for chosen in combinations(range(size), rank):
        others = [k for k in range(size) if k not in chosen]
        weights = [a + b for a, b in pairs(chosen, 2)] + [-a - b for a, b in pairs(others, 2)]
        total += _local_term(weights, chosen, others)
    return int(total)


def _local_term(weights: Sequence[int], chosen: Sequence[int], others: Sequence[int]) -> Fraction:
    """Contribution of one fixed point; the torus has the weights 0, 1, 2, ..."""
    top = len(chosen) * len(others)
    return Fraction((-1) ** top * complete_symmetric(weights, top), prod(k - i for i in chosen for k in others))
