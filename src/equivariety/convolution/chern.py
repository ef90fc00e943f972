"""Degrees and generic Euclidean distance degrees of Segre and Segre-Veronese varieties, exactly.

The filters of an architecture, up to scaling of the layers, form the product of projective spaces
P^{k_1 - 1} x ... x P^{k_L - 1}. For generic data the squared error has as many complex critical parameters, up to
scaling and with nonzero end-to-end filter, as that product has for its Segre embedding: the generic ED degree
(Shahverdi, arXiv 2401.16613).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import comb, factorial

from equivariety.errors import InputError

MAX_UNKNOWNS = 1000
"""Counts for more unknowns would take longer than a second and print thousands of digits."""


def generic_ed_degree(dimensions: Sequence[int], degrees: Sequence[int] | None = None) -> int:
    """Generic ED degree of a product of projective spaces embedded by O(d_1, ..., d_L).

    Formula: sum_i (-1)^i (2^{m + 1 - i} - 1) deg c_i, where m is the dimension of the product and deg c_i the degree
    of its i-th Chern class (Draisma, Horobet, Ottaviani, Sturmfels, Thomas, *The Euclidean distance degree of an
    algebraic variety*).

    Parameters
    ----------
    dimensions : sequence of int
        The dimensions n_1, ..., n_L of the projective spaces.
    degrees : sequence of int, optional
        The degrees d_1, ..., d_L of the embedding, all 1 (Segre) by default.

    Examples
    --------
    >>> generic_ed_degree([1, 1]), generic_ed_degree([2, 2]), generic_ed_degree([1, 1, 1])
    (6, 39, 34)
    >>> generic_ed_degree([1], [3])  # the twisted cubic
    7
    """
    dimension = sum(dimensions)
    classes = chern_class_degrees(dimensions, degrees)
    return sum((-1) ** i * (2 ** (dimension + 1 - i) - 1) * value for i, value in enumerate(classes))


def chern_class_degrees(dimensions: Sequence[int], degrees: Sequence[int] | None = None) -> list[int]:
    """Degrees of the Chern classes c_0, ..., c_m of a product of projective spaces in its embedding.

    deg c_i = (m - i)! times the sum over a with |a| = i of prod_l C(n_l + 1, a_l) d_l^{n_l - a_l} / (n_l - a_l)!.
    The first entry is the degree of the variety.

    Examples
    --------
    >>> chern_class_degrees([1, 2])
    [3, 8, 9, 6]
    """
    refuse_many_unknowns(sum(dimensions))
    powers = [1] * len(dimensions) if degrees is None else degrees
    series = [Fraction(1)]
    for n, d in zip(dimensions, powers, strict=True):
        factor = [Fraction(comb(n + 1, a) * d ** (n - a), factorial(n - a)) for a in range(n + 1)]
        series = _multiply(series, factor)
    dimension = sum(dimensions)
    return [int(factorial(dimension - i) * value) for i, value in enumerate(series)]


def segre_degree(dimensions: Sequence[int]) -> int:
    """Degree of the Segre variety: the multinomial coefficient (n_1 + ... + n_L)! / (n_1! ... n_L!).

    Examples
    --------
    >>> segre_degree([2, 1])
    3
    """
    return multinomial_coefficient(dimensions)


def multinomial_coefficient(parts: Sequence[int]) -> int:
    """(n_1 + ... + n_L)! / (n_1! ... n_L!).

    Raises
    ------
    InputError
        If there is more than one part and all but the largest add up to more than 1000.
    """
    refuse_many_unknowns(sum(parts) - max(parts, default=0))
    total, result = 0, 1
    for part in sorted(parts, reverse=True):
        total += part
        result *= comb(total, total - part)
    return result


def refuse_many_unknowns(number: int) -> None:
    """Raise `InputError` if counts for so many unknowns, up to scaling, would take too long."""
    if number > MAX_UNKNOWNS:
        raise InputError(f"counts are computed for at most {MAX_UNKNOWNS} unknowns up to scaling, not {number}")


def _multiply(left: Sequence[Fraction], right: Sequence[Fraction]) -> list[Fraction]:
    result = [Fraction(0)] * (len(left) + len(right) - 1)
    for i, a in enumerate(left):
        for j, b in enumerate(right):
            result[i + j] += a * b
    return result
