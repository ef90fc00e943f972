"""Large orbits of groups with an abelian normal subgroup: its Fourier coordinates, then few terms for each number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from torch import Tensor

from equivariety.isotypic.induced_split import InducedSplit, Terms
from equivariety.nn.constants import Constants
from equivariety.nn.layout import Batch


class _Sparse(Constants):
    """Rows ``sum_w weights[w] x[places[w]]``."""

    places: Tensor
    weights: Tensor

    def __init__(self, split: InducedSplit, terms: Terms, device: Any, dtype: Any) -> None:
        super().__init__()
        self.split = split
        self.keep("places", terms.places.T, device)
        self.keep("weights", terms.weights.T[:, :, None], device, dtype)

    def rows(self, numbers: Tensor) -> Tensor:
        """From (samples, numbers, orbits) to (samples, rows, orbits)."""
        total = self.weights[0] * numbers.index_select(1, self.places[0])
        for place, weight in zip(self.places[1:], self.weights[1:], strict=True):
            total = total + weight * numbers.index_select(1, place)
        return total


class InducedAnalysis(_Sparse):
    """From values to coordinates in use."""

    def __init__(
        self, split: InducedSplit, batches: Sequence[Batch], units: Sequence[int], device: Any, dtype: Any
    ) -> None:
        super().__init__(split, _terms(split, batches, units), device, dtype)

    def forward(self, values: Tensor) -> Tensor:
        """From (samples, orbits, points) to (samples, coordinates, orbits)."""
        return self.rows(self.split.fourier_coordinates(values))


class InducedSynthesis(_Sparse):
    """The transpose of :class:`InducedAnalysis`."""

    def __init__(
        self, split: InducedSplit, batches: Sequence[Batch], units: Sequence[int], device: Any, dtype: Any
    ) -> None:
        super().__init__(split, _terms(split, batches, units).transposed(split.size), device, dtype)

    def forward(self, coordinates: Tensor) -> Tensor:
        """From (samples, coordinates, orbits) to (samples, orbits * points)."""
        values: Tensor = self.split.from_fourier_coordinates(self.rows(coordinates))
        return values.flatten(1)


def _terms(split: InducedSplit, batches: Sequence[Batch], units: Sequence[int]) -> Terms:
    """The rows in use, batch by batch, slot by slot; zero where padded."""
    width = max(terms.places.shape[-1] for terms in split.terms)
    places, weights = [], []
    for batch, unit in zip(batches, units, strict=True):
        place, weight = np.zeros((batch.slots, unit, width), dtype=np.intp), np.zeros((batch.slots, unit, width))
        start = 0
        for group in batch.groups:
            terms = split.terms[group.bundle]
            if terms.places.size:
                for padded, rows in ((place, terms.places), (weight, terms.weights)):
                    chosen = rows[group.positions].swapaxes(2, 3).reshape(group.slots, -1, rows.shape[-1])
                    padded[start : start + group.slots, : chosen.shape[1], : chosen.shape[2]] = chosen
            start += group.slots
        places.append(place.reshape(-1, width))
        weights.append(weight.reshape(-1, width))
    return Terms(np.concatenate(places), np.concatenate(weights))
