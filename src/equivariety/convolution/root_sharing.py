"""All ways to share the roots of a filter among the layers.

A sharing gives each layer the multiset of its roots, as multiplicities over the points of its level of the tower. The
recursion peels off the first layer: the others must form R(z^s) with R a divisor, of the right degree, of the largest
C such that C(z^s) divides what is left.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

from equivariety.convolution.architecture import LinearArchitecture
from equivariety.convolution.entries import ComplexArray
from equivariety.convolution.root_products import float_filter, layer_polynomials
from equivariety.convolution.towers import FIRST_FINITE, Level, RootTower

NumberField: TypeAlias = Literal["R", "C"]
Roots: TypeAlias = tuple[int, ...]
RootSharing: TypeAlias = tuple[Roots, ...]


def sharings(net: LinearArchitecture, tower: RootTower, field: NumberField) -> Iterator[RootSharing]:
    """Every sharing of the architecture, each once: the real ones (closed under conjugation) or all."""
    yield from _descend(tower, rest_degrees(net), field, 0, tower.multiplicities)


def largest_sparse_divisor(lower: Level, upper_size: int, multiset: Roots) -> Roots:
    """The multiset of the largest C with C(z^s) dividing the polynomial of the given roots.

    A nonzero finite point needs all its s roots; 0 and infinity are s-fold there.
    """
    children: list[list[int]] = [[] for _ in range(upper_size)]
    for point, image in enumerate(lower.image):
        children[image].append(multiset[point])
    bounds = [children[0][0] // lower.stride, children[1][0] // lower.stride]
    for counts in children[FIRST_FINITE:]:
        bounds.append(min(counts) if len(counts) == lower.stride else 0)
    return tuple(bounds)


def is_tight(net: LinearArchitecture, tower: RootTower, sharing: RootSharing) -> bool:
    """Whether at every level the largest sparse divisor is just the product of the later layers.

    Then the factorization is the only one, over the complex numbers too, and the parameterization is an immersion
    there up to scaling (shown for two layers; more follow by composing).
    """
    rests = _rests(tower, sharing)
    for index, degree in enumerate(rest_degrees(net)):
        bound = largest_sparse_divisor(tower.levels[index], len(tower.levels[index + 1].values), rests[index])
        if sum(bound) != degree:
            return False
    return True


def filters_of(net: LinearArchitecture, tower: RootTower, sharing: RootSharing) -> tuple[ComplexArray, ...]:
    """Filters with the roots of a sharing: later layers monic, the first one carries the scale."""
    polynomials = layer_polynomials(tower, sharing)
    return tuple(float_filter(w, size) for w, size in zip(polynomials, net.filter_sizes, strict=True))


def divisors(bound: Roots, orbits: Sequence[tuple[int, ...]], degree: int) -> Iterator[Roots]:
    """All multisets below `bound`, constant on the orbits, of the given degree."""
    room = [0]
    for orbit in reversed(orbits):
        room.append(room[-1] + len(orbit) * bound[orbit[0]])
    room.reverse()
    chosen = [0] * len(bound)

    def choose(index: int, left: int) -> Iterator[Roots]:
        if left > room[index]:
            return
        if index == len(orbits):
            yield tuple(chosen)
            return
        orbit = orbits[index]
        for count in range(min(bound[orbit[0]], left // len(orbit)), -1, -1):
            for point in orbit:
                chosen[point] = count
            yield from choose(index + 1, left - count * len(orbit))
        for point in orbit:
            chosen[point] = 0

    yield from choose(0, degree)


def _descend(
    tower: RootTower, degrees: Sequence[int], field: NumberField, index: int, left: Roots
) -> Iterator[RootSharing]:
    if index == len(degrees):
        yield (left,)
        return
    lower, upper = tower.levels[index], tower.levels[index + 1]
    bound = largest_sparse_divisor(lower, len(upper.values), left)
    for rest in divisors(bound, _orbits(upper, field), degrees[index]):
        own = tuple(m - p for m, p in zip(left, pull_back(lower, rest), strict=True))
        for tail in _descend(tower, degrees, field, index + 1, rest):
            yield (own, *tail)


def pull_back(lower: Level, multiset: Roots) -> Roots:
    """Roots of R(z^s) for the roots of R: each point becomes its s-th roots, 0 and infinity s-fold."""
    ramification = [lower.stride if point < FIRST_FINITE else 1 for point in range(len(lower.image))]
    return tuple(r * multiset[image] for r, image in zip(ramification, lower.image, strict=True))


def _rests(tower: RootTower, sharing: RootSharing) -> list[Roots]:
    """For each layer the roots of the product of that layer and all later ones, at its level."""
    rests = [sharing[-1]]
    for level, own in zip(reversed(tower.levels[:-1]), reversed(sharing[:-1]), strict=True):
        pulled = pull_back(level, rests[0])
        rests.insert(0, tuple(m + p for m, p in zip(own, pulled, strict=True)))
    return rests


def rest_degrees(net: LinearArchitecture) -> list[int]:
    """For each layer but the last the degree, at the next level, of the product of the later ones."""
    degrees: list[int] = []
    degree = net.filter_sizes[-1] - 1
    for size, stride in zip(reversed(net.filter_sizes[:-1]), reversed(net.strides[:-1]), strict=True):
        degrees.insert(0, degree)
        degree = size - 1 + stride * degree
    return degrees


def _orbits(level: Level, field: NumberField) -> list[tuple[int, ...]]:
    if field == "C":
        return [(point,) for point in range(len(level.values))]
    return [(i,) if i == j else (i, j) for i, j in enumerate(level.conjugate) if i <= j]
