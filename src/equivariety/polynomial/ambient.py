"""Dimension of the space of all equivariant polynomial maps of one degree between two layers.

By Molien's formula it is the mean over the group of h_D(g) tr(g on the outputs), where h_D(g), the trace of g on the
forms of degree D, is the coefficient of t^D in 1 / det(1 - t g), the product of 1 / (1 - sign t^length) over the
signed cycles of g. Where the group is too large to be listed, the orbits on pairs (output, monomial) are counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations_with_replacement, pairwise
from math import comb

import numpy as np

from equivariety.array_types import IntArray
from equivariety.polynomial.group_elements import closure, cycle_counts, signed_cover, traces
from equivariety.polynomial.signed_orbits import signed_orbits
from equivariety.polynomial.spaces import Space

FEW_PAIRS = 50_000
"""Pairs (output, monomial) that are counted rather than to list the group."""
MOST_PAIRS = 2_000_000
"""Largest number of factors of monomials, for all outputs and generators, that are followed."""
LARGEST_DEGREE = 100_000
"""Largest degree to which the series of Molien's formula is expanded."""


@dataclass(frozen=True, eq=False)
class AmbientSpaces:
    """The spaces of equivariant polynomial maps between the layers of a network."""

    sources: tuple[Space, ...]
    """Each layer as the following weights see it: without signs if its power is even."""
    targets: tuple[Space, ...]
    """Each layer as the weights before see it."""

    def dimension(self, first: int, last: int, degree: int) -> int | None:
        """Dimension of the equivariant forms of the degree from one layer to another; None if it is too hard to count.

        The group is the one that the generators of all layers generate together.
        """
        source, target = self.sources[first], self.targets[last]
        monomials = comb(source.degree + degree - 1, degree)
        if source.is_trivial and target.is_trivial:
            return target.degree * monomials
        work = monomials * target.degree * len(source.images) * degree
        if work <= FEW_PAIRS:
            return count_pairs(source, target, degree)
        if self._elements is not None and degree <= LARGEST_DEGREE:
            return self._mean(first, last, degree)
        return count_pairs(source, target, degree) if work <= MOST_PAIRS else None

    @cached_property
    def _elements(self) -> tuple[IntArray, ...] | None:
        """The group on the signed points of every layer; None if it is too large."""
        covers = [signed_cover(space.images, space.signs) for space in self.targets]
        starts = np.cumsum([0, *(cover.shape[1] for cover in covers)])
        joint = np.concatenate([cover + start for cover, start in zip(covers, starts, strict=False)], axis=1)
        found = closure(joint)
        if found is None:
            return None
        return tuple(found[:, a:b] - a for a, b in pairwise(starts))

    def _mean(self, first: int, last: int, degree: int) -> int:
        elements = self._elements
        assert elements is not None
        counts, kinds = np.unique(self._cycles(elements[first], self.sources[first]), axis=0, return_inverse=True)
        totals = np.bincount(kinds.ravel(), weights=traces(elements[last]), minlength=len(counts))
        total = sum(int(weight) * symmetric_trace(row.tolist(), degree)
                    for row, weight in zip(counts, totals, strict=True) if weight)  # fmt: skip
        return total // len(elements[first])

    def _cycles(self, cover: IntArray, source: Space) -> IntArray:
        n = source.degree
        if (source.signs > 0).all():
            images = cover[:, :n] % n
            cover = np.concatenate([images, images + n], axis=1)
        return cycle_counts(cover)


def symmetric_trace(counts: Sequence[int], degree: int) -> int:
    """Trace on the forms of a degree of an element with so many signed cycles, listed as :func:`cycle_counts` does.

    Examples
    --------
    The swap of two coordinates fixes one monomial of degree 2, x y, and exchanges x^2 and y^2:

    >>> symmetric_trace([0, 1, 0, 0], 2)
    1
    """
    from flint import fmpz_poly

    n = len(counts) // 2
    series = fmpz_poly([1])
    for place, number in enumerate(counts):
        if number:
            length, sign = place % n + 1, 1 if place < n else -1
            factor = [0] * (degree + 1)
            for k in range(degree // length + 1):
                factor[k * length] = sign**k * comb(number + k - 1, k)
            series = fmpz_poly((series * fmpz_poly(factor)).coeffs()[: degree + 1])
    return int(series[degree])


def count_pairs(source: Space, target: Space, degree: int) -> int:
    """Count the dimension as the orbits on pairs (output, monomial) whose function does not vanish."""
    n = source.degree
    monomials = np.array(list(combinations_with_replacement(range(n), degree)), dtype=np.intp)
    places = {row.tobytes(): place for place, row in enumerate(monomials)}
    images = np.stack([
        np.array([places[row.tobytes()] for row in np.sort(image[monomials], axis=1)]) for image in source.images
    ])  # fmt: skip
    signs = np.prod(source.signs[:, monomials], axis=2, dtype=np.int8)
    pairs = target.images[:, :, None] * len(monomials) + images[:, None, :]
    both = target.signs[:, :, None] * signs[:, None, :]
    return signed_orbits(pairs.reshape(len(pairs), -1), both.reshape(len(both), -1)).count
