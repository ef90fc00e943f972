"""How many choices of ranks are best: more than one where terms of different blocks are worth the same."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Gains = NDArray[np.float64]


def count_best(gains: Sequence[Gains], costs: Sequence[int], budget: int, tolerance: float) -> int:
    """The number of rank tuples within a budget whose total gain is the largest, up to a tolerance.

    Terms that gain nothing are never taken, so that a tuple counts once.

    Parameters
    ----------
    gains : sequence of arrays
        For each block the falling gains of its terms.
    costs : sequence of int
        Units of rank that a term of each block takes.
    budget : int
    tolerance : float
        Gains that differ by less are equal, and those below it are zero.

    Examples
    --------
    >>> count_best([np.array([3.0, 2.0]), np.array([2.0, 1.0])], [1, 1], budget=2, tolerance=1e-9)
    2
    >>> count_best([np.array([3.0, 2.0]), np.array([2.0, 1.0])], [1, 1], budget=1, tolerance=1e-9)
    1
    """
    best, count = np.zeros(budget + 1), np.full(budget + 1, 1, dtype=object)
    for values, cost in zip(gains, costs, strict=True):
        totals = np.concatenate([[0.0], np.cumsum(values[values > tolerance])])
        options = [(total, cost * rank) for rank, total in enumerate(totals.tolist()) if cost * rank <= budget]
        found = np.full((len(options), budget + 1), -np.inf)
        ways = np.zeros((len(options), budget + 1), dtype=object)
        for row, (total, used) in enumerate(options):
            found[row, used:] = total + best[: budget + 1 - used]
            ways[row, used:] = count[: budget + 1 - used]
        best = found.max(axis=0)
        count = np.where(found >= best - tolerance, ways, 0).sum(axis=0)
    return int(count[budget])
