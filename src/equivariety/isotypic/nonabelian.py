"""Splitting of the orbits of any group: sort them into types, split each type once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from equivariety.array_types import IntArray
from equivariety.isotypic.fibred_types import FibredType
from equivariety.isotypic.fields import field_named
from equivariety.isotypic.irreducible import Bundle, Irreducible, bundle_irreducibles
from equivariety.isotypic.numerical import NumericalSplitting, check_splittable, split_types
from equivariety.isotypic.splits import DenseSplit, Split


def split_by_types(
    types: Sequence[FibredType], signs: Sequence[int] | None
) -> tuple[tuple[Irreducible, ...], tuple[Bundle, ...], list[tuple[IntArray, Split]]]:
    """Irreducibles, bundles and, per orbit type, its coordinates and its split.

    Parameters
    ----------
    types : sequence of FibredType
        The orbits of the action.
    signs : sequence of int, optional
        The signs of the generators as permutations, for the label "sign".

    Raises
    ------
    InputError
        If an orbit is too large to be split by dense linear algebra.
    """
    check_splittable(max(kind.action.size for kind in types))
    splitting = split_types([kind.action for kind in types], signs=signs)
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
    irreducibles = tuple(Irreducible(kind.label, kind.field, kind.dimension, None, kind.character) for kind in kinds)
    splits = [(kind.points, _split(splitting, number, bundles)) for number, kind in enumerate(types)]
    return irreducibles, bundles, splits


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
