"""Irreducible subspaces of several actions recognized as copies of the same irreducibles.

The first copy met of an irreducible is its reference: its basis is canonical. Every other copy inherits the basis
through an intertwiner, unique up to a unit of D, which a convention fixes. The actions are met from the largest on,
as a large orbit contains most irreducibles and later ones then compare with few references.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from equivariety.array_types import FloatArray, IntArray
from equivariety.isotypic.canonical_bases import field_of, fix_phase, orient, reference_coordinates
from equivariety.isotypic.character_labels import traces
from equivariety.isotypic.eigenspaces import Copies, Eigenspaces, copies_of, imaginary_units, split_transitive
from equivariety.isotypic.intertwiners import Intertwiners, intertwiners
from equivariety.isotypic.transitive import Transitive, as_transitive


@dataclass(frozen=True, eq=False)
class Reference:
    """The first copy of an irreducible: subspace `space` of action `action`, with its canonical coordinates.

    `characters` are the traces of the generators and of the products of neighbors.
    """

    action: int
    space: int
    coordinates: FloatArray
    characters: tuple[float, ...]

    @property
    def dimension(self) -> int:
        """Real dimension."""
        return len(self.coordinates)

    @property
    def field(self) -> str:
        """The commuting field: "R", "C" or "H"."""
        return field_of(self.coordinates).name


@dataclass(eq=False)
class Recognition:
    """The irreducibles recognized so far: references, and for each action its subspaces, bases and orbitals.

    `bases[t]` maps the index of a reference to an array (s_t, copies, multiplicity, beta); `between[t, u]` holds the
    intertwiners from u to t for the pairs of actions that were compared.
    """

    references: list[Reference]
    spaces: dict[int, Eigenspaces]
    bases: list[dict[int, FloatArray]]
    between: dict[tuple[int, int], Intertwiners] = field(default_factory=dict)


def recognize_all(tables: Sequence[Transitive | IntArray], random: np.random.Generator) -> Recognition:
    """Split every action and recognize its subspaces.

    Raises
    ------
    UnclearDrawError
        If the random numbers drawn do not decide; draw others.
    """
    recognition = Recognition([], {}, [{} for _ in tables])
    actions = [as_transitive(table) for table in tables]
    for action in sorted(range(len(tables)), key=lambda index: -actions[index].size):
        spaces = split_transitive(actions[action], random)
        recognition.spaces[action] = spaces
        unknown = _recognize_known(recognition, action, random)
        if unknown:
            _name_unknown(recognition, action, unknown, random)
        recognition.between[action, action] = spaces.commutant
    return recognition


def _recognize_known(recognition: Recognition, action: int, random: np.random.Generator) -> list[int]:
    """Give bases to the subspaces isomorphic to references of earlier actions; return the other subspaces."""
    spaces = recognition.spaces[action]
    unknown = list(range(spaces.count))
    for earlier in dict.fromkeys(reference.action for reference in recognition.references):
        if not unknown:
            break
        between = intertwiners(spaces.action, recognition.spaces[earlier].action)
        recognition.between[action, earlier] = between
        indices = [index for index, reference in enumerate(recognition.references) if reference.action == earlier]
        wanted = [recognition.references[index].space for index in indices]
        found = copies_of(spaces, recognition.spaces[earlier], wanted, between, random)
        for index, copies in zip(indices, found, strict=True):
            _add_copies(recognition, action, index, copies)
            unknown = [space for space in unknown if space not in copies.alike]
    return unknown


def _name_unknown(recognition: Recognition, action: int, unknown: list[int], random: np.random.Generator) -> None:
    """Make references of the subspaces not met before, and give bases to their copies in the same action."""
    spaces = recognition.spaces[action]
    commutant = spaces.commutant
    found = copies_of(spaces, spaces, None if len(unknown) == spaces.count else unknown, commutant, random)
    elements = [commutant.random(random) for _ in range(2)]
    words = spaces.action.short_words()
    for copies in found:
        if copies.space not in unknown:
            continue
        basis = spaces.basis(copies.space)
        units = imaginary_units([basis.T @ element @ basis for element in elements], commutant.noise)
        units = orient(units, basis, words)
        coordinates = reference_coordinates(basis, units)
        recognition.references.append(Reference(action, copies.space, coordinates, traces(basis, words)))
        _add_copies(recognition, action, len(recognition.references) - 1, copies)
        unknown = [space for space in unknown if space not in copies.alike]


def _add_copies(recognition: Recognition, action: int, index: int, copies: Copies) -> None:
    """Carry the basis of a reference to its copies, by the orthogonal blocks between them."""
    if not copies.alike.size:
        return
    reference, spaces = recognition.references[index], recognition.spaces[action]
    carried = []
    for space, block in zip(copies.alike, copies.blocks, strict=True):
        basis = spaces.basis(space) @ np.tensordot(block, reference.coordinates, axes=1).reshape(len(block), -1)
        shape = (-1, *reference.coordinates.shape[1:])
        carried.append(fix_phase(basis.reshape(shape), spaces.action.fibre))
    recognition.bases[action][index] = np.stack(carried, axis=2)
