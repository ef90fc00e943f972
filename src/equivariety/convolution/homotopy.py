"""The critical equations along a path of data, in local coordinates that suit products of projective spaces.

Unknowns are h, w_1, ..., w_L, where the end-to-end tensor is w_1 (x) ... (x) w_L / h: (h, w_1) counts up to
scaling, and so does each w_l, l > 1, together with h. Solutions may run to infinity (h = 0) without leaving that
compact space. The equations are J_l^T (Q u - h b) = 0 for every layer, with u the tensor before division by h. By
Euler's relation those of a layer l > 1 are paired with a basis of the complement of w_l only, so there are as many
equations as unknowns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.convolution import segre
from equivariety.convolution.entries import ComplexArray, FloatArray


@dataclass(frozen=True)
class Data:
    """Quadratic form and linear form of the squared error u^T Q u - 2 b^T u on tensors, each shared or one per path."""

    quadratic: NDArray[Any]
    linear: NDArray[Any]

    def take(self, paths: NDArray[np.intp]) -> Data:
        """The data of some of the paths; shared forms stay as they are."""
        quadratic = self.quadratic if len(self.quadratic) == 1 else self.quadratic[paths]
        return Data(quadratic, self.linear if len(self.linear) == 1 else self.linear[paths])


@dataclass(frozen=True)
class Path:
    """The straight path from `start` (time 0) to `end` (time 1)."""

    sizes: tuple[int, ...]
    start: Data
    end: Data

    def take(self, paths: NDArray[np.intp]) -> Path:
        return Path(self.sizes, self.start.take(paths), self.end.take(paths))

    @property
    def groups(self) -> tuple[int, ...]:
        """Sizes of the groups of coordinates, each up to scaling: (h, w_1), w_2, ..., w_L."""
        return (self.sizes[0] + 1, *self.sizes[1:])


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
    first = path.sizes[0]
    height, filters = points[:, 0], points[:, 1:]
    derivative = segre.jacobian(filters, path.sizes)
    start_product, end_product = path.start.quadratic @ derivative, path.end.quadratic @ derivative
    weight = times[:, None, None]
    product = (1 - weight) * start_product + weight * end_product
    linear = (1 - times[:, None]) * path.start.linear + times[:, None] * path.end.linear
    gradient = _apply(product, filters, first) - height[:, None] * linear
    change = _apply(end_product - start_product, filters, first)
    change = change - height[:, None] * (path.end.linear - path.start.linear)
    transposed = derivative.transpose(0, 2, 1)
    hessian = transposed @ product + segre.second_derivative(filters, path.sizes, gradient)
    by_height = -(transposed @ linear[:, :, None])
    full = np.concatenate([by_height, hessian], axis=2)
    projection = _projection(frame, first)
    return Equations(
        (projection @ (transposed @ gradient[:, :, None]))[:, :, 0],
        projection @ full @ frame,
        (projection @ (transposed @ change[:, :, None]))[:, :, 0],
    )


def normalize(points: ComplexArray, groups: Sequence[int]) -> ComplexArray:
    """Scale every group of coordinates to norm one without changing u / h: scaling w_l, l > 1, scales h along."""
    head, *later = segre.split(points, groups)
    lengths = [np.linalg.norm(part, axis=1, keepdims=True) for part in later]
    head = head.copy()
    for length in lengths:
        head[:, :1] /= length
    unit = [part / length for part, length in zip(later, lengths, strict=True)]
    return np.concatenate([head / np.linalg.norm(head, axis=1, keepdims=True), *unit], axis=1)


def tangent_frame(points: ComplexArray, groups: Sequence[int]) -> ComplexArray:
    """Orthonormal bases of the complement of each (normalized) group, as a block-diagonal matrix per point."""
    bounds = list(accumulate(groups, initial=0))
    frame = np.zeros((len(points), bounds[-1], bounds[-1] - len(groups)), dtype=np.complex128)
    column = 0
    for part, start, size in zip(segre.split(points, groups), bounds, groups, strict=False):
        frame[:, start : start + size, column : column + size - 1] = _complement(part)
        column += size - 1
    return frame


def tensors(points: ComplexArray, sizes: Sequence[int]) -> ComplexArray:
    """The tensors w_1 (x) ... (x) w_L / h of homogeneous points: they tell points apart up to scaling."""
    height, filters = points[:, 0], points[:, 1:]
    product = segre.tensor_product(segre.split(filters, sizes), len(points))
    return np.asarray(product / height[:, None], dtype=np.complex128)


def _complement(vectors: ComplexArray) -> ComplexArray:
    """Columns 2, 3, ... of the Householder reflection that sends each unit vector to the first axis."""
    phase = np.where(vectors[:, 0] == 0, 1, vectors[:, 0])
    mirror = vectors.copy()
    mirror[:, 0] += phase / np.abs(phase)
    mirror /= np.linalg.norm(mirror, axis=1, keepdims=True)
    reflection = np.eye(vectors.shape[1]) - 2 * mirror[:, :, None] * mirror[:, None, :].conj()
    return np.asarray(reflection[:, :, 1:], dtype=np.complex128)


def _projection(frame: ComplexArray, first: int) -> ComplexArray:
    """Rows that pair the equations: all those of layer 1, and the frame of every other layer."""
    size, dimension = frame.shape[1], frame.shape[2]
    projection = np.zeros((len(frame), dimension, size - 1), dtype=np.complex128)
    projection[:, :first, :first] = np.eye(first)
    projection[:, first:, first:] = frame[:, first + 1 :, first:].transpose(0, 2, 1)
    return projection


def _apply(product: NDArray[Any], filters: NDArray[Any], first: int) -> NDArray[Any]:
    """Q u from Q J: the Segre map is linear in the first filter."""
    return (product[:, :, :first] @ filters[:, :first, None])[:, :, 0]
