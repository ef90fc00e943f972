"""The equivariant maps of bounded rank: a union of components, counted, listed, and searched exactly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike

from equivariety.errors import InputError
from equivariety.moments import Moments
from equivariety.ranks.counting import Slot, complex_slots, count_exact, count_maximal
from equivariety.ranks.listing import maximal_tuples
from equivariety.validation import whole_number
from equivariety.varieties.component import Component, validated_ranks
from equivariety.varieties.maps import EquivariantMaps
from equivariety.varieties.solution import NearestPoint, Solution

if TYPE_CHECKING:
    from equivariety.algebra.equations import Equations
    from equivariety.varieties.family_critical_points import FamilyCriticalPoints
    from equivariety.varieties.problem import Problem
    from equivariety.varieties.singular_locus import SingularLocus


@dataclass(frozen=True)
class RankBounded:
    """E_r: the equivariant maps of rank at most r, the function space of linear networks with bottleneck r.

    Its irreducible components are the products of determinantal varieties, one for each maximal tuple of block ranks
    with sum of irrep_dim * rank at most r.

    Parameters
    ----------
    maps : EquivariantMaps
    rank : int

    Raises
    ------
    InputError
        If the rank is negative or above min(m, n).

    Examples
    --------
    >>> import equivariety as ev
    >>> family = ev.EquivariantMaps(ev.actions.image_shift((28, 28), axis=1)).bounded(rank=99)
    >>> family.count_components()
    72426340906146
    >>> family.count_components(exact_rank=True)
    72425986088826
    >>> next(family.components()).ranks
    (28, 28, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)
    >>> import numpy as np
    >>> maps = ev.EquivariantMaps(ev.actions.image_rotation(3))
    >>> family = maps.bounded(2)
    >>> ([component.ranks for component in family.components()], family.component((1, 0, 0)).dimension,
    ...  [block.irrep_dim for block in maps.blocks])
    ([(2, 0, 0), (1, 0, 1), (0, 1, 0), (0, 0, 2)], 5, [1, 2, 1])
    >>> family.contains(np.eye(9)), [member.ranks for member in family.singular_locus()]
    (False, [(1, 0, 0), (0, 0, 1)])
    >>> X = np.random.default_rng(0).standard_normal((40, 9))
    >>> solution = family.fit(X)
    >>> solution.ranks, family.solve(ev.moments.data_moments(maps, X)).ranks == solution.ranks
    ((0, 1, 0), True)
    >>> next(iter(family.critical_fits(X))).ranks, next(iter(family.critical_points(np.diag(np.arange(9.0))))).ranks
    ((0, 1, 0), (0, 1, 0))
    >>> family.script("macaulay2").splitlines()[0]
    '-- maps of rank at most 2'
    """

    maps: EquivariantMaps
    rank: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "rank", whole_number(self.rank, "rank", 0, min(self.maps.shape)))

    def __repr__(self) -> str:
        return f"<RankBounded of rank {self.rank} in {self.maps!r}>"

    def count_components(self, field: str = "R", exact_rank: bool = False) -> int:
        """Number of irreducible components.

        Parameters
        ----------
        field : {"R", "C"}
            Over R the real components. Over C the components of the complex variety, for which every C-block becomes
            two blocks and an H-block one block of half the dimension and twice the size.
        exact_rank : bool
            Count only components that contain a matrix of rank exactly r.
        """
        if field not in ("R", "C"):
            raise InputError(f"field must be 'R' or 'C', not {field!r}")
        slots = _kinds(self.maps, field)
        return count_exact(slots, self.rank) if exact_rank else count_maximal(slots, self.rank)

    def components(self) -> Iterator[Component]:
        """All components over R, lazily, in falling lexicographic order of their ranks."""
        for ranks in maximal_tuples(self.maps.slots, self.rank):
            yield Component.of_fitting_ranks(self.maps, ranks)

    def component(self, ranks: Sequence[int] | Mapping[Any, int]) -> Component:
        """The product of the blocks of the given ranks, in the order of ``maps.blocks`` or by their labels.

        Raises
        ------
        InputError
            If the ranks do not fit the blocks, or add up to more than the rank of the family.
        """
        component = Component(self.maps, validated_ranks(self.maps, ranks))
        if component.rank > self.rank:
            raise InputError(f"ranks must use at most the rank {self.rank} in all (sum of irrep_dim * rank), "
                             f"not {component.rank}")  # fmt: skip
        return component

    def singular_locus(self) -> SingularLocus:
        """The singular points of the whole family: of its components, and where two components meet."""
        from equivariety.varieties.singular_locus import SingularLocus

        return SingularLocus(self)

    def contains(self, M: ArrayLike, tolerance: float | None = None) -> bool:
        """Whether M is equivariant and of rank at most r, up to a distance."""
        return self.nearest(M).component.contains(M, tolerance)

    def nearest(self, U: ArrayLike) -> NearestPoint:
        """The nearest equivariant map of rank at most r to U: the global optimum over all components.

        Examples
        --------
        >>> import equivariety as ev
        >>> family = ev.EquivariantMaps(ev.actions.cyclic(3)).bounded(1)
        >>> point = family.nearest([[3, 0, 0], [0, 3, 0], [0, 0, 3]])
        >>> point.ranks, round(point.distance, 6)
        ((1, 0), 4.242641)
        """
        return self.maps.problem_to(U).best(self.rank)

    def equations(self) -> Equations:
        """Generators of the radical ideal of the real points as SymPy polynomials in the coordinates of the blocks.

        Examples
        --------
        >>> import equivariety as ev
        >>> ideal = ev.EquivariantMaps(2 * ev.actions.trivial(1)).bounded(1).equations()
        >>> ideal.polynomials
        (a1r1c1*a1r2c2 - a1r1c2*a1r2c1,)
        """
        from equivariety.algebra.equations import equations
        from equivariety.algebra.ideals import family_ideal

        return equations(self.maps, family_ideal(self.maps.blocks, self.rank))

    def script(self, system: str, characteristic: int = 0, points: str = "real") -> str:
        """A program that builds the ideal in the coordinates of the blocks and prints dimension and degree.

        Parameters
        ----------
        system : {"macaulay2", "singular", "sage", "oscar"}
        characteristic : int
            0 for the rational numbers, or a prime that is 1 modulo 4, over which the program is much faster.
        points : {"real", "complex"}
            The ideal of the real points, or of all complex points, which can have more components.
        """
        from equivariety.algebra.ideals import family_ideal
        from equivariety.algebra.scripts import script

        return script(family_ideal(self.maps.blocks, self.rank, points), system, characteristic)

    def critical_points(self, U: ArrayLike) -> FamilyCriticalPoints:
        """The critical points of the squared Frobenius distance to U on all components, lazily, best first."""
        return self._critical(self.maps.problem_to(U))

    def critical_fits(self, X: Any, Y: Any | None = None, sample_weight: Any | None = None) -> FamilyCriticalPoints:
        """The critical points of the mean squared error on data, on all components, lazily, best first."""
        return self._critical(self.maps.problem(X, Y, sample_weight))

    def _critical(self, problem: Problem[Any]) -> FamilyCriticalPoints:
        from equivariety.varieties.family_critical_points import FamilyCriticalPoints

        return FamilyCriticalPoints(self, problem.within(self.rank), self.maps.slots)

    def fit(self, X: Any, Y: Any | None = None, sample_weight: Any | None = None) -> Solution:
        """The map of rank at most r that minimizes the mean squared error: the global optimum over all components.

        Parameters
        ----------
        X : array of shape (samples, domain degree)
            In memory, on an accelerator, stored (memory-mapped, zarr, HDF5), or a Dask array or data frame; or an
            iterable of batches X, (X, Y) or (X, Y, sample_weight), in which Y may be None.
        Y : array of shape (samples, codomain degree), optional
            By default Y = X: the best linear autoencoder.
        sample_weight : array of shape (samples,), optional

        Raises
        ------
        InputError
            If shapes do not fit, values are not finite numbers, or all weights are zero.
        """
        return self.maps.problem(X, Y, sample_weight).best(self.rank)

    def solve(self, moments: Moments) -> Solution:
        """The optimum for data whose moments were summed elsewhere."""
        from equivariety.varieties.problem import Problem

        return Problem.of_data(self.maps, moments).best(self.rank)


def _kinds(maps: EquivariantMaps, field: str) -> Counter[Slot]:
    """How many blocks of each kind there are, as far as their ranks are concerned, over R or over C."""
    kinds: Counter[Slot] = Counter()
    for bundle, rows, cols in maps.bundle_shapes:
        slot = Slot(bundle.dimension, min(rows, cols))
        for part in [slot] if field == "R" else complex_slots(slot, bundle.field):
            kinds[part] += bundle.size
    return kinds
