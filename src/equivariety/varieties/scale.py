"""Matrices of any magnitude: norms square their entries, so numbers near the ends of the range are scaled first."""

from __future__ import annotations

from collections.abc import Callable
from math import frexp, ldexp
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.tolerances import membership_cutoff


def unit_scale(values: NDArray[Any]) -> float:
    """A power of two such that dividing by it, which is exact, brings the largest entry between 1 and 2.

    Examples
    --------
    >>> unit_scale(np.array([0.0, -5e200])) == 2.0**666
    True
    """
    largest = float(np.abs(values).max(initial=0.0))
    return ldexp(1.0, frexp(largest)[1] - 1) if largest else 1.0


def lies_within(
    values: NDArray[np.float64], tolerance: float | None, distance: Callable[[NDArray[np.float64]], float]
) -> bool:
    """Whether a matrix counts as a point of a cone, judged at unit scale by its distance from it.

    ``tolerance=None`` stands for max(m, n) sqrt(epsilon) / 100 times the norm.
    """
    scale = unit_scale(values)
    unit = values / scale
    if tolerance is None:
        return distance(unit) <= membership_cutoff(float(np.linalg.norm(unit)), max(values.shape[:2]))
    return distance(unit) <= tolerance / scale
