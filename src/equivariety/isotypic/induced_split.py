"""How an orbit splits under a group with an abelian normal subgroup: Fourier transforms, then few terms each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.array_types import IntArray
from equivariety.isotypic.arrays import constant, namespace
from equivariety.isotypic.splits import Groups, Split

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Terms:
    """Sparse rows of equal length: value i is ``sum_w weights[..., w] x[places[..., w]]``, padded with weights zero."""

    places: IntArray
    weights: FloatArray

    @classmethod
    def of(cls, places: IntArray, weights: FloatArray) -> Terms:
        """These rows without the padding that all share."""
        present = weights != 0
        width = max(1, int(present.sum(axis=-1).max(initial=0)))
        order = np.argsort(~present, axis=-1, kind="stable")[..., :width]
        return cls(np.take_along_axis(places, order, axis=-1), np.take_along_axis(weights, order, axis=-1))

    def applied(self, values: Any) -> Any:
        """From (samples, numbers, orbits) to (samples, rows, orbits), rows in C order."""
        xp = namespace(values)
        places, weights = (array.reshape(-1, array.shape[-1]) for array in (self.places, self.weights))
        total = None
        for place, weight in zip(places.T, weights.T, strict=True):
            term = xp.take(values, constant(np.ascontiguousarray(place), values), axis=1)
            if (weight != 1).any():
                term = term * constant(np.ascontiguousarray(weight), values)[None, :, None]
            total = term if total is None else total + term
        return total

    def transposed(self, size: int) -> Terms:
        """Rows of the transpose, for ``size`` columns."""
        from scipy.sparse import csr_array

        places, weights = (array.reshape(-1, array.shape[-1]) for array in (self.places, self.weights))
        starts = np.arange(0, places.size + 1, places.shape[1])
        back = csr_array((weights.ravel(), places.ravel(), starts), shape=(len(places), size)).T.tocsr()
        back.eliminate_zeros()
        counts = np.diff(back.indptr)
        width = max(1, int(counts.max(initial=0)))
        found, values = np.zeros((size, width), dtype=np.intp), np.zeros((size, width))
        rows = np.repeat(np.arange(size), counts)
        inside = np.arange(rows.size) - back.indptr[:-1][rows]
        found[rows, inside], values[rows, inside] = back.indices, back.data
        return Terms(found, values)


@dataclass(frozen=True, eq=False)
class SubgroupOrbits:
    """Orbits of the subgroup inside one orbit of the group, one after the other, that split alike."""

    count: int
    size: int
    split: Split
    """Two bundles: frequencies f = -f, and the others."""
    members: tuple[int, int]
    """How many frequencies are in either."""

    @property
    def points(self) -> int:
        return self.count * self.size


@dataclass(frozen=True, eq=False)
class InducedSplit:
    """An orbit of a group with an abelian normal subgroup.

    The Fourier coordinates of the orbits of the subgroup stand in one row: part by part, frequencies f = -f first, real
    before imaginary parts, for every number all orbits of the part. ``terms`` says for each bundle how its coordinates
    (members, copies, beta, multiplicity) are made of them.
    """

    parts: tuple[SubgroupOrbits, ...]
    terms: tuple[Terms, ...]

    @property
    def size(self) -> int:
        """Points of the orbit."""
        return sum(part.points for part in self.parts)

    def multiplicity(self, bundle: int) -> int:
        places = self.terms[bundle].places
        return int(places.shape[3]) if places.size else 0

    def panels(self, values: Any) -> list[Any | None]:
        numbers = self.fourier_coordinates(values)
        samples, _, orbits = numbers.shape
        xp = namespace(values)
        panels: list[Any | None] = []
        for terms in self.terms:
            members, copies, beta, multiplicity, _ = terms.places.shape
            shape = (samples, members, copies, beta, multiplicity * orbits)
            panels.append(xp.reshape(terms.applied(numbers), shape) if terms.places.size else None)
        return panels

    def from_panels(self, panels: Sequence[Any | None]) -> Any:
        given = [panel is not None and terms.places.size > 0 for panel, terms in zip(panels, self.terms, strict=True)]
        present: list[Any] = [panel for panel, here in zip(panels, given, strict=True) if here]
        first = next(number for number, here in enumerate(given) if here)
        xp, samples = namespace(present[0]), present[0].shape[0]
        orbits = present[0].shape[4] // self.multiplicity(first)
        flat = [xp.reshape(panel, (samples, -1, orbits)) for panel in present]
        rows = self._back if all(given) else self._back_from(given)
        return self.from_fourier_coordinates(rows.applied(flat[0] if len(flat) == 1 else xp.concat(flat, axis=1)))

    def select(self, groups: Groups) -> InducedSplit:
        return InducedSplit(self.parts, tuple(_chosen(self.terms[bundle], rows) for bundle, rows in groups))

    @cached_property
    def _back(self) -> Terms:
        return self._back_from([terms.places.size > 0 for terms in self.terms])

    def _back_from(self, given: Sequence[bool]) -> Terms:
        """Fourier coordinates from those of the given bundles."""
        chosen = [terms for terms, here in zip(self.terms, given, strict=True) if here]
        width = max(terms.places.shape[-1] for terms in chosen)
        places, weights = (
            np.concatenate([_padded(array, width) for array in arrays])
            for arrays in ([terms.places for terms in chosen], [terms.weights for terms in chosen])
        )
        return Terms(places, weights).transposed(self.size)

    def fourier_coordinates(self, values: Any) -> Any:
        """Fourier coordinates (samples, numbers, orbits) from values (samples, orbits, points)."""
        xp = namespace(values)
        samples, orbits, _ = values.shape
        found, start = [], 0
        for part in self.parts:
            inside = xp.reshape(values[:, :, start : start + part.points], (samples, orbits * part.count, part.size))
            start += part.points
            for panel in part.split.panels(inside):
                if panel is not None:
                    numbers = xp.reshape(panel, (samples, panel.shape[1] * panel.shape[3], orbits, part.count))
                    found.append(xp.reshape(xp.permute_dims(numbers, (0, 1, 3, 2)), (samples, -1, orbits)))
        return found[0] if len(found) == 1 else xp.concat(found, axis=1)

    def from_fourier_coordinates(self, numbers: Any) -> Any:
        """The inverse of :meth:`fourier_coordinates`."""
        xp = namespace(numbers)
        samples, _, orbits = numbers.shape
        columns, start = [], 0
        for part in self.parts:
            panels: list[Any | None] = []
            for members, beta in zip(part.members, (1, 2), strict=True):
                stop = start + members * beta * part.count
                inside = xp.reshape(numbers[:, start:stop], (samples, members, 1, beta, part.count, orbits))
                inside = xp.permute_dims(inside, (0, 1, 2, 3, 5, 4))
                inside = xp.reshape(inside, (samples, members, 1, beta, orbits * part.count))
                panels.append(inside if members else None)
                start = stop
            columns.append(xp.reshape(part.split.from_panels(panels), (samples, orbits, part.points)))
        return columns[0] if len(columns) == 1 else xp.concat(columns, axis=2)


def _chosen(terms: Terms, rows: IntArray) -> Terms:
    """Some members of a bundle; a bundle that this orbit type does not contain stays absent."""
    return Terms(terms.places[rows], terms.weights[rows]) if terms.places.size else terms


def _padded(array: NDArray[Any], width: int) -> NDArray[Any]:
    rows = array.reshape(-1, array.shape[-1])
    return np.pad(rows, ((0, 0), (0, width - rows.shape[1])))
