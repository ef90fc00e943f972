"""Orbits of a group as unions of orbits of its abelian normal subgroup, sorted into types."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from equivariety.actions.operations import orbit_labels
from equivariety.array_types import IntArray
from equivariety.isotypic.dual_points import Dual
from equivariety.isotypic.induced_split import SubgroupOrbits
from equivariety.isotypic.normal_subgroups import AbelianNormalSubgroup


@dataclass(frozen=True, eq=False)
class UnionType:
    """Orbits of the group that act alike in one order of their points."""

    orbits: IntArray
    """The orbits of the subgroup in the first of them, in the order of the parts."""
    kinds: IntArray
    """Their kinds, ascending."""
    points: IntArray
    """Shape (orbits of the group, size)."""

    def parts(self, dual: Dual) -> tuple[SubgroupOrbits, ...]:
        """The transforms of the orbits of the subgroup, kind by kind."""
        return tuple(_part(dual, int(kind), int((self.kinds == kind).sum())) for kind in np.unique(self.kinds))


def _part(dual: Dual, kind: int, count: int) -> SubgroupOrbits:
    spectrum = dual.spectra[kind]
    real = dual.frequencies.real[dual.frequencies.members[kind]]
    rows = np.flatnonzero(real), np.flatnonzero(~real)
    return SubgroupOrbits(count, spectrum.points.shape[1], spectrum.split(rows, (1, 2)), (rows[0].size, rows[1].size))


def union_types(subgroup: AbelianNormalSubgroup, dual: Dual) -> list[UnionType]:
    """The types by their smallest point; their orbits in the order of their smallest points."""
    labels = orbit_labels(dual.orbit_images)
    order = np.argsort(labels, kind="stable")  # orbits of the subgroup are numbered kind by kind
    found: dict[tuple[bytes, ...], list[tuple[IntArray, IntArray]]] = {}
    place = np.empty(subgroup.gauge.size, dtype=np.intp)
    for orbits in np.split(order, np.cumsum(np.bincount(labels))[:-1]):
        points = np.concatenate([dual.spectra[dual.kind_of_orbit[o]].points[dual.row_of_orbit[o]] for o in orbits])
        place[points] = np.arange(points.size)
        found.setdefault(_key(subgroup, dual, orbits, points, place), []).append((orbits, points))
    types = []
    for group in found.values():
        group.sort(key=lambda each: int(each[1].min()))
        orbits = group[0][0]
        types.append(UnionType(orbits, dual.kind_of_orbit[orbits], np.stack([points for _, points in group])))
    return sorted(types, key=lambda kind: int(kind.points[0].min()))


def _key(
    subgroup: AbelianNormalSubgroup, dual: Dual, orbits: IntArray, points: IntArray, place: IntArray
) -> tuple[bytes, ...]:
    """Equal for orbits on which all generators act alike."""
    gauge = subgroup.gauge
    moves = [place[other.images[points]] for other in subgroup.others]
    signs = [gauge[points] * other.signs[points] * gauge[other.images[points]] for other in subgroup.others]
    return (dual.kind_of_orbit[orbits].tobytes(), *(a.tobytes() for a in moves), *(a.tobytes() for a in signs))
