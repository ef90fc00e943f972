"""Large orbits of abelian groups by the real FFT."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from equivariety.isotypic.splits import FourierSplit
from equivariety.nn.constants import Constants
from equivariety.nn.layout import Batch

_ROOT_TWO = 2.0**0.5


class FourierTransform(Constants):
    """Orbits on which the group acts like Z/d_1 x ... x Z/d_k on itself.

    A coordinate is the real or the imaginary part of one cell of the half spectrum, times a constant; the other way
    every number of the half spectrum is a constant times one coordinate, or zero.
    """

    columns: Tensor
    scales: Tensor
    sources: Tensor
    factors: Tensor

    def __init__(
        self, split: FourierSplit, batches: Sequence[Batch], units: Sequence[int], device: Any, dtype: Any
    ) -> None:
        super().__init__()
        self.sides = split.shape
        self.half_sides = (*split.shape[:-1], split.shape[-1] // 2 + 1)
        columns, scales = _columns(split, batches, units)
        sources, factors = _sources(split, columns, scales, 2 * prod(self.half_sides))
        self.keep("columns", columns, device)
        self.keep("scales", scales, device, dtype)
        self.keep("sources", sources, device)
        self.keep("factors", factors, device, dtype)

    def analyze(self, values: Tensor) -> Tensor:
        """From (samples, orbits, points) to (samples, coordinates, orbits)."""
        samples, orbits, _ = values.shape
        axes = tuple(range(2, 2 + len(self.sides)))
        spectrum = torch.fft.rfftn(values.reshape(samples, orbits, *self.sides), dim=axes, norm="ortho")
        flat = torch.view_as_real(spectrum).reshape(samples, orbits, -1)
        return (flat.index_select(2, self.columns) * self.scales).transpose(1, 2)

    def synthesize(self, coordinates: Tensor) -> Tensor:
        """From (coordinates, samples, orbits) to (samples, orbits * points)."""
        _, samples, orbits = coordinates.shape
        rows = coordinates.permute(1, 2, 0)
        padded = torch.cat([rows, rows.new_zeros(samples, orbits, 1)], 2)
        flat = padded.index_select(2, self.sources) * self.factors
        spectrum = torch.view_as_complex(flat.reshape(samples, orbits, *self.half_sides, 2))
        axes = tuple(range(2, 2 + len(self.sides)))
        return torch.fft.irfftn(spectrum, s=self.sides, dim=axes, norm="ortho").reshape(samples, -1)


def _columns(
    split: FourierSplit, batches: Sequence[Batch], units: Sequence[int]
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """For each coordinate the number (2 cell + part) of the half spectrum it is read from, and its factor."""
    columns, scales = [np.empty(0, dtype=np.intp)], [np.empty(0)]
    for batch, unit in zip(batches, units, strict=True):
        for group in batch.groups:
            column = np.zeros((group.slots, unit), dtype=np.intp)
            scale = np.zeros((group.slots, unit))
            if split.cells[group.bundle].size:
                cells = split.cells[group.bundle][group.positions]
                beta = group.field.beta
                column[:, :beta] = 2 * cells[:, None] + np.arange(beta)
                scale[:, 0] = 1.0 if beta == 1 else _ROOT_TWO
                if beta == 2:
                    scale[:, 1] = np.where(split.conjugated[group.bundle][group.positions], -_ROOT_TWO, _ROOT_TWO)
            columns.append(column.ravel())
            scales.append(scale.ravel())
    return np.concatenate(columns), np.concatenate(scales)


def _sources(
    split: FourierSplit, columns: NDArray[np.intp], scales: NDArray[np.float64], size: int
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """For each number of the half spectrum the coordinate it is made of (the last: none) and its factor.

    The inverse of a factor 1 is 1, that of a factor sqrt(2) is 1 / sqrt(2): the transform is orthogonal, and every
    complex cell stands for two conjugate ones. Where the half spectrum holds both, the second gets the conjugate.
    """
    sources = np.full(size, columns.size, dtype=np.intp)
    factors = np.zeros(size)
    used = np.flatnonzero(scales)
    cells, parts = np.divmod(columns[used], 2)
    mirrors = split._mirrors(cells)
    sources[2 * mirrors + parts] = used
    factors[2 * mirrors + parts] = np.where(parts == 1, -1.0, 1.0) / scales[used]
    sources[columns[used]] = used
    factors[columns[used]] = 1.0 / scales[used]
    return sources, factors
