"""Permutations that nearly keep a covariance, grown variable by variable."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_WIDTH = 6  # partial matchings that are kept: several can be equally good, as rotation and reflection of a ring

Matrix = NDArray[np.float64]
Images = NDArray[np.intp]


def approximate_automorphisms(S: Matrix, point: int, image: int, width: int = _WIDTH) -> Images:
    """Permutations sigma with sigma(point) = image for which S[sigma(i), sigma(j)] is near S[i, j], best first.

    Beam search: the variable most strongly tied to those already matched comes next, and the matchings of least
    squared discrepancy so far are kept.

    Examples
    --------
    The ring of five variables, its first point carried to its second: by a rotation and by a reflection.

    >>> ring = np.eye(5) + 0.5 * np.roll(np.eye(5), 1, axis=1) + 0.5 * np.roll(np.eye(5), -1, axis=1)
    >>> approximate_automorphisms(ring, 0, 1)[:2].tolist()
    [[1, 0, 4, 3, 2], [1, 2, 3, 4, 0]]
    """
    order = _by_ties(S, point)
    variances = np.diag(S)
    images, costs = np.array([[image]]), np.zeros(1)
    for place, variable in enumerate(order[1:].tolist(), start=1):
        matched = order[:place]
        # Discrepancy of every continuation: shape (matchings, candidates).
        steps = ((S[variable, matched][None, :, None] - S[images]) ** 2).sum(axis=1)
        totals = costs[:, None] + steps + 0.5 * (S[variable, variable] - variances) ** 2
        np.put_along_axis(totals, images, np.inf, axis=1)
        best = np.argsort(totals, axis=None, kind="stable")[:width]
        best = best[np.isfinite(totals.ravel()[best])]
        rows, chosen = np.unravel_index(best, totals.shape)
        images, costs = np.column_stack([images[rows], chosen]), totals[rows, chosen]
    result = np.empty_like(images)
    result[:, order] = images
    return result


def _by_ties(S: Matrix, start: int) -> Images:
    """All variables, each as the one most strongly correlated with one before it."""
    scale = np.sqrt(np.maximum(np.diag(S), np.finfo(np.float64).tiny))
    ties = np.abs(S / scale / scale[:, None])
    order, strongest = [start], ties[start].copy()
    for _ in range(len(S) - 1):
        strongest[order] = -1.0
        order.append(int(np.argmax(strongest)))
        strongest = np.maximum(strongest, ties[order[-1]])
    return np.array(order)
