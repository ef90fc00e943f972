"""Images of the mean under fitted maps, computed once for each solution."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from equivariety.varieties.solution import Solution

Vector = NDArray[np.float64]

# By solution, and not an attribute of the estimator: those are stored in files.
_ENCODED: WeakKeyDictionary[Solution, Vector] = WeakKeyDictionary()
_MAPPED: WeakKeyDictionary[Solution, Vector] = WeakKeyDictionary()


def encoded_mean(solution: Solution, mean: Vector) -> Vector:
    """The features of the mean that a solution was fitted around, shape (rank,)."""
    found = _ENCODED.get(solution)
    if found is None:
        found = _ENCODED[solution] = solution.encoder.apply(mean[None])[0]
    return found


def mapped_mean(solution: Solution, mean: Vector) -> Vector:
    """The image of the mean of the inputs that a solution was fitted around, shape (targets,)."""
    found = _MAPPED.get(solution)
    if found is None:
        found = _MAPPED[solution] = solution.apply(mean[None])[0]
    return found
