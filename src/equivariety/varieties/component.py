"""One irreducible component of the rank-bounded equivariant maps: a product of determinantal varieties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike

from equivariety.errors import InputError
from equivariety.validation import is_whole_number, shown
from equivariety.varieties.block_products import BlockProduct
from equivariety.varieties.determinantal import DeterminantalVariety
from equivariety.varieties.maps import EquivariantMaps
from equivariety.varieties.scale import lies_within
from equivariety.varieties.solution import NearestPoint, Solution

if TYPE_CHECKING:
    from equivariety.algebra.equations import Equations
    from equivariety.moments import Moments
    from equivariety.varieties.critical_points import CriticalPoints
    from equivariety.varieties.singular_locus import SingularLocus


@dataclass(frozen=True)
class Component(BlockProduct):
    """The equivariant maps whose block i has rank at most ``ranks[i]``.

    All figures are about the real variety; dimensions add and degrees multiply over the blocks.

    Parameters
    ----------
    maps : EquivariantMaps
    ranks : tuple of int, or mapping from label to int
        One rank for each block, in the order of ``maps.blocks``; or by the labels of the blocks, 0 where one is left
        out, which needs no order.

    Raises
    ------
    InputError
        If the number of ranks is not that of the blocks, or a rank exceeds its block.

    Examples
    --------
    >>> import equivariety as ev
    >>> maps = ev.EquivariantMaps(ev.actions.image_rotation(3))
    >>> component = maps.bounded(3).component((1, 0, 1))
    >>> component.rank, component.dimension, component.degree, component.ed_degree, component.parameters
    (2, 8, 12, 6, 10)
    >>> maps.bounded(3).component({(1, 1): 1, (4, 3): 1}).ranks
    (1, 1, 0)
    >>> import numpy as np
    >>> ([factor.rank for factor in component.factors], component.generic_ed_degree, component.linear,
    ...  len(component.singular_locus()))
    ([1, 0, 1], 234, False, 2)
    >>> U = np.diag(np.arange(9.0))
    >>> near = component.nearest(U)
    >>> component.contains(near.matrix()), component.contains(U), round(near.distance, 3)
    (True, False, 13.115)
    >>> component.script("singular").splitlines()[0]
    '// component with block ranks (1, 0, 1)'
    >>> X = np.random.default_rng(0).standard_normal((40, 9))
    >>> best = component.fit(X)
    >>> best.loss == component.solve(ev.moments.data_moments(maps, X)).loss
    True
    >>> bool(np.isclose(next(iter(component.critical_fits(X))).loss, best.loss))
    True
    """

    maps: EquivariantMaps
    ranks: tuple[int, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "ranks", validated_ranks(self.maps, self.ranks))

    @classmethod
    def of_fitting_ranks(cls, maps: EquivariantMaps, ranks: tuple[int, ...]) -> Component:
        """The component of ranks known to fit: where millions are listed, checking each again would be most of it.

        Examples
        --------
        >>> import equivariety as ev
        >>> maps = ev.EquivariantMaps(ev.actions.cyclic(3))
        >>> Component.of_fitting_ranks(maps, (1, 0)) == Component(maps, (1, 0))
        True
        """
        component = object.__new__(cls)
        object.__setattr__(component, "maps", maps)
        object.__setattr__(component, "ranks", ranks)
        return component

    def __repr__(self) -> str:
        ranks = ", ".join(map(str, self.ranks[:12])) + (", ..." if len(self.ranks) > 12 else "")
        return f"<Component of ranks ({ranks}) in {self.maps!r}>"

    @property
    def rank(self) -> int:
        """Rank of a generic matrix: sum of irrep_dim * rank over the blocks."""
        return sum(block.irrep_dim * rank for block, rank in zip(self.maps.blocks, self.ranks, strict=True))

    @cached_property
    def factors(self) -> tuple[DeterminantalVariety, ...]:
        """The variety of each block."""
        return tuple(
            DeterminantalVariety(rank, block.rows, block.cols, block.field)
            for block, rank in zip(self.maps.blocks, self.ranks, strict=True)
        )

    @property
    def parameters(self) -> int:
        """Real parameters of the two-layer network that parameterizes the component."""
        return sum(factor.parameters for factor in self.factors)

    @property
    def linear(self) -> bool:
        """Whether every block is zero or of full rank, so that the component is a linear space."""
        return all(factor.singular_locus() is None for factor in self.factors)

    def contains(self, M: ArrayLike, tolerance: float | None = None) -> bool:
        """Whether M lies on the component, up to a distance.

        By default the tolerance is max(m, n) sqrt(epsilon) / 100 times the norm of M.
        """
        return lies_within(self.maps.as_matrix(M), tolerance, lambda unit: self.nearest(unit).distance)

    def singular_locus(self) -> SingularLocus:
        """The singular points: a union of components of smaller rank; empty if this is a linear space."""
        from equivariety.varieties.singular_locus import SingularLocus

        return SingularLocus(self)

    def nearest(self, U: ArrayLike) -> NearestPoint:
        """The point of the component nearest to the matrix U in the Frobenius norm.

        U is projected to the equivariant maps, and the singular value decomposition of every block truncated.
        """
        return self.maps.problem_to(U).at(self.ranks)

    def equations(self) -> Equations:
        """Generators of the radical ideal as SymPy polynomials in the coordinates of the blocks, for small cases.

        Examples
        --------
        >>> import equivariety as ev
        >>> ev.InvariantMaps(ev.actions.trivial(2), 2).bounded(1).component([1]).equations().polynomials
        (a1r1c1*a1r2c2 - a1r1c2*a1r2c1,)
        """
        from equivariety.algebra.equations import equations
        from equivariety.algebra.ideals import component_ideal

        return equations(self.maps, component_ideal(self.maps.blocks, self.ranks))

    def script(self, system: str, characteristic: int = 0) -> str:
        """The radical ideal as a program that prints dimension and degree.

        Parameters
        ----------
        system : {"macaulay2", "singular", "sage", "oscar"}
        characteristic : int
            0 for the rational numbers, or a prime that is 1 modulo 4, over which the program is much faster.
        """
        from equivariety.algebra.ideals import component_ideal
        from equivariety.algebra.scripts import script

        remarks = [f"Expected: dimension {self.dimension}, degree {self.degree}."]
        return script(component_ideal(self.maps.blocks, self.ranks), system, characteristic, remarks)

    def critical_points(self, U: ArrayLike) -> CriticalPoints:
        """The critical points of the squared Frobenius distance to U on the smooth part, lazily, best first.

        For generic U their number is the ED degree, and all of them are real.

        Examples
        --------
        >>> import equivariety as ev
        >>> component = ev.EquivariantMaps(ev.actions.trivial(3)).bounded(1).component([1])
        >>> points = component.critical_points([[3, 0, 0], [0, 2, 0], [0, 0, 1]])
        >>> points.count, [(point.index_sets, round(point.value, 6), point.morse_index) for point in points]
        (3, [(((0,),), 5.0, 0), (((1,),), 10.0, 1), (((2,),), 13.0, 2)])
        """
        return self.maps.problem_to(U).critical_points(self.ranks)

    def critical_fits(self, X: Any, Y: Any | None = None, sample_weight: Any | None = None) -> CriticalPoints:
        """The critical points of the mean squared error on data; the first one is what :meth:`fit` finds.

        Raises
        ------
        InputError
            If shapes do not fit, or X does not span every block, so that critical points are not isolated.
        """
        return self.maps.problem(X, Y, sample_weight).critical_points(self.ranks)

    def fit(self, X: Any, Y: Any | None = None, sample_weight: Any | None = None) -> Solution:
        """The map of the component that minimizes the mean squared error ||M x - y||^2 over the samples.

        Parameters
        ----------
        X : array of shape (samples, domain degree)
            Or data larger than memory, as for :meth:`RankBounded.fit`.
        Y : array of shape (samples, codomain degree), optional
            By default Y = X: the best linear autoencoder on this component.
        sample_weight : array of shape (samples,), optional
        """
        return self.maps.problem(X, Y, sample_weight).at(self.ranks)

    def solve(self, moments: Moments) -> Solution:
        """The optimum for data whose moments were summed elsewhere."""
        from equivariety.varieties.problem import Problem

        return Problem.of_data(self.maps, moments).at(self.ranks)


def _in_order(maps: EquivariantMaps, ranks: Mapping[Any, int]) -> tuple[Any, ...]:
    """Ranks given by labels, in the order of the blocks."""
    labels = [block.label for block in maps.blocks]
    unknown = [label for label in ranks if label not in labels]
    if unknown:
        raise InputError(f"ranks must be given by labels of the blocks, not {unknown[0]!r}: see maps.blocks")
    return tuple(ranks.get(label, 0) for label in labels)


def validated_ranks(maps: EquivariantMaps, ranks: Any) -> tuple[int, ...]:
    """Ranks, in the order of the blocks or by their labels, as a tuple of integers that fit the blocks."""
    largest = maps.largest_ranks
    try:
        given = _in_order(maps, ranks) if isinstance(ranks, Mapping) else tuple(ranks)
    except TypeError as error:
        raise InputError(f"ranks must be a sequence of {largest.size} whole numbers, one for each block, "
                         f"not {ranks!r}") from error  # fmt: skip
    if len(given) != largest.size:
        raise InputError(f"ranks must have one entry for each of the {largest.size} blocks, not {len(given)}")
    # Half a million blocks are no exception, so only a wrong rank is worth looking at its block.
    wrong = (position for position, (rank, limit) in enumerate(zip(given, largest.tolist(), strict=True))
             if not is_whole_number(rank) or not 0 <= rank <= limit)  # fmt: skip
    for position in wrong:
        raise InputError(f"rank {position + 1} must be a whole number from 0 to {largest[position]} "
                         f"(block {maps.blocks[position].label}), not {shown(given[position])}")  # fmt: skip
    return tuple(map(int, given))
