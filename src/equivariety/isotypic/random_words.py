"""Intertwiners between bare orthogonal matrices, found by averaging over random words in the generators.

For an element W of the group that is equally distributed, M <- (M + W M W^T) / 2 halves the expected squared distance
from the commutant. Words come from product replacement (Celler, Leedham-Green, Murray, Niemeyer and O'Brien, 1995).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from equivariety.array_types import FloatArray
from equivariety.isotypic.transitive import Transitive
from equivariety.tolerances import EPSILON

_SLOTS = 10
_WARM_UP = 60
_MOST_WORDS = 400
_WORDS_BETWEEN_CHECKS = 10


@dataclass(frozen=True, eq=False)
class AveragedIntertwiners:
    """Intertwiners of matrices that are not known to permute points; their dimension is not counted."""

    rows: tuple[FloatArray, ...]
    columns: tuple[FloatArray, ...]
    dimension = None

    @classmethod
    def of(cls, rows: Transitive, columns: Transitive) -> AveragedIntertwiners:
        """Between two transitive actions."""
        generators = range(len(rows.table))
        return cls(tuple(map(rows.matrix, generators)), tuple(map(columns.matrix, generators)))

    @property
    def noise(self) -> float:
        """Averages end at about this residual."""
        return 64 * EPSILON * max(len(self.rows[0]), len(self.columns[0]))

    def random(self, random: np.random.Generator) -> FloatArray:
        return self.average(random.standard_normal((len(self.rows[0]), len(self.columns[0]))))

    def average(self, matrix: FloatArray) -> FloatArray:
        best, least = matrix, np.inf
        enough = self.noise * float(np.abs(matrix).max(initial=1.0))
        for number, (left, right) in enumerate(self._words()):
            matrix = (matrix + left @ matrix @ right.T) / 2
            if number % _WORDS_BETWEEN_CHECKS == _WORDS_BETWEEN_CHECKS - 1:
                residual = self._residual(matrix)
                if residual < least:
                    best, least = matrix, residual
                if residual <= enough:
                    break
        return best

    def _residual(self, matrix: FloatArray) -> float:
        pairs = zip(self.rows, self.columns, strict=True)
        return max(float(np.abs(left @ matrix - matrix @ right).max()) for left, right in pairs)

    def _words(self) -> Iterator[tuple[FloatArray, FloatArray]]:
        """Random elements as pairs of matrices, the same ones on every call."""
        random = np.random.default_rng(0)
        count = len(self.rows)
        slots = [(self.rows[i % count], self.columns[i % count]) for i in range(max(_SLOTS, count + 1))]
        word = slots[0]
        for step in range(_WARM_UP + _MOST_WORDS):
            i, j = random.choice(len(slots), 2, replace=False)
            inverse = random.random() < 0.5
            other = tuple(matrix.T if inverse else matrix for matrix in slots[j])
            slots[i] = (_kept(slots[i][0] @ other[0]), _kept(slots[i][1] @ other[1]))
            word = (_kept(word[0] @ slots[i][0]), _kept(word[1] @ slots[i][1]))
            if step >= _WARM_UP:
                yield word


def _kept(matrix: FloatArray) -> FloatArray:
    """One Newton step back to the orthogonal matrices, so that errors of long words do not grow."""
    return np.asarray(matrix @ (3 * np.eye(len(matrix)) - matrix.T @ matrix) / 2)
