"""The roots of a filter and of the polynomials in z^{S_2}, z^{S_3}, ... that may divide it.

A *tower* holds, for every layer l, the points v = r^{S_l} for the roots r of the filter u on the projective line, and
the map v -> v^{s_l} to the next level. A polynomial R(z^{s}) divides another exactly when its roots, pulled back along
that map, are among the roots of the other; so all factorizations into sparse factors are read off the tower without
further arithmetic. Level by level the points are listed with 0 first and infinity second: both are real, both are
fixed by the map, and there the map is s-fold.

For a rational filter the tower is certified: multiplicities come from factoring over the rationals, real roots and
conjugate pairs from isolating balls, and the map from the minimal polynomials of the powers (python-flint).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from equivariety.convolution.entries import ExactFilter

ZERO, INFINITY, FIRST_FINITE = 0, 1, 2
START_PRECISION = 106


@dataclass(frozen=True)
class Level:
    """The points of one level, complex numbers of python-flint (their exponents are unbounded).

    `conjugate` and `image` are indices into this and into the next level.
    """

    values: tuple[Any, ...]
    conjugate: tuple[int, ...]
    image: tuple[int, ...]
    stride: int

    @property
    def real_points(self) -> tuple[int, ...]:
        """Indices of the real points, 0 and infinity among them."""
        return tuple(i for i, j in enumerate(self.conjugate) if i == j)


@dataclass(frozen=True)
class RootTower:
    """Roots of a nonzero filter with multiplicities, and their powers level by level.

    `scale` is the last nonzero coefficient; `tolerance` is None for a certified tower, else the relative distance
    below which roots were taken to be equal.
    """

    levels: tuple[Level, ...]
    multiplicities: tuple[int, ...]
    scale: Any
    tolerance: float | None


def exact_tower(values: ExactFilter, strides: Sequence[int]) -> RootTower:
    """The certified tower of a nonzero rational filter; `strides` are those of all layers but the last."""
    from flint import acb, fmpq, fmpq_poly

    first, last = support(values)
    coefficients = [fmpq(x.numerator, x.denominator) for x in values[first : last + 1]]
    core = fmpq_poly(coefficients)
    factors = [(factor, exponent) for factor, exponent in core.factor()[1] if factor.degree() > 0]
    multiplicities = [first, len(values) - 1 - last]
    for factor, exponent in factors:
        multiplicities += [exponent] * factor.degree()
    levels = _exact_levels([factor for factor, _ in factors], strides)
    return RootTower(levels, tuple(multiplicities), acb(coefficients[-1]), None)


def level_of(values: Sequence[Any], conjugate: Sequence[int], image: Sequence[int], stride: int) -> Level:
    """The level with the given nonzero finite points, 0 and infinity put before them."""
    from flint import acb

    return Level(
        (acb(0), acb("inf"), *values),
        (0, 1, *(FIRST_FINITE + int(i) for i in conjugate)),
        (0, 1, *(FIRST_FINITE + int(i) for i in image)),
        stride,
    )


def support(values: Sequence[Any]) -> tuple[int, int]:
    """First and last index of a nonzero coefficient."""
    indices = [i for i, x in enumerate(values) if x != 0]
    return indices[0], indices[-1]


def _exact_levels(factors: list[Any], strides: Sequence[int]) -> tuple[Level, ...]:
    chain = [factors]
    images = []
    for stride in strides:
        powers = [_power_polynomial(factor, stride) for factor in chain[-1]]
        distinct: list[Any] = []
        for power in powers:
            if power not in distinct:
                distinct.append(power)
        images.append([distinct.index(power) for power in powers])
        chain.append(distinct)
    return _isolate(chain, images, strides, START_PRECISION)


def _power_polynomial(factor: Any, stride: int) -> Any:
    """Minimal polynomial of r^stride for a root r of an irreducible polynomial: of the power of its companion."""
    from flint import fmpq_mat

    if stride == 1:
        return factor
    degree = factor.degree()
    leading = factor[degree]
    companion = fmpq_mat(degree, degree)
    for i in range(degree):
        companion[i, degree - 1] = -factor[i] / leading
        if i + 1 < degree:
            companion[i + 1, i] = 1
    # The characteristic polynomial is a power of the minimal one, because the factor is irreducible.
    return (companion**stride).charpoly().factor()[1][0][0]


def _isolate(chain: list[list[Any]], images: list[list[int]], strides: Sequence[int], bits: int) -> tuple[Level, ...]:
    """Root balls of every level; the precision doubles until each power meets exactly one ball of its polynomial."""
    from flint import ctx

    with ctx.workprec(bits):
        balls = [[[ball for ball, _ in factor.complex_roots()] for factor in factors] for factors in chain]
        maps = [_match_level(balls[i], balls[i + 1], images[i], strides[i]) for i in range(len(strides))]
        conjugates = [_conjugate_pairs(level) for level in balls]
        values = [[ball.mid() for group in level for ball in group] for level in balls]
    if any(matched is None for matched in maps + conjugates):
        return _isolate(chain, images, strides, 2 * bits)
    complete = [*maps, list(range(len(values[-1])))]
    return tuple(
        level_of(points, pairs or [], image or [], stride)
        for points, pairs, image, stride in zip(values, conjugates, complete, [*strides, 1], strict=True)
    )


def _match_level(lower: list[Any], upper: list[Any], groups: list[int], stride: int) -> list[int] | None:
    """For each root of the lower level the index of its power at the upper one; None if a ball is too wide."""
    offsets = _offsets(upper)
    result = []
    for roots, group in zip(lower, groups, strict=True):
        for root in roots:
            hits = [i for i, ball in enumerate(upper[group]) if ball.overlaps(root**stride)]
            if len(hits) != 1:
                return None
            result.append(offsets[group] + hits[0])
    return result


def _conjugate_pairs(level: list[Any]) -> list[int] | None:
    """For each root the index of its conjugate: itself for a real root, whose ball has imaginary part zero."""
    from flint import acb

    offsets = _offsets(level)
    result = []
    for roots, offset in zip(level, offsets[:-1], strict=True):
        for root in roots:
            mirror = acb(root.real, -root.imag)
            hits = [i for i, ball in enumerate(roots) if ball.overlaps(mirror)]
            if len(hits) != 1:
                return None
            result.append(offset + hits[0])
    return result


def _offsets(level: list[Any]) -> list[int]:
    offsets = [0]
    for roots in level:
        offsets.append(offsets[-1] + len(roots))
    return offsets


def total_steps(strides: Sequence[int]) -> tuple[int, ...]:
    """S_1 = 1 and S_l = s_1 ... s_{l-1}, one per layer.

    Examples
    --------
    >>> total_steps([3, 2, 2])
    (1, 3, 6)
    """
    steps = [1]
    for stride in strides[:-1]:
        steps.append(steps[-1] * stride)
    return tuple(steps)
