"""Symmetric equivariant maps: what tied autoencoders and quadratic networks with one output can learn."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from heapq import merge
from math import prod
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equivariety.errors import InputError
from equivariety.isotypic.irreducible import Label
from equivariety.ranks.allocation import allocate
from equivariety.ranks.counting import Slot, count_maximal
from equivariety.ranks.listing import maximal_tuples
from equivariety.validation import is_whole_number, shown, whole_number
from equivariety.varieties.block_products import BlockProduct
from equivariety.varieties.maps import EquivariantMaps
from equivariety.varieties.scale import lies_within, unit_scale
from equivariety.varieties.symmetric_determinantal import SymmetricDeterminantalVariety
from equivariety.varieties.symmetric_points import (
    SymmetricCriticalPoint,
    SymmetricCriticalPoints,
    SymmetricPoint,
    symmetric_target,
)

MOST_COMPONENTS = 100_000
"""Largest number of components that are visited to add up degrees or to list critical points."""


@dataclass(frozen=True)
class SymmetricBlock:
    """One block of the symmetric equivariant maps: a symmetric matrix over a field, Hermitian over C and H."""

    label: Label
    field: str
    """``"R"``, ``"C"`` or ``"H"``."""
    irrep_dim: int
    """Real dimension of the irreducible: a block of rank r adds r times that to the rank of the map."""
    size: int
    """Multiplicity of the irreducible."""
    character: tuple[float, ...] = dataclasses.field(default=(), compare=False)
    """The trace of each generator on the irreducible."""

    @property
    def dimension(self) -> int:
        """Real dimension: m (m + 1) / 2, m^2, m (2 m - 1) over R, C, H."""
        return SymmetricDeterminantalVariety(self.size, self.size, self.field).dimension


@dataclass(frozen=True, init=False)
class SymmetricMaps:
    """The symmetric matrices that commute with an action.

    In the orthogonal coordinates of the isotypic decomposition a symmetric equivariant map is a direct sum of symmetric
    matrices over R and of Hermitian ones over C and H, one for each irreducible.

    Parameters
    ----------
    action : PermutationAction

    Examples
    --------
    >>> import equivariety as ev
    >>> maps = SymmetricMaps(ev.actions.cyclic(5))
    >>> maps.dimension, [(block.field, block.size) for block in maps.blocks]
    (3, [('R', 1), ('C', 1), ('C', 1)])

    Without symmetry, the distance to an indefinite matrix has one local minimum for each signature:

    >>> family = SymmetricMaps(ev.actions.trivial(4)).bounded(1)
    >>> [(m.signature, m.value, m.morse_index) for m in family.local_minima(np.diag([5, 2, -1, -4]))]
    [((1, 0), 21.0, 0), ((0, 1), 30.0, 0)]
    >>> maps.action == ev.actions.cyclic(5), maps.shape, len(maps.slots)
    (True, (5, 5), 3)
    >>> M = maps.project(np.diag([1.0, 2, 3, 4, 5]))
    >>> np.allclose(M, 3 * np.eye(5)), maps.contains(M), round(maps.distance(np.diag([1.0, 2, 3, 4, 5])), 6)
    (True, True, 3.162278)
    """

    maps: EquivariantMaps
    """All equivariant maps, symmetric or not."""

    def __repr__(self) -> str:
        n = self.maps.domain.degree
        return f"<SymmetricMaps R^{n} -> R^{n}, generators: {self.maps.domain.number_of_generators}>"

    def __init__(self, action: Any) -> None:
        object.__setattr__(self, "maps", EquivariantMaps(action))

    @property
    def action(self) -> Any:
        """The action that the maps commute with."""
        return self.maps.domain

    @cached_property
    def blocks(self) -> tuple[SymmetricBlock, ...]:
        """One block for each irreducible, in the order of the equivariant maps."""
        return tuple(SymmetricBlock(b.label, b.field, b.irrep_dim, b.cols, b.character) for b in self.maps.blocks)

    @property
    def shape(self) -> tuple[int, int]:
        """Shape (n, n) of the matrices."""
        return self.maps.shape

    @property
    def dimension(self) -> int:
        """Real dimension: (orbits on pairs + orbits that hold a pair together with its reverse) / 2."""
        return sum(block.dimension for block in self.blocks)

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The blocks as far as ranks are concerned."""
        return self.maps.slots

    def project(self, M: ArrayLike) -> NDArray[np.float64]:
        """The nearest symmetric equivariant map."""
        projected = self.maps.project(M)
        return (projected + projected.T) / 2

    def distance(self, M: ArrayLike) -> float:
        """Frobenius distance of M from the symmetric equivariant maps."""
        M = self.maps.as_matrix(M)
        scale = unit_scale(M)
        return scale * float(np.linalg.norm(M / scale - self.project(M / scale)))

    def contains(self, M: ArrayLike, tolerance: float | None = None) -> bool:
        """Whether M is symmetric and equivariant up to a distance; by default n sqrt(epsilon) / 100 times its norm."""
        return lies_within(self.maps.as_matrix(M), tolerance, self.distance)

    def bounded(self, rank: int) -> SymmetricRankBounded:
        """The symmetric equivariant maps of rank at most ``rank``: the function space of tied networks M = A^T D A."""
        return SymmetricRankBounded(self, rank)


