"""The change of basis of the outer spaces as PyTorch modules: small matrix products, or the FFT on large orbits.

Only the blocks in use are computed. Coordinates of one sample stand together, slot after slot, so that the batched
products of the blocks read them where the analysis left them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from equivariety.isotypic import ChangeOfBasis
from equivariety.isotypic.decomposition import Piece
from equivariety.isotypic.induced_split import InducedSplit
from equivariety.isotypic.splits import DenseSplit, FourierSplit, Split
from equivariety.isotypic.twisted_fourier import TwistedFourierSplit
from equivariety.nn.constants import Constants
from equivariety.nn.fourier import FourierAnalysis, FourierSynthesis
from equivariety.nn.frames import FramedRows
from equivariety.nn.induced import InducedAnalysis, InducedSynthesis
from equivariety.nn.layout import Batch
from equivariety.nn.twisted import TwistedAnalysis, TwistedSynthesis

# Up to this many coordinates in use a product with their basis functions is quicker than a transform of all of them,
# which costs some hundred multiply-adds for each point: see docs/networks.md.
_NARROW_COORDINATES = 256

# Entries of such a basis that are not too many to keep.
_LARGEST_NARROW_BASIS = 2**20


class DenseAnalysis(Constants):
    """Orbits of one type by one matrix: rows are the coordinates in use, columns the points of the orbit."""

    basis: Tensor

    def __init__(self, basis: NDArray[np.float64], device: Any, dtype: Any) -> None:
        super().__init__()
        self.keep("basis", basis, device, dtype)

    def forward(self, values: Tensor) -> Tensor:
        """From (samples, orbits, points) to (samples, coordinates, orbits)."""
        if values.shape[1] == 1:
            return (values[:, 0] @ self.basis.T).unsqueeze(2)
        return torch.bmm(self.basis.expand(values.shape[0], -1, -1), values.transpose(1, 2))


class DenseSynthesis(Constants):
    """The transpose of :class:`DenseAnalysis`."""

    basis: Tensor

    def __init__(self, basis: NDArray[np.float64], device: Any, dtype: Any) -> None:
        super().__init__()
        self.keep("basis", basis, device, dtype)

    def forward(self, coordinates: Tensor) -> Tensor:
        """From (samples, coordinates, orbits) to (samples, orbits * points)."""
        if coordinates.shape[2] == 1:
            return coordinates[:, :, 0] @ self.basis
        return torch.bmm(coordinates.transpose(1, 2), self.basis.expand(coordinates.shape[0], -1, -1)).flatten(1)


class Analysis(Constants):
    """Q^T of the domain: from rows to coordinates (slots, samples, width) in every batch."""

    order: Tensor

    def __init__(self, basis: ChangeOfBasis, batches: Sequence[Batch], device: Any, dtype: Any) -> None:
        super().__init__()
        self.shapes = tuple((len(piece.points), piece.points.shape[1]) for piece in basis.pieces)
        self.units = tuple(batch.source_units for batch in batches)
        self.slots = tuple(batch.slots for batch in batches)
        order = np.concatenate([piece.points.ravel() for piece in basis.pieces])
        self.in_order = bool((order == np.arange(order.size)).all())
        self.keep("order", order, device)
        self.frames = FramedRows(basis.frames, device, dtype)
        self.transforms = nn.ModuleList(
            _analysis(piece, batches, [unit[number] for unit in self.units], device, dtype)
            for number, piece in enumerate(basis.pieces)
        )

    def forward(self, X: Tensor) -> list[Tensor]:
        """Coordinates of the rows of X."""
        samples = X.shape[0]
        X = self.frames(X)
        gathered = X if self.in_order else X.index_select(1, self.order)
        found: list[list[Tensor]] = [[] for _ in self.slots]
        start = 0
        for number, ((orbits, size), transform) in enumerate(zip(self.shapes, self.transforms, strict=True)):
            stop = start + orbits * size
            if any(units[number] for units in self.units):
                coordinates = transform(gathered[:, start:stop].reshape(samples, orbits, size))
                self._deal_out(coordinates, number, found)
            start = stop
        return [(parts[0] if len(parts) == 1 else torch.cat(parts, 2)).transpose(0, 1) for parts in found]

    def _deal_out(self, coordinates: Tensor, piece: int, found: list[list[Tensor]]) -> None:
        """Give every batch its share (samples, slots, width) of the coordinates of one piece."""
        samples, _, orbits = coordinates.shape
        start = 0
        for parts, slots, units in zip(found, self.slots, self.units, strict=True):
            stop = start + slots * units[piece]
            if units[piece]:
                parts.append(coordinates[:, start:stop].reshape(samples, slots, units[piece] * orbits))
            start = stop


class Synthesis(Constants):
    """Q of the codomain: from coordinates (slots, samples, width) in every batch to rows."""

    inverse: Tensor

    def __init__(self, basis: ChangeOfBasis, batches: Sequence[Batch], device: Any, dtype: Any) -> None:
        super().__init__()
        self.shapes = tuple((len(piece.points), piece.points.shape[1]) for piece in basis.pieces)
        self.units = tuple(batch.target_units for batch in batches)
        order = np.concatenate([piece.points.ravel() for piece in basis.pieces])
        self.in_order = bool((order == np.arange(order.size)).all())
        self.keep("inverse", np.argsort(order), device)
        self.frames = FramedRows(basis.frames, device, dtype, transposed=True)
        self.transforms = nn.ModuleList(
            _synthesis(piece, batches, [unit[number] for unit in self.units], device, dtype)
            for number, piece in enumerate(basis.pieces)
        )

    def forward(self, coordinates: Sequence[Tensor]) -> Tensor:
        """Rows, shape (samples, degree)."""
        samples = coordinates[0].shape[1]
        starts = [0] * len(coordinates)
        columns = []
        for number, ((orbits, size), transform) in enumerate(zip(self.shapes, self.transforms, strict=True)):
            parts = []
            for place, (part, units) in enumerate(zip(coordinates, self.units, strict=True)):
                stop = starts[place] + units[number] * orbits
                if units[number]:
                    parts.append(part[:, :, starts[place] : stop].transpose(0, 1).reshape(samples, -1, orbits))
                starts[place] = stop
            if parts:
                columns.append(transform(parts[0] if len(parts) == 1 else torch.cat(parts, 1)))
            else:
                columns.append(coordinates[0].new_zeros(samples, orbits * size))
        values = columns[0] if len(columns) == 1 else torch.cat(columns, 1)
        return self.frames(values if self.in_order else values.index_select(1, self.inverse))


# Splits of large orbits, from points to coordinates in use and back.
_TRANSFORMS: tuple[tuple[type, Any, Any], ...] = (
    (FourierSplit, FourierAnalysis, FourierSynthesis),
    (TwistedFourierSplit, TwistedAnalysis, TwistedSynthesis),
    (InducedSplit, InducedAnalysis, InducedSynthesis),
)


def _transforms(split: Split) -> tuple[Any, Any]:
    return next((analysis, synthesis) for kind, analysis, synthesis in _TRANSFORMS if isinstance(split, kind))


def _analysis(piece: Piece, batches: Sequence[Batch], units: Sequence[int], device: Any, dtype: Any) -> Any:
    if isinstance(piece.split, DenseSplit) or _is_narrow(piece, batches, units):
        return DenseAnalysis(_basis_rows(piece, batches, units), device, dtype)
    return _transforms(piece.split)[0](piece.split, batches, units, device, dtype)


def _synthesis(piece: Piece, batches: Sequence[Batch], units: Sequence[int], device: Any, dtype: Any) -> Any:
    if isinstance(piece.split, DenseSplit) or _is_narrow(piece, batches, units):
        return DenseSynthesis(_basis_rows(piece, batches, units), device, dtype)
    return _transforms(piece.split)[1](piece.split, batches, units, device, dtype)


def _is_narrow(piece: Piece, batches: Sequence[Batch], units: Sequence[int]) -> bool:
    """Whether so few coordinates of a large orbit are in use that a product is quicker than the transform."""
    coordinates = sum(batch.slots * unit for batch, unit in zip(batches, units, strict=True))
    points = piece.points.shape[1]
    return coordinates <= _NARROW_COORDINATES and coordinates * points <= _LARGEST_NARROW_BASIS


def _basis_rows(piece: Piece, batches: Sequence[Batch], units: Sequence[int]) -> NDArray[np.float64]:
    """The basis functions in use, batch by batch, slot by slot, shape (coordinates, points); zero where padded."""
    if not isinstance(piece.split, DenseSplit):
        coordinates = sum(batch.slots * unit for batch, unit in zip(batches, units, strict=True))
        synthesis = _transforms(piece.split)[1](piece.split, batches, units, "cpu", torch.float64)
        functions: NDArray[np.float64] = synthesis(
            torch.eye(coordinates, dtype=torch.float64, device="cpu").unsqueeze(2)
        ).numpy()
        return functions
    split, points = piece.split, piece.points.shape[1]
    rows = []
    for batch, unit in zip(batches, units, strict=True):
        padded = np.zeros((batch.slots, unit, points))
        start = 0
        for group in batch.groups:
            basis = split.bases[group.bundle]
            if basis.size:
                chosen = basis[:, group.positions].reshape(points, group.slots, -1).transpose(1, 2, 0)
                padded[start : start + group.slots, : chosen.shape[1]] = chosen
            start += group.slots
        rows.append(padded.reshape(-1, points))
    return np.concatenate(rows)
