"""Orthogonal matrices as users give them: checked, freed of rounding once, and taken apart into points and fibres."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.actions.fibres import Fibres, of_signs
from equivariety.array_types import FloatArray, IntArray
from equivariety.errors import InputError
from equivariety.tolerances import EPSILON, ORTHOGONAL_DEFECT, PRECISE_DEFECT


def orthogonal(matrices: FloatArray, name: str) -> FloatArray:
    """Matrices (..., d, d) replaced by their polar factors, the nearest orthogonal ones.

    Raises
    ------
    InputError
        If an entry is not finite, or T T^t differs from 1 by more than 1e-5.
    """
    if not np.isfinite(matrices).all():
        raise InputError(f"{name} must hold finite numbers")
    defects = np.abs(matrices @ matrices.swapaxes(-1, -2) - np.eye(matrices.shape[-1]))
    defect = float(defects.max(initial=0.0))
    if defect > ORTHOGONAL_DEFECT:
        place = np.unravel_index(int(np.argmax(defects)), defects.shape)
        where = f" at point {place[-3]}" if len(place) > 2 else ""
        raise InputError(f"{name} must be orthogonal{where}: T T^t differs from 1 by {defect:.2g} in entry "
                         f"({place[-2]}, {place[-1]})")  # fmt: skip
    if defect <= 64 * matrices.shape[-1] * EPSILON:
        return matrices
    warn_of(defect, name)
    left, _, right = np.linalg.svd(matrices)
    return np.asarray(left @ right)


def warn_of(defect: float, name: str) -> None:
    """Warn that matrices were replaced by orthogonal ones nearby."""
    if defect > PRECISE_DEFECT:
        warnings.warn(f"{name} is orthogonal only up to {defect:.1g}; the nearest orthogonal matrix is taken instead",
                      stacklevel=2)  # fmt: skip


def snapped(matrices: FloatArray) -> FloatArray:
    """Matrices that are signed permutations up to the defect allowed to them as exact ones; the others as they are."""
    rounded = np.rint(matrices)
    monomial = (np.abs(rounded).sum(axis=-1) == 1).all(axis=-1) & (np.abs(rounded).sum(axis=-2) == 1).all(axis=-1)
    near = np.abs(matrices - rounded).max(axis=(-2, -1), initial=0.0) <= ORTHOGONAL_DEFECT
    return np.where((monomial & near)[..., None, None], rounded + 0.0, matrices)


def parts_of_matrices(matrices: Any) -> tuple[list[Fibres], int]:
    """The fibres of bare matrices: signed coordinates where all of them permute, else coordinates that they mix.

    The coordinates fall into the connected components of the entries that are nonzero in any matrix.
    """
    sparse = _square_matrices(matrices)
    degree = sparse[0].shape[0]
    labels = _components(sparse)
    signed = _monomial_parts(sparse, labels)
    monomial = np.ones(degree, dtype=bool) if signed is None else signed
    parts = [_signed_part(sparse, np.flatnonzero(monomial))] if monomial.any() else []
    for component in np.unique(labels[~monomial]):
        places = np.flatnonzero(labels == component)
        dense = np.stack([matrix[places][:, places].toarray() for matrix in sparse])
        turned = np.stack([orthogonal(each, _name(number)) for number, each in enumerate(dense)])
        images = np.zeros((len(sparse), 1), dtype=np.intp)
        parts.append(Fibres(places[None, :], images, turned[:, None]))
    return parts, degree


def _name(number: int) -> str:
    return f"matrix {number + 1}"


def _square_matrices(matrices: Any) -> list[Any]:
    """The generators as sparse arrays in which entries below the allowed defect are zero."""
    from scipy import sparse

    given = [matrices] if _is_matrix(matrices) else list(matrices) if isinstance(matrices, Iterable) else []
    if not given:
        raise InputError("matrices must be one or several square matrices, one for each generator")
    found: list[Any] = []
    for number, matrix in enumerate(given):
        result: Any = matrix if sparse.issparse(matrix) else np.asarray(matrix)
        if result.ndim != 2 or result.shape[0] != result.shape[1] or not result.shape[0]:
            raise InputError(f"{_name(number)} must be square, not of shape {result.shape}")
        if result.dtype.kind not in "fiub":
            raise InputError(f"{_name(number)} must be real, not of type {result.dtype}")
        if result.shape != found[0].shape if found else False:
            raise InputError(f"matrices must have one size: matrix 1 has {found[0].shape[0]} rows, "
                             f"{_name(number)} has {result.shape[0]}")  # fmt: skip
        found.append(_cleaned(sparse.csr_array(result.astype(np.float64)), number))
    return found


def _is_matrix(matrices: Any) -> bool:
    from scipy import sparse

    return sparse.issparse(matrices) or (isinstance(matrices, np.ndarray) and matrices.ndim == 2) or (
        isinstance(matrices, Sequence) and len(matrices) > 0 and np.ndim(matrices[0]) == 1
    )  # fmt: skip


def _cleaned(matrix: Any, number: int) -> Any:
    if not np.isfinite(matrix.data).all():
        raise InputError(f"{_name(number)} must hold finite numbers")
    product = (matrix @ matrix.T).tocoo()
    defects = np.abs(product.data - (product.row == product.col))
    present = np.zeros(matrix.shape[0], dtype=bool)
    present[product.row[product.row == product.col]] = True
    defect = float(defects.max(initial=0.0)) if present.all() else 1.0
    if defect > ORTHOGONAL_DEFECT:
        place = int(np.argmax(defects)) if present.all() else 0
        row = product.row[place] if present.all() else int(np.argmin(present))
        column = product.col[place] if present.all() else row
        raise InputError(f"{_name(number)} must be orthogonal: T T^t differs from 1 by {defect:.2g} in entry "
                         f"({row}, {column})")  # fmt: skip
    # Cosines of right angles are not exactly zero; such entries would tie coordinates together that never mix.
    matrix.data[np.abs(matrix.data) <= max(10 * defect, 64 * EPSILON)] = 0.0
    matrix.eliminate_zeros()
    return matrix


def _components(matrices: Sequence[Any]) -> IntArray:
    from scipy.sparse.csgraph import connected_components

    pattern = sum(abs(matrix) for matrix in matrices)
    return np.asarray(connected_components(pattern, directed=False)[1], dtype=np.intp)


def _monomial_parts(matrices: Sequence[Any], labels: IntArray) -> NDArray[np.bool_] | None:
    """For each coordinate whether all matrices permute, up to signs, the coordinates that it is mixed with."""
    single = np.all([np.diff(matrix.indptr) == 1 for matrix in matrices], axis=0)
    if single.all():
        return None
    mixed = np.zeros(int(labels.max()) + 1, dtype=bool)
    np.logical_or.at(mixed, labels, ~single)
    return ~mixed[labels]


def _signed_part(matrices: Sequence[Any], places: IntArray) -> Fibres:
    number = np.zeros(matrices[0].shape[0], dtype=np.intp)
    number[places] = np.arange(places.size)
    rows = [matrix[places] for matrix in matrices]
    images = np.stack([number[row.indices] for row in rows])
    signs = np.stack([np.sign(row.data) for row in rows]).astype(np.int8)
    signed = of_signs(images, signs)
    return Fibres(places[:, None], signed.images, signed.matrices)
