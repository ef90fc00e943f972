"""Orthogonal actions as data: points with a fibre R^d over each, permuted while the fibres turn.

``(T x)_p = R[g, p] x_{images[g, p]}``: a permutation has fibres R^1 and R = 1, a signed one R = +-1, a vector field
R^2 or R^3, and a bare orthogonal matrix is one point with the fibre R^n.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.array_types import FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Fibres:
    """Points with fibres of one dimension d, a union of orbits."""

    coordinates: IntArray
    """Where the fibre of each point stands in R^n, shape (points, d)."""
    images: IntArray
    """The generators on the points, shape (k, points)."""
    matrices: FloatArray
    """R, shape (k, points, d, d)."""

    @property
    def dimension(self) -> int:
        """Dimension d of the fibres."""
        return int(self.coordinates.shape[1])

    @property
    def count(self) -> int:
        """Number of points."""
        return int(self.coordinates.shape[0])


def of_signs(images: IntArray, signs: NDArray[np.int8] | None = None) -> Fibres:
    """Signed points: the fibres are R^1."""
    k, n = images.shape
    values = np.ones((k, n)) if signs is None else signs.astype(np.float64)
    return Fibres(np.arange(n, dtype=np.intp)[:, None], images, values.reshape(k, n, 1, 1))


def signs_of(parts: Sequence[Fibres], degree: int) -> tuple[IntArray, NDArray[np.int8]] | None:
    """Images and signs on the coordinates, shape (k, degree) each, if all fibres are R^1."""
    if any(part.dimension > 1 for part in parts):
        return None
    k = parts[0].images.shape[0]
    images, signs = np.empty((k, degree), dtype=np.intp), np.empty((k, degree), dtype=np.int8)
    for part in parts:
        places = part.coordinates[:, 0]
        images[:, places] = places[part.images]
        signs[:, places] = part.matrices[:, :, 0, 0]
    return images, signs


def unfolded(part: Fibres) -> Fibres:
    """Signed points instead of fibres, if every matrix is exactly a signed permutation; else the fibres as they are."""
    (k, n), d, matrices = part.images.shape, part.dimension, part.matrices
    if d == 1 or not ((matrices == 0) | (np.abs(matrices) == 1)).all():
        return part
    column = np.abs(matrices).argmax(axis=3)
    images = part.images[:, :, None] * d + column
    signs = np.take_along_axis(matrices, column[..., None], axis=3)
    return Fibres(part.coordinates.reshape(-1, 1), images.reshape(k, n * d), signs.reshape(k, n * d, 1, 1))


def word(part: Fibres, numbers: Sequence[int]) -> tuple[IntArray, FloatArray]:
    """Image and matrices of a product T_a T_b ... of generators, numbered from 1, negative for inverses."""
    image = np.arange(part.count)
    turned = np.broadcast_to(np.eye(part.dimension), part.matrices.shape[1:])
    for number in numbers:
        factor, matrices = part.images[abs(number) - 1], part.matrices[abs(number) - 1]
        if number < 0:
            factor = np.argsort(factor)
            matrices = np.swapaxes(matrices[factor], -1, -2)
        image, turned = factor[image], turned @ matrices[image]
    return image, turned


def moved(part: Fibres, offset: int) -> Fibres:
    """Fibres whose coordinates stand ``offset`` places further back in R^n."""
    return Fibres(part.coordinates + offset, part.images, part.matrices)


def multiplied(first: Fibres, second: Fibres, columns: int) -> Fibres:
    """The tensor product: pairs of points, coordinate (a, b) at ``a * columns + b``."""
    (k, m), n = first.images.shape, second.count
    d, e = first.dimension, second.dimension
    coordinates = first.coordinates[:, None, :, None] * columns + second.coordinates[None, :, None, :]
    images = first.images[:, :, None] * n + second.images[:, None, :]
    matrices = first.matrices[:, :, None, :, None, :, None] * second.matrices[:, None, :, None, :, None, :]
    return Fibres(coordinates.reshape(m * n, d * e), images.reshape(k, m * n), matrices.reshape(k, m * n, d * e, d * e))


def restricted(part: Fibres, number: IntArray) -> Fibres | None:
    """The points whose coordinates have a new number (not -1); None if there is none.

    Raises
    ------
    ValueError
        If a point is only partly inside, or leaves.
    """
    inside = number[part.coordinates] >= 0
    kept = np.flatnonzero(inside.any(axis=1))
    if not inside[kept].all():
        raise ValueError
    place = np.full(part.count, -1, dtype=np.intp)
    place[kept] = np.arange(kept.size)
    images = place[part.images[:, kept]]
    if (images < 0).any():
        raise ValueError
    return Fibres(number[part.coordinates[kept]], images, part.matrices[:, kept]) if kept.size else None


def applied(part: Fibres, rows: NDArray[Any], generator: int, out: NDArray[Any]) -> None:
    """Write the coordinates of T x that belong to these points, for every row x."""
    matrices = part.matrices[generator].astype(out.dtype, copy=False)
    values = rows[:, part.coordinates[part.images[generator]]]
    out[:, part.coordinates] = np.matmul(matrices, values[..., None])[..., 0]


def entries(part: Fibres, generator: int) -> tuple[IntArray, IntArray, FloatArray]:
    """Rows, columns and values of the matrix T of one generator."""
    d = part.dimension
    rows = np.repeat(part.coordinates, d, axis=1)
    columns = np.tile(part.coordinates[part.images[generator]], (1, d))
    return rows.ravel(), columns.ravel(), part.matrices[generator].ravel()
