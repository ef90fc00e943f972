"""Critical points of the squared error of a linear convolutional network, over its parameters, and their kinds.

All complex critical parameters up to scaling of the layers, with nonzero end-to-end filter, are found by tracking; for
generic data their number is the generic ED degree of the Segre variety (Shahverdi, arXiv 2401.16613). The zero filter
is critical too (two layers or more) and kept apart. For white data (Q a multiple of the identity) and other data that
are not generic there are fewer; the rest of the paths end at infinity or in singular points.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from equivariety.convolution import segre
from equivariety.convolution.classify import Kind, hessian_index, is_pure
from equivariety.convolution.entries import ComplexArray, FloatArray
from equivariety.convolution.homotopy import Path, tensors
from equivariety.convolution.objective import SquaredError, squared_error
from equivariety.convolution.polynomials import product_filter
from equivariety.convolution.solve import Solutions, solve
from equivariety.convolution.start import StartSystem, distinct
from equivariety.convolution.tracker import newton_correction

if TYPE_CHECKING:
    from equivariety.convolution.architecture import LinearConvNet
    from equivariety.convolution.membership import Region

REAL_TOLERANCE = 1e-9
"""A critical point is real if the imaginary part of its tensor is below this, relative to its norm."""
REFINEMENT_TOLERANCE = 1e-12
"""Real points are refined until Newton's method corrects them by less than this, relative to their norm."""
MAX_REFINEMENTS = 10


@dataclass(frozen=True, eq=False)
class CriticalPoint:
    """A real critical point of the squared error, up to scaling of the layers; the filters have equal norms.

    `kind` is "pure" if the gradient vanishes on the tangent space of the function space at a smooth point, "spurious"
    if the point is critical only through the parameterization, "zero" for the zero filter. `index` is the number of
    negative eigenvalues of the Hessian in the parameters and `degenerate` whether it has more zero eigenvalues than
    the scalings of the layers explain. `correction` estimates the relative error of the point.
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


@dataclass(frozen=True, eq=False)
class CriticalPoints:
    """All critical points of one squared error.

    `real` lists the real ones by loss, one per parameter up to scaling: a filter with several real factorizations
    appears once for each. `complex_filters` are the end-to-end filters of all `complex_count` complex ones.
    """

    real: tuple[CriticalPoint, ...]
    zero: CriticalPoint | None
    complex_filters: ComplexArray
    expected_count: int
    singular_paths: int
    failed_paths: int

    @property
    def complex_count(self) -> int:
        """Number of complex critical parameters found, up to scaling, with nonzero filter."""
        return len(self.complex_filters)

    @property
    def filter_count(self) -> int:
        """Number of distinct complex critical filters: fewer where filters have several factorizations."""
        return len(distinct(self.complex_filters))

    @property
    def complete(self) -> bool:
        """Whether all isolated regular critical points are certain to be listed: no path was lost on the way."""
        return self.failed_paths == 0

    @property
    def generic(self) -> bool:
        """Whether the count is that of generic data."""
        return self.complex_count == self.expected_count

    @property
    def minima(self) -> tuple[CriticalPoint, ...]:
        """The local minima among the nonzero points, lowest loss first."""
        return tuple(point for point in self.real if point.is_minimum)

    @property
    def note(self) -> str:
        """What is to be said about the count, empty for generic data."""
        if self.failed_paths:
            return f"{self.failed_paths} of {self.expected_count} paths were lost: critical points may be missing"
        if self.singular_paths:
            return (
                f"the data are not generic: {self.singular_paths} of {self.expected_count} paths end at infinity or in "
                "singular points, so critical points that are not isolated and regular are not listed"
            )
        coarse = max((point.correction for point in self.real), default=0.0)
        if coarse > REFINEMENT_TOLERANCE:
            return f"X^T X is ill-conditioned: real points are refined to {coarse:.0e} only"
        return ""


def critical_points(net: LinearConvNet, X: Any, y: Any, start: StartSystem | None = None) -> CriticalPoints:
    """All critical points of ||X u - y||^2 over the parameters of the network.

    Parameters
    ----------
    net : LinearConvNet
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
    error = squared_error(net, X, y)
    return describe_solutions(net, error, solve(net, [error], start)[0])


def describe_solutions(net: LinearConvNet, error: SquaredError, solutions: Solutions) -> CriticalPoints:
    """Refine and classify the real points among the complex solutions."""
    quadratic_unit, linear_unit = error.units
    scale = linear_unit / quadratic_unit
    found = tensors(solutions.points, net.filter_sizes)
    overlap = segre.overlap_matrix(net.filter_sizes, net.steps)
    length = np.linalg.norm(found, axis=1)
    real = np.abs(found.imag).max(axis=1, initial=0) <= REAL_TOLERANCE * length
    points = [_real_point(net, error, point) for point in solutions.points[real]]
    return CriticalPoints(
        tuple(sorted(points, key=lambda point: point.loss)),
        _zero_point(net, error),
        scale * (found @ overlap.T),
        net.generic_ed_degree,
        solutions.singular,
        solutions.failed,
    )


def _real_point(net: LinearConvNet, error: SquaredError, point: ComplexArray) -> CriticalPoint:
    filters, correction = _refine(net, error, _real_parameters(net, point))
    values = product_filter(filters, net.steps)
    index, degenerate = hessian_index(net, error, filters)
    kind: Kind = "pure" if is_pure(net, error, filters) else "spurious"
    return CriticalPoint(values, filters, error.value(values), kind, index, degenerate, net.region(values), correction)


def _zero_point(net: LinearConvNet, error: SquaredError) -> CriticalPoint | None:
    """The point with all filters zero; a single layer has no critical point there."""
    if len(net.filter_sizes) == 1:
        return None
    filters = tuple(np.zeros(size) for size in net.filter_sizes)
    values = np.zeros(net.size)
    index, degenerate = hessian_index(net, error, filters)
    return CriticalPoint(values, filters, error.constant, "zero", index, degenerate, net.region(values), 0.0)


def _real_parameters(net: LinearConvNet, point: ComplexArray) -> FloatArray:
    """Real homogeneous coordinates of a real point: turn every filter so that its largest entry is positive."""
    filters = segre.split(point[None, 1:], net.filter_sizes)
    turned = []
    rest = 1.0 + 0j
    for values in filters[1:]:
        largest = values[0, np.argmax(np.abs(values[0]))]
        turned.append((values[0] * (abs(largest) / largest)).real)
        rest *= largest / abs(largest)
    head = (filters[0][0] * rest / point[0]).real
    return np.concatenate([[1.0], head, *turned])


def _refine(net: LinearConvNet, error: SquaredError, point: FloatArray) -> tuple[tuple[FloatArray, ...], float]:
    """Newton's method from a real point; filters of equal norms in the units of the data, and the last correction."""
    data = error.lifted(net)
    path = Path(net.filter_sizes, data, data)
    current = point[None].astype(np.complex128)
    correction = np.inf
    for _ in range(MAX_REFINEMENTS):
        current, sizes = newton_correction(path, current, np.ones(1))
        correction = float(sizes[0])
        if correction <= REFINEMENT_TOLERANCE:
            break
    quadratic_unit, linear_unit = error.units
    unit = linear_unit / quadratic_unit
    real = current[0].real
    filters = [part[0] for part in segre.split(real[None, 1:], net.filter_sizes)]
    filters[0] = filters[0] * unit / real[0]
    norms = [float(np.linalg.norm(values)) for values in filters]
    balanced = float(np.prod(norms)) ** (1 / len(norms))
    return tuple(values * (balanced / norm) for values, norm in zip(filters, norms, strict=True)), correction
