"""Where a matrix stands: its block ranks, the components through it, and whether it is a singular point.

Singular loci are unions of products of rank-bounded matrices, of the same kind as the components they lie on.

All statements are about the real points: of the variety of real matrices. Over C the singular locus of C- and H-blocks
is larger; its real points are the ones described here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equivariety.errors import InputError
from equivariety.ranks.strata import components_through, is_singular, singular_tuples, singular_tuples_of_component
from equivariety.tolerances import membership_cutoff
from equivariety.varieties.bounded import RankBounded
from equivariety.varieties.component import Component
from equivariety.varieties.maps import EquivariantMaps
from equivariety.varieties.scale import unit_scale

MOST_COMPONENTS = 4000
"""Families with more components do not list their singular locus, whose size grows with the square of that number."""


@dataclass(frozen=True)
class SingularLocus:
    """The singular points of a component or of a whole family: a union of :class:`Component` products.

    Iterate over it for the members, none of which contains another. It is empty, and false, for a linear space.

    Examples
    --------
    >>> import equivariety as ev
    >>> component = ev.EquivariantMaps(ev.actions.image_rotation(3)).bounded(3).component((1, 0, 1))
    >>> locus = component.singular_locus()
    >>> [member.ranks for member in locus], locus.dimension, locus.codimension
    ([(1, 0, 0), (0, 0, 1)], 5, 3)
    >>> locus.members == tuple(locus), locus.contains(np.zeros((9, 9)))
    (True, True)
    """

    variety: Component | RankBounded

    @cached_property
    def members(self) -> tuple[Component, ...]:
        """The irreducible pieces of the singular locus.

        Raises
        ------
        InputError
            For a family of more than 4000 components; whether a matrix is a singular point can still be asked.
        """
        maps, slots = self.variety.maps, self.variety.maps.slots
        if isinstance(self.variety, Component):
            found = singular_tuples_of_component(slots, self.variety.ranks)
        else:
            count = self.variety.count_components()
            if count > MOST_COMPONENTS:
                raise InputError(f"the family has {count} components, and its singular locus is listed for at most "
                                 f"{MOST_COMPONENTS}; `contains` works for any size")  # fmt: skip
            found = singular_tuples(slots, self.variety.rank)
        return tuple(Component(maps, ranks) for ranks in found)

    @property
    def dimension(self) -> int | None:
        """Largest real dimension of a member; None if there is no singular point."""
        return max((member.dimension for member in self.members), default=None)

    @property
    def codimension(self) -> int | None:
        """Codimension in the component or the family (its largest component); None if there is no singular point."""
        if self.dimension is None:
            return None
        if isinstance(self.variety, Component):
            return self.variety.dimension - self.dimension
        return max(component.dimension for component in self.variety.components()) - self.dimension

    def contains(self, M: ArrayLike, tolerance: float | None = None) -> bool:
        """Whether M is a singular point, up to a distance; False for matrices off the variety.

        For a family this counts the components through M and lists none of them, so that it works for any size.
        """
        M = self.variety.maps.as_matrix(M)
        if not self.variety.contains(M, tolerance):
            return False
        ranks, slots = block_ranks(self.variety.maps, M, tolerance), self.variety.maps.slots
        if isinstance(self.variety, Component):
            return any(
                rank < top < slot.capacity for rank, top, slot in zip(ranks, self.variety.ranks, slots, strict=True)
            )
        return is_singular(slots, self.variety.rank, ranks)

    def __iter__(self) -> Iterator[Component]:
        return iter(self.members)

    def __len__(self) -> int:
        return len(self.members)


def is_smooth(variety: Component | RankBounded, M: ArrayLike, tolerance: float | None = None) -> bool:
    """Whether M, a point of the variety, is a smooth one.

    Raises
    ------
    InputError
        If M does not lie on the variety; the message gives the distance.

    Examples
    --------
    >>> import equivariety as ev
    >>> family = ev.EquivariantMaps(ev.actions.cyclic(3)).bounded(2)
    >>> is_smooth(family, [[1, 1, 1]] * 3), is_smooth(family, [[0, 0, 0]] * 3)
    (True, False)
    """
    M = validated_member(variety, M, tolerance)
    return not SingularLocus(variety).contains(M, tolerance)


def block_ranks(maps: EquivariantMaps, M: ArrayLike, tolerance: float | None = None) -> tuple[int, ...]:
    """Ranks of the blocks of M: of each block the least rank at a distance within the tolerance.

    Parameters
    ----------
    M : array_like of shape (codomain degree, domain degree)
    tolerance : float, optional
        By default max(m, n) sqrt(epsilon) / 100 times the norm of M.

    Examples
    --------
    >>> import equivariety as ev
    >>> block_ranks(ev.EquivariantMaps(ev.actions.cyclic(3)), [[1, 1, 1]] * 3)
    (1, 0)
    """
    M = maps.as_matrix(M)
    error = maps.problem_to(M).error
    allowed = _allowed(M, error.scale, tolerance)
    ranks = np.zeros(maps.largest_ranks.size, dtype=np.intp)
    for members, spectrum in zip(error.members, error.spectra, strict=True):
        tails = np.sqrt(np.cumsum(spectrum.gains[:, ::-1], axis=1)[:, ::-1])
        ranks[members] = (tails > allowed).sum(axis=1)
    return tuple(ranks.tolist())


def _allowed(M: NDArray[np.float64], scale: float, tolerance: float | None) -> float:
    """The distance that counts as zero, as a multiple of the scale."""
    if tolerance is not None:
        return tolerance / scale
    return membership_cutoff(float(np.linalg.norm(M / scale)), max(M.shape))


def components_containing(family: RankBounded, M: ArrayLike, tolerance: float | None = None) -> Iterator[Component]:
    """The components of the family that M lies on, lazily, whatever the number of components.

    Raises
    ------
    InputError
        If M does not lie on the family; the message gives the distance.

    Examples
    --------
    >>> import equivariety as ev
    >>> family = ev.EquivariantMaps(ev.actions.cyclic(3)).bounded(2)
    >>> [component.ranks for component in components_containing(family, [[0, 0, 0]] * 3)]
    [(1, 0), (0, 1)]
    """
    M = validated_member(family, M, tolerance)
    ranks = block_ranks(family.maps, M, tolerance)
    for through in components_through(family.maps.slots, family.rank, ranks):
        yield Component(family.maps, through)


def validated_member(
    variety: Component | RankBounded, M: ArrayLike, tolerance: float | None = None
) -> NDArray[np.float64]:
    """M as an array, after checking that it lies on the variety."""
    M = variety.maps.as_matrix(M)
    scale = unit_scale(M)
    allowed, distance = _allowed(M, scale, tolerance), variety.nearest(M).distance
    if distance / scale > allowed:
        raise InputError(f"M must lie on the variety, not at the distance {distance:.3g} from it "
                         f"(tolerance {allowed * scale:.3g})")  # fmt: skip
    return M
