"""The squared error of equivariant maps on data, or their distance from a matrix: prepared once, asked often.

Blocks do not mix, and in every block the optima of all ranks are truncations of one decomposition. So one decomposition
answers what is best at given ranks, which ranks are best within a budget, for all budgets at once, and where the
critical points are.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import ldexp
from typing import Any, Generic, Self, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equivariety.blocks import BlockSpectrum, truncation
from equivariety.errors import InputError
from equivariety.moments import Moments, data_moments
from equivariety.ranks import Allocations, allocate
from equivariety.tolerances import EPSILON
from equivariety.validation import whole_number
from equivariety.varieties.block_map import BlockMap
from equivariety.varieties.component import Component
from equivariety.varieties.critical_points import CriticalPoints
from equivariety.varieties.data_terms import at_unit_scale, spectra_of, squared_error
from equivariety.varieties.maps import EquivariantMaps
from equivariety.varieties.scale import unit_scale
from equivariety.varieties.second_look import Rows, readable_again, second_look
from equivariety.varieties.solution import FactoredMap, NearestPoint, Solution, truncated
from equivariety.varieties.squared_error import SquaredError

Point = TypeVar("Point", bound=FactoredMap)


@dataclass(frozen=True, eq=False)
class Problem(ABC, Generic[Point]):
    """The maps that come nearest to data or to a matrix, for all ranks.

    Build one with ``maps.problem(X, Y)``, ``maps.problem_to(U)``, or from moments that were summed elsewhere with
    :meth:`of_data`. What it takes, one decomposition of every block, is computed when it is built.

    Examples
    --------
    >>> import equivariety as ev
    >>> problem = ev.EquivariantMaps(ev.actions.image_shift((8, 8), axis=1)).problem(ev.datasets.digits())
    >>> problem.best(12).ranks, round(problem.best(12).loss, 3)
    ((2, 2, 2, 1, 0), 0.039)
    >>> problem.curve().losses[:4].round(2)
    array([0.23, 0.14, 0.14, 0.07])
    >>> problem.at((4, 4, 0, 0, 0)).loss > problem.best(12).loss
    True
    >>> maps = ev.EquivariantMaps(2 * ev.actions.cyclic(3))
    >>> target = Problem.of_target(maps, np.diag([3.0, 0, 0, 0, 0, 0]))
    >>> round(target.optimum((1, 0)), 6), round(target.value_at(np.eye(6)), 6)
    (8.0, 9.0)
    >>> X = np.random.default_rng(0).standard_normal((20, 6))
    >>> problem = Problem.of_data(maps, ev.moments.data_moments(maps, X)).within(2)
    >>> problem.best(2).ranks, problem.isolated((1, 0)).critical_points((1, 0)).count
    ((0, 1), 2)
    """

    maps: EquivariantMaps
    error: SquaredError
    """The terms of all blocks, at unit scale."""
    squares: tuple[NDArray[Any], ...]
    """For each bundle the matrices S of the quadratic forms tr(Z S Z^*), at unit scale, in working form."""
    map_scale: float = 1.0
    """What maps between inputs and targets of unit scale are multiplied by."""

    @staticmethod
    def of_data(maps: EquivariantMaps, moments: Moments, rows: Rows | None = None) -> DataProblem:
        """The mean squared error per entry on the data that have the given moments; ``rows`` can be read again."""
        return DataProblem.of_moments(maps, moments, rows)

    def __repr__(self) -> str:
        nothing = self.error.value(self.error.cut([0] * self.maps.largest_ranks.size))
        return f"<{type(self).__name__} on {self.maps!r}, {nothing:.6g} without any term>"

    @staticmethod
    def of_target(maps: EquivariantMaps, U: ArrayLike) -> TargetProblem:
        """The Frobenius distance to the matrix U, shape (codomain degree, domain degree)."""
        return TargetProblem.to(maps, U)

    def best(self, rank: int) -> Point:
        """The optimum among the maps of rank at most ``rank``, over all components."""
        prepared, ranks = self._best(rank)
        return prepared._point(Component(self.maps, ranks))

    def best_ranks(self, rank: int) -> tuple[int, ...]:
        """The block ranks of that optimum, without its maps.

        Examples
        --------
        >>> import numpy as np
        >>> import equivariety as ev
        >>> problem = ev.EquivariantMaps(ev.actions.cyclic(3)).problem_to(np.diag([3.0, 0, 0]))
        >>> problem.best_ranks(2)
        (0, 1)
        """
        return self._best(rank)[1]

    def at(self, ranks: Sequence[int]) -> Point:
        """The optimum on the component of the given block ranks."""
        component = Component(self.maps, tuple(ranks))
        return self._for(component.ranks)._point(component)

    def within(self, rank: int) -> Self:
        """The problem, sharp enough to tell what is best among the maps of rank at most ``rank``."""
        return self._best(rank)[0]

    def _best(self, rank: int) -> tuple[Self, tuple[int, ...]]:
        rank = whole_number(rank, "rank", 0, min(self.maps.shape))
        prepared = self._prepared
        ranks = prepared._allocated(rank)
        sharp = prepared._for(ranks)
        return sharp, ranks if sharp is prepared else sharp._allocated(rank)

    def curve(self) -> Curve[Point]:
        """The optimum within every budget, from 0 to the largest rank, from one table of the dynamic program."""
        prepared = self._prepared
        if not all(map(prepared.error.resolves, prepared._left_out.tolist())):
            prepared = prepared._sharpened
        return Curve(prepared)

    def critical_points(self, ranks: Sequence[int]) -> CriticalPoints:
        """All critical points on the component of the given block ranks, lazily, best first.

        Raises
        ------
        InputError
            If the inputs do not span a block: then the error does not see some directions.
        """
        component = Component(self.maps, tuple(ranks))
        prepared = self.isolated(component.ranks)
        capacities = tuple(slot.capacity for slot in self.maps.slots)
        return CriticalPoints(
            component, prepared.error, component.ranks, capacities, prepared.map_scale, prepared._dense
        )

    def isolated(self, ranks: Sequence[int]) -> Self:
        """The problem, sharp enough for some ranks; refused if its critical points are never isolated."""
        prepared = self._for(ranks)
        prepared._require_isolated()
        return prepared

    def optimum(self, ranks: Sequence[int]) -> float:
        """The least mean squared error per entry, or squared distance, with the given block ranks."""
        error = self._for(ranks).error
        return error.value(error.cut(ranks))

    def value_at(self, M: ArrayLike) -> float:
        """The mean squared error per entry, or squared distance, of an equivariant map given as a matrix."""
        error, blocks = self.error, self.maps.coordinates(self.maps.as_matrix(M) / self.map_scale)
        squared = error.rest
        for spectrum, S, Z in zip(error.spectra, self.squares, blocks, strict=True):
            field = spectrum.field
            off = field.pack(Z) - field.pack(spectrum.decoder) @ field.pack(spectrum.encoder)
            squared += float(np.vdot(off, off @ S).real) / field.width
        return error.value(squared)

    @property
    def _prepared(self) -> Self:
        """The problem with all directions resolved that can be."""
        return self

    @property
    def _sharpened(self) -> Self:
        """The problem after another look at what it is made of, if there is one to be had."""
        return self

    def _for(self, ranks: Sequence[int]) -> Self:
        """The problem, sharp enough for some ranks."""
        prepared = self._prepared
        return prepared if prepared.error.resolves(prepared.error.cut(ranks)) else prepared._sharpened

    def _require_isolated(self) -> None:
        """Refuse problems whose critical points are never isolated."""

    @abstractmethod
    def _point(self, component: Component) -> Point:
        """The optimum on a component."""

    @property
    def _gains(self) -> list[NDArray[np.float64]]:
        return [spectrum.gains for spectrum in self.error.spectra]

    @property
    def _costs(self) -> list[int]:
        return [bundle.dimension for bundle in self.maps.bundles]

    @cached_property
    def _allocations(self) -> Allocations:
        return Allocations(self._gains, self._costs, self.maps.largest_rank)

    @property
    def _left_out(self) -> NDArray[np.float64]:
        """Squared errors of the optima of all budgets."""
        return self._allocations.left_out + self.error.rest

    def _allocated(self, rank: int) -> tuple[int, ...]:
        return _joined(self.maps, allocate(self._gains, self._costs, rank))

    def _truncated(self, component: Component) -> tuple[BlockMap, BlockMap]:
        """Encoder and decoder that keep the first terms of every block."""
        return truncated(self.maps, component.ranks, self.error.spectra, self.map_scale)

    def _dense(self, blocks: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
        """The dense matrix of a map that is given by its blocks at unit scale."""
        return self.maps.from_coordinates(blocks).matrix()


@dataclass(frozen=True, eq=False, repr=False)
class DataProblem(Problem[Solution]):
    """The mean squared error per entry on data."""

    moments: Moments | None = None
    """Of inputs and targets at unit scale."""
    exponents: tuple[int, int] = (0, 0)
    """Inputs and targets are divided by 2 to these powers."""
    rows: Rows | None = None
    """The data, where they can be read again."""

    @classmethod
    def of_moments(cls, maps: EquivariantMaps, moments: Moments, rows: Rows | None = None) -> DataProblem:
        """The problem of the given moments; ``rows`` are the data where they can be read a second time."""
        moments, exponents = at_unit_scale(moments)
        squares = tuple(b.field.pack(S) for b, S in zip(maps.bundles, moments.inner, strict=True))
        spectra = spectra_of(moments, squares, maps.bundles)
        error = squared_error(moments, spectra, maps.bundles, exponents[1])
        scale = ldexp(1.0, exponents[1] - exponents[0])
        return cls(maps, error, squares, scale, moments, exponents, rows)

    @classmethod
    def of_rows(cls, maps: EquivariantMaps, X: Any, Y: Any | None = None, weight: Any | None = None) -> DataProblem:
        """The problem of data, which are read a second time where one pass is not enough."""
        return cls.of_moments(maps, data_moments(maps, X, Y, weight), readable_again(X, Y, weight))

    @property
    def _given(self) -> Moments:
        assert self.moments is not None
        return self.moments

    @property
    def _prepared(self) -> DataProblem:
        """Regressions in double precision take a second look where the first one leaves directions open."""
        cross, precise = self._given.cross is not None, self.error.precision == EPSILON
        return self._sharpened if cross and precise and self._first_unspanned() is not None else self

    @cached_property
    def _sharpened(self) -> DataProblem:
        if self.rows is None:
            return self
        spectra, rest, doubt = second_look(self.maps, self._given, self.rows, self.exponents)
        return replace(self, error=replace(self.error, spectra=spectra, rest=rest, doubt=doubt), rows=None)

    def _first_unspanned(self) -> tuple[int, int] | None:
        """The first block, as (bundle, position), that the inputs do not span."""
        for number, (spectrum, S) in enumerate(zip(self.error.spectra, self.squares, strict=True)):
            open_ = spectrum.spanned < S.shape[-1] // spectrum.field.width
            if open_.any():
                return number, int(np.argmax(open_))
        return None

    def _require_isolated(self) -> None:
        found = self._first_unspanned()
        if found is None:
            return
        bundle, position = self.maps.bundles[found[0]], found[1]
        block = self.maps.blocks[int(bundle.members[position])]
        raise InputError(f"X must span every block for its critical points to be isolated: it spans "
                         f"{self.error.spectra[found[0]].spanned[position]} of {block.cols} directions in block "
                         f"{block.label}, and the loss does not see the others")  # fmt: skip

    def _point(self, component: Component) -> Solution:
        error, maps = self.error, self.maps
        encoder, decoder = self._truncated(component)
        numerical = np.zeros_like(maps.largest_ranks)
        for members, spectrum in zip(error.members, error.spectra, strict=True):
            numerical[members] = spectrum.numerical_rank
        gains = [error.scale * values * error.scale for values in error.gains_of_blocks(numerical.size)]
        loss = error.value(error.cut(component.ranks))
        return Solution(component, encoder, decoder, loss, tuple(gains), tuple(numerical.tolist()))


@dataclass(frozen=True, eq=False, repr=False)
class TargetProblem(Problem[NearestPoint]):
    """The Frobenius distance to a matrix."""

    @classmethod
    def to(cls, maps: EquivariantMaps, U: ArrayLike) -> TargetProblem:
        """The problem of a matrix of any magnitude."""
        U = maps.as_matrix(U)
        scale = unit_scale(U)
        U = U / scale
        spectra = truncations(maps, U)
        identities = (b.dimension * np.eye(cols * b.field.width) for b, _, cols in maps.bundle_shapes)
        squares = tuple(np.broadcast_to(S, (b.size, *S.shape)) for b, S in zip(maps.bundles, identities, strict=True))
        # The part of U that is not equivariant and the terms cut off are orthogonal to each other.
        error = SquaredError(spectra, _members(maps), maps.distance(U) ** 2, scale=scale)
        return cls(maps, error, squares, scale)

    def _point(self, component: Component) -> NearestPoint:
        encoder, decoder = self._truncated(component)
        distance = self.error.scale * float(np.sqrt(self.error.cut(component.ranks)))
        return NearestPoint(component, encoder, decoder, distance)


@dataclass(frozen=True, eq=False)
class Curve(Generic[Point]):
    """The optimum within every budget of rank.

    Examples
    --------
    >>> import equivariety as ev
    >>> curve = ev.EquivariantMaps(ev.actions.cyclic(3)).problem_to(np.diag([3.0, 0.0, 0.0])).curve()
    >>> curve.losses.round(6)
    array([9., 8., 7., 6.])
    >>> curve.component(2).ranks
    (0, 1)
    >>> curve.budgets.tolist(), curve.ranks.tolist()
    ([0, 1, 2, 3], [[0, 0], [1, 0], [0, 1], [1, 1]])
    """

    problem: Problem[Point]

    @property
    def budgets(self) -> NDArray[np.intp]:
        """0, 1, ..., largest rank."""
        return np.arange(self.problem.maps.largest_rank + 1)

    @cached_property
    def losses(self) -> NDArray[np.float64]:
        """For every budget the least mean squared error per entry; for a matrix the least squared distance."""
        error = self.problem.error
        return error.scale * (self.problem._left_out / error.unit) * error.scale

    @cached_property
    def ranks(self) -> NDArray[np.intp]:
        """The best block ranks for every budget, shape (budgets, blocks)."""
        return np.array([self.component(budget).ranks for budget in self.budgets.tolist()], dtype=np.intp)

    def component(self, rank: int) -> Component:
        """The component that holds the optimum within a budget."""
        rank = whole_number(rank, "rank", 0, self.problem.maps.largest_rank)
        return Component(self.problem.maps, _joined(self.problem.maps, self.problem._allocations.ranks(rank)))

    def __repr__(self) -> str:
        return f"<Curve of {len(self)} budgets on {self.problem.maps!r}>"

    def __len__(self) -> int:
        return self.problem.maps.largest_rank + 1


def truncations(maps: EquivariantMaps, U: ArrayLike) -> tuple[BlockSpectrum, ...]:
    """Best approximations of all ranks of the blocks of U."""
    return tuple(
        truncation(Z, bundle.field, bundle.dimension)
        for Z, bundle in zip(maps.coordinates(U), maps.bundles, strict=True)
    )


def _joined(maps: EquivariantMaps, chosen: Sequence[NDArray[np.intp]]) -> tuple[int, ...]:
    """Ranks of all blocks from those of each bundle."""
    ranks = np.zeros_like(maps.largest_ranks)
    for bundle, best in zip(maps.bundles, chosen, strict=True):
        ranks[bundle.members] = best
    return tuple(ranks.tolist())


def _members(maps: EquivariantMaps) -> tuple[NDArray[np.intp], ...]:
    return tuple(bundle.members for bundle in maps.bundles)
