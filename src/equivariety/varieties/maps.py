"""The linear space of equivariant maps between two actions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from equivariety.actions import Action
from equivariety.array_types import FloatArray, IntArray
from equivariety.blocks import Block
from equivariety.errors import InputError
from equivariety.isotypic import Bundle, ChangeOfBasis, Decomposition
from equivariety.isotypic.fingerprints import basis_fingerprint
from equivariety.isotypic.kept import kept_decomposition
from equivariety.isotypic.pair_orbits import pair_orbits_of
from equivariety.ranks.counting import Slot
from equivariety.varieties.block_map import BlockMap
from equivariety.varieties.matrix_blocks import blocks_of_matrix, validated_matrix
from equivariety.varieties.report import MapsReport, report_of
from equivariety.varieties.restriction import Word, subgroup_actions
from equivariety.varieties.scale import lies_within, unit_scale

if TYPE_CHECKING:
    from equivariety.varieties.bounded import RankBounded
    from equivariety.varieties.problem import DataProblem, TargetProblem


@dataclass(frozen=True, init=False)
class EquivariantMaps:
    """The linear maps M with M P_domain = P_codomain M for every generator.

    After an orthogonal change of basis on both sides they are exactly the direct sum of all matrices over R, C or H of
    given sizes, one for each irreducible representation (Schur's lemma). The maps need not be square, and the two
    actions may differ; their generators are paired in order. If the generators of the two sides satisfy different
    relations, the group is the one they generate together, acting on the disjoint union of both sets of points.

    Parameters
    ----------
    domain : Action
    codomain : Action, optional
        By default the domain. A trivial action gives invariant maps.

    Raises
    ------
    InputError
        If the actions have different numbers of generators.

    Examples
    --------
    >>> import equivariety as ev
    >>> maps = ev.EquivariantMaps(ev.PermutationAction.from_cycles("(1 3 4)(2 5)"))
    >>> maps.dimension
    7
    >>> [(block.label, block.field, block.rows, block.cols) for block in maps.blocks]
    [((1, 1), 'R', 2, 2), ((3, 2), 'C', 1, 1), ((2, 1), 'R', 1, 1)]
    >>> maps.shape, maps.largest_rank, maps.largest_ranks.tolist(), len(maps.slots)
    ((5, 5), 5, [2, 1, 1], 3)
    >>> M = maps.project(np.arange(25.0).reshape(5, 5))
    >>> maps.contains(M), maps.contains(np.diag([1.0, 2, 3, 4, 5])), round(maps.distance(np.diag([1.0, 2, 3, 4, 5])), 6)
    (True, False, 3.02765)
    >>> ([block.shape for block in maps.coordinates(M)],
    ...  np.allclose(maps.from_coordinates(maps.coordinates(M)).matrix(), M))
    ([(1, 2, 2, 1), (1, 1, 1, 2), (1, 1, 1, 1)], True)
    >>> maps.bounded(2).count_components(), maps.problem_to(M).best(5).distance < 1e-9
    (3, True)
    >>> [(bundle.field.name, rows, cols) for bundle, rows, cols in maps.bundle_shapes], len(maps.bundles), maps.shared
    ([('R', 2, 2), ('C', 1, 1), ('R', 1, 1)], 3, (0, 1, 2))
    >>> maps.domain_basis.degree, maps.codomain_basis.degree, len(maps.decomposition.irreducibles)
    (5, 5, 3)
    >>> maps.as_matrix(np.eye(5, dtype=int)).dtype, maps.fingerprint == ev.EquivariantMaps(maps.domain).fingerprint
    (dtype('float64'), True)
    """

    domain: Action
    codomain: Action

    def __init__(self, domain: Action, codomain: Action | None = None) -> None:
        object.__setattr__(self, "domain", validated_action(domain, "domain"))
        object.__setattr__(self, "codomain", validated_action(domain if codomain is None else codomain, "codomain"))
        counts = self.domain.number_of_generators, self.codomain.number_of_generators
        if counts[0] != counts[1]:
            raise InputError(f"domain and codomain must have the same generators in the same order: the domain has "
                             f"{counts[0]}, the codomain has {counts[1]}")  # fmt: skip

    @cached_property
    def fingerprint(self) -> str:
        """A digest of everything that determines the basis on both sides: what files tell it by."""
        return basis_fingerprint(self._kind, self.domain, self.codomain)

    @property
    def _kind(self) -> str:
        return "equivariant"

    @cached_property
    def decomposition(self) -> Decomposition:
        """Irreducibles and the change of basis on both sides; maps between equal actions share one."""
        return kept_decomposition(self.domain, None if self.codomain == self.domain else self.codomain)

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """One block for each irreducible of the domain or the codomain, in a fixed order.

        For one generator the order is ascending frequency: (1, 1), then (l, m) with m/l falling from 1 to 1/2.
        """
        rows, cols = self._multiplicities(self.decomposition.codomain), self._multiplicities(self.decomposition.domain)
        return tuple(
            Block(i.label, i.field, i.dimension, row, col, i.eigenvalue, i.character)
            for i, row, col in zip(self.decomposition.irreducibles, rows.tolist(), cols.tolist(), strict=True)
        )

    def _multiplicities(self, basis: ChangeOfBasis) -> IntArray:
        result = np.zeros(len(self.decomposition.irreducibles), dtype=np.intp)
        for bundle, multiplicity in zip(basis.bundles, basis.multiplicities, strict=True):
            result[bundle.members] = multiplicity
        return result

    @cached_property
    def shared(self) -> tuple[int, ...]:
        """The bundles whose irreducibles occur on both sides: where the maps can be nonzero."""
        sides = zip(self.decomposition.domain.multiplicities, self.decomposition.codomain.multiplicities, strict=True)
        return tuple(number for number, (cols, rows) in enumerate(sides) if rows and cols)

    @cached_property
    def domain_basis(self) -> ChangeOfBasis:
        """The change of basis of the domain, of the shared irreducibles only."""
        return self._shared_part(self.decomposition.domain)

    @cached_property
    def codomain_basis(self) -> ChangeOfBasis:
        """The change of basis of the codomain, of the shared irreducibles only."""
        if self.decomposition.codomain is self.decomposition.domain:
            return self.domain_basis
        return self._shared_part(self.decomposition.codomain)

    def _shared_part(self, basis: ChangeOfBasis) -> ChangeOfBasis:
        if len(self.shared) == len(basis.bundles):
            return basis
        return basis.select([(number, np.arange(basis.bundles[number].size)) for number in self.shared])

    @property
    def bundles(self) -> tuple[Bundle, ...]:
        """The shared bundles."""
        return self.domain_basis.bundles

    @property
    def shape(self) -> tuple[int, int]:
        """Shape (m, n) of the matrices."""
        return self.codomain.degree, self.domain.degree

    @property
    def dimension(self) -> int:
        """Real dimension of the space: the number of orbits of the group on pairs (codomain point, domain point)."""
        counted = None if "decomposition" in self.__dict__ else self._pair_orbits
        if counted is not None:
            return counted
        return sum(bundle.size * bundle.field.beta * rows * cols for bundle, rows, cols in self.bundle_shapes)

    @cached_property
    def _pair_orbits(self) -> int | None:
        """Counted, so that the dimension is known where orbits are too large to be split; None for very many pairs."""
        return pair_orbits_of(self.codomain, self.domain)

    @property
    def largest_rank(self) -> int:
        """The largest rank that an equivariant map can have."""
        return sum(bundle.size * bundle.dimension * min(rows, cols) for bundle, rows, cols in self.bundle_shapes)

    @cached_property
    def largest_ranks(self) -> IntArray:
        """The largest rank of every block, in the order of :attr:`blocks`, without making the blocks."""
        result = np.zeros(len(self.decomposition.irreducibles), dtype=np.intp)
        for bundle, rows, cols in self.bundle_shapes:
            result[bundle.members] = min(rows, cols)
        return result

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        """The blocks as far as ranks are concerned, in the order of :attr:`blocks`, without making the blocks."""
        basis = self.decomposition.domain
        result = np.empty(len(self.decomposition.irreducibles), dtype=object)
        sides = zip(basis.bundles, basis.multiplicities, self.decomposition.codomain.multiplicities, strict=True)
        for bundle, cols, rows in sides:
            result[bundle.members] = Slot(bundle.dimension, min(rows, cols))
        return tuple(result.tolist())

    @property
    def bundle_shapes(self) -> list[tuple[Bundle, int, int]]:
        """The shared bundles with rows and columns of their blocks."""
        return list(
            zip(self.bundles, self.codomain_basis.multiplicities, self.domain_basis.multiplicities, strict=True)
        )

    def coordinates(self, M: ArrayLike) -> tuple[FloatArray, ...]:
        """Blocks of the orthogonal projection of M: per shared bundle components (members, rows, cols, beta)."""
        return blocks_of_matrix(self.as_matrix(M), self.domain_basis, self.codomain_basis)

    def from_coordinates(self, blocks: Sequence[FloatArray]) -> BlockMap:
        """The map with the given blocks."""
        return BlockMap(self.domain_basis, self.codomain_basis, tuple(blocks))

    def project(self, M: ArrayLike) -> FloatArray:
        """The nearest equivariant map: the Reynolds operator, without summing over the group.

        Parameters
        ----------
        M : array_like of shape (codomain degree, domain degree)

        Examples
        --------
        >>> import equivariety as ev
        >>> ev.EquivariantMaps(ev.actions.cyclic(2)).project([[1, 0], [4, 3]])
        array([[2., 2.],
               [2., 2.]])
        """
        return self.from_coordinates(self.coordinates(M)).matrix()

    def distance(self, M: ArrayLike) -> float:
        """Frobenius distance of M from the equivariant maps: how far from equivariant it is."""
        M = self.as_matrix(M)
        scale = unit_scale(M)
        return scale * float(np.linalg.norm(M / scale - self.project(M / scale)))

    def contains(self, M: ArrayLike, tolerance: float | None = None) -> bool:
        """Whether M is equivariant up to a distance; by default max(m, n) sqrt(epsilon) / 100 times its norm."""
        return lies_within(self.as_matrix(M), tolerance, self.distance)

    def bounded(self, rank: int) -> RankBounded:
        """The equivariant maps of rank at most ``rank``: the function space of linear networks with a bottleneck."""
        from equivariety.varieties.bounded import RankBounded

        return RankBounded(self, rank)

    def restrict(self, subgroup: Sequence[Word] | Action, codomain: Action | None = None) -> EquivariantMaps:
        """The larger space of maps that commute with a subgroup only.

        Parameters
        ----------
        subgroup : sequence of words, or action
            Words are products of generators, as for :meth:`Action.subgroup`: ``[(1, 1)]`` or ``["1 1"]`` is the
            subgroup that the square of the first generator generates. Or the action of generators of the subgroup on
            the domain; that they belong to the group is not checked.
        codomain : Action, optional
            With an action: that of the same generators on the codomain; by default as on the domain.

        Raises
        ------
        InputError
            If the words do not fit, or the actions act on spaces of other sizes.

        Examples
        --------
        >>> import equivariety as ev
        >>> maps = ev.EquivariantMaps(ev.actions.cyclic(6))
        >>> maps.dimension, maps.restrict([(1, 1)]).dimension, maps.restrict([()]).dimension
        (6, 12, 36)
        """
        found = self._between(*subgroup_actions(subgroup, codomain, self.domain, self.codomain))
        if found.shape != self.shape:
            raise InputError(f"the subgroup must act on spaces of the same sizes: maps of shape {self.shape}, "
                             f"not {found.shape}; give codomain, too")  # fmt: skip
        return found

    def _between(self, domain: Action, codomain: Action | None) -> EquivariantMaps:
        return EquivariantMaps(domain, codomain)

    def report(self) -> MapsReport:
        """Which blocks both sides share, which are lost, and what ranks can be reached; print it for a table.

        Examples
        --------
        >>> import equivariety as ev
        >>> report = ev.EquivariantMaps(ev.actions.cyclic(4), ev.actions.cyclic(6)).report()
        >>> report.largest_rank, report.reachable(4), len(report.lost)
        (2, 2, 3)
        >>> print(report)
        block                field dimension   rows columns rank up to
        (1, 1)                   R         1      1       1          1
        (2, 1)                   R         1      1       1          1
        (6, 5)                   C         2      1       0       lost
        (4, 3)                   C         2      0       1       lost
        (3, 2)                   C         2      1       0       lost
        R^4 -> R^6: dimension 2, largest rank 2
        """
        return report_of(self.blocks, self.shape)

    def __repr__(self) -> str:
        m, n = self.shape
        return f"<{type(self).__name__} R^{n} -> R^{m}, generators: {self.domain.number_of_generators}>"

    def problem(self, X: Any, Y: Any | None = None, sample_weight: Any | None = None) -> DataProblem:
        """The mean squared error on data, prepared for all ranks: the best map within a budget, the whole curve.

        Parameters
        ----------
        X : array of shape (samples, domain degree)
            Or data larger than memory, as for :meth:`RankBounded.fit`.
        Y : array of shape (samples, codomain degree), optional
            By default Y = X.
        sample_weight : array of shape (samples,), optional

        Examples
        --------
        >>> import equivariety as ev
        >>> problem = ev.EquivariantMaps(ev.actions.cyclic(3)).problem([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]])
        >>> [problem.best(rank).ranks for rank in (1, 2, 3)], problem.curve().losses.round(6).tolist()
        ([(1, 0), (1, 0), (1, 1)], [4.666667, 0.666667, 0.666667, 0.0])
        """
        from equivariety.varieties.problem import DataProblem

        return DataProblem.of_rows(self, X, Y, sample_weight)

    def problem_to(self, U: ArrayLike) -> TargetProblem:
        """The Frobenius distance to the matrix U, shape (codomain degree, domain degree), prepared for all ranks."""
        from equivariety.varieties.problem import Problem

        return Problem.of_target(self, U)

    def as_matrix(self, M: ArrayLike) -> FloatArray:
        """M as an array of float64, after checking that it has the shape of the maps and holds finite real numbers."""
        return validated_matrix(M, self.shape)


def validated_action(action: Any, name: str) -> Action:
    """An action, or an error that names the argument."""
    if not isinstance(action, Action):
        raise InputError(f"{name} must be an Action, not {type(action).__name__}")
    return action
