"""The normal form of the commutant checked on bases just computed: by a random element, and by an exact count."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from equivariety.array_types import FloatArray
from equivariety.isotypic.canonical_bases import field_of
from equivariety.isotypic.intertwiners import UnclearDrawError
from equivariety.isotypic.recognition import Recognition
from equivariety.tolerances import normal_form_cutoff


def verify(recognition: Recognition, random: np.random.Generator) -> None:
    """Check orthogonality, the count of the commutant, and the block form of a fresh random element.

    The form is checked between those pairs of actions whose orbitals are known; the others follow, as all bases of an
    irreducible go back to one reference.

    Raises
    ------
    UnclearDrawError
        If a check fails.
    """
    orthogonal = [
        np.concatenate([basis.reshape(len(basis), -1) for basis in bases.values()], axis=1)
        for bases in recognition.bases
    ]
    for matrix in orthogonal:
        if matrix.shape[0] != matrix.shape[1]:
            raise UnclearDrawError("the irreducible subspaces do not fill the space")
        noise = max((between.noise for between in recognition.between.values()), default=0.0)
        _demand_zero(matrix.T @ matrix - np.eye(len(matrix)), "the bases are not orthogonal", noise)
    for (row, column), between in recognition.between.items():
        rows, columns = recognition.bases[row], recognition.bases[column]
        if between.dimension is not None:
            _check_count(rows, columns, between.dimension)
        blocks = orthogonal[row].T @ between.random(random) @ orthogonal[column]
        difference = blocks - _normal_form(blocks, rows, columns)
        _demand_zero(difference, "the block form does not hold", between.noise)


def _check_count(rows: Mapping[int, FloatArray], columns: Mapping[int, FloatArray], expected: int) -> None:
    """Compare the sum of beta rows cols with the number of orbitals."""
    found = sum(rows[key].shape[2] * columns[key].shape[2] * rows[key].shape[3] for key in rows if key in columns)
    if found != expected:
        raise UnclearDrawError(f"the blocks found have dimension {found}, the commutant {expected}")


def _normal_form(blocks: FloatArray, rows: Mapping[int, FloatArray], columns: Mapping[int, FloatArray]) -> FloatArray:
    """The matrix in normal form whose first copy of each block over D is that of `blocks`."""
    form = np.zeros_like(blocks)
    row_places, column_places = _places(rows), _places(columns)
    for key in rows:
        if key in columns:
            _, copies, height, beta = rows[key].shape
            width = columns[key].shape[2]
            block = blocks[row_places[key], column_places[key]]
            # A number of D is the first column of its left multiplication.
            numbers = block.reshape(copies, height, beta, copies, width, beta)[0, :, :, 0, :, 0]
            realized = field_of(rows[key]).realize(numbers.transpose(0, 2, 1))
            form[row_places[key], column_places[key]] = np.kron(np.eye(copies), realized)
    return form


def _places(bases: Mapping[int, FloatArray]) -> dict[int, slice]:
    """The columns of each basis in the concatenation of all."""
    ends = np.cumsum([0, *(basis[0].size for basis in bases.values())])
    return {key: slice(start, end) for key, start, end in zip(bases, ends[:-1], ends[1:], strict=True)}


def _demand_zero(difference: FloatArray, message: str, noise: float) -> None:
    error = float(np.linalg.norm(difference))
    tolerance = normal_form_cutoff(max(difference.shape), noise)
    if not error <= tolerance:
        raise UnclearDrawError(f"{message} (error {error:.1e}, tolerance {tolerance:.1e})")
