"""The vectors that a group leaves fixed, found along trees: exact for signs, and for every number of points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from equivariety.actions import operations
from equivariety.actions.fibres import Fibres
from equivariety.actions.forests import carried_frames, gauged, orbit_forest
from equivariety.array_types import IntArray
from equivariety.errors import InputError
from equivariety.tolerances import UNCLEAR_FIXED, fixed_cutoff

if TYPE_CHECKING:
    from scipy.sparse import csr_array


def fixed_basis(parts: Sequence[Fibres], degree: int) -> csr_array[Any]:
    """Orthonormal fixed vectors as sparse columns, ordered by the smallest coordinate of their orbit."""
    from scipy.sparse import coo_array

    found = [_signed(part) if part.dimension == 1 else _turning(part) for part in parts]
    firsts = np.concatenate([first for _, _, _, first in found])
    place = np.empty(firsts.size, dtype=np.intp)
    place[np.argsort(firsts, kind="stable")] = np.arange(firsts.size)
    starts = np.cumsum([0, *(first.size for _, _, _, first in found)])
    columns = [place[column + start] for (_, column, _, _), start in zip(found, starts, strict=False)]
    rows = np.concatenate([row for row, _, _, _ in found])
    values = np.concatenate([value for _, _, value, _ in found])
    return coo_array((values, (rows, np.concatenate(columns))), shape=(degree, firsts.size)).tocsr()


def split_orbits(images: IntArray, signs: NDArray[np.int8]) -> tuple[IntArray, NDArray[np.int8]]:
    """Orbits of signed points: for each point its orbit, and its sign against the smallest point; 0 where twisted.

    On the points +i, -i an orbit becomes two (it is *split*: after sign changes an ordinary orbit) or stays one (it is
    *twisted*: some element of the group carries a point to itself with the sign -1, and nothing is fixed).

    Examples
    --------
    >>> split_orbits(np.array([[1, 0, 3, 2]]), np.array([[-1, -1, 1, -1]], dtype=np.int8))[1].tolist()
    [1, -1, 0, 0]
    """
    n = images.shape[1]
    crossing = np.where(signs > 0, 0, n)
    cover = operations.orbit_labels(np.concatenate([images + crossing, images + (n - crossing)], axis=1))
    labels = operations.orbit_labels(images)
    base = np.unique(labels, return_index=True)[1][labels]
    sign = np.where(cover[:n] == cover[base], 1, -1)
    return labels, np.where(cover[:n] == cover[n:], 0, sign).astype(np.int8)


Entries = tuple[IntArray, IntArray, NDArray[np.float64], IntArray]


def _signed(part: Fibres) -> Entries:
    labels, signs = split_orbits(part.images, np.rint(part.matrices[:, :, 0, 0]).astype(np.int8))
    kept = np.flatnonzero(signs)
    orbits, column = np.unique(labels[kept], return_inverse=True)
    values = signs[kept] / np.sqrt(np.bincount(labels))[labels[kept]]
    smallest = np.full(int(labels.max()) + 1, np.iinfo(np.intp).max)
    np.minimum.at(smallest, labels, part.coordinates[:, 0])
    return part.coordinates[kept, 0], column.astype(np.intp), values, smallest[orbits]


def _turning(part: Fibres) -> Entries:
    """Fixed vectors of the stabilizer of one point in each orbit, carried to the others."""
    labels = operations.orbit_labels(part.images)
    sizes = np.bincount(labels)
    roots = np.unique(labels, return_index=True)[1]
    frames = carried_frames(orbit_forest(part.images, roots), part.matrices)
    rows, columns, values = [], [], []
    firsts: list[IntArray] = []
    for orbit, base in enumerate(fixed_fibre_vectors(part, labels, frames)):
        points = np.flatnonzero(labels == orbit)
        vectors = frames[points].swapaxes(1, 2) @ base / sizes[orbit] ** 0.5
        shape = vectors.shape
        rows.append(np.broadcast_to(part.coordinates[points][:, :, None], shape).ravel())
        columns.append(np.broadcast_to(np.arange(shape[2]) + sum(first.size for first in firsts), shape).ravel())
        values.append(vectors.ravel())
        firsts.append(np.full(shape[2], part.coordinates[points].min()))
    return np.concatenate(rows), np.concatenate(columns), np.concatenate(values), np.concatenate(firsts)


def fixed_fibre_vectors(part: Fibres, labels: IntArray, frames: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """For each orbit an orthonormal basis (d, k) of what the stabilizer of its root fixes in the fibre there."""
    loops = gauged(part.images, part.matrices, frames)
    d = part.dimension
    sums = np.zeros((int(labels.max()) + 1, d, d))
    for loop in loops:
        np.add.at(sums, labels, loop)
    edges = len(loops) * np.bincount(labels)
    # The sum of (1 - U)^T (1 - U) over the loops U vanishes exactly on what all of them fix.
    demands = 2 * edges[:, None, None] * np.eye(d) - sums - sums.swapaxes(1, 2)
    return [_null_space(demand) for demand in demands]


def _null_space(demand: NDArray[np.float64]) -> NDArray[np.float64]:
    """Null vectors that do not depend on the eigensolver: projections of the standard basis vectors."""
    values, vectors = np.linalg.eigh(demand)
    zero = values <= fixed_cutoff(float(np.abs(demand).max()))
    if (~zero & (values < UNCLEAR_FIXED)).any():
        raise InputError("matrices must be those of a group: it is not clear which vectors they fix, since their "
                         "products close up only roughly; give them in more digits")  # fmt: skip
    projector = vectors[:, zero] @ vectors[:, zero].T
    basis = np.empty((len(demand), 0))
    while basis.shape[1] < int(zero.sum()):
        residuals = projector - basis @ (basis.T @ projector)
        norms = np.linalg.norm(residuals, axis=0)
        column = residuals[:, int(np.argmax(norms > norms.max() / np.pi))]
        basis = np.column_stack([basis, column / np.linalg.norm(column)])
    return basis
