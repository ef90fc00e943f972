"""Real critical points among tracked ones: refined, balanced, with the Hessian in the parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from equivariety.array_types import FloatArray
from equivariety.convolution.entries import ComplexArray
from equivariety.convolution.objective import SquaredError
from equivariety.convolution.segre import SegreVeronese
from equivariety.tolerances import HESSIAN_TOLERANCE, REAL_POINT_TOLERANCE
from equivariety.tracking import Path, refine
from equivariety.tracking.coordinates import split


@dataclass(frozen=True, eq=False)
class RealPoint:
    """Real filters of equal norms, one per group of the lift, and the last Newton correction."""

    filters: tuple[FloatArray, ...]
    correction: float


def real_points(lift: SegreVeronese, error: SquaredError, points: ComplexArray) -> list[RealPoint]:
    """The real ones among homogeneous critical points of the error on tensors, refined and in the units of the data.

    Examples
    --------
    >>> error = SquaredError(np.eye(2), np.array([3.0, 4.0]), 25.0)
    >>> [point] = real_points(SegreVeronese.segre([2]), error, np.array([[1j, 0.6j, 0.8j]]))
    >>> point.filters[0].round(12).tolist()
    [3.0, 4.0]
    """
    return [_refined(lift, error, _real_coordinates(lift, point)) for point in points[are_real(lift, points)]]


def are_real(lift: SegreVeronese, points: ComplexArray) -> NDArray[np.bool_]:
    """Which homogeneous points have a real tensor."""
    tensors = lift.value(points[:, 1:]) / points[:, :1]
    scale = np.linalg.norm(tensors, axis=1)
    return np.asarray(np.abs(tensors.imag).max(axis=1, initial=0) <= REAL_POINT_TOLERANCE * scale)


def parameter_hessian(lift: SegreVeronese, error: SquaredError, filters: Sequence[FloatArray]) -> FloatArray:
    """Hessian of an error on tensors in the filters, of shape (sum of sizes, sum of sizes)."""
    point = np.concatenate(filters)[None]
    derivative, tensor = lift.jacobian(point)[0], lift.value(point)[0]
    curvature = lift.second_derivative(point, error.gradient(tensor)[None])[0]
    return np.asarray(2 * derivative.T @ error.quadratic @ derivative + curvature)


def hessian_index(lift: SegreVeronese, error: SquaredError, filters: Sequence[FloatArray]) -> tuple[int, bool]:
    """Number of negative eigenvalues of the Hessian in the filters, and whether it is degenerate.

    One zero eigenvalue per layer but one is owed to the scalings of the layers; more make it degenerate.
    """
    eigenvalues = np.linalg.eigvalsh(parameter_hessian(lift, error, filters))
    zero = HESSIAN_TOLERANCE * float(np.max(np.abs(eigenvalues)))
    negative = int(np.sum(eigenvalues < -zero))
    null = int(np.sum(np.abs(eigenvalues) <= zero))
    return negative, null > len(filters) - 1


def _real_coordinates(lift: SegreVeronese, point: ComplexArray) -> FloatArray:
    """Real homogeneous coordinates of a real point: turn every filter so that its largest entry is positive."""
    first, *later = (part[0] for part in split(point[None, 1:], lift.groups))
    turned, phase = [], 1.0 + 0j
    for values, degree in zip(later, lift.degrees[1:], strict=True):
        largest = values[np.argmax(np.abs(values))]
        turned.append((values * (abs(largest) / largest)).real)
        phase *= (largest / abs(largest)) ** degree
    return np.concatenate([[1.0], (first * phase / point[0]).real, *turned])


def _refined(lift: SegreVeronese, error: SquaredError, point: FloatArray) -> RealPoint:
    data = error.in_units()
    refined, correction = refine(Path(lift, data, data), point.astype(np.complex128))
    quadratic_unit, linear_unit = error.units
    real = refined.real
    first, *later = (part[0] for part in split(real[None, 1:], lift.groups))
    filters = [first * (linear_unit / quadratic_unit / real[0]), *later]
    norms = np.array([float(np.linalg.norm(values)) for values in filters])
    # Scaling w_l by t_l keeps the point if the product of the t_l^{d_l} is one.
    balanced = float(np.exp(np.dot(lift.degrees, np.log(norms)) / sum(lift.degrees)))
    return RealPoint(tuple(w * (balanced / norm) for w, norm in zip(filters, norms, strict=True)), correction)
