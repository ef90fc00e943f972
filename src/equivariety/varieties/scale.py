"""Matrices of any magnitude: norms square their entries, so numbers near the ends of the range are scaled first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import frexp, ldexp
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.moments import Moments
from equivariety.tolerances import membership_cutoff

# Sums of squares between 2 to minus and plus this power are taken as they are.
_COMFORTABLE = 200


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


def at_unit_scale(moments: Moments) -> tuple[Moments, tuple[int, int]]:
    """Moments of data of any magnitude, of inputs and targets divided by 2 to the two exponents."""
    into = _exponent(moments.energy)
    out = into if moments.cross is None else _exponent(moments.target_norm)
    if not into and not out:
        return moments, (0, 0)
    return replace(
        moments,
        inner=tuple(np.ldexp(S, -2 * into) for S in moments.inner),
        cross=None if moments.cross is None else tuple(np.ldexp(C, -into - out) for C in moments.cross),
        input_sum=np.ldexp(moments.input_sum, -into),
        target_sum=np.ldexp(moments.target_sum, -out),
        target_norm=ldexp(moments.target_norm, -2 * out),
    ), (into, out)


def _exponent(squares: float) -> int:
    """Half the exponent of a sum of squares that is extreme, else 0."""
    exponent = frexp(squares)[1] if squares else 0
    return 0 if abs(exponent) <= _COMFORTABLE else exponent // 2
