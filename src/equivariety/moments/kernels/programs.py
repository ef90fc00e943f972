"""Programs of small products: linear maps that act block by block, a group of samples at a time.

A group of samples stands in a *workspace*, one row for each sample; all that is computed on the way has columns of its
own there. A product takes columns of the workspace, multiplies them by a matrix and writes other columns:
``out[s, v] = sum over k of left[s, k] * right[k, v]``, where the v fill whole vector registers.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.moments.kernels.layout import aligned_zeros

# Where factors and results stand: the addresses that compiled loops are given, in this order.
_WORKSPACE, _CONSTANTS, _MATRICES, _GRADIENTS = range(4)

# The step from one sample to the next, known when all columns are.
_ROW = -1

# As many as there are in the group.
_SAMPLES = 0

# A product costs about as much as this many multiplications of registers, besides its own.
_OVERHEAD = 12


@dataclass(frozen=True)
class Columns:
    """Numbers in the workspace: the first column, the step to the next one, how many."""

    first: int
    step: int
    count: int


class ProgramBuilder:
    """Collects products, the columns they need, and the matrices they multiply by."""

    def __init__(self, dtype: np.dtype[Any]) -> None:
        from equivariety.moments.kernels import compiled

        self.dtype, self.lanes = dtype, int(compiled.VECTOR_BYTES // dtype.itemsize)
        self.samples, self._tile = compiled.SAMPLES, compiled.TILE_ROWS
        self._width, self._reach = 0, 0
        self._steps: list[tuple[int, ...]] = []
        self._cost = 0.0
        self._constants: list[NDArray[Any]] = []
        self._constant_size = 0
        self._tables: dict[int, list[NDArray[np.int64]]] = {_MATRICES: [], _GRADIENTS: []}
        self._table_sizes = {_MATRICES: 0, _GRADIENTS: 0}

    def whole(self, width: int) -> int:
        """The width rounded up to whole registers."""
        return -(-width // self.lanes) * self.lanes

    def room(self, width: int) -> int:
        """The first of so many new columns, which start with a register; one more than needed may be written."""
        first = self._width
        self._width += self.whole(width)
        return first

    def constant(self, matrix: NDArray[np.float64]) -> int:
        """Where a matrix stands that never changes."""
        padded = np.zeros((matrix.shape[0], self.whole(matrix.shape[1])), dtype=self.dtype)
        padded[:, : matrix.shape[1]] = matrix
        self._constants.append(padded.ravel())
        self._constant_size += padded.size
        return self._constant_size - padded.size

    def multiply_constant(self, left: Columns, constant: int, width: int, out: int) -> None:
        self._product(left, (_CONSTANTS, constant), width, out, True)

    def multiply_weights(self, left: Columns, table: NDArray[np.int64], out: int, anew: bool) -> None:
        """A product with a matrix of weights, given by their numbers: (left.count, whole registers)."""
        self._product(left, (_MATRICES, self._keep(_MATRICES, table)), table.shape[1], out, anew)

    def collect_gradient(self, left: Columns, table: NDArray[np.int64], right: int) -> None:
        """Add the sums over samples of all products left[s, k] * right[s, v] to the gradient of a matrix of weights."""
        rows = -(-left.count // self._tile) * self._tile
        padded = np.full((rows, table.shape[1]), np.iinfo(np.int64).max)
        padded[: left.count] = table
        place, vectors = self._keep(_GRADIENTS, padded), table.shape[1] // self.lanes
        self._reach = max(self._reach, left.first + rows * left.step)
        self._steps.append((_WORKSPACE, left.first, left.step, _ROW, _WORKSPACE, right, _ROW, _SAMPLES, rows,
                            vectors, _GRADIENTS, place, table.shape[1], 0))  # fmt: skip
        self._count(self.samples, rows, vectors)

    def _keep(self, base: int, table: NDArray[np.int64]) -> int:
        self._tables[base].append(table.ravel())
        self._table_sizes[base] += table.size
        return self._table_sizes[base] - table.size

    def _product(self, left: Columns, right: tuple[int, int], width: int, out: int, anew: bool) -> None:
        if not left.count:
            left, right = Columns(left.first, 0, 1), (_CONSTANTS, self.constant(np.zeros((1, width))))
        vectors = self.whole(width) // self.lanes
        self._reach = max(self._reach, out + self.whole(width))
        self._steps.append((_WORKSPACE, left.first, _ROW, left.step, *right, vectors * self.lanes, left.count,
                            _SAMPLES, vectors, _WORKSPACE, out, _ROW, int(anew)))  # fmt: skip
        self._count(left.count, self.samples, vectors)

    def _count(self, steps: int, rows: int, vectors: int) -> None:
        # A tile of one register loads as many numbers as it multiplies; writing its sums costs some steps more.
        self._cost += rows * (vectors + 0.25 * (vectors % 2)) * (steps + 3) + _OVERHEAD

    @property
    def cost(self) -> float:
        """Multiplications of vector registers for one sample, with what comes with them."""
        return self._cost / self.samples

    def finish(self, weights: int) -> Program:
        """The program, for so many weights."""
        size = self.dtype.itemsize
        # An odd number of registers: equal columns of the samples stand in different sets of the cache.
        width = max(self._width, self._reach)
        registers = -(-width // self.lanes) | 1
        width = registers * self.lanes
        steps = np.array(self._steps, dtype=np.int64).reshape(-1, 14)
        lengths = [1, 2, 3, 5, 6, 11, 12]
        steps[:, lengths] = np.where(steps[:, lengths] == _ROW, width, steps[:, lengths]) * size
        constants = np.concatenate([np.zeros(0, self.dtype), *self._constants])
        tables = [np.concatenate([np.zeros(0, np.int64), *self._tables[base]]) for base in (_MATRICES, _GRADIENTS)]
        narrow = [np.minimum(table, 2 * weights).astype(np.int32) for table in tables]
        return Program(self.dtype, width, steps, constants, narrow[0], narrow[1], weights)


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of an array, and the columns of the workspace that they are read into or written from."""

    values: NDArray[Any]
    order: NDArray[np.int64]
    """The point that stands in each column; empty for all in their order."""
    signs: NDArray[Any]
    """What each column is multiplied by; empty for nothing."""
    first: int


