"""Which filters an architecture can represent, where they lie in the function space, and all their factorizations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Literal, TypeAlias

import numpy as np

from equivariety.array_types import FloatArray
from equivariety.convolution.architecture import LinearArchitecture
from equivariety.convolution.entries import ComplexArray, Filter, is_exact, read_filter
from equivariety.convolution.numerical_towers import has_close_roots, numerical_towers
from equivariety.convolution.root_products import (
    composed,
    is_zero,
    layer_polynomials,
    relative_error,
    scaled_jacobian,
)
from equivariety.convolution.root_sharing import (
    NumberField,
    Roots,
    RootSharing,
    filters_of,
    is_tight,
    largest_sparse_divisor,
    pull_back,
    rest_degrees,
    sharings,
)
from equivariety.convolution.towers import Level, RootTower, exact_tower
from equivariety.errors import InputError
from equivariety.tolerances import FILTER_TOLERANCE

Region: TypeAlias = Literal["interior", "boundary", "outside"]
MAX_FACTORIZATIONS = 10_000


@dataclass(frozen=True)
class Membership:
    """Where a filter lies.

    `region` is relative to the Zariski closure of the function space; `singular` tells whether the filter is a
    singular point of that closure. `certified` is true for rational filters; for floats `tolerance` is the relative
    distance below which roots were taken to be equal, and `note` says so when that mattered.

    Examples
    --------
    >>> import equivariety as ev
    >>> answer = ev.LinearConvNet([2, 2], [1, 1]).membership([1, 2, 1])
    >>> answer.contains, answer.region, answer.singular, answer.certified
    (True, 'boundary', False, True)
    """

    contains: bool
    region: Region
    singular: bool
    certified: bool
    tolerance: float | None
    note: str


def locate(net: LinearArchitecture, values: Any) -> Membership:
    """Whether the filter is end-to-end filter of the architecture, and where it lies in the function space.

    For stride one the filter belongs to it when it has at least as many real roots, with multiplicity and with those
    at 0 and infinity, as there are layers of even size; it lies in the interior when that many distinct real roots
    have odd multiplicity. With strides the layers must be sparse factors. The zero filter is
    always a member; it is reported as a boundary point unless the function space is known to be Zariski closed.

    A float filter is a member if layers compose to it up to 1.5e-8, relative to its envelope (see `root_products`):
    entries are taken at their word, whatever their size, so the answer is the same for a u(c z).

    Raises
    ------
    InputError
        If the filter has the wrong length or entries that are not finite numbers.
    """
    filter_ = read_filter(values, net.size, "the filter")
    if is_zero(filter_):
        region: Region = "interior" if net.zariski_closed else "boundary"
        # A cone is smooth at zero exactly if it is a linear space, a variety of degree one.
        return Membership(True, region, net.degree > 1, is_exact(filter_), None, "the zero filter")
    reduced = net.reduced()
    tower, region = _preferred(net, filter_)
    singular = region != "outside" and _is_singular(reduced, tower)
    return Membership(region != "outside", region, singular, is_exact(filter_), tower.tolerance, _note(tower))


def factorize(
    net: LinearArchitecture, values: Any, field: NumberField = "R", limit: int = MAX_FACTORIZATIONS
) -> list[tuple[FloatArray, ...]] | list[tuple[ComplexArray, ...]]:
    """All real (or complex) filters of the layers that compose to the given filter, up to scaling of the layers.

    Every layer but the first is monic in its last nonzero entry; the first one carries the scale. Which roots go
    together is decided exactly for rational filters; the entries themselves are floating point.

    Raises
    ------
    InputError
        If the filter is zero (infinitely many), has the wrong length, or has more than `limit` factorizations.
    """
    filter_ = read_filter(values, net.size, "the filter")
    if is_zero(filter_):
        raise InputError("the filter must not be zero: the zero filter has infinitely many factorizations")
    found: list[RootSharing] = []
    for tower in _towers(filter_, net):
        found = list(islice(_accepted(net, tower, field, filter_), limit + 1))
        if found:
            break
    if len(found) > limit:
        raise InputError(f"the filter has more than {limit} factorizations: raise limit to list them all")
    filters = [filters_of(net, tower, sharing) for sharing in found]
    if field == "C":
        return filters
    return [tuple(w.real.copy() for w in layers) for layers in filters]


def region_of_tower(net: LinearArchitecture, tower: RootTower, filter_: Filter) -> Region:
    """Region of a nonzero filter, given its tower for the reduced architecture; see `_is_interior`."""
    real = (
        sharing for sharing in _accepted(net.reduced(), tower, "R", filter_) if _blocks_contain(net, tower, sharing)
    )
    if next(real, None) is None:
        return "outside"
    return "interior" if _is_interior(net, tower) else "boundary"


def _is_interior(net: LinearArchitecture, tower: RootTower) -> bool:
    """Whether a member of the function space has a neighborhood in the Zariski closure that belongs to it.

    1. If the function space is Zariski closed, every member is interior.
    2. A single block is interior if enough distinct real roots have odd multiplicity.
    3. If the first block is determined (the largest sparse divisor is just the product of the later layers), then the
       function space looks like the product of those of the first block and of the later layers.
    4. With two blocks that are single layers, a member is a boundary point when it is a limit of u = A C(z^s) with C
       positive definite of even degree above k_2 - 1 (k_2 even): when such a semidefinite divisor exists.
    5. Otherwise it is interior if all complex factorizations are real, regular and interior in the merged layers, and
       reported as boundary if not. This may err on the side of the boundary.
    """
    reduced = net.reduced()
    if net.zariski_closed:
        return True
    if len(net.blocks) == 1:
        return _odd_real_roots(tower.levels[0], tower.multiplicities) >= _even_sizes(net)[0]
    lower, upper = tower.levels[:2]
    bound = largest_sparse_divisor(lower, len(upper.values), tower.multiplicities)
    if sum(bound) == rest_degrees(reduced)[0]:
        own = tuple(m - p for m, p in zip(tower.multiplicities, pull_back(lower, bound), strict=True))
        later = type(net)(net.filter_sizes[len(net.blocks[0]) :], net.strides[len(net.blocks[0]) :])
        rest = replace(tower, levels=tower.levels[1:], multiplicities=bound)
        return _odd_real_roots(lower, own) >= _even_sizes(net)[0] and _is_interior(later, rest)
    if len(net.blocks) == 2 and net.equals_reduced:
        return not _has_semidefinite_divisor(reduced.filter_sizes[1], upper, bound)
    everything = list(islice(sharings(reduced, tower, "C"), MAX_FACTORIZATIONS))
    return all(
        _is_real(tower, sharing) and _is_immersed(reduced, tower, sharing) and _blocks_interior(net, tower, sharing)
        for sharing in everything
    )


def _towers(filter_: Filter, net: LinearArchitecture) -> Iterator[RootTower]:
    strides = net.strides[:-1]
    if isinstance(filter_, tuple):
        yield exact_tower(filter_, strides)
    else:
        yield from numerical_towers(filter_, strides)


def _preferred(net: LinearArchitecture, filter_: Filter) -> tuple[RootTower, Region]:
    """The first tower by which the filter is a member, or else just the first, and the region it gives."""
    towers = []
    for tower in _towers(filter_, net.reduced()):
        towers.append(tower)
        region = region_of_tower(net, tower, filter_)
        if region != "outside":
            return tower, region
    return towers[0], "outside"


def _note(tower: RootTower) -> str:
    if not has_close_roots(tower):
        return ""
    return f"roots closer than {tower.tolerance:.1e} were taken to be equal: not certified, give rational entries"


def _accepted(net: LinearArchitecture, tower: RootTower, field: NumberField, filter_: Filter) -> Iterator[RootSharing]:
    """The sharings; for a float filter only those whose product is close to it."""
    for sharing in sharings(net, tower, field):
        if isinstance(filter_, tuple) or _error(net, tower, sharing, filter_) <= FILTER_TOLERANCE:
            yield sharing


def _error(net: LinearArchitecture, tower: RootTower, sharing: RootSharing, values: FloatArray) -> float:
    return relative_error(composed(layer_polynomials(tower, sharing), net.steps), values)


def _blocks_contain(net: LinearArchitecture, tower: RootTower, sharing: RootSharing) -> bool:
    counts = [sum(own[i] for i in level.real_points) for level, own in zip(tower.levels, sharing, strict=True)]
    return all(count >= even for count, even in zip(counts, _even_sizes(net), strict=True))


def _blocks_interior(net: LinearArchitecture, tower: RootTower, sharing: RootSharing) -> bool:
    counts = [_odd_real_roots(level, own) for level, own in zip(tower.levels, sharing, strict=True)]
    return all(count >= even for count, even in zip(counts, _even_sizes(net), strict=True))


def _even_sizes(net: LinearArchitecture) -> list[int]:
    """For each reduced layer the number of layers of even size merged into it."""
    return [sum(size % 2 == 0 for size in block) for block in net.blocks]


def _odd_real_roots(level: Level, multiset: Roots) -> int:
    """Number of distinct real roots of odd multiplicity."""
    return sum(multiset[point] % 2 for point in level.real_points)


def _has_semidefinite_divisor(size: int, level: Level, bound: Roots) -> bool:
    """Whether a divisor of the bound is semidefinite of even degree above size - 1; never for odd sizes."""
    if size % 2 == 1:
        return False
    real = sum(2 * (bound[point] // 2) for point in level.real_points)
    pairs = sum(bound[i] for i, j in enumerate(level.conjugate) if i != j)
    return real + pairs >= size


def _is_real(tower: RootTower, sharing: RootSharing) -> bool:
    return all(
        own[i] == own[j]
        for level, own in zip(tower.levels, sharing, strict=True)
        for i, j in enumerate(level.conjugate)
    )


def _is_singular(reduced: LinearArchitecture, tower: RootTower) -> bool:
    found = list(islice(sharings(reduced, tower, "C"), 2))
    if found and is_tight(reduced, tower, found[0]):
        return False
    return len(found) != 1 or not _is_immersed(reduced, tower, found[0])


def _is_immersed(reduced: LinearArchitecture, tower: RootTower, sharing: RootSharing) -> bool:
    if is_tight(reduced, tower, sharing):
        return True
    jacobian = scaled_jacobian(layer_polynomials(tower, sharing), reduced.filter_sizes, reduced.steps)
    return int(np.linalg.matrix_rank(jacobian, tol=FILTER_TOLERANCE)) == reduced.dimension
