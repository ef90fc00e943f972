"""The change of basis of the outer spaces as a PyTorch module: small matrix products, or the FFT on large orbits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from equivariety.isotypic import ChangeOfBasis
from equivariety.isotypic.decomposition import Piece
from equivariety.isotypic.splits import DenseSplit, FourierSplit
from equivariety.nn.constants import Constants
from equivariety.nn.fourier import FourierTransform
from equivariety.nn.layout import Batch


class DenseTransform(Constants):
    """Orbits of one type by one matrix: rows are the coordinates in use, columns the points of the orbit."""

    basis: Tensor

    def __init__(self, basis: NDArray[np.float64], device: Any, dtype: Any) -> None:
        super().__init__()
        self.keep("basis", basis, device, dtype)

    def analyze(self, values: Tensor) -> Tensor:
        """From (samples, orbits, points) to (samples, coordinates, orbits)."""
        if values.shape[1] == 1:
            return (values[:, 0] @ self.basis.T).unsqueeze(2)
        return torch.matmul(self.basis, values.transpose(1, 2))

    def synthesize(self, coordinates: Tensor) -> Tensor:
        """From (coordinates, samples, orbits) to (samples, orbits * points)."""
        count, samples, _ = coordinates.shape
        return (coordinates.reshape(count, -1).T @ self.basis).reshape(samples, -1)


class BasisChange(Constants):
    """Q^T (analyze) and Q (synthesize) of one outer space, only for the blocks in use.

    Coordinates are, per batch, an array (slots, samples, width).
    """

    order: Tensor
    inverse: Tensor

    def __init__(
        self, basis: ChangeOfBasis, batches: Sequence[Batch], units: Sequence[Sequence[int]], device: Any, dtype: Any
    ) -> None:
        super().__init__()
        self.shapes = tuple((len(piece.points), piece.points.shape[1]) for piece in basis.pieces)
        self.units = tuple(tuple(unit) for unit in units)
        self.slots = tuple(batch.slots for batch in batches)
        order = np.concatenate([piece.points.ravel() for piece in basis.pieces])
        self.in_order = bool((order == np.arange(order.size)).all())
        self.keep("order", order, device)
        self.keep("inverse", np.argsort(order), device)
        self.transforms = nn.ModuleList(
            _transform(piece, batches, [unit[number] for unit in self.units], device, dtype)
            for number, piece in enumerate(basis.pieces)
        )

    def analyze(self, X: Tensor) -> list[Tensor]:
        """Coordinates of the rows of X, per batch (slots, samples, width)."""
        samples = X.shape[0]
        gathered = X if self.in_order else X.index_select(1, self.order)
        found: list[list[Tensor]] = [[] for _ in self.slots]
        start = 0
        for number, ((orbits, size), transform) in enumerate(zip(self.shapes, self._transforms(), strict=True)):
            values = gathered[:, start : start + orbits * size].reshape(samples, orbits, size)
            start += orbits * size
            if not self._used(number):
                continue
            coordinates = transform.analyze(values)
            first = 0
            for parts, slots, units in zip(found, self.slots, self.units, strict=True):
                stop = first + slots * units[number]
                if units[number]:
                    parts.append(coordinates[:, first:stop].reshape(samples, slots, units[number] * orbits))
                first = stop
        return [(parts[0] if len(parts) == 1 else torch.cat(parts, 2)).transpose(0, 1) for parts in found]

    def synthesize(self, coordinates: Sequence[Tensor]) -> Tensor:
        """Rows with the given coordinates, shape (samples, degree)."""
        samples = coordinates[0].shape[1]
        starts = [0] * len(coordinates)
        columns = []
        for number, ((orbits, size), transform) in enumerate(zip(self.shapes, self._transforms(), strict=True)):
            if not self._used(number):
                columns.append(coordinates[0].new_zeros(samples, orbits * size))
                continue
            parts = []
            for place, (part, units) in enumerate(zip(coordinates, self.units, strict=True)):
                width = units[number] * orbits
                if width:
                    share = part[:, :, starts[place] : starts[place] + width]
                    share = share.reshape(-1, samples, units[number], orbits).transpose(1, 2)
                    parts.append(share.reshape(-1, samples, orbits))
                starts[place] += width
            columns.append(transform.synthesize(parts[0] if len(parts) == 1 else torch.cat(parts)))
        values = columns[0] if len(columns) == 1 else torch.cat(columns, 1)
        return values if self.in_order else values.index_select(1, self.inverse)

    def _transforms(self) -> list[DenseTransform | FourierTransform]:
        return cast("list[DenseTransform | FourierTransform]", list(self.transforms))

    def _used(self, piece: int) -> bool:
        return any(units[piece] for units in self.units)


def _transform(piece: Piece, batches: Sequence[Batch], units: Sequence[int], device: Any, dtype: Any) -> nn.Module:
    if isinstance(piece.split, FourierSplit):
        return FourierTransform(piece.split, batches, units, device, dtype)
    if not isinstance(piece.split, DenseSplit):
        raise TypeError(f"no transform for a {type(piece.split).__name__}")
    return DenseTransform(dense_basis(piece.split, piece.points.shape[1], batches, units), device, dtype)


def dense_basis(split: DenseSplit, points: int, batches: Sequence[Batch], units: Sequence[int]) -> NDArray[np.float64]:
    """The matrix (coordinates in use, points), with zero rows for padding."""
    rows = [np.zeros((0, points))]
    for batch, unit in zip(batches, units, strict=True):
        for group in batch.groups:
            padded = np.zeros((group.slots, unit, points))
            basis = split.bases[group.bundle]
            if basis.size:
                chosen = basis[:, group.positions].reshape(points, group.slots, -1)
                padded[:, : chosen.shape[2]] = chosen.transpose(1, 2, 0)
            rows.append(padded.reshape(-1, points))
    return np.concatenate(rows)
