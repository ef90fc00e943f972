"""Several transitive actions of one group split together into irreducibles, over R, C and H.

The result is a basis of each R^s in which the commutant takes its normal form: between any two of the actions the
equivariant matrices are, irreducible by irreducible, the matrices over D, once for each copy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from equivariety.array_types import FloatArray, IntArray
from equivariety.errors import InputError
from equivariety.isotypic.character_labels import make_labels, signatures, sort_key
from equivariety.isotypic.fields import field_named
from equivariety.isotypic.intertwiners import UnclearDrawError
from equivariety.isotypic.recognition import Recognition, recognize_all
from equivariety.isotypic.transitive import Transitive, as_transitive
from equivariety.isotypic.verification import verify

ATTEMPTS = 10
# Two symmetric eigenproblems and the graph on pairs of points need about this much for each pair of points.
BYTES_PER_PAIR = 100
MEMORY_LIMIT = 2 * 2**30


class SplittingError(ArithmeticError):
    """An action could not be split within the numerical tolerance, whatever random numbers were drawn."""


@dataclass(frozen=True)
class SplitIrreducible:
    """An irreducible real representation, as recognized by its character on the generators.

    Attributes
    ----------
    field : "R", "C" or "H"
        The commuting field D.
    dimension : int
        The real dimension.
    character : tuple of float
        The trace of each generator.
    label : str
        "trivial", "sign", or the dimension and a letter: "2a".
    """

    field: str
    dimension: int
    character: tuple[float, ...]
    label: str

    @property
    def beta(self) -> int:
        """Real dimension of the field: 1, 2 or 4."""
        return field_named(self.field).beta

    @property
    def copies(self) -> int:
        """Dimension over the field: how often each block over D stands in the matrix."""
        return self.dimension // self.beta


@dataclass(frozen=True, eq=False)
class NumericalSplitting:
    """Irreducibles and, for each action, orthonormal bases adapted to them.

    Attributes
    ----------
    irreducibles : tuple of SplitIrreducible
        Trivial first, then by dimension, field (R, C, H) and character, values descending.
    bases : tuple of mappings, one for each action
        From the index of an irreducible to a float array of shape (s, copies, multiplicity, beta), read-only. The s
        columns of all of them together form an orthogonal matrix. For C with C P_A(g) = P_B(g) C the coordinates
        U_B^T C U_A vanish between different irreducibles and different `copies` indices, do not depend on the
        `copies` index, and in the rest are left multiplications by a (multiplicity_B, multiplicity_A) matrix over D.
    """

    irreducibles: tuple[SplitIrreducible, ...]
    bases: tuple[Mapping[int, FloatArray], ...]


def split_types(
    tables: Sequence[Transitive | IntArray], seed: int = 0, signs: Sequence[int] | None = None
) -> NumericalSplitting:
    """Split transitive actions of the same group into irreducibles with common bases.

    Parameters
    ----------
    tables : sequence of int arrays, shapes (k, s_t), or of Transitive
        The same k generators as permutations of s_t points, each action transitive, or with signs and fibres.
    seed : int
        Of the random commutant elements. The same seed gives the same bases up to rounding.
    signs : sequence of int, optional
        The signs of the generators as the user's permutations, for the label "sign"; those on the disjoint union of
        the given actions by default. None of the given actions has that label if one of them has signs or fibres.

    Raises
    ------
    InputError
        If an action has too many points to be split by dense linear algebra.
    SplittingError
        If `ATTEMPTS` draws of random numbers all fail the checks.

    Notes
    -----
    Checked inside: the bases are orthogonal, a fresh random commutant element has the block form, and the sum of
    beta rows cols equals the number of orbits on pairs exactly.

    Time about 20 s^3 operations for the largest action, memory about `BYTES_PER_PAIR` s^2.

    Examples
    --------
    The regular representation of the quaternion group has a block over the quaternions:

    >>> import numpy as np
    >>> i = np.array([2, 3, 1, 0, 7, 6, 4, 5])
    >>> j = np.array([4, 5, 6, 7, 1, 0, 3, 2])
    >>> splitting = split_types([np.array([i, j])])
    >>> [(kind.field, kind.dimension) for kind in splitting.irreducibles]
    [('R', 1), ('R', 1), ('R', 1), ('R', 1), ('H', 4)]
    >>> splitting.bases[0][4].shape
    (8, 1, 1, 4)
    """
    actions = [as_transitive(table) for table in tables]
    check_splittable(max(action.size for action in actions))
    failure = ""
    for attempt in range(ATTEMPTS):
        random = np.random.default_rng([seed, attempt])
        try:
            recognition = recognize_all(actions, random)
            verify(recognition, random)
        except UnclearDrawError as error:
            failure = str(error)
        else:
            return _assemble(recognition, _signs(actions, signs), len(actions[0].table))
    raise SplittingError(
        f"orbits of sizes {[action.size for action in actions]} could not be split in {ATTEMPTS} draws of random "
        f"numbers (seed {seed}); the last failed because {failure}; another seed may succeed"
    )


def _signs(actions: Sequence[Transitive], signs: Sequence[int] | None) -> tuple[int, ...] | None:
    if any(action.fibres is not None for action in actions):
        return None
    return tuple(signs) if signs is not None else signatures([action.table for action in actions])


def check_splittable(size: int) -> None:
    """Raise InputError if a transitive action on `size` points is too large for dense linear algebra."""
    needed = BYTES_PER_PAIR * size**2
    if needed > MEMORY_LIMIT:
        raise InputError(
            f"an orbit of {size} points is too large to be split numerically: it would take about "
            f"{needed / 2**30:.1f} GiB, more than the {MEMORY_LIMIT / 2**30:.0f} GiB allowed (at most "
            f"{int((MEMORY_LIMIT / BYTES_PER_PAIR) ** 0.5)} points); use a subgroup with smaller orbits, commuting "
            "generators (split in closed form at any size), or invariant maps only"
        )


def _assemble(recognition: Recognition, signs: tuple[int, ...] | None, count: int) -> NumericalSplitting:
    """Put the irreducibles in order, label them, and renumber the bases accordingly."""
    references = recognition.references
    keys = [sort_key(each.dimension, each.field, each.characters, count) for each in references]
    order = sorted(range(len(references)), key=keys.__getitem__)
    ordered = [references[index] for index in order]
    characters = [each.characters[:count] for each in ordered]
    labels = make_labels([each.dimension for each in ordered], characters, signs)
    irreducibles = tuple(
        SplitIrreducible(each.field, each.dimension, character, label)
        for each, character, label in zip(ordered, characters, labels, strict=True)
    )
    rank = {index: place for place, index in enumerate(order)}
    bases = tuple(
        {rank[key]: _read_only(found[key]) for key in sorted(found, key=rank.__getitem__)}
        for found in recognition.bases
    )
    return NumericalSplitting(irreducibles, bases)


def _read_only(array: FloatArray) -> FloatArray:
    array = np.ascontiguousarray(array)
    array.setflags(write=False)
    return array
