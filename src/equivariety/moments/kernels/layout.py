"""How the rows of data and a change of basis are handed to compiled loops."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.isotypic.decomposition import ChangeOfBasis
from equivariety.isotypic.splits import DenseSplit

COMPILED_TYPES = (np.dtype(np.float32), np.dtype(np.float64))
"""Numbers that compiled loops read, in the byte order of this machine."""

# Bytes in a line of the cache.
_LINE = 64


@dataclass(frozen=True, eq=False)
class OrbitLayout:
    """A change of basis whose orbits are all alike and contain every irreducible once, over R or C."""

    points: NDArray[np.intp]
    """Points of the orbits, shape (orbits, size)."""
    bases: tuple[NDArray[np.float64], ...]
    """The basis of each irreducible, bundle by bundle: shape (size, beta)."""

    @property
    def orbits(self) -> int:
        return int(self.points.shape[0])

    @property
    def size(self) -> int:
        """Points of one orbit."""
        return int(self.points.shape[1])

    @cached_property
    def in_place(self) -> bool:
        """Whether every orbit is an arithmetic progression, with one step for all: it is read where it lies."""
        steps = np.diff(self.points, axis=1)
        return bool((steps > 0).all() and (steps == steps[:1, :1]).all())

    @cached_property
    def order(self) -> NDArray[np.intp]:
        """The points, orbit by orbit."""
        return self.points.ravel()

    @property
    def starts(self) -> NDArray[np.int64]:
        """Where each orbit starts in a row, gathered if need be."""
        return (self.points[:, 0] if self.in_place else np.arange(self.orbits) * self.size).astype(np.int64)

    @property
    def step(self) -> int:
        """From one point of an orbit to the next in a row, gathered if need be."""
        return int(self.points[0, 1] - self.points[0, 0]) if self.in_place and self.size > 1 else 1

    def readable(self, rows: NDArray[Any]) -> NDArray[Any]:
        """The rows as compiled loops read them: a view, or gathered by orbits."""
        from equivariety.moments.kernels.compiled import gathered

        if not self.in_place:
            values = np.empty((rows.shape[0], self.order.size), dtype=rows.dtype)
            gathered(rows, self.order, values)
            return values
        return rows if rows.strides[1] == rows.itemsize else np.ascontiguousarray(rows)

    def paired_columns(self, lanes: int, dtype: np.dtype[Any]) -> NDArray[Any]:
        """Bases for panels A, B, shape (groups, size, 2 * lanes): irreducible i in lane i % lanes of group i // lanes.

        B is zero for irreducibles over R.
        """
        columns = aligned_zeros((-(-len(self.bases) // lanes), self.size, 2, lanes), dtype)
        for number, basis in enumerate(self.bases):
            group, lane = divmod(number, lanes)
            columns[group, :, : basis.shape[1], lane] = basis
        return columns.reshape(-1, self.size, 2 * lanes)

    @property
    def coordinates(self) -> NDArray[np.float64]:
        """Bases side by side, a column for each coordinate: shape (size, coordinates)."""
        return np.concatenate(self.bases, axis=1)


def orbit_layout(basis: ChangeOfBasis) -> OrbitLayout | None:
    """The layout of a change of basis, None if its orbits differ, are split otherwise, or carry signs."""
    if basis.frames is not None or len(basis.pieces) != 1 or not isinstance(basis.pieces[0].split, DenseSplit):
        return None
    if any(bundle.copies > 1 or bundle.field.beta > 2 for bundle in basis.bundles):
        return None
    split = basis.pieces[0].split
    parts = zip(basis.bundles, split.bases, strict=True)
    if any(part.shape[1] != bundle.size or part.shape[3] != 1 for bundle, part in parts):
        return None
    bases = tuple(part[:, member, 0, 0, :] for part in split.bases for member in range(part.shape[1]))
    return OrbitLayout(basis.pieces[0].points, bases)


def blocks_of_rows(rows: NDArray[Any], size: int) -> Iterator[tuple[slice, NDArray[Any]]]:
    """The rows in whole groups of ``size``, without a copy, and what remains filled up with zeros."""
    whole = rows.shape[0] // size * size
    if whole:
        yield slice(0, whole), rows[:whole]
    if whole < rows.shape[0]:
        rest = np.zeros((size, rows.shape[1]), dtype=rows.dtype)
        rest[: rows.shape[0] - whole] = rows[whole:]
        yield slice(whole, whole + size), rest


def aligned_zeros(shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Zeros that start on a line of the cache, so that no register is read from two lines."""
    size = math.prod(shape) * dtype.itemsize
    memory = np.zeros(size + _LINE, dtype=np.uint8)
    start = -memory.ctypes.data % _LINE
    return memory[start : start + size].view(dtype).reshape(shape)


def aligned(values: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    """A copy that starts on a line of the cache."""
    copy = aligned_zeros(values.shape, dtype)
    copy[...] = values
    return copy


def whole_registers(matrix: NDArray[Any], lanes: int, dtype: np.dtype[Any]) -> NDArray[Any]:
    """The matrix with zero columns added until its rows fill registers."""
    padded = aligned_zeros((matrix.shape[0], -(-matrix.shape[1] // lanes) * lanes), dtype)
    padded[:, : matrix.shape[1]] = matrix
    return padded