@dataclass(frozen=True)
class SymmetricComponent(BlockProduct):
    """The symmetric equivariant maps whose block i has rank at most ``ranks[i]``.

    Parameters
    ----------
    maps : SymmetricMaps
    ranks : tuple of int

    Raises
    ------
    InputError
        If the number of ranks is not that of the blocks, or a rank exceeds its block.
    """

    maps: SymmetricMaps
    ranks: tuple[int, ...]

    def __repr__(self) -> str:
        return f"<SymmetricComponent of ranks {self.ranks} in {self.maps!r}>"

    def __post_init__(self) -> None:
        sizes = [block.size for block in self.maps.blocks]
        given = tuple(self.ranks)
        if len(given) != len(sizes):
            raise InputError(f"ranks must have one entry for each of the {len(sizes)} blocks, not {len(given)}")
        for number, (rank, size) in enumerate(zip(given, sizes, strict=True), start=1):
            if not is_whole_number(rank) or not 0 <= rank <= size:
                raise InputError(f"rank {number} must be a whole number from 0 to {size}, not {shown(rank)}")
        object.__setattr__(self, "ranks", tuple(map(int, given)))

    @property
    def rank(self) -> int:
        """Rank of a generic matrix."""
        return sum(block.irrep_dim * rank for block, rank in zip(self.maps.blocks, self.ranks, strict=True))

    @cached_property
    def factors(self) -> tuple[SymmetricDeterminantalVariety, ...]:
        """The variety of each block."""
        pairs = zip(self.maps.blocks, self.ranks, strict=True)
        return tuple(SymmetricDeterminantalVariety(rank, block.size, block.field) for block, rank in pairs)

    @property
    def connected_components(self) -> int:
        """Connected components of the maps whose blocks have exactly these ranks: one for each choice of signatures."""
        return prod(factor.connected_components for factor in self.factors)

    def critical_points(self, U: ArrayLike) -> SymmetricCriticalPoints:
        """The critical points of the squared distance to U, with Morse indices, lazily, best first.

        Examples
        --------
        >>> import equivariety as ev
        >>> (component,) = SymmetricMaps(ev.actions.trivial(3)).bounded(1).components()
        >>> points = component.critical_points(np.diag([3, 1, -2]))
        >>> [(round(p.value, 6), p.signature, p.morse_index) for p in points]
        [(5.0, (1, 0), 0), (10.0, (0, 1), 0), (13.0, (1, 0), 1)]
        """
        return SymmetricCriticalPoints(symmetric_target(self.maps.maps, self.maps.maps.as_matrix(U)), self.ranks)

    def local_minima(self, U: ArrayLike) -> tuple[SymmetricCriticalPoint, ...]:
        """All local minima of the distance to U, best first: one for each choice of signatures of the blocks."""
        return tuple(self.critical_points(U).minima())


