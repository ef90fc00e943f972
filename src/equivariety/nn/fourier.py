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


class FourierAnalysis(Constants):
    """Orbits on which the group acts like Z/d_1 x ... x Z/d_k on itself: from values to coordinates in use.

    A coordinate is the real or the imaginary part of one cell of the half spectrum, times a constant.
    """

    columns: Tensor
    scales: Tensor

    def __init__(
        self, split: FourierSplit, batches: Sequence[Batch], units: Sequence[int], device: Any, dtype: Any
    ) -> None:
        super().__init__()
        self.sides = split.shape
        cells = [_cells(split, batch, unit) for batch, unit in zip(batches, units, strict=True)]
        self.keep("columns", np.concatenate([columns.ravel() for columns, _ in cells]), device)
        self.keep("scales", np.concatenate([scales.ravel() for _, scales in cells]), device, dtype)

    def forward(self, values: Tensor) -> Tensor:
        """From (samples, orbits, points) to (samples, coordinates, orbits)."""
        samples, orbits, _ = values.shape
        axes = tuple(range(2, 2 + len(self.sides)))
        spectrum = torch.fft.rfftn(values.reshape(samples, orbits, *self.sides), dim=axes, norm="ortho")
        flat = torch.view_as_real(spectrum).reshape(samples, orbits, -1)
        return (flat.index_select(2, self.columns) * self.scales).transpose(1, 2)


class FourierSynthesis(Constants):
    """The transpose: every number of the half spectrum is a constant times one coordinate, or zero."""

    sources: Tensor
    factors: Tensor

    def __init__(
        self, split: FourierSplit, batches: Sequence[Batch], units: Sequence[int], device: Any, dtype: Any
    ) -> None:
        super().__init__()
        self.sides = split.shape
        self.half_sides = (*split.shape[:-1], split.shape[-1] // 2 + 1)
        cells = [_cells(split, batch, unit) for batch, unit in zip(batches, units, strict=True)]
        columns = np.concatenate([columns.ravel() for columns, _ in cells])
        scales = np.concatenate([scales.ravel() for _, scales in cells])
        sources, factors = _sources(split, columns, scales, 2 * prod(self.half_sides))
        self.keep("sources", sources, device)
        self.keep("factors", factors, device, dtype)

    def forward(self, coordinates: Tensor) -> Tensor:
        """From (samples, coordinates, orbits) to (samples, orbits * points)."""
        samples, _, orbits = coordinates.shape
        rows = coordinates.transpose(1, 2)
        padded = torch.cat([rows, rows.new_zeros(samples, orbits, 1)], 2)
        flat = padded.index_select(2, self.sources) * self.factors
        spectrum = torch.view_as_complex(flat.reshape(samples, orbits, *self.half_sides, 2))
        axes = tuple(range(2, 2 + len(self.sides)))
        return torch.fft.irfftn(spectrum, s=self.sides, dim=axes, norm="ortho").reshape(samples, -1)


def _cells(split: FourierSplit, batch: Batch, unit: int) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """The number (2 cell + part) of the half spectrum of each coordinate (slots, units), and its factor.

    Padding has the factor zero.
    """
    columns, scales = np.zeros((batch.slots, unit), dtype=np.intp), np.zeros((batch.slots, unit))
    start = 0
    for group in batch.groups:
        rows = slice(start, start + group.slots)
        start += group.slots
        if split.cells[group.bundle].size:
            beta = group.field.beta
            columns[rows, :beta] = 2 * split.cells[group.bundle][group.positions][:, None] + np.arange(beta)
            scales[rows, 0] = 1.0 if beta == 1 else _ROOT_TWO
            if beta == 2:
                conjugated = split.conjugated[group.bundle][group.positions]
                scales[rows, 1] = np.where(conjugated, -_ROOT_TWO, _ROOT_TWO)
    return columns, scales


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
    mirrors = split.mirrors(cells)
    sources[2 * mirrors + parts] = used
    factors[2 * mirrors + parts] = np.where(parts == 1, -1.0, 1.0) / scales[used]
    sources[columns[used]] = used
    factors[columns[used]] = 1.0 / scales[used]
    return sources, factors
