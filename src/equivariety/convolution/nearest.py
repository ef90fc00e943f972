"""The point of the function space nearest to a filter, as a global optimum over all critical points.

The squared distance is the squared error for white data, Q = I. Its global minimum is attained (the function space is
closed) at a critical parameter; if that is isolated up to scaling and regular it is among the tracked end points. White
data are not generic, so many paths end at infinity; should the minimum be degenerate, a few descents from random
filters find it and the result says that it is not certified.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from equivariety.array_types import FloatArray
from equivariety.convolution.architecture import LinearArchitecture
from equivariety.convolution.critical_filters import describe_solutions, solve_errors
from equivariety.convolution.entries import as_float, read_filter
from equivariety.convolution.membership import factorize, locate
from equivariety.convolution.objective import from_moments
from equivariety.convolution.polynomials import parameterization_jacobian, product_filter
from equivariety.tolerances import CLOSER_POINT_TOLERANCE
from equivariety.tracking import StartSystem

DESCENTS = 8
DESCENT_SEED = 1


@dataclass(frozen=True, eq=False)
class NearestFilter:
    """Nearest point, filters that compose to it, its distance, and whether it is certified to be the nearest.

    Examples
    --------
    >>> import equivariety as ev
    >>> near = ev.LinearConvNet([2, 2], [1, 1]).nearest([1, 0, 1])  # z^2 + 1 has no real roots
    >>> near.filter.shape, round(near.distance, 3), near.certified
    ((3,), 1.0, True)
    """

    filter: FloatArray
    filters: tuple[FloatArray, ...]
    distance: float
    certified: bool
    note: str


def nearest_filter(net: LinearArchitecture, values: Any, start: StartSystem | None = None) -> NearestFilter:
    """The point of the function space nearest to a filter in the Euclidean norm.

    Raises
    ------
    InputError
        If the filter has the wrong length or the architecture has too many critical points to track.

    Examples
    --------
    >>> from equivariety.convolution import LinearConvNet
    >>> near = nearest_filter(LinearConvNet([2, 2], [1, 1]), [1, 0, 1])  # z^2 + 1 has no real root
    >>> round(near.distance, 12), near.certified
    (1.0, True)
    """
    target = as_float(read_filter(values, net.size, "the filter"))
    if not np.any(target):
        return NearestFilter(target, tuple(np.zeros(size) for size in net.filter_sizes), 0.0, True, "")
    if locate(net, values).contains:
        filters = factorize(net, values)[0]
        return NearestFilter(target, tuple(w.real for w in filters), 0.0, True, "")
    exponent = int(np.frexp(np.max(np.abs(target)))[1])
    return _scaled(_nearest_outside(net, np.ldexp(target, -exponent), start), exponent)


def _nearest_outside(net: LinearArchitecture, target: FloatArray, start: StartSystem | None) -> NearestFilter:
    """The nearest point of a filter whose largest entry is about one."""
    error = from_moments(np.eye(net.size), target, float(target @ target))
    [solutions] = solve_errors(net, [error], start)
    found = describe_solutions(net, error, solutions)
    options = [(_distance(point.filter, target), point.filters) for point in found.real]
    options.append((float(np.linalg.norm(target)), tuple(np.zeros(size) for size in net.filter_sizes)))
    distance, filters = min(options, key=lambda option: option[0])
    descended, other = _descend(net, target)
    if descended < distance - CLOSER_POINT_TOLERANCE * float(np.linalg.norm(target)):
        note = "the nearest point is a degenerate critical point, found by descent from random filters: not certified"
        return NearestFilter(product_filter(other, net.steps), other, descended, False, note)
    note = "" if found.complete else found.note
    return NearestFilter(product_filter(filters, net.steps), filters, distance, found.complete, note)


def _scaled(near: NearestFilter, exponent: int) -> NearestFilter:
    """The answer for the filter times a power of two, shared by the layers; nothing is rounded."""
    share, rest = divmod(exponent, len(near.filters))
    first, *later = (np.ldexp(w, share) for w in near.filters)
    filters = (np.ldexp(first, rest), *later)
    distance = float(np.ldexp(near.distance, exponent))
    return replace(near, filter=np.ldexp(near.filter, exponent), filters=filters, distance=distance)


def _descend(net: LinearArchitecture, target: FloatArray) -> tuple[float, tuple[FloatArray, ...]]:
    """Best of a few local descents from random filters."""
    from scipy.optimize import least_squares

    random = np.random.default_rng(DESCENT_SEED)
    cuts = np.cumsum(net.filter_sizes)[:-1]

    def difference(point: FloatArray) -> FloatArray:
        return product_filter(np.split(point, cuts), net.steps) - target

    def derivative(point: FloatArray) -> FloatArray:
        return parameterization_jacobian(np.split(point, cuts), net.steps)

    starts = random.standard_normal((DESCENTS, sum(net.filter_sizes)))
    ends = [least_squares(difference, start, jac=derivative).x for start in starts]
    best = min(ends, key=lambda point: float(np.linalg.norm(difference(point))))
    return float(np.linalg.norm(difference(best))), tuple(np.split(best, cuts))


def _distance(first: FloatArray, second: FloatArray) -> float:
    return float(np.linalg.norm(first - second))
