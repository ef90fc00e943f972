"""Critical points of the squared error of a linear convolutional network, over its parameters, and their kinds.

All complex critical parameters up to scaling of the layers, with nonzero end-to-end filter, are found by tracking; for
generic data their number is the generic ED degree of the Segre variety (Shahverdi, arXiv 2401.16613). The zero filter
is critical too (two layers or more) and kept apart. For white data (Q a multiple of the identity) and other data that
are not generic there are fewer; the rest of the paths end at infinity or in singular points.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from equivariety.array_types import FloatArray
from equivariety.convolution.architecture import LinearArchitecture
from equivariety.convolution.classify import Kind, is_pure
from equivariety.convolution.entries import ComplexArray
from equivariety.convolution.membership import Region, locate
from equivariety.convolution.objective import ScaledSamples, SquaredError, on_tensors, read_samples, squared_error
from equivariety.convolution.point_lists import PointList
from equivariety.convolution.polynomials import product_filter
from equivariety.convolution.real_points import RealPoint, hessian_index, real_points
from equivariety.convolution.segre import SegreVeronese, overlap_matrix
from equivariety.convolution.start import start_for
from equivariety.tolerances import SAME_POINT_TOLERANCE
from equivariety.tracking import Solutions, StartSystem, solve
from equivariety.tracking.coordinates import distinct


@dataclass(frozen=True, eq=False)
class CriticalFilter:
    """A real critical point of the squared error, up to scaling of the layers; the filters have equal norms.

    `kind` is "pure" if the gradient vanishes on the tangent space of the function space at a smooth point, "spurious"
    if the point is critical only through the parameterization, "zero" for the zero filter. `index` is the number of
    negative eigenvalues of the Hessian in the parameters and `degenerate` whether it has more zero eigenvalues than
    the scalings of the layers explain. `correction` estimates the relative error of the point.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> X = np.array([[1, 2, 0], [0, 1, 3], [2, 0, 1], [1, 1, 1]])
    >>> point = ev.LinearConvNet([2, 2], [1, 1]).critical_points(X, [1, -1, 2, 0]).real[0]
    >>> point.kind, point.region, point.is_minimum
    ('pure', 'interior', True)
    >>> np.allclose(np.convolve(*point.filters), point.filter)
    True
    """

    filter: FloatArray
    filters: tuple[FloatArray, ...]
    loss: float
    kind: Kind
    index: int
    degenerate: bool
    region: Region
    correction: float

    @property
    def is_minimum(self) -> bool:
        """Whether the Hessian in the parameters shows a local minimum (up to scaling of the layers)."""
        return self.index == 0 and not self.degenerate


class CriticalFilters(PointList[CriticalFilter]):
    """All critical points of one squared error.

    `real` lists the real ones by loss, one per parameter up to scaling: a filter with several real factorizations
    appears once for each. `complex_filters` are the end-to-end filters of all `complex_count` complex ones.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> net = ev.LinearConvNet([2, 2], [1, 1])
    >>> X = np.array([[1, 2, 0], [0, 1, 3], [2, 0, 1], [1, 1, 1]])
    >>> found = net.critical_points(X, [1, -1, 2, 0])
    >>> found.expected_count, found.complex_count, found.filter_count, found.complex_filters.shape
    (6, 6, 5, (6, 3))
    >>> [(point.kind, point.index, round(point.loss, 4)) for point in found.real]
    [('pure', 0, 0.4566), ('pure', 0, 0.4566), ('spurious', 1, 1.4609), ('spurious', 1, 5.8372)]
    """

    @property
    def complex_filters(self) -> ComplexArray:
        """The end-to-end filters of all complex critical points, one per row."""
        return self.complex_images

    @property
    def filter_count(self) -> int:
        """Number of distinct complex critical filters: fewer where filters have several factorizations."""
        return len(distinct(self.complex_filters, SAME_POINT_TOLERANCE))


def critical_filters(net: LinearArchitecture, X: Any, y: Any, start: StartSystem | None = None) -> CriticalFilters:
    """All critical points of ||X u - y||^2 over the parameters of the network.

    Parameters
    ----------
    net : LinearArchitecture
    X : array of shape (samples, net.size)
        Input patches, one per row, spanning the filter space.
    y : array of shape (samples,)
    start : StartSystem, optional
        From `generic_start(net.filter_sizes)`; computed anew if not given.

    Raises
    ------
    InputError
        If the data do not fit, or there are too many critical points to track.

    Notes
    -----
    Time and memory grow with the generic ED degree: seconds below 100, minutes at 1000.

    Examples
    --------
    >>> from equivariety.convolution import LinearConvNet
    >>> net = LinearConvNet([2, 2], [2, 1])
    >>> X = [[2, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 3], [1, 0, 0, 1], [0, 2, 0, 1]]
    >>> found = net.critical_points(X, [1, 2, -1, 0, 1])
    >>> found.complex_count, {point.kind for point in found.real}
    (6, {'pure'})
    """
    samples = ScaledSamples.of(*read_samples(net, X, y))
    error = squared_error(net, samples.inputs, samples.targets)
    [solutions] = solve_errors(net, [error], start)
    return _in_given_units(describe_solutions(net, error, solutions), samples)


def _in_given_units(found: CriticalFilters, samples: ScaledSamples) -> CriticalFilters:
    """Critical points of the given samples from those of the scaled ones."""
    exponent = samples.target_exponent - samples.input_exponent

    def given(point: CriticalFilter) -> CriticalFilter:
        unit = 2.0 ** (exponent / len(point.filters))
        filters = tuple(unit * w for w in point.filters)
        loss = samples.loss(samples.inputs @ point.filter)
        return replace(point, filter=np.ldexp(point.filter, exponent), filters=filters, loss=loss)

    images = np.ldexp(found.complex_images.real, exponent) + 1j * np.ldexp(found.complex_images.imag, exponent)
    real = sorted((given(point) for point in found.real), key=lambda point: point.loss)
    zero = None if found.zero is None else given(found.zero)
    return CriticalFilters(tuple(real), zero, images, found.expected_count, found.singular_paths, found.failed_paths)


def solve_errors(
    net: LinearArchitecture, errors: list[SquaredError], start: StartSystem | None = None
) -> list[Solutions]:
    """All complex critical points of each squared error, as tracked."""
    system = start_for(SegreVeronese.segre(net.filter_sizes), start, f"filter_sizes {net.filter_sizes}")
    return solve(system, [on_tensors(net, error).in_units() for error in errors])


def describe_solutions(net: LinearArchitecture, error: SquaredError, solutions: Solutions) -> CriticalFilters:
    """Refine and classify the real points among the complex solutions."""
    lift = SegreVeronese.segre(net.filter_sizes)
    quadratic_unit, linear_unit = on_tensors(net, error).units
    found = lift.value(solutions.points[:, 1:]) / solutions.points[:, :1]
    points = [_described(net, error, point) for point in real_points(lift, on_tensors(net, error), solutions.points)]
    return CriticalFilters(
        tuple(sorted(points, key=lambda point: point.loss)),
        _zero_point(net, error),
        linear_unit / quadratic_unit * (found @ overlap_matrix(net.filter_sizes, net.steps).T),
        lift.expected_count,
        solutions.singular,
        solutions.failed,
    )


def _described(net: LinearArchitecture, error: SquaredError, point: RealPoint) -> CriticalFilter:
    values = product_filter(point.filters, net.steps)
    index, degenerate = _index(net, error, point.filters)
    kind: Kind = "pure" if is_pure(net, error, point.filters) else "spurious"
    region = locate(net, values).region
    return CriticalFilter(values, point.filters, error.value(values), kind, index, degenerate, region, point.correction)


def _zero_point(net: LinearArchitecture, error: SquaredError) -> CriticalFilter | None:
    """The point with all filters zero; a single layer has no critical point there."""
    if len(net.filter_sizes) == 1:
        return None
    filters = tuple(np.zeros(size) for size in net.filter_sizes)
    values = np.zeros(net.size)
    index, degenerate = _index(net, error, filters)
    region = locate(net, values).region
    return CriticalFilter(values, filters, error.constant, "zero", index, degenerate, region, 0.0)


def _index(net: LinearArchitecture, error: SquaredError, filters: tuple[FloatArray, ...]) -> tuple[int, bool]:
    return hessian_index(SegreVeronese.segre(net.filter_sizes), on_tensors(net, error), filters)
