"""The towers of a filter with floating-point entries: roots that are close are taken to be equal.

Nothing is certified here. The roots themselves are exact: those of the polynomial with exactly these float
coefficients. Composing layers in floating point moves them a little, so points closer than a tolerance are merged into
one at their mean. Distances are those of logarithms, |log x - log y|: they do not change under z -> c z and z -> 1/z,
are relative distances for close points, and grow by the factor s under z -> z^s; so does the tolerance from level to
level. (0 and infinity are roots exactly if the outer entries of the filter vanish.)

No single tolerance fits all filters: a root of multiplicity m moves by about eps^{1/m} under rounding, while distinct
roots may be closer than that. So there is one tower for each of a list of tolerances, as far as the merged roots still
reproduce the filter. Whoever finds layers by one of them has their product to compare with the filter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.array_types import FloatArray, IntArray
from equivariety.convolution.entries import ComplexArray
from equivariety.convolution.root_products import composed, layer_polynomials, relative_error
from equivariety.convolution.towers import FIRST_FINITE, START_PRECISION, RootTower, level_of, support
from equivariety.tolerances import FILTER_TOLERANCE, ROOT_TOLERANCES


@dataclass(frozen=True)
class _Points:
    """Distinct nonzero points of one level, their logarithms and the indices of their conjugates."""

    values: tuple[Any, ...]
    logarithms: ComplexArray
    conjugate: IntArray


def numerical_towers(values: FloatArray, strides: Sequence[int]) -> Iterator[RootTower]:
    """The towers of a nonzero float filter, the preferred tolerance first.

    `strides` are those of all layers but the last. Towers that do not reproduce the filter are left out, and so are
    those that put more points below another than the stride allows: there the tolerance mixed up distinct points.
    """
    first, last = support(values.tolist())
    points, counts = _roots(values[first : last + 1])
    outer = (first, len(values) - 1 - last)
    seen: list[Any] = []
    for tolerance in ROOT_TOLERANCES:
        tower = _tower(points, counts, outer, float(values[last]), strides, tolerance)
        structure = (tower.multiplicities, [level.image for level in tower.levels])
        if structure not in seen and (tolerance == 0 or _is_sound(tower, values)):
            seen.append(structure)
            yield tower


def has_close_roots(tower: RootTower) -> bool:
    """Whether the tower merged roots, so that its answers depend on the tolerance."""
    return tower.tolerance is not None and any(count > 1 for count in tower.multiplicities[FIRST_FINITE:])


def _tower(
    points: _Points, counts: IntArray, outer: tuple[int, int], scale: float, strides: Sequence[int], tolerance: float
) -> RootTower:
    from flint import acb, ctx

    with ctx.workprec(START_PRECISION):
        points, labels = _merge(points, counts, tolerance)
        counts = np.bincount(labels, weights=counts).astype(np.intp)
        levels, step = [], 1
        for stride in strides:
            step *= stride
            powers = _Points(*_power(points, stride), points.conjugate)
            upper, image = _merge(powers, np.ones(len(powers.values)), tolerance * step)
            levels.append(level_of(points.values, points.conjugate.tolist(), image.tolist(), stride))
            points = upper
        levels.append(level_of(points.values, points.conjugate.tolist(), range(len(points.values)), 1))
        return RootTower(tuple(levels), (*outer, *(int(n) for n in counts)), acb(scale), tolerance)


def _roots(values: FloatArray) -> tuple[_Points, IntArray]:
    """Distinct roots of the polynomial with exactly these float coefficients, and their multiplicities."""
    from flint import ctx, fmpq, fmpq_poly

    with ctx.workprec(START_PRECISION):
        polynomial: Any = fmpq_poly([fmpq(*float(x).as_integer_ratio()) for x in values]).numer()
        found = polynomial.complex_roots()
        roots = tuple(ball.mid() for ball, _ in found)
        logarithms = _logarithms(roots)
    conjugate = np.argmin(_distances(logarithms, logarithms.conj()), axis=1) if len(roots) else np.zeros(0, np.intp)
    return _Points(roots, logarithms, conjugate), np.array([count for _, count in found], dtype=np.intp)


def _power(points: _Points, stride: int) -> tuple[tuple[Any, ...], ComplexArray]:
    values = tuple((value**stride).mid() for value in points.values)
    return values, _logarithms(values)


def _logarithms(values: Sequence[Any]) -> ComplexArray:
    return np.array([complex(value.log()) for value in values], dtype=np.complex128)


def _distances(first: ComplexArray, second: ComplexArray) -> FloatArray:
    """|log x - log y| for all pairs, with arguments modulo 2 pi."""
    difference = first[:, None] - second[None, :]
    angle = (difference.imag + np.pi) % (2 * np.pi) - np.pi
    return np.asarray(np.hypot(difference.real, angle))


def _merge(points: _Points, weights: NDArray[Any], tolerance: float) -> tuple[_Points, IntArray]:
    """Means of the clusters of close points, closed under conjugation, and the cluster of each point."""
    from scipy.sparse.csgraph import connected_components

    if not points.values:
        return points, np.zeros(0, dtype=np.intp)
    near = _distances(points.logarithms, points.logarithms) <= tolerance
    count, labels = connected_components(near, directed=False)
    members = [np.flatnonzero(labels == label) for label in range(count)]
    conjugate = np.array([labels[points.conjugate[group[0]]] for group in members])
    values = [_mean(points.values, group, weights) for group in members]
    for label, mirror in enumerate(conjugate):
        values[mirror] = _real(values[label]) if mirror == label else values[label].conjugate()
    return _Points(tuple(values), _logarithms(values), conjugate), labels.astype(np.intp)


def _mean(values: Sequence[Any], group: IntArray, weights: NDArray[Any]) -> Any:
    total = sum(values[i] * int(weights[i]) for i in group)
    return (total / int(weights[group].sum())).mid()


def _real(value: Any) -> Any:
    from flint import acb

    return acb(value.real)


def _is_sound(tower: RootTower, values: FloatArray) -> bool:
    for level in tower.levels[:-1]:
        if max(np.bincount(level.image[FIRST_FINITE:], minlength=1)) > level.stride:
            return False
    product = composed(layer_polynomials(tower, [tower.multiplicities]), [1])
    return relative_error(product, values) <= FILTER_TOLERANCE