@dataclass(frozen=True, eq=False)
class Program:
    """Products that compiled loops perform for all rows."""

    dtype: np.dtype[Any]
    width: int
    steps: NDArray[np.int64]
    constants: NDArray[Any]
    matrix_table: NDArray[np.int32]
    gradient_table: NDArray[np.int32]
    weights: int

    def matrices(self, weights: NDArray[Any]) -> NDArray[Any]:
        """All entries of the matrices of weights."""
        from equivariety.moments.kernels import compiled

        matrices = np.empty(self.matrix_table.size, dtype=self.dtype)
        compiled.fill_matrices(weights, self.matrix_table, matrices)
        return matrices

    def collect(self, gradients: NDArray[Any], out: NDArray[Any]) -> None:
        """Add what was collected for the entries of matrices to the gradient of the weights."""
        from equivariety.moments.kernels import compiled

        compiled.collect_weights(gradients, self.gradient_table, out)

    def run(
        self, taken: Sequence[Rows], given: Sequence[Rows], matrices: NDArray[Any], gradients: NDArray[Any]
    ) -> None:
        """Perform the products for all rows taken; ``gradients`` are added to what is there."""
        from equivariety.moments.kernels import compiled

        work = _workspace(compiled.SAMPLES + 1, self.width, self.dtype)
        addresses = [array.ctypes.data for array in (work, self.constants, matrices, gradients)]
        rows = [tuple((side.values, side.order, side.signs, side.first) for side in sides) for sides in (taken, given)]
        compiled.perform(self.steps, np.array(addresses), rows[0], rows[1], work)


_memory = threading.local()


def _workspace(rows: int, width: int, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Room that a thread keeps from program to program: new memory costs as much as a small program."""
    size = rows * width * dtype.itemsize
    if getattr(_memory, "size", 0) < size:
        _memory.size, _memory.room = size, aligned_zeros((size,), np.dtype(np.uint8))
    room: NDArray[Any] = _memory.room[:size].view(dtype).reshape(rows, width)
    return room
