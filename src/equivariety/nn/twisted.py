"""Large twisted orbits of abelian groups by the complex FFT of values turned by the shift of the frequencies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from equivariety.isotypic.twisted_fourier import TwistedFourierSplit
from equivariety.nn.constants import Constants
from equivariety.nn.layout import Batch

_ROOT_TWO = 2.0**0.5


class _Twisted(Constants):
    cosines: Tensor
    sines: Tensor

    def __init__(self, split: TwistedFourierSplit, device: Any, dtype: Any) -> None:
        super().__init__()
        self.sides = split.shape
        self.axes = tuple(range(2, 2 + len(split.shape)))
        self.keep("cosines", np.cos(2 * np.pi * split.phases), device, dtype)
        self.keep("sines", np.sin(2 * np.pi * split.phases), device, dtype)


class TwistedAnalysis(_Twisted):
    """From values to coordinates in use: real or imaginary parts of cells of the spectrum, times a constant."""

    columns: Tensor
    scales: Tensor

    def __init__(
        self, split: TwistedFourierSplit, batches: Sequence[Batch], units: Sequence[int], device: Any, dtype: Any
    ) -> None:
        super().__init__(split, device, dtype)
        columns, scales = _cells(split, batches, units)
        self.keep("columns", columns, device)
        self.keep("scales", scales, device, dtype)

    def forward(self, values: Tensor) -> Tensor:
        """From (samples, orbits, points) to (samples, coordinates, orbits)."""
        samples, orbits, _ = values.shape
        turned = torch.complex(values * self.cosines, values * self.sines).reshape(samples, orbits, *self.sides)
        spectrum = torch.fft.fftn(turned, dim=self.axes, norm="ortho")
        flat = torch.view_as_real(spectrum).reshape(samples, orbits, -1)
        return (flat.index_select(2, self.columns) * self.scales).transpose(1, 2)


class TwistedSynthesis(_Twisted):
    """The transpose of :class:`TwistedAnalysis`: the real part of the inverse transform, turned back."""

    sources: Tensor
    factors: Tensor

    def __init__(
        self, split: TwistedFourierSplit, batches: Sequence[Batch], units: Sequence[int], device: Any, dtype: Any
    ) -> None:
        super().__init__(split, device, dtype)
        columns, scales = _cells(split, batches, units)
        used = np.flatnonzero(scales)
        sources, factors = np.full(2 * split.phases.size, columns.size), np.zeros(2 * split.phases.size)
        sources[columns[used]], factors[columns[used]] = used, scales[used]
        self.keep("sources", sources, device)
        self.keep("factors", factors, device, dtype)

    def forward(self, coordinates: Tensor) -> Tensor:
        """From (samples, coordinates, orbits) to (samples, orbits * points)."""
        samples, _, orbits = coordinates.shape
        rows = coordinates.transpose(1, 2)
        padded = torch.cat([rows, rows.new_zeros(samples, orbits, 1)], 2)
        flat = padded.index_select(2, self.sources) * self.factors
        spectrum = torch.view_as_complex(flat.reshape(samples, orbits, *self.sides, 2))
        turned = torch.fft.ifftn(spectrum, dim=self.axes, norm="ortho").reshape(samples, orbits, -1)
        return (turned.real * self.cosines + turned.imag * self.sines).reshape(samples, -1)


def _cells(
    split: TwistedFourierSplit, batches: Sequence[Batch], units: Sequence[int]
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """The number (2 cell + part) of the spectrum of each coordinate in use, and its factor; zero where padded."""
    found: list[tuple[NDArray[np.intp], NDArray[np.float64]]] = []
    for batch, unit in zip(batches, units, strict=True):
        columns, scales = np.zeros((batch.slots, unit), dtype=np.intp), np.zeros((batch.slots, unit))
        start = 0
        for group in batch.groups:
            rows, beta = slice(start, start + group.slots), group.field.beta
            start += group.slots
            if split.cells[group.bundle].size:
                columns[rows, :beta] = 2 * split.cells[group.bundle][group.positions][:, None] + np.arange(beta)
                scales[rows, :beta] = 1.0 if beta == 1 else _ROOT_TWO
        found.append((columns.ravel(), scales.ravel()))
    return np.concatenate([columns for columns, _ in found]), np.concatenate([scales for _, scales in found])
