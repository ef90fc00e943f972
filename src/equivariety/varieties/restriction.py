"""Restriction to a subgroup, where more maps are equivariant and irreducibles fall apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from equivariety.actions import Action
from equivariety.array_types import FloatArray
from equivariety.errors import InputError
from equivariety.isotypic import ChangeOfBasis
from equivariety.isotypic.fingerprints import generic_vector
from equivariety.tolerances import membership_cutoff
from equivariety.varieties.matrix_blocks import multiplicities_of

Word = str | Sequence[int]

_PROBES = 3


class SubgroupMaps(Protocol):
    """Two actions of one group with their bases: what the maps of a subgroup are, as far as this file is concerned."""

    @property
    def domain(self) -> Action: ...

    @property
    def codomain(self) -> Action: ...

    @property
    def codomain_basis(self) -> ChangeOfBasis: ...

    @property
    def largest_ranks(self) -> Any: ...


def subgroup_actions(
    subgroup: Sequence[Word] | Action, action: Action | None, domain: Action, codomain: Action
) -> tuple[Action, Action | None]:
    """How a subgroup acts on both sides, None for as on the domain: given by words, or by one or two actions."""
    if isinstance(subgroup, Action):
        return subgroup, action
    if isinstance(subgroup, str) or not isinstance(subgroup, Sequence):
        raise InputError("subgroup must be words, such as [(1, -2), (2, 2)], or an action, "
                         f"not {type(subgroup).__name__}")  # fmt: skip
    if action is not None:
        raise InputError("codomain belongs to a subgroup that is given by an action; words act on both sides")
    return domain.subgroup(subgroup), None if codomain == domain else codomain.subgroup(subgroup)


def restricted_ranks(decoder: FloatArray, encoder: FloatArray, maps: SubgroupMaps) -> tuple[int, ...]:
    """The ranks of the blocks that the map ``decoder @ encoder`` has among the maps of a subgroup.

    The columns of ``decoder``, shape (m, rank), are orthonormal. Its image is a representation of the subgroup, and the
    ranks are the multiplicities of the irreducibles there, whatever the encoder: also where the map itself is zero.

    Raises
    ------
    InputError
        If the map does not commute with the actions, or they leave the image of the decoder.
    """
    if not _commutes(decoder, encoder, maps) or not _is_invariant(decoder, maps.codomain):
        raise InputError("the subgroup must lie in the group of this map: its maps do not commute with it")
    ranks = np.zeros_like(maps.largest_ranks)
    basis = maps.codomain_basis
    for bundle, counts in zip(basis.bundles, multiplicities_of(decoder, basis), strict=True):
        ranks[bundle.members] = np.rint(counts)
    return tuple(ranks.tolist())


def _commutes(decoder: FloatArray, encoder: FloatArray, maps: SubgroupMaps) -> bool:
    """Whether M T x = T M x for a few generic vectors x and all generators T, which decides it for all vectors."""
    rows = generic_vector(_PROBES * encoder.shape[1]).reshape(_PROBES, -1)
    images = (rows @ encoder.T) @ decoder.T
    cutoff = membership_cutoff(float(np.linalg.norm(encoder)), max(images.shape[1], rows.shape[1]))
    for number in range(maps.domain.number_of_generators):
        late = maps.codomain.apply(images, number)
        early = (maps.domain.apply(rows, number) @ encoder.T) @ decoder.T
        if np.linalg.norm(early - late) > cutoff:
            return False
    return True


def _is_invariant(frame: FloatArray, action: Action) -> bool:
    """Whether generators carry the span of orthonormal columns to itself."""
    cutoff = membership_cutoff(float(np.linalg.norm(frame)), max(frame.shape))
    carried = [action.apply(frame.T, number).T for number in range(action.number_of_generators)]
    return all(np.linalg.norm(images - frame @ (frame.T @ images)) <= cutoff for images in carried)
