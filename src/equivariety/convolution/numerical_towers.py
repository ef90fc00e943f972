"""The tower of a filter with floating-point entries: roots that are close are taken to be equal.

Nothing is certified here. Roots closer than the tolerance, in the chordal metric of the Riemann sphere (which treats
0 and infinity alike), are merged into one root at their mean. A root of multiplicity m moves by about eps^{1/m} under
rounding, so the default tolerance eps^{1/4} covers multiplicities up to four.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.convolution.entries import ComplexArray, FloatArray
from equivariety.convolution.polynomials import from_roots
from equivariety.convolution.towers import FIRST_FINITE, Level, RootTower
from equivariety.tolerances import EPSILON

ROOT_TOLERANCE = EPSILON**0.25
TOLERANCE_RATIO = 8.0
RESIDUAL_TOLERANCE = EPSILON**0.5
"""A float filter belongs to the function space if a product of layers is this close to it, relative to its norm."""
ZERO_TOLERANCE = 8 * EPSILON
"""Coefficients below this fraction of the largest one are taken to be zero: roots at 0 or at infinity."""


def numerical_tower(values: FloatArray, strides: Sequence[int]) -> RootTower:
    """The tower of a nonzero float filter; `strides` are those of all layers but the last.

    Roots are merged at the largest tolerance for which the merged roots still reproduce the filter.
    """
    significant = np.flatnonzero(np.abs(values) > ZERO_TOLERANCE * np.max(np.abs(values)))
    first, last = int(significant[0]), int(significant[-1])
    core = values[first : last + 1]
    roots = _roots(core)
    tolerance = ROOT_TOLERANCE
    while tolerance > EPSILON and not _reproduces(core, *_merge(roots, tolerance)):
        tolerance /= TOLERANCE_RATIO
    points, labels = _merge(roots, tolerance)
    multiplicities = [first, len(values) - 1 - last, *(int(np.sum(labels == i)) for i in range(len(points)))]
    levels = []
    for stride in strides:
        upper, image = _merge(points**stride, tolerance)
        levels.append(_level(points, image, stride))
        points = upper
    levels.append(_level(points, np.arange(len(points)), 1))
    return RootTower(tuple(levels), tuple(multiplicities), float(values[last]), tolerance)


def has_close_roots(tower: RootTower) -> bool:
    """Whether the tower merged roots, so that its answers depend on the tolerance."""
    return tower.tolerance is not None and any(count > 1 for count in tower.multiplicities[FIRST_FINITE:])


def chordal_distances(points: ComplexArray) -> FloatArray:
    """Pairwise chordal distances |x - y| / sqrt((1 + |x|^2)(1 + |y|^2)), of shape (number, number)."""
    length = np.sqrt(1 + np.abs(points) ** 2)
    distances: FloatArray = np.abs(points[:, None] - points[None, :]) / (length[:, None] * length[None, :])
    return distances


def _roots(values: FloatArray) -> ComplexArray:
    """Roots with multiplicity of the polynomial with exactly these float coefficients, free of rounding errors."""
    from flint import fmpq, fmpq_poly

    pairs = [float(x).as_integer_ratio() for x in values]
    polynomial: Any = fmpq_poly([fmpq(*pair) for pair in pairs]).numer()
    found = [complex(ball) for ball, multiplicity in polynomial.complex_roots() for _ in range(multiplicity)]
    return np.array(found, dtype=np.complex128)


def _merge(roots: ComplexArray, tolerance: float) -> tuple[ComplexArray, NDArray[np.intp]]:
    """Means of the clusters of close roots, closed under conjugation, and the cluster of each root."""
    labels = np.full(len(roots), -1, dtype=np.intp)
    if len(roots) == 0:
        return roots, labels
    near = chordal_distances(roots) <= tolerance
    count = 0
    for start in range(len(roots)):
        if labels[start] < 0:
            _flood(near, labels, start, count)
            count += 1
    means = np.array([roots[labels == label].mean() for label in range(count)])
    return _symmetrize(means, tolerance), labels


def _flood(
    near: NDArray[np.bool_],
    labels: NDArray[np.intp],
    start: int,
    label: int,
) -> None:
    waiting = [start]
    while waiting:
        current = waiting.pop()
        labels[current] = label
        waiting += [int(i) for i in np.flatnonzero(near[current] & (labels < 0))]


def _symmetrize(points: ComplexArray, tolerance: float) -> ComplexArray:
    """Make points within the tolerance of their conjugate real."""
    heights = np.abs(points - points.conj()) / (1 + np.abs(points) ** 2)
    return np.where(heights <= tolerance, points.real + 0j, points)


def _reproduces(core: FloatArray, points: ComplexArray, labels: NDArray[np.intp]) -> bool:
    """Whether the polynomial with the merged roots is the given one, up to the residual tolerance."""
    product = core[-1] * from_roots(list(points[labels]), len(core) - 1)
    return float(np.linalg.norm(product - core)) <= RESIDUAL_TOLERANCE * float(np.linalg.norm(core))


def _level(points: ComplexArray, image: NDArray[np.intp], stride: int) -> Level:
    if len(points):
        nearest = np.argmin(np.abs(points[:, None] - points.conj()[None, :]), axis=1)
    else:
        nearest = np.zeros(0, dtype=np.intp)
    return Level(
        (0j, complex("inf"), *(complex(point) for point in points)),
        (0, 1, *(FIRST_FINITE + int(i) for i in nearest)),
        (0, 1, *(FIRST_FINITE + int(i) for i in image)),
        stride,
    )
