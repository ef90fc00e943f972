"""An abelian normal subgroup that some generators bring along, such as the shifts among the symmetries of a torus.

The subgroup is the normal closure of as many generators as possible that stays abelian. Every other generator h then
carries its generators to products of them, ``T_h^-1 T_j T_h = prod_i T_i^C[j, i]``, with integer matrices C.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from equivariety.actions.operations import orbit_labels
from equivariety.array_types import IntArray
from equivariety.isotypic.signed_lattices import SignedLattice, Signs, signed_lattices

# Generators of the subgroup, conjugates included; a group that needs more is split in another way.
_MOST_GENERATORS = 64


class Signed(NamedTuple):
    """One signed permutation ``(T x)_i = signs[i] x_images[i]``."""

    images: IntArray
    signs: Signs

    def then(self, other: Signed) -> Signed:
        """The matrix product T_self T_other."""
        return Signed(other.images[self.images], self.signs * other.signs[self.images])

    def inverse(self) -> Signed:
        """T^-1."""
        images, signs = np.empty_like(self.images), np.empty_like(self.signs)
        images[self.images] = np.arange(self.images.size)
        signs[self.images] = self.signs
        return Signed(images, signs)

    def equals(self, other: Signed) -> bool:
        return np.array_equal(self.images, other.images) and np.array_equal(self.signs, other.signs)

    def commutes_with(self, other: Signed) -> bool:
        return self.then(other).equals(other.then(self))

    @property
    def is_identity(self) -> bool:
        return bool((self.signs > 0).all() and (self.images == np.arange(self.images.size)).all())


@dataclass(frozen=True, eq=False)
class AbelianNormalSubgroup:
    """Commuting generators, their orbits, and how the other generators carry them into each other."""

    generators: tuple[Signed, ...]
    lattices: tuple[SignedLattice, ...]
    gauge: Signs
    """The sign that every coordinate is multiplied by before lattices describe it."""
    others: tuple[Signed, ...]
    conjugations: tuple[IntArray, ...]
    """C for each of the others, shape (generators, generators)."""
    roles: tuple[tuple[str, int], ...]
    """For each given generator "identity", or its number in the subgroup ("inside") or among the others ("other")."""


def abelian_normal_subgroup(images: IntArray, signs: Signs) -> AbelianNormalSubgroup | None:
    """The subgroup that the generators show, taken in their order; None if no generator lies in one.

    Examples
    --------
    >>> import equivariety as ev
    >>> images = ev.actions.dihedral(6).images
    >>> found = abelian_normal_subgroup(images, np.ones(images.shape, dtype=np.int8))
    >>> len(found.generators), found.conjugations[0].tolist()
    (1, [[-1]])
    """
    every = _distinct([Signed(*pair) for pair in zip(images, signs, strict=True)])
    if len(every) > _MOST_GENERATORS:
        return None
    chosen: list[Signed] = []
    for generator in every:
        if not generator.is_identity:
            chosen = _abelian_closure(chosen, generator, every) or chosen
    if not chosen:
        return None
    lattices, gauge = _lattices(chosen)
    others = [g for g in every if not g.is_identity and not any(g.equals(a) for a in chosen)]
    conjugations = []
    for other in others:
        rows = [_exponents(_conjugate(a, other), chosen, lattices, gauge) for a in chosen]
        if any(row is None for row in rows):
            return None
        conjugations.append(np.array(rows, dtype=np.intp))
    roles = tuple(_role(Signed(*pair), chosen, others) for pair in zip(images, signs, strict=True))
    return AbelianNormalSubgroup(tuple(chosen), tuple(lattices), gauge, tuple(others), tuple(conjugations), roles)


def _role(generator: Signed, chosen: Sequence[Signed], others: Sequence[Signed]) -> tuple[str, int]:
    for role, known in (("inside", chosen), ("other", others)):
        for number, each in enumerate(known):
            if generator.equals(each):
                return role, number
    return "identity", 0


def _distinct(generators: Sequence[Signed]) -> list[Signed]:
    return list({g.images.tobytes() + g.signs.tobytes(): g for g in generators}.values())


def _conjugate(element: Signed, by: Signed) -> Signed:
    """T_by^-1 T_element T_by."""
    return by.inverse().then(element).then(by)


def _abelian_closure(start: list[Signed], new: Signed, every: Sequence[Signed]) -> list[Signed] | None:
    """The generators ``start``, closed under conjugation, with a new one and its conjugates; None if not abelian."""
    if not all(new.commutes_with(element) for element in start):
        return None
    if start and (_is_known(new, start) or _is_generated(new, start)):
        return start
    found = [*start, new]
    for element in (element for element in found if all(element is not old for old in start)):
        for by in every:
            image = _conjugate(element, by)
            if _is_known(image, found):
                continue
            if len(found) == _MOST_GENERATORS or not all(image.commutes_with(element) for element in found):
                return None
            if not _is_generated(image, found):
                found.append(_preferred(image, every))  # the loop above comes to it, too
    return found


def _is_known(element: Signed, generators: Sequence[Signed]) -> bool:
    inverse = element.inverse()
    return any(element.equals(each) or inverse.equals(each) for each in generators)


def _is_generated(element: Signed, generators: Sequence[Signed]) -> bool:
    """Whether an element that commutes with the generators is found to be a product of them."""
    labels = orbit_labels(np.stack([generator.images for generator in generators]))
    stays = np.array_equal(labels[element.images], labels)
    return stays and _exponents(element, generators, *_lattices(generators)) is not None


def _preferred(element: Signed, every: Sequence[Signed]) -> Signed:
    """The inverse, if that is a given generator: frequencies are better told by generators that users know."""
    inverse = element.inverse()
    return next((generator for generator in every if generator.equals(inverse)), element)


def _lattices(generators: Sequence[Signed]) -> tuple[list[SignedLattice], Signs]:
    images, signs = (np.stack(rows) for rows in zip(*generators, strict=True))
    bases = np.unique(orbit_labels(images), return_index=True)[1]
    return signed_lattices(images, signs, bases)


def _exponents(
    element: Signed, generators: Sequence[Signed], lattices: Sequence[SignedLattice], gauge: Signs
) -> tuple[int, ...] | None:
    """Exponents of an element that commutes with the generators as a product of them; None if none are found."""
    inverse = element.inverse()
    for number, generator in enumerate(generators):
        for other, exponent in ((element, 1), (inverse, -1)):
            if other.equals(generator):
                return tuple(exponent * (place == number) for place in range(len(generators)))
    candidates = (exponents for kind in lattices for exponents in _candidates(element, kind))
    return next((found for found in candidates if _is_product(element, found, lattices, gauge)), None)


def _candidates(element: Signed, kind: SignedLattice) -> Iterator[tuple[int, ...]]:
    """Candidates for the image of one base point, exponents around zero first; none if it leaves the orbit."""
    points = kind.lattice.points[0]
    place = np.flatnonzero(points == element.images[points[0]])
    if place.size:
        exponents = box_exponents(place, kind.lattice.sides)[0].tolist()
        yield _around_zero(exponents, kind)
        yield tuple(exponents)


def _around_zero(exponents: Sequence[int], kind: SignedLattice) -> tuple[int, ...]:
    folded = list(exponents)
    for i in reversed(range(len(folded))):
        if 2 * folded[i] > kind.lattice.sides[i]:
            for j, entry in enumerate(kind.lattice.relations[i]):
                folded[j] -= entry
    return tuple(folded)


def _is_product(element: Signed, exponents: Sequence[int], lattices: Sequence[SignedLattice], gauge: Signs) -> bool:
    """Whether the element is that product: as it commutes with the generators, the base points decide."""
    for kind in lattices:
        place, sign = _reduced(exponents, kind)
        bases, reached = kind.lattice.points[:, 0], kind.lattice.points[:, place]
        if (element.images[bases] != reached).any() or (element.signs[bases] * gauge[reached] != sign).any():
            return False
    return True


def _reduced(exponents: Sequence[int], kind: SignedLattice) -> tuple[int, int]:
    """The place in the box of exponents that the relations lead to, and the sign on the way."""
    left, sign = list(exponents), 1
    for i in reversed(range(len(left))):
        times = left[i] // kind.lattice.sides[i]
        for j, entry in enumerate(kind.lattice.relations[i]):
            left[j] -= times * entry
        sign *= kind.signs[i] if times % 2 else 1
    place = 0
    for exponent, side in zip(left, kind.lattice.sides, strict=True):
        place = place * side + exponent
    return place, sign


def box_exponents(places: IntArray, sides: Sequence[int]) -> IntArray:
    """Exponents (places, generators) of places in C order; unlike in NumPy there may be more than 64 axes."""
    exponents = np.empty((places.size, len(sides)), dtype=np.intp)
    for axis in reversed(range(len(sides))):
        places, exponents[:, axis] = np.divmod(places, sides[axis])
    return exponents
