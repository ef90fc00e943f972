"""Critical points of the squared distance and of the squared error, listed lazily by their value.

All of them are real and known in closed form (see :mod:`equivariety.blocks.critical_levels`); a component combines
those of its blocks. For generic data their number is the ED degree of the component, and one is a local minimum.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.blocks.critical_levels import Landscape, Levels, Selection, levels
from equivariety.errors import InputError
from equivariety.varieties.squared_error import SquaredError

IndexSets = tuple[tuple[int, ...], ...]
Blocks = tuple[NDArray[np.float64], ...]


@dataclass(frozen=True, eq=False)
class CriticalPoint:
    """One critical point, or a representative of a connected family of them.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> X = np.random.default_rng(0).standard_normal((20, 8))
    >>> component = ev.EquivariantMaps(2 * ev.actions.cyclic(4)).bounded(2).component((1, 0, 1))
    >>> best = next(iter(component.critical_fits(X)))
    >>> best.ranks, best.morse_index, best.matrix().shape, bool(np.isclose(best.loss, component.fit(X).loss))
    ((1, 0, 1), 0, (8, 8), True)
    >>> [block.shape for block in best.blocks()]
    [(2, 2, 2, 1), (1, 2, 2, 2)]
    """

    variety: Any
    """The component or the determinantal variety."""
    index_sets: IndexSets
    """For each block which terms of its singular value decomposition are kept, counted from 0, largest first."""
    value: float
    """Squared Frobenius distance to the target; for data the loss, the mean squared error per entry."""
    morse_index: int
    """Number of negative directions of the Hessian on the variety; 0 for the minimum."""
    dimension: int
    """Real dimension of the family; 0 for an isolated point."""
    error: SquaredError
    """The terms that the index sets choose from."""
    scale: float
    """The power of two that brings what the terms make back to the units of the data."""
    dense: Callable[[Blocks], NDArray[Any]]
    """Makes a matrix from blocks."""

    def __repr__(self) -> str:
        of = f" of a family of dimension {self.dimension}" if self.dimension else ""
        return f"<CriticalPoint{of}: value {self.value:.6g}, Morse index {self.morse_index}, on {self.variety!r}>"

    @property
    def ranks(self) -> tuple[int, ...]:
        """How many terms each block keeps."""
        return tuple(len(indices) for indices in self.index_sets)

    @property
    def loss(self) -> float:
        """The value, where the problem is one of data: the mean squared error per entry."""
        return self.value

    def blocks(self) -> Blocks:
        """Components of all blocks of :meth:`matrix`, for each bundle of shape (members, rows, cols, beta).

        Examples
        --------
        >>> import numpy as np
        >>> import equivariety as ev
        >>> variety = ev.DeterminantalVariety(1, 2, 2)
        >>> point = variety.critical_points(np.diag([40.0, 20.0])).minimum
        >>> point.blocks()[0].shape, np.abs(point.blocks()[0][0, :, :, 0]).tolist()
        ((1, 2, 2, 1), [[40.0, 0.0], [0.0, 0.0]])
        """
        return tuple(self.scale * block for block in self._of_unit_scale())

    def _of_unit_scale(self) -> Blocks:
        found = []
        for spectrum, members in zip(self.error.spectra, self.error.members, strict=True):
            kept = np.zeros(spectrum.gains.shape)
            for position, member in enumerate(members.tolist()):
                kept[position, list(self.index_sets[member])] = 1.0
            left = spectrum.field.pack(spectrum.decoder * kept[:, None, :, None])
            found.append(spectrum.field.unpack(left @ spectrum.field.pack(spectrum.encoder)))
        return tuple(found)

    def matrix(self) -> NDArray[Any]:
        """The point as a dense matrix."""
        return np.asarray(self.scale * self.dense(self._of_unit_scale()))


@dataclass(frozen=True, eq=False)
class CriticalPoints:
    """The critical points on the smooth part of a component or a determinantal variety; iterate for them, best first.

    If singular values coincide, the critical points come in families of positive dimension: then :attr:`finite` is
    False, iteration gives one representative of each connected family, :attr:`families` says how many there are of
    each dimension, and :attr:`count` refuses.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> component = ev.EquivariantMaps(2 * ev.actions.cyclic(4)).bounded(2).component((1, 0, 1))
    >>> points = component.critical_points(np.diag([1.0, 2, 3, 5, 7, 1, 2, 4]))
    >>> points.count, points.finite, points.families
    (4, True, {0: 4})
    >>> [(point.ranks, point.morse_index) for point in points], points.minimum.morse_index
    ([((1, 0, 1), 0), ((1, 0, 1), 1), ((1, 0, 1), 1), ((1, 0, 1), 2)], 0)
    >>> cut, chosen = next(points.landscape.by_cut())
    >>> points.point(cut, chosen).value == points.minimum.value
    True
    """

    variety: Any
    """The component or the determinantal variety."""
    error: SquaredError
    ranks: tuple[int, ...]
    """Rank of every block on the smooth part."""
    capacities: tuple[int, ...]
    """The largest rank that every block can have."""
    scale: float
    """The power of two that brings what the terms make back to the units of the data."""
    dense: Callable[[Blocks], NDArray[Any]]
    """Makes a matrix from blocks."""

    def __repr__(self) -> str:
        return f"<CriticalPoints on {self.variety!r}>"

    @cached_property
    def landscape(self) -> Landscape:
        """The levels of the blocks."""
        found = [Levels((), (), 0, 1)] * len(self.ranks)
        for spectrum, members in zip(self.error.spectra, self.error.members, strict=True):
            for gains, member in zip(spectrum.gains, members.tolist(), strict=True):
                block = levels(gains, self.ranks[member], spectrum.field.beta, self.error.precision)
                if self.ranks[member] == self.capacities[member]:  # a linear space: its critical point keeps everything
                    block = replace(block, rank=block.terms, dropped=0.0)
                found[member] = block
        return Landscape(tuple(found))

    @property
    def finite(self) -> bool:
        """Whether every critical point is isolated."""
        return self.landscape.finite

    @property
    def families(self) -> dict[int, int]:
        """Number of connected families of critical points, by real dimension; ``{0: count}`` for generic data."""
        return self.landscape.dimensions() if self.landscape.families else {}

    @property
    def count(self) -> int:
        """Number of critical points.

        Raises
        ------
        InputError
            If there are infinitely many, because singular values of the data coincide.
        """
        if not self.finite:
            listed = ", ".join(f"{ways} of dimension {dimension}" for dimension, ways in self.families.items())
            raise InputError("the critical points are not finite in number, because singular values of a block "
                             f"coincide: they form connected families, {listed}")  # fmt: skip
        return self.landscape.families

    @property
    def minimum(self) -> CriticalPoint:
        """The global minimum on the smooth part, and the only local one.

        Raises
        ------
        InputError
            If a block of the data has smaller rank than the variety: then the minimum is a singular point.
        """
        first = next(iter(self), None)
        if first is None:
            raise InputError("the data have smaller rank than the variety in some block, so that there is no critical "
                             "point on the smooth part; `nearest` and `fit` give the minimum")  # fmt: skip
        return first

    def __iter__(self) -> Iterator[CriticalPoint]:
        for cut, chosen in self.landscape.by_cut():
            yield self.point(cut, chosen)

    def point(self, cut: float, chosen: Sequence[Selection]) -> CriticalPoint:
        """The critical point with the given selections, which leave out terms of the given sum."""
        pairs = list(zip(self.landscape.blocks, chosen, strict=True))
        return CriticalPoint(
            self.variety,
            tuple(block.index_set(counts) for block, counts in pairs),
            self.error.value(self.error.rest + cut),
            sum(block.morse_index(counts) for block, counts in pairs),
            sum(block.dimension(counts) for block, counts in pairs),
            self.error,
            self.scale,
            self.dense,
        )
