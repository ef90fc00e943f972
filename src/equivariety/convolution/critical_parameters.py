"""Critical points of the squared error of a polynomial convolutional network, over its parameters.

The parameterization is an immersion up to scaling away from the zero function, so every nonzero critical parameter is
critical along its branch of the function space: none is spurious, unlike in linear networks with stride one. `kind`
checks that at each point by the rank of the Jacobian.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from equivariety.array_types import FloatArray
from equivariety.convolution.classify import Kind
from equivariety.convolution.expansion import Expansion, evaluate_monomials
from equivariety.convolution.objective import ScaledSamples, SquaredError, from_moments
from equivariety.convolution.point_lists import PointList
from equivariety.convolution.real_points import RealPoint, hessian_index, real_points
from equivariety.convolution.segre import SegreVeronese
from equivariety.errors import InputError
from equivariety.tolerances import CRITICAL_GRADIENT_TOLERANCE, TANGENT_RANK_TOLERANCE
from equivariety.tracking import StartSystem, solve


@dataclass(frozen=True, eq=False)
class CriticalParameter:
    """A real critical point of the squared error, up to scaling of the layers; the filters have equal norms.

    `kind` is "pure" if the parameterization is an immersion there (up to scaling), "spurious" if its rank drops,
    "zero" for all filters zero. `index` is the number of negative eigenvalues of the Hessian in the parameters (the
    Morse index up to scaling) and `degenerate` whether it has more zero eigenvalues than the scalings explain.
    `correction` estimates the relative error of the point.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> X = np.random.default_rng(0).standard_normal((12, 3))
    >>> point = ev.PolynomialConvNet([2, 2], [1, 1], power=2).critical_points(X, X[:, 0] ** 2).real[0]
    >>> point.is_minimum, point.index, point.loss < 1e-20, len(point.filters)
    (True, 0, True, 2)
    """

    filters: tuple[FloatArray, ...]
    loss: float
    kind: Kind
    index: int
    degenerate: bool
    correction: float

    @property
    def is_minimum(self) -> bool:
        """Whether the Hessian in the parameters shows a local minimum (up to scaling of the layers)."""
        return self.index == 0 and not self.degenerate


class CriticalParameters(PointList[CriticalParameter]):
    """All critical points of one squared error; `real` lists the real ones by loss.

    `complex_images` are the coefficients of the functions of all complex ones, in the order of `net.monomials`.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> net = ev.PolynomialConvNet([2, 2], [1, 1], power=2)
    >>> X = np.random.default_rng(0).standard_normal((12, 3))
    >>> found = net.critical_points(X, X[:, 0] ** 2)
    >>> found.expected_count, found.complex_images.shape[1] == len(net.monomials)
    (14, True)
    >>> found.real[0].kind, found.real[0].is_minimum
    ('pure', True)
    """


def critical_parameters(
    lift: SegreVeronese, expansion: Expansion, start: StartSystem, samples: ScaledSamples
) -> CriticalParameters:
    """All critical points of sum_i (f(x_i) - y_i)^2, with nonzero function, and the zero one.

    Raises
    ------
    InputError
        If the samples do not determine the coefficients of the functions, or the targets are orthogonal to them.
    """
    projection = expansion.projection(lift)
    features = evaluate_monomials(expansion.monomials, samples.inputs) @ projection
    needed, rank = int(np.linalg.matrix_rank(projection)), int(np.linalg.matrix_rank(features))
    if rank < needed:
        raise InputError(f"X must have at least {needed} samples in general position for these functions, not {rank}")
    targets = samples.targets
    error = from_moments(features.T @ features, features.T @ targets, float(targets @ targets))
    [solutions] = solve(start, [error.in_units()])
    unit = 2.0 ** (_exponent(lift, samples) / sum(lift.degrees))
    points = [
        _described(lift, error, projection, point, unit, features, samples)
        for point in real_points(lift, error, solutions.points)
    ]
    quadratic_unit, linear_unit = error.units
    tensors = lift.value(solutions.points[:, 1:]) / solutions.points[:, :1] * (linear_unit / quadratic_unit)
    return CriticalParameters(
        tuple(sorted(points, key=lambda point: point.loss)),
        _zero_point(lift, error, samples),
        tensors @ projection.T * 2.0 ** _exponent(lift, samples),
        lift.expected_count,
        solutions.singular,
        solutions.failed,
    )


def immersion_rank(lift: SegreVeronese, projection: FloatArray, filters: Sequence[FloatArray]) -> int:
    """Numerical rank of the map from filters (last layer first, normalized) to coefficients."""
    point = np.concatenate([w / np.linalg.norm(w) for w in filters])[None]
    singular = np.linalg.svd(projection @ lift.jacobian(point)[0], compute_uv=False)
    return int(np.sum(singular > TANGENT_RANK_TOLERANCE * singular[0]))


def _described(
    lift: SegreVeronese,
    error: SquaredError,
    projection: FloatArray,
    point: RealPoint,
    unit: float,
    features: FloatArray,
    samples: ScaledSamples,
) -> CriticalParameter:
    tensor = lift.value(np.concatenate(point.filters)[None])[0]
    index, degenerate = hessian_index(lift, error, point.filters)
    gradient = lift.jacobian(np.concatenate(point.filters)[None])[0].T @ error.gradient(tensor)
    dimension = sum(lift.groups) - len(lift.groups) + 1
    immersed = immersion_rank(lift, projection, point.filters) == dimension
    critical = np.linalg.norm(gradient) <= CRITICAL_GRADIENT_TOLERANCE * _gradient_scale(lift, error, point)
    kind: Kind = "pure" if immersed and critical else "spurious"
    filters = tuple(unit * w for w in reversed(point.filters))
    return CriticalParameter(filters, samples.loss(features @ tensor), kind, index, degenerate, point.correction)


def _gradient_scale(lift: SegreVeronese, error: SquaredError, point: RealPoint) -> float:
    derivative = lift.jacobian(np.concatenate(point.filters)[None])[0]
    return float(np.linalg.norm(derivative) * np.linalg.norm(error.linear))


def _zero_point(lift: SegreVeronese, error: SquaredError, samples: ScaledSamples) -> CriticalParameter | None:
    """The point with all filters zero; a single layer has no critical point there."""
    if len(lift.groups) == 1:
        return None
    filters = tuple(np.zeros(size) for size in lift.groups)
    index, degenerate = hessian_index(lift, error, filters)
    loss = samples.loss(np.zeros_like(samples.targets))
    return CriticalParameter(filters[::-1], loss, "zero", index, degenerate, 0.0)


def _exponent(lift: SegreVeronese, samples: ScaledSamples) -> int:
    """A function of the scaled samples times two to this power is one of the given samples."""
    return samples.target_exponent - max(lift.degrees) * samples.input_exponent
