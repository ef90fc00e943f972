"""Coordinates in which an orbit of any kind acts like every other one of its type.

Signs are changed, and fibres are turned, so that the generators act without signs and turns along a spanning tree of
every orbit: ``y = F x``, point by point. For permutations nothing needs changing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.array_types import FloatArray, IntArray
from equivariety.isotypic.arrays import constant, namespace


@dataclass(frozen=True, eq=False)
class Frames:
    """The orthogonal map y = F x, as one matrix for every point.

    ``parts`` holds for each dimension of fibres the coordinates (points, d) and the matrices F (points, d, d); together
    they are all coordinates.
    """

    parts: tuple[tuple[IntArray, FloatArray], ...]

    @classmethod
    def of_signs(cls, signs: NDArray[Any]) -> Frames:
        """Multiplication by signs."""
        return cls(((np.arange(signs.size)[:, None], signs.astype(np.float64)[:, None, None]),))

    @cached_property
    def signs(self) -> FloatArray | None:
        """One sign for each coordinate, if no fibre turns."""
        if any(coordinates.shape[1] > 1 for coordinates, _ in self.parts):
            return None
        result = np.empty(sum(len(coordinates) for coordinates, _ in self.parts))
        for coordinates, matrices in self.parts:
            result[coordinates[:, 0]] = matrices[:, 0, 0]
        return result

    def apply(self, X: Any) -> Any:
        """F x for the rows x of X, in the array library of X."""
        return X * constant(self.signs, X) if self.signs is not None else self._turned(X, transposed=False)

    def undo(self, Y: Any) -> Any:
        """F^T y for the rows y of Y."""
        return Y * constant(self.signs, Y) if self.signs is not None else self._turned(Y, transposed=True)

    def _turned(self, X: Any, transposed: bool) -> Any:
        xp = namespace(X)
        columns = []
        for coordinates, matrices in self.parts:
            gathered = xp.reshape(
                xp.take(X, constant(coordinates.ravel(), X), axis=1), (X.shape[0], *coordinates.shape, 1)
            )
            turns = constant(matrices.swapaxes(1, 2) if transposed else matrices, X)
            columns.append(xp.reshape(xp.matmul(turns, gathered), (X.shape[0], -1)))
        joined = columns[0] if len(columns) == 1 else xp.concat(columns, axis=1)
        return xp.take(joined, constant(self._inverse, joined), axis=1)

    @cached_property
    def _inverse(self) -> IntArray:
        return np.argsort(np.concatenate([coordinates.ravel() for coordinates, _ in self.parts]))

    def matrix(self) -> Any:
        """F as a sparse array, shape (n, n)."""
        from scipy.sparse import coo_array

        rows = [np.repeat(places, places.shape[1], axis=1).ravel() for places, _ in self.parts]
        columns = [np.tile(places, (1, places.shape[1])).ravel() for places, _ in self.parts]
        values = np.concatenate([matrices.ravel() for _, matrices in self.parts])
        size = sum(places.size for places, _ in self.parts)
        return coo_array((values, (np.concatenate(rows), np.concatenate(columns))), shape=(size, size)).tocsr()

    def part(self, start: int, stop: int) -> Frames | None:
        """The frames of the coordinates start..stop-1, numbered anew; None if they change nothing."""
        kept = []
        for coordinates, matrices in self.parts:
            inside = (coordinates[:, 0] >= start) & (coordinates[:, 0] < stop)
            if inside.any():
                kept.append((coordinates[inside] - start, matrices[inside]))
        plain = all(np.array_equal(m, np.broadcast_to(np.eye(m.shape[1]), m.shape)) for _, m in kept)
        return None if plain else Frames(tuple(kept))
