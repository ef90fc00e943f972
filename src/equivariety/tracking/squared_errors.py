"""The critical equations of squared errors along a path of data, in local coordinates.

The equations are J_l^T (Q phi - h b) = 0 for every group, with phi the image before division by h. By Euler's relation
those of a group l > 1 are paired with a basis of the complement of w_l only, so there are as many equations as
unknowns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.array_types import FloatArray
from equivariety.tracking.coordinates import ComplexArray, normalize
from equivariety.tracking.parameterization import Parameterization


@dataclass(frozen=True)
class SquaredErrors:
    """Quadratic forms Q and linear forms b of squared errors u^T Q u - 2 b^T u, each shared or one per path.

    Examples
    --------
    >>> import numpy as np
    >>> errors = SquaredErrors(np.eye(4)[None], np.arange(8.0).reshape(2, 4))  # one quadratic form for both
    >>> errors.take(np.array([1])).linear.tolist(), errors.take(np.array([1])).quadratic.shape
    ([[4.0, 5.0, 6.0, 7.0]], (1, 4, 4))
    """

    quadratic: NDArray[Any]
    linear: NDArray[Any]

    def take(self, paths: NDArray[np.intp]) -> SquaredErrors:
        """The data of some of the paths; shared forms stay as they are."""
        quadratic = self.quadratic if len(self.quadratic) == 1 else self.quadratic[paths]
        return SquaredErrors(quadratic, self.linear if len(self.linear) == 1 else self.linear[paths])


@dataclass(frozen=True)
class Path:
    """The straight path from `start` (time 0) to `end` (time 1).

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> start = ev.convolution.generic_start([2, 2])
    >>> path = Path(start.map, start.data, SquaredErrors(np.eye(4)[None], np.arange(4.0)[None]))
    >>> path.groups, path.take(np.arange(2)).end.linear.shape
    ((3, 2), (1, 4))
    >>> bool(np.isclose(np.linalg.norm(path.normalize(start.points)[0, :3]), 1))
    True
    """

    map: Parameterization
    start: SquaredErrors
    end: SquaredErrors

    def take(self, paths: NDArray[np.intp]) -> Path:
        """Some of the paths."""
        return Path(self.map, self.start.take(paths), self.end.take(paths))

    @property
    def groups(self) -> tuple[int, ...]:
        """Sizes of the groups of coordinates, each up to scaling: (h, w_1), w_2, ..., w_L."""
        return (self.map.groups[0] + 1, *self.map.groups[1:])

    def normalize(self, points: ComplexArray) -> ComplexArray:
        """The points with groups of norm one."""
        return normalize(points, self.groups, self.map.degrees)


@dataclass(frozen=True)
class Equations:
    """Residuals, their Jacobian in local coordinates and their derivative in time, one row per path."""

    residual: ComplexArray
    jacobian: ComplexArray
    time_derivative: ComplexArray


def equations(path: Path, points: ComplexArray, times: FloatArray, frame: ComplexArray) -> Equations:
    """Evaluate the critical equations of many paths, projected to the given frames.

    Parameters
    ----------
    path : Path
    points : array of shape (paths, 1 + sum of sizes)
        Homogeneous coordinates (h, w_1, ..., w_L).
    times : array of shape (paths,)
    frame : array of shape (paths, 1 + sum of sizes, dimension)
        Tangent frames from `tangent_frame`.
    """
    first = path.map.groups[0]
    height, vectors = points[:, 0], points[:, 1:]
    derivative = path.map.jacobian(vectors)
    start_product, end_product = path.start.quadratic @ derivative, path.end.quadratic @ derivative
    weight = times[:, None, None]
    product = (1 - weight) * start_product + weight * end_product
    linear = (1 - times[:, None]) * path.start.linear + times[:, None] * path.end.linear
    gradient = _apply(product, vectors, first) - height[:, None] * linear
    change = _apply(end_product - start_product, vectors, first)
    change = change - height[:, None] * (path.end.linear - path.start.linear)
    transposed = derivative.transpose(0, 2, 1)
    hessian = transposed @ product + path.map.second_derivative(vectors, gradient)
    by_height = -(transposed @ linear[:, :, None])
    full = np.concatenate([by_height, hessian], axis=2)
    projection = _projection(frame, first)
    return Equations(
        (projection @ (transposed @ gradient[:, :, None]))[:, :, 0],
        projection @ full @ frame,
        (projection @ (transposed @ change[:, :, None]))[:, :, 0],
    )


def images(map_: Parameterization, points: ComplexArray) -> ComplexArray:
    """The images u = phi / h of homogeneous points: they tell points apart up to scaling."""
    return np.asarray(map_.value(points[:, 1:]) / points[:, :1], dtype=np.complex128)


def _projection(frame: ComplexArray, first: int) -> ComplexArray:
    """Rows that pair the equations: all those of the first group, and the frame of every other group."""
    size, dimension = frame.shape[1], frame.shape[2]
    projection = np.zeros((len(frame), dimension, size - 1), dtype=np.complex128)
    projection[:, :first, :first] = np.eye(first)
    projection[:, first:, first:] = frame[:, first + 1 :, first:].transpose(0, 2, 1)
    return projection


def _apply(product: NDArray[Any], vectors: NDArray[Any], first: int) -> NDArray[Any]:
    """Q phi from Q J: the map is linear in the first group."""
    return (product[:, :, :first] @ vectors[:, :first, None])[:, :, 0]
