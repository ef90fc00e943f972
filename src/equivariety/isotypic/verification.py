"""The normal form of the commutant checked on bases just computed: by a random element, and by an exact count."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from equivariety.array_types import FloatArray
from equivariety.isotypic.canonical_bases import field_of
from equivariety.isotypic.intertwiners import UnclearDrawError
from equivariety.isotypic.recognition import Recognition
from equivariety.tolerances import normal_form_cutoff

_PROBES = 16


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
        probe = _probe(len(matrix), random)
        _demand_zero(matrix.T @ (matrix @ probe) - probe, len(matrix), "the bases are not orthogonal", noise)
    for (row, column), between in recognition.between.items():
        rows, columns = recognition.bases[row], recognition.bases[column]
        if between.dimension is not None:
            _check_count(rows, columns, between.dimension)
        element, probe = between.random(random), _probe(orthogonal[column].shape[1], random)
        difference = orthogonal[row].T @ (element @ (orthogonal[column] @ probe))
        difference -= _in_normal_form(element, rows, columns, probe)
        size = max(orthogonal[row].shape[0], orthogonal[column].shape[0])
        _demand_zero(difference, size, "the block form does not hold", between.noise)


def _probe(size: int, random: np.random.Generator) -> FloatArray:
    """Random columns: the squared norm of D @ probe has the squared Frobenius norm of D as its mean.

    For a fixed D it is below a quarter of that with a probability of about 1e-3 where D has rank 1, and far less often
    otherwise. So products with few columns replace those of square matrices.
    """
    return np.asarray(random.standard_normal((size, _PROBES)) / _PROBES**0.5)


def _check_count(rows: Mapping[int, FloatArray], columns: Mapping[int, FloatArray], expected: int) -> None:
    """Compare the sum of beta rows cols with the number of orbitals."""
    found = sum(rows[key].shape[2] * columns[key].shape[2] * rows[key].shape[3] for key in rows if key in columns)
    if found != expected:
        raise UnclearDrawError(f"the blocks found have dimension {found}, the commutant {expected}")


def _in_normal_form(
    element: FloatArray, rows: Mapping[int, FloatArray], columns: Mapping[int, FloatArray], probe: FloatArray
) -> FloatArray:
    """Image of a probe under the matrix in normal form whose first copy of each block is that of the element."""
    row_places, column_places = _places(rows), _places(columns)
    made = np.zeros((max((place.stop for place in row_places.values()), default=0), probe.shape[1]))
    for key in rows:
        if key in columns:
            _, copies, height, beta = rows[key].shape
            # A number of D is the first column of its left multiplication.
            first = element @ columns[key][:, 0, :, 0]
            numbers = np.einsum("ihb,iw->hwb", rows[key][:, 0], first)
            realized = field_of(rows[key]).realize(numbers)
            given = probe[column_places[key]].reshape(copies, -1, probe.shape[1])
            made[row_places[key]] = (realized @ given).reshape(copies * height * beta, -1)
    return made


def _places(bases: Mapping[int, FloatArray]) -> dict[int, slice]:
    """The columns of each basis in the concatenation of all."""
    ends = np.cumsum([0, *(basis[0].size for basis in bases.values())])
    return {key: slice(start, end) for key, start, end in zip(bases, ends[:-1], ends[1:], strict=True)}


def _demand_zero(difference: FloatArray, size: int, message: str, noise: float) -> None:
    error = float(np.linalg.norm(difference))
    tolerance = normal_form_cutoff(size, noise)
    if not error <= tolerance:
        raise UnclearDrawError(f"{message} (error {error:.1e}, tolerance {tolerance:.1e})")
