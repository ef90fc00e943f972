"""Several transitive actions of one group split together into irreducibles, over R, C and H.

The result is a basis of each R^s in which the commutant takes its normal form: between any two of the actions the
equivariant matrices are, irreducible by irreducible, the matrices over D, once for each copy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from equivariety.errors import InputError
from equivariety.isotypic.canonical_bases import left_multiplication
from equivariety.isotypic.character_labels import make_labels, signatures, sort_key
from equivariety.isotypic.eigenspaces import UnclearDrawError
from equivariety.isotypic.orbitals import FloatArray, IntArray, random_intertwiner
from equivariety.isotypic.recognition import Recognition, recognize_all

Field: TypeAlias = Literal["R", "C", "H"]

ATTEMPTS = 10
# Two symmetric eigenproblems and the graph on pairs of points need about this much for each pair of points.
BYTES_PER_PAIR = 100
MEMORY_LIMIT = 2 * 2**30
_EPSILON = float(np.finfo(np.float64).eps)


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
        "trivial", "sign", or dimension and character.
    """

    field: Field
    dimension: int
    character: tuple[float, ...]
    label: str

    @property
    def beta(self) -> int:
        """Real dimension of the field: 1, 2 or 4."""
        return {"R": 1, "C": 2, "H": 4}[self.field]

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
    tables: Sequence[IntArray], seed: int = 0, signs: Sequence[int] | None = None
) -> NumericalSplitting:
    """Split transitive actions of the same group into irreducibles with common bases.

    Parameters
    ----------
    tables : sequence of int arrays, shapes (k, s_t)
        The same k generators as permutations of s_t points, each action transitive.
    seed : int
        Of the random commutant elements. The same seed gives the same bases up to rounding.
    signs : sequence of int, optional
        The signs of the generators as the user's permutations, for the label "sign"; those on the disjoint union of
        the given actions by default.

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
    check_splittable(max(table.shape[1] for table in tables))
    failure = ""
    for attempt in range(ATTEMPTS):
        random = np.random.default_rng([seed, attempt])
        try:
            recognition = recognize_all(tables, random)
            _verify(recognition, random)
        except UnclearDrawError as error:
            failure = str(error)
        else:
            return _assemble(recognition, tuple(signs) if signs is not None else signatures(tables))
    raise SplittingError(
        f"orbits of sizes {[table.shape[1] for table in tables]} could not be split in {ATTEMPTS} draws of random "
        f"numbers (seed {seed}); the last failed because {failure}; another seed may succeed"
    )


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


def _verify(recognition: Recognition, random: np.random.Generator) -> None:
    """Check the block form between the actions whose orbitals were computed, by counting and by a random element."""
    dimensions = [reference.dimension for reference in recognition.references]
    orthogonal = [
        np.concatenate([array.reshape(len(array), -1) for array in bases.values()], axis=1)
        for bases in recognition.bases
    ]
    for matrix in orthogonal:
        error = np.linalg.norm(matrix.T @ matrix - np.eye(len(matrix))) if matrix.shape[0] == matrix.shape[1] else 1.0
        _demand(float(error), len(matrix), "the bases are not orthogonal")
    for (row, column), labels in recognition.labels.items():
        rows, columns = recognition.bases[row], recognition.bases[column]
        common = [key for key in columns if key in rows]
        predicted = sum(rows[key].shape[2] * columns[key].shape[2] * rows[key].shape[3] for key in common)
        if predicted != labels.max() + 1:
            raise UnclearDrawError(f"the blocks have dimension {predicted}, the commutant {labels.max() + 1}")
        element = random_intertwiner(labels, random)
        blocks = orthogonal[row].T @ element @ orthogonal[column]
        form = np.zeros_like(blocks)
        for key in common:
            _fill_block(form, blocks, _place(rows, key), _place(columns, key), rows[key].shape, columns[key].shape)
        size = max(blocks.shape)
        _demand(float(np.linalg.norm(blocks - form)), size * max(dimensions), "the block form does not hold")


def _place(bases: Mapping[int, FloatArray], key: int) -> slice:
    """The columns of basis `key` in the concatenation of all bases."""
    start = 0
    for other, array in bases.items():
        width = array[0].size
        if other == key:
            return slice(start, start + width)
        start += width
    raise KeyError(key)


def _fill_block(
    form: FloatArray,
    blocks: FloatArray,
    rows: slice,
    columns: slice,
    row_shape: tuple[int, ...],
    column_shape: tuple[int, ...],
) -> None:
    """Write into `form` the block over D, once for each copy, that the matrix `blocks` shows in its first copy."""
    _, copies, row_count, beta = row_shape
    column_count = column_shape[2]
    shown = blocks[rows, columns].reshape(copies, row_count, beta, copies, column_count, beta)
    numbers = np.moveaxis(shown[0, :, :, 0, :, 0], 1, 2)
    realized = np.moveaxis(left_multiplication(numbers), 1, 2).reshape(row_count * beta, column_count * beta)
    form[rows, columns] = np.kron(np.eye(copies), realized)


def _demand(error: float, size: int, message: str) -> None:
    tolerance = 64 * _EPSILON * size
    if not error <= tolerance:
        raise UnclearDrawError(f"{message} (error {error:.1e}, tolerance {tolerance:.1e})")


def _assemble(recognition: Recognition, signs: tuple[int, ...]) -> NumericalSplitting:
    """Put the irreducibles in order, label them, and renumber the bases accordingly."""
    count = len(signs)
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
