"""Commuting permutations with signs: coordinates on each orbit in which only its relations carry signs.

With ``y_a = t_a x_p`` at the point p = g^a of the base, t the product of the signs along the exponents a, every
generator moves exponents without a sign, except where it leaves the box of exponents: g_i^side_i is, up to the sign
eps_i, a product of powers of the generators before it. An orbit whose eps are all +1 is an ordinary one.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import lcm, prod

import numpy as np
from numpy.typing import NDArray

from equivariety.array_types import IntArray
from equivariety.isotypic.lattices import LatticeType, lattice_types

Signs = NDArray[np.int8]


@dataclass(frozen=True)
class SignedLattice:
    """Orbits on which commuting signed generators satisfy the same relations, signs included."""

    lattice: LatticeType
    signs: tuple[int, ...]
    """eps_i for each generator."""

    @property
    def twisted(self) -> bool:
        """Whether some relation reverses the signs."""
        return -1 in self.signs

    def shift(self) -> tuple[IntArray, int]:
        """One frequency vector f with exp(2 pi i f . relation_i) = eps_i, as numerators and common denominator.

        All others differ from it by the frequencies of the unsigned orbit.

        Examples
        --------
        >>> SignedLattice(LatticeType((3,), ((3,),), np.array([[0, 1, 2]])), (-1,)).shift()
        (array([1]), 6)
        """
        found: list[Fraction] = []
        for relation, sign in zip(self.lattice.relations, self.signs, strict=True):
            before = sum((entry * f for entry, f in zip(relation[:-1], found, strict=True)), Fraction(0))
            found.append((Fraction(int(sign < 0), 2) - before) / relation[-1])
        common = lcm(*(f.denominator for f in found))
        numerators = [f.numerator * (common // f.denominator) % common for f in found]
        return np.array(numerators, dtype=np.intp), common


def commute_with_signs(images: IntArray, signs: Signs) -> bool:
    """Whether all signed generators commute; their permutations alone may, though they do not."""
    return all(
        np.array_equal(images[i][images[j]], images[j][images[i]])
        and np.array_equal(signs[j] * signs[i][images[j]], signs[i] * signs[j][images[i]])
        for i in range(len(images))
        for j in range(i)
    )


def signed_lattices(images: IntArray, signs: Signs, bases: IntArray) -> tuple[list[SignedLattice], Signs]:
    """Types of orbits, and for every point the sign t that its coordinate is multiplied by."""
    gauge = np.ones(images.shape[1], dtype=np.int8)
    found = []
    for lattice in lattice_types(images, bases):
        along, closing = _gauge(lattice, signs)
        gauge[lattice.points] = along
        for eps in np.unique(closing, axis=0)[::-1]:
            rows = np.flatnonzero((closing == eps).all(axis=1))
            kind = LatticeType(lattice.sides, lattice.relations, lattice.points[rows])
            found.append(SignedLattice(kind, tuple(eps.tolist())))
    return found, gauge


def _gauge(lattice: LatticeType, signs: Signs) -> tuple[Signs, Signs]:
    """t on the points (orbits, size), and eps (orbits, generators)."""
    orbits = len(lattice.points)
    along = np.ones((orbits, 1), dtype=np.int8)
    closing = []
    for i, side in enumerate(lattice.sides):
        reached = prod(lattice.sides[:i])
        block = lattice.points.reshape(orbits, reached * side, -1)[:, :, 0].reshape(orbits, reached, side)
        steps = np.cumprod(signs[i][block], axis=2, dtype=np.int8)
        place = _place([-entry for entry in lattice.relations[i][:-1]], lattice.sides)
        closing.append(along[:, 0] * steps[:, 0, -1] * along[:, place])
        inside = np.concatenate([np.ones((orbits, reached, 1), dtype=np.int8), steps[:, :, :-1]], axis=2)
        along = (along[:, :, None] * inside).reshape(orbits, -1)
    return along, np.stack(closing, axis=1)


def _place(exponents: list[int], sides: tuple[int, ...]) -> int:
    place = 0
    for exponent, side in zip(exponents, sides, strict=False):
        place = place * side + exponent
    return place