@dataclass(frozen=True)
class SymmetricRankBounded:
    """The symmetric equivariant maps of rank at most r: a union of components, one for each maximal tuple of ranks.

    Parameters
    ----------
    maps : SymmetricMaps
    rank : int

    Raises
    ------
    InputError
        If the rank is negative or above n.

    Examples
    --------
    >>> import equivariety as ev
    >>> family = SymmetricMaps(ev.actions.cyclic(4)).bounded(2)
    >>> [(c.ranks, c.dimension) for c in family.components()]
    [((1, 0, 1), 2), ((0, 1, 0), 1)]
    """

    maps: SymmetricMaps
    rank: int

    def __repr__(self) -> str:
        return f"<SymmetricRankBounded of rank {self.rank} in {self.maps!r}>"

    def __post_init__(self) -> None:
        object.__setattr__(self, "rank", whole_number(self.rank, "rank", 0, self.maps.shape[0]))

    def count_components(self) -> int:
        """Number of irreducible components over R."""
        return count_maximal(self.maps.slots, self.rank)

    def components(self) -> Iterator[SymmetricComponent]:
        """All components, lazily, in falling lexicographic order of their ranks."""
        for ranks in maximal_tuples(self.maps.slots, self.rank):
            yield SymmetricComponent(self.maps, ranks)

    def component(self, ranks: Any) -> SymmetricComponent:
        """The product of the blocks of the given ranks."""
        found = SymmetricComponent(self.maps, ranks)
        if found.rank > self.rank:
            raise InputError(f"ranks must use at most the rank {self.rank} in all (sum of irrep_dim * rank), "
                             f"not {found.rank}")  # fmt: skip
        return found

    @cached_property
    def _few_components(self) -> tuple[SymmetricComponent, ...]:
        number = self.count_components()
        if number > MOST_COMPONENTS:
            raise InputError(f"the family has {number} components, and at most {MOST_COMPONENTS} are visited one by "
                             "one; `components` lists any number")  # fmt: skip
        return tuple(self.components())

    @property
    def dimension(self) -> int:
        """Real dimension: the largest of a component."""
        return max(component.dimension for component in self._few_components)

    @property
    def degree(self) -> int:
        """Degree of the complexification of the components of largest dimension together."""
        return sum(component.degree for component in self._few_components if component.dimension == self.dimension)

    @property
    def ed_degree(self) -> int:
        """Number of complex critical points of the Frobenius distance to a generic matrix, on all components."""
        return sum(component.ed_degree for component in self._few_components)

    @property
    def generic_ed_degree(self) -> int:
        """Number of complex critical points of a generic quadratic form, on all components."""
        return sum(component.generic_ed_degree for component in self._few_components)

    def nearest(self, U: ArrayLike, positive: bool = False) -> SymmetricPoint:
        """The nearest symmetric equivariant map of rank at most r to U: the global optimum over all components.

        Parameters
        ----------
        U : array_like of shape (n, n)
        positive : bool
            Only positive semidefinite maps, M = A^T A with A equivariant; else M = A^T D A with signs D.

        Examples
        --------
        >>> import equivariety as ev
        >>> family = SymmetricMaps(ev.actions.trivial(3)).bounded(2)
        >>> family.nearest(np.diag([3.0, 1.0, -2.0])).matrix().diagonal().tolist()
        [3.0, 0.0, -2.0]
        >>> family.nearest(np.diag([3.0, 1.0, -2.0]), positive=True).matrix().diagonal().tolist()
        [3.0, 1.0, 0.0]
        """
        target = symmetric_target(self.maps.maps, self.maps.maps.as_matrix(U))
        useful = [np.maximum(values, 0.0) if positive else values for values in target.values]
        orders = [np.argsort(-np.abs(values), axis=1, kind="stable") for values in useful]
        costs = [bundle.dimension for bundle in self.maps.maps.bundles]
        gains = [cost * np.take_along_axis(values, order, axis=1) ** 2
                 for cost, values, order in zip(costs, useful, orders, strict=True)]  # fmt: skip
        counts = allocate(gains, costs, self.rank)
        kept = tuple(
            (np.argsort(order, axis=1) < count[:, None]) & (values != 0)
            for order, count, values in zip(orders, counts, useful, strict=True)
        )
        ranks = tuple(int(counts[number][position]) for number, position in target.places)
        return SymmetricPoint(target, kept, ranks)

    def contains(self, M: ArrayLike, tolerance: float | None = None) -> bool:
        """Whether M is symmetric, equivariant and of rank at most r, up to a distance."""
        return lies_within(self.maps.maps.as_matrix(M), tolerance, lambda unit: self.nearest(unit).distance)

    def critical_points(self, U: ArrayLike) -> Iterator[SymmetricCriticalPoint]:
        """The critical points of the squared distance to U on the smooth parts of all components, best first."""
        found = [component.critical_points(U) for component in self._few_components]
        return merge(*found, key=lambda point: point.distance)

    def local_minima(self, U: ArrayLike) -> tuple[SymmetricCriticalPoint, ...]:
        """All local minima of the squared distance to U, best first: on each component one for each signature.

        Only the first is global; gradient descent on a factorization M = A^T D A ends in the one of its D.
        """
        found = [point for component in self._few_components for point in component.local_minima(U)]
        return tuple(sorted(found, key=lambda point: point.distance))

    def fit(self, X: Any, sample_weight: Any | None = None) -> Any:
        """The best tied autoencoder for data: x -> A^T A x of rank at most r with the least mean squared error.

        The best of *all* equivariant maps of bounded rank from X to itself is an orthogonal projection, symmetric and
        positive semidefinite; so tying decoder and encoder costs nothing, and this is that map.

        Returns
        -------
        Solution
            As from ``EquivariantMaps(action).bounded(rank).fit(X)``.
        """
        return self.maps.maps.bounded(self.rank).fit(X, sample_weight=sample_weight)
