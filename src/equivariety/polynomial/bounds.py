"""Upper bounds of dimensions from the integers of an architecture alone.

Cutting a network at a hidden layer writes it as outer o power o inner. The torus that scales the hidden coordinates
acts on both parts without changing the whole, so

    dim(0..L) <= dim(0..l) + dim(l..L) - (orbits of hidden coordinates at the cut),

recursively, with the number of parameters less the scalings and the dimension of the ambient space for every segment,
and for one hidden layer with one output the exact numbers of Alexander and Hirschowitz.

One output after squares, v_1 q_1^2 + ... + v_h q_h^2, depends on the quadratic form only, which the group of matrices
preserving it does not change. Where the forms q_i are linearly independent that group moves them freely, and

    dim(0..L) <= dim(0..L-1) - h (h - 1) / 2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import comb, prod


@dataclass(frozen=True)
class Segments:
    """The integers of an architecture."""

    weights: tuple[int, ...]
    """Parameters of each layer of weights."""
    scalings: tuple[int, ...]
    """Scalings of each hidden layer."""
    powers: tuple[int, ...]
    """Power of each hidden layer."""
    ambient: Callable[[int, int, int], int | None]
    """Dimension of the forms from one layer to another, of a degree; None where it is not known."""
    widths: tuple[int, ...] | None
    """The widths, if no group acts."""
    independent: Callable[[int], bool]
    """Whether the forms of a layer are known to be linearly independent for generic weights."""

    def degree(self, first: int, last: int) -> int:
        """Degree of the polynomials from one layer to another."""
        return prod(self.powers[first : last - 1])

    def expected(self, first: int, last: int) -> int:
        """Parameters less scalings, at most the dimension of the ambient space."""
        free = sum(self.weights[first:last]) - sum(self.scalings[first : last - 1])
        if last == first + 1:
            return free
        ambient = self.ambient(first, last, self.degree(first, last))
        return free if ambient is None else min(free, ambient)


def cut_bound(segments: Segments) -> int:
    """The recursive bound for the whole network."""
    widths = segments.widths

    @cache
    def bound(first: int, last: int) -> int:
        best = segments.expected(first, last)
        if widths is not None and last == first + 2 and widths[last] == 1:
            best = min(best, waring_dimension(widths[first], widths[first + 1], segments.powers[first]))
        if _sum_of_squares(segments, first, last):
            hidden = segments.scalings[last - 2]
            best = min(best, bound(first, last - 1) - hidden * (hidden - 1) // 2)
        for cut in range(first + 1, last):
            best = min(best, bound(first, cut) + bound(cut, last) - segments.scalings[cut - 1])
        return best

    return bound(0, len(segments.weights))


def _sum_of_squares(segments: Segments, first: int, last: int) -> bool:
    """Whether the segment is a quadratic form of independent forms."""
    if last < first + 2 or segments.widths is None:
        return False
    return segments.widths[last] == 1 and segments.powers[last - 2] == 2 and segments.independent(last - 1)


def waring_dimension(variables: int, summands: int, power: int) -> int:
    """Dimension of the sums of so many powers of linear forms (Alexander and Hirschowitz).

    Parameters
    ----------
    variables, summands, power : int

    Examples
    --------
    Cubics in five variables are not all sums of seven cubes, although 7 * 5 = 35 is their dimension:

    >>> waring_dimension(5, 7, 3)
    34
    """
    if power == 2:
        rank = min(summands, variables)
        return rank * variables - rank * (rank - 1) // 2
    exceptional = (power, variables, summands) in _EXCEPTIONS
    return min(summands * variables, comb(variables + power - 1, power)) - exceptional


_EXCEPTIONS = {(3, 5, 7), (4, 3, 5), (4, 4, 9), (4, 5, 14)}
