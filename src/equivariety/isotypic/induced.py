"""Splitting of a group with an abelian normal subgroup: Fourier analysis, then representations of few dimensions.

The space is the sum over the orbits of frequencies, up to sign, of representations induced from the stabilizer of one
of them, acting on U_f (Clifford's theorem in real form; Serre, Linear Representations of Finite Groups, section 8.2,
has the complex one for split extensions). So an irreducible of dimension d and multiplicity m in U_f is one of
dimension d times the size of the orbit, over the same field and with the same multiplicity, and irreducibles of
different orbits are different. Only U_f is split numerically: as many coordinates, or twice as many, as there are
orbits of the subgroup on which f occurs. There the subgroup acts by phases; what commutes with all of them commutes
with a quarter turn, and conversely.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from equivariety.actions.fibres import Fibres
from equivariety.array_types import FloatArray, IntArray
from equivariety.isotypic.dual_orbits import Carried, Family
from equivariety.isotypic.dual_points import Dual
from equivariety.isotypic.fibred_types import fibred_types
from equivariety.isotypic.fields import field_named
from equivariety.isotypic.frames import Frames
from equivariety.isotypic.induced_characters import family_characters, real_matrices
from equivariety.isotypic.induced_irreducibles import InducedIrreducibles
from equivariety.isotypic.induced_split import InducedSplit, Terms
from equivariety.isotypic.irreducible import Bundle, bundle_irreducibles
from equivariety.isotypic.normal_subgroups import AbelianNormalSubgroup, abelian_normal_subgroup
from equivariety.isotypic.numerical import split_types
from equivariety.isotypic.signed_lattices import Signs
from equivariety.isotypic.subgroup_orbits import union_types

_ZERO = 1e-13
"""Weights below are rounding errors of zero; others are at least about the reciprocal of the size of a small space."""

# Rounding errors of traces stay below this digit.
_TRUE_DIGITS = 10

Found = tuple[InducedIrreducibles, tuple[Bundle, ...], list[tuple[IntArray, InducedSplit]]]


@dataclass(frozen=True, eq=False)
class _Small:
    """An irreducible of the stabilizer on the space U of a family."""

    field: str
    dimension: int
    is_trivial: bool
    basis: FloatArray
    """Shape (slots, fibre, copies, multiplicity in all types, beta)."""
    kinds: IntArray
    """The type of each of the occurrences."""


def split_induced(images: IntArray, signs: Signs) -> tuple[Found, Frames | None] | None:
    """Irreducibles, bundles, per orbit type its points and its split, and signs of coordinates.

    None if the generators do not show an abelian normal subgroup besides others.
    """
    subgroup = abelian_normal_subgroup(images, signs)
    return None if subgroup is None or not subgroup.others else split_over(subgroup)


def split_over(subgroup: AbelianNormalSubgroup) -> tuple[Found, Frames | None] | None:
    """Split over a subgroup that is known; None if its frequencies have too large denominators."""
    dual = Dual.of(subgroup)
    if dual is None:
        return None
    types = union_types(subgroup, dual)
    carried = Carried(dual, types)
    families = [(family, _small(family, dual.unit)) for family in carried.families()]
    members = _Members.of(families, len(types))
    bundles = members.bundles()
    terms = members.terms(bundles, carried)
    splits = [
        (kind.points, InducedSplit(kind.parts(dual), terms[number])) for number, kind in enumerate(types)
    ]  # fmt: skip
    irreducibles = InducedIrreducibles(
        dual.frequencies.fractions[members.root],
        members.number,
        members.betas,
        members.dimensions,
        members.characters(subgroup, carried),
        members.begins_trivially(dual),
    )
    frames = None if (subgroup.gauge > 0).all() else Frames.of_signs(subgroup.gauge)
    return (irreducibles, bundles, splits), frames


def _small(family: Family, unit: int) -> list[_Small]:
    """The irreducibles of the stabilizer on U, by the machinery for any orthogonal action."""
    slots, fibre = len(family.kinds), 1 if family.real else 2
    matrices = real_matrices(family.turns, unit, fibre)
    images = family.images
    if fibre == 2:
        quarter = np.broadcast_to(np.array([[0.0, -1.0], [1.0, 0.0]]), (1, slots, 2, 2))
        images = np.concatenate([images, np.arange(slots)[None]])
        matrices = np.concatenate([matrices, quarter])
    coordinates = np.arange(slots * fibre).reshape(slots, fibre)
    types, frames = fibred_types([Fibres(coordinates, images, matrices)])
    splitting = split_types([kind.action for kind in types])
    found = []
    for number, kind in enumerate(splitting.irreducibles):
        columns = [
            _placed(bases[number], each.points, frames, slots * fibre)
            for bases, each in zip(splitting.bases, types, strict=True)
            if number in bases
        ]
        basis = np.concatenate(columns, axis=2)
        support = np.abs(basis).max(axis=(1, 3)).argmax(axis=0) // fibre
        basis = basis.reshape(slots, fibre, *basis.shape[1:])
        is_trivial = kind.label == "trivial"
        found.append(_Small(kind.field, kind.dimension, is_trivial, basis, family.kinds[support]))
    return found


def _placed(basis: FloatArray, points: IntArray, frames: Frames, size: int) -> FloatArray:
    """Bases (coordinates, copies, multiplicity * orbits, beta) on U from those of one type of its orbits."""
    _, copies, multiplicity, beta = basis.shape
    whole = np.zeros((size, copies, multiplicity, len(points), beta))
    for orbit, coordinates in enumerate(points):
        whole[coordinates, :, :, orbit] = basis
    turned = np.asarray(frames.undo(whole.reshape(size, -1).T)).T
    return turned.reshape(size, copies, multiplicity * len(points), beta)


@dataclass(frozen=True, eq=False)
class _Members:
    """All irreducibles, by frequency, then by those of the stabilizer."""

    families: Sequence[tuple[Family, list[_Small]]]
    family: IntArray
    row: IntArray
    """Which orbit of the family."""
    number: IntArray
    """Which irreducible of the stabilizer."""
    root: IntArray
    betas: IntArray
    dimensions: IntArray
    signatures: IntArray
    """Multiplicities in every type, and what else the members of a bundle share."""

    @classmethod
    def of(cls, families: Sequence[tuple[Family, list[_Small]]], types: int) -> _Members:
        found = []
        for number, (family, small) in enumerate(families):
            orbits, size, _ = family.duals.shape
            for place, each in enumerate(small):
                own = [
                    field_named(each.field).beta,
                    size * each.dimension,
                    *np.bincount(each.kinds, minlength=types),
                    *np.bincount(family.kinds, minlength=types),
                    family.real,
                ]
                rows = np.arange(orbits)
                shared = np.broadcast_to(own, (orbits, len(own)))
                fixed = np.broadcast_to([number, place], (orbits, 2))
                found.append(np.column_stack([family.roots, fixed, rows, shared]))
        table = np.concatenate(found)
        table = table[np.lexsort([table[:, 2], table[:, 0]])]
        root, family_, number_, row, beta, dimension = table[:, :6].T
        return cls(families, family_, row, number_, root, beta, dimension, table[:, 6:])

    def begins_trivially(self, dual: Dual) -> bool:
        """Whether the first irreducible is the trivial one."""
        zero = not dual.frequencies.numerators[self.root[0]].any()
        return zero and self.families[self.family[0]][1][self.number[0]].is_trivial

    def characters(self, subgroup: AbelianNormalSubgroup, carried: Carried) -> FloatArray:
        """Traces of the given generators, shape (irreducibles, generators)."""
        found = np.empty((self.root.size, len(subgroup.roles)))
        for number, (family, small) in enumerate(self.families):
            of_family = family_characters(family, [each.basis[:, :, :, 0] for each in small], subgroup, carried)
            mine = np.flatnonzero(self.family == number)
            found[mine] = of_family[self.row[mine], self.number[mine]]
        return found.round(_TRUE_DIGITS) + 0.0  # no -0.0

    def bundles(self) -> tuple[Bundle, ...]:
        return bundle_irreducibles(self.betas, self.dimensions, self.signatures)

    def terms(self, bundles: Sequence[Bundle], carried: Carried) -> list[tuple[Terms, ...]]:
        """For every type how the coordinates in the bundles are made of Fourier coordinates."""
        types = (self.signatures.shape[1] - 1) // 2
        return [tuple(self._terms(bundle, kind, carried) for bundle in bundles) for kind in range(types)]

    def _terms(self, bundle: Bundle, kind: int, carried: Carried) -> Terms:
        multiplicity = int(self.signatures[bundle.members[0], kind])
        if not multiplicity:
            shape = (bundle.size, bundle.copies, bundle.field.beta, 0, 1)
            return Terms(np.zeros(shape, dtype=np.intp), np.zeros(shape))
        places: list[IntArray] = []
        weights: list[FloatArray] = []
        order: list[IntArray] = []
        codes = self.family[bundle.members] * (self.number.max() + 1) + self.number[bundle.members]
        for code in np.unique(codes):
            mine = np.flatnonzero(codes == code)
            family, number = divmod(int(code), int(self.number.max()) + 1)
            found = self._family_terms(family, number, self.row[bundle.members[mine]], kind, carried)
            places.append(found[0])
            weights.append(found[1])
            order.append(mine)
        back = np.argsort(np.concatenate(order))
        return Terms.of(np.concatenate(places)[back], np.concatenate(weights)[back])

    def _family_terms(
        self, number: int, place: int, rows: IntArray, kind: int, carried: Carried
    ) -> tuple[IntArray, FloatArray]:
        """Places and weights, shape (members, copies, beta, multiplicity, slots * fibre)."""
        family, small = self.families[number][0], self.families[number][1][place]
        slots, fibre = np.flatnonzero(family.kinds == kind), 1 if family.real else 2
        duals = family.duals[rows][:, :, slots]
        basis = small.basis[slots][:, :, :, small.kinds == kind]
        frames = real_matrices(carried.frames[duals], carried.dual.unit, fibre)
        weights = np.einsum("sacmu,ejsab->ejcumsb", basis, frames, optimize=True)
        weights[np.abs(weights) < _ZERO] = 0.0
        points = carried.points
        where = points.place[duals][..., None] + points.stride[duals][..., None] * np.arange(fibre)
        members, size, copies, beta, multiplicity = weights.shape[:5]
        shape = (members, size * copies, beta, multiplicity, slots.size * fibre)
        places = np.broadcast_to(
            where.reshape(members, size, 1, 1, 1, -1), (members, size, copies, beta, multiplicity, slots.size * fibre)
        )
        return places.reshape(shape), weights.reshape(shape)
