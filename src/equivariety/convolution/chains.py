"""All ways to share the roots of a filter among the layers.

A chain gives each layer the multiset of its roots, as multiplicities over the points of its level of the tower. The
recursion peels off the first layer: the others must form R(z^s) with R a divisor, of the right degree, of the largest
C such that C(z^s) divides what is left.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias

from equivariety.convolution.entries import ComplexArray
from equivariety.convolution.root_products import float_filter, layer_polynomials
from equivariety.convolution.towers import FIRST_FINITE, Level, RootTower

if TYPE_CHECKING:
    from equivariety.convolution.architecture import LinearConvNet

Field: TypeAlias = Literal["R", "C"]
Multiset: TypeAlias = tuple[int, ...]
Chain: TypeAlias = tuple[Multiset, ...]


def chains(net: LinearConvNet, tower: RootTower, field: Field) -> Iterator[Chain]:
    """Every chain of the architecture, each once: the real ones (closed under conjugation) or all."""
    yield from _descend(tower, rest_degrees(net), field, 0, tower.multiplicities)


def largest_sparse_divisor(lower: Level, upper_size: int, multiset: Multiset) -> Multiset:
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


def is_tight(net: LinearConvNet, tower: RootTower, chain: Chain) -> bool:
    """Whether at every level the largest sparse divisor is just the product of the later layers.

    Then the factorization is the only one, over the complex numbers too, and the parameterization is an immersion
    there up to scaling (shown for two layers; more follow by composing).
    """
    rests = _rests(tower, chain)
    for index, degree in enumerate(rest_degrees(net)):
        bound = largest_sparse_divisor(tower.levels[index], len(tower.levels[index + 1].values), rests[index])
        if sum(bound) != degree:
            return False
    return True


def chain_filters(net: LinearConvNet, tower: RootTower, chain: Chain) -> tuple[ComplexArray, ...]:
    """Filters with the roots of a chain: later layers monic, the first one carries the scale."""
    polynomials = layer_polynomials(tower, chain)
    return tuple(float_filter(w, size) for w, size in zip(polynomials, net.filter_sizes, strict=True))


def divisors(bound: Multiset, orbits: Sequence[tuple[int, ...]], degree: int) -> Iterator[Multiset]:
    """All multisets below `bound`, constant on the orbits, of the given degree."""
    room = [0]
    for orbit in reversed(orbits):
        room.append(room[-1] + len(orbit) * bound[orbit[0]])
    room.reverse()
    chosen = [0] * len(bound)

    def choose(index: int, left: int) -> Iterator[Multiset]:
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


def _descend(tower: RootTower, degrees: Sequence[int], field: Field, index: int, left: Multiset) -> Iterator[Chain]:
    if index == len(degrees):
        yield (left,)
        return
    lower, upper = tower.levels[index], tower.levels[index + 1]
    bound = largest_sparse_divisor(lower, len(upper.values), left)
    for rest in divisors(bound, _orbits(upper, field), degrees[index]):
        own = tuple(m - p for m, p in zip(left, pull_back(lower, rest), strict=True))
        for tail in _descend(tower, degrees, field, index + 1, rest):
            yield (own, *tail)


def pull_back(lower: Level, multiset: Multiset) -> Multiset:
    """Roots of R(z^s) for the roots of R: each point becomes its s-th roots, 0 and infinity s-fold."""
    ramification = [lower.stride if point < FIRST_FINITE else 1 for point in range(len(lower.image))]
    return tuple(r * multiset[image] for r, image in zip(ramification, lower.image, strict=True))


def _rests(tower: RootTower, chain: Chain) -> list[Multiset]:
    """For each layer the roots of the product of that layer and all later ones, at its level."""
    rests = [chain[-1]]
    for level, own in zip(reversed(tower.levels[:-1]), reversed(chain[:-1]), strict=True):
        pulled = pull_back(level, rests[0])
        rests.insert(0, tuple(m + p for m, p in zip(own, pulled, strict=True)))
    return rests


def rest_degrees(net: LinearConvNet) -> list[int]:
    """For each layer but the last the degree, at the next level, of the product of the later ones."""
    degrees: list[int] = []
    degree = net.filter_sizes[-1] - 1
    for size, stride in zip(reversed(net.filter_sizes[:-1]), reversed(net.strides[:-1]), strict=True):
        degrees.insert(0, degree)
        degree = size - 1 + stride * degree
    return degrees


def _orbits(level: Level, field: Field) -> list[tuple[int, ...]]:
    if field == "C":
        return [(point,) for point in range(len(level.values))]
    return [(i,) if i == j else (i, j) for i, j in enumerate(level.conjugate) if i <= j]
