"""Splitting of the orbits of any group: sort them into types, split each type once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from equivariety.isotypic.fields import field_named
from equivariety.isotypic.irreducible import Bundle, Irreducible, bundle_irreducibles
from equivariety.isotypic.numerical import NumericalSplitting, check_splittable, split_types
from equivariety.isotypic.orbit_types import OrbitType, classify_orbits
from equivariety.isotypic.orbitals import IntArray
from equivariety.isotypic.splits import DenseSplit, Split


def split_by_types(
    images: IntArray, orbit_labels: IntArray, signs: Sequence[int]
) -> tuple[tuple[Irreducible, ...], tuple[Bundle, ...], list[tuple[IntArray, Split]]]:
    """Irreducibles, bundles and, per orbit type, its points and its split.

    Parameters
    ----------
    images : int array, shape (k, n)
        The generators.
    orbit_labels : int array, shape (n,)
        The orbit of each point.
    signs : sequence of int
        The signs of the generators, for the label "sign".

    Raises
    ------
    InputError
        If an orbit is too large to be split by dense linear algebra.
    """
    sizes = np.bincount(orbit_labels)
    check_splittable(int(sizes.max()))
    types = _orbit_types(images, orbit_labels, sizes)
    splitting = split_types([kind.table for kind in types], signs=signs)
    multiplicities = np.array(
        [
            [bases[index].shape[2] if index in bases else 0 for bases in splitting.bases]
            for index in range(len(splitting.irreducibles))
        ],
        dtype=np.intp,
    )
    kinds = splitting.irreducibles
    dimensions = np.array([kind.dimension for kind in kinds], dtype=np.intp)
    betas = np.array([field_named(kind.field).beta for kind in kinds], dtype=np.intp)
    bundles = bundle_irreducibles(betas, dimensions, multiplicities)
    irreducibles = tuple(Irreducible(kind.label, kind.field, kind.dimension, None) for kind in kinds)
    splits = [(kind.points, _split(splitting, number, bundles)) for number, kind in enumerate(types)]
    return irreducibles, bundles, splits


def _orbit_types(images: IntArray, orbit_labels: IntArray, sizes: IntArray) -> list[OrbitType]:
    """Types in order of first appearance."""
    order = np.lexsort([orbit_labels, sizes[orbit_labels]])
    size_of_place = sizes[orbit_labels[order]]
    types = [
        kind
        for size in np.unique(sizes)
        for kind in classify_orbits(images, order[size_of_place == size].reshape(-1, size))
    ]
    return sorted(types, key=lambda kind: int(kind.points[0, 0]))


def _split(splitting: NumericalSplitting, number: int, bundles: Sequence[Bundle]) -> Split:
    """The bases of one type, those of a bundle side by side; an empty one where the type lacks the bundle."""
    bases = splitting.bases[number]
    size = len(next(iter(bases.values())))
    return DenseSplit(
        tuple(
            np.ascontiguousarray(np.stack([bases[int(member)] for member in bundle.members], axis=1))
            if int(bundle.members[0]) in bases
            else np.zeros((size, 0, 1, 1, bundle.field.beta))
            for bundle in bundles
        )
    )
