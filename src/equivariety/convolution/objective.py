"""The squared error ||X u - y||^2 = u^T Q u - 2 b^T u + c over end-to-end filters u; rows of X are input patches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from equivariety.array_types import FloatArray
from equivariety.convolution import segre
from equivariety.convolution.architecture import ConvolutionStack
from equivariety.errors import InputError
from equivariety.tracking import SquaredErrors


@dataclass(frozen=True)
class SquaredError:
    """Q = X^T X, b = X^T y and c = y^T y."""

    quadratic: FloatArray
    linear: FloatArray
    constant: float

    def value(self, filter_: FloatArray) -> float:
        """The squared error of an end-to-end filter."""
        return float(filter_ @ self.quadratic @ filter_ - 2 * self.linear @ filter_ + self.constant)

    def gradient(self, filter_: FloatArray) -> FloatArray:
        """Gradient in filter space, 2 (Q u - b)."""
        return 2 * (self.quadratic @ filter_ - self.linear)

    @property
    def units(self) -> tuple[float, float]:
        """Scales of Q and b; in these units the critical points are of moderate size."""
        return float(np.trace(self.quadratic) / len(self.linear)), float(np.linalg.norm(self.linear))

    def lifted(self, matrix: FloatArray) -> SquaredError:
        """The error as a function of v, where u = matrix v."""
        return SquaredError(matrix.T @ self.quadratic @ matrix, matrix.T @ self.linear, self.constant)

    def in_units(self) -> SquaredErrors:
        """The error in its own units, to be tracked."""
        quadratic_unit, linear_unit = self.units
        return SquaredErrors(self.quadratic[None] / quadratic_unit, self.linear[None] / linear_unit)


@dataclass(frozen=True)
class ScaledSamples:
    """Inputs and targets divided by powers of two, so that their largest entries are about one."""

    inputs: FloatArray
    targets: FloatArray
    input_exponent: int
    target_exponent: int

    @classmethod
    def of(cls, inputs: FloatArray, targets: FloatArray) -> ScaledSamples:
        """The samples in these units."""
        exponents = [int(np.frexp(np.max(np.abs(values)))[1]) for values in (inputs, targets)]
        return cls(np.ldexp(inputs, -exponents[0]), np.ldexp(targets, -exponents[1]), *exponents)

    def loss(self, predictions: FloatArray) -> float:
        """Squared error of predictions of the scaled targets, in the units of the given ones: summed, no difference."""
        return float(np.ldexp(((predictions - self.targets) ** 2).sum(), 2 * self.target_exponent))


def on_tensors(net: ConvolutionStack, error: SquaredError) -> SquaredError:
    """The error of a linear network as a function of the tensor of its filters, of the same critical points."""
    return error.lifted(segre.overlap_matrix(net.filter_sizes, net.steps))


def squared_error(net: ConvolutionStack, X: Any, y: Any) -> SquaredError:
    """The squared error of input patches X, shape (samples, net.size), and targets y, shape (samples,).

    Raises
    ------
    InputError
        If the shapes do not fit, entries are not finite, the patches do not span the filter space, or X^T y = 0.
    """
    patches, targets = read_samples(net, X, y)
    rank = int(np.linalg.matrix_rank(patches))
    if rank < net.size:
        raise InputError(f"X must have at least {net.size} linearly independent rows, not {rank}")
    return from_moments(patches.T @ patches, patches.T @ targets, float(targets @ targets))


def read_samples(net: ConvolutionStack, X: Any, y: Any) -> tuple[FloatArray, FloatArray]:
    """Input patches of shape (samples, net.size) and targets of shape (samples,), as float64 arrays.

    Raises
    ------
    InputError
        If the shapes do not fit or entries are not finite.
    """
    patches, targets = _numbers(X, "X", 2), _numbers(y, "y", 1)
    if patches.shape[1] != net.size:
        raise InputError(
            f"X must have {net.size} columns, one per entry of the end-to-end filter, not {patches.shape[1]}"
        )
    if len(targets) != len(patches):
        raise InputError(f"y must have one entry per row of X: {len(patches)} expected, {len(targets)} given")
    return patches, targets


def from_moments(quadratic: FloatArray, linear: FloatArray, constant: float) -> SquaredError:
    """The squared error from Q, b and c; b must not vanish, for then only the zero filter is critical."""
    if not np.any(linear):
        raise InputError("X^T y must not be zero: then the zero filter is the only critical point")
    return SquaredError(quadratic, linear, constant)


def _numbers(values: Any, name: str, dimensions: int) -> FloatArray:
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name} must be an array of numbers") from error
    if array.ndim != dimensions or array.size == 0:
        raise InputError(f"{name} must be a non-empty array with {dimensions} axes, not of shape {array.shape}")
    if not np.all(np.isfinite(array)):
        raise InputError(f"{name} must hold finite numbers only")
    return array
