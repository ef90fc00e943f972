"""Orbits of points that a group permutes with signs, and the functions that such an action leaves in each orbit.

A function f with f(image of q) = sign * f(q) is determined on an orbit by one value, or it vanishes there: if some
way around the orbit returns to its start with the sign -1. On the double cover, the points +q and -q, such an orbit is
one component and every other one is two.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

IntArray = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class SignedOrbits:
    """The orbits that carry a nonzero function, numbered by their first point."""

    labels: IntArray
    """For each point the number of its orbit, -1 where every function vanishes. Shape (points,)."""
    signs: NDArray[np.int8]
    """The function of the orbit that is 1 at its first point: 1 or -1, 0 where every function vanishes."""
    count: int
    """How many there are: the dimension of the space of functions."""


def signed_orbits(images: IntArray, signs: NDArray[np.int8]) -> SignedOrbits:
    """The orbits of k generators on N points, point q going to ``images[g, q]`` with the sign ``signs[g, q]``.

    Parameters
    ----------
    images : int array, shape (k, N)
    signs : int8 array, shape (k, N)
        1 or -1.

    Examples
    --------
    Points 0 and 1 are swapped, with the signs 1 and -1 that make them vanish; point 2 is left alone:

    >>> found = signed_orbits(np.array([[1, 0, 2]]), np.array([[1, -1, 1]], dtype=np.int8))
    >>> found.labels.tolist(), found.count
    ([-1, -1, 0], 1)
    """
    points = images.shape[1]
    if (signs > 0).all():
        labels = _by_first_appearance(_components(images))
        return SignedOrbits(labels, np.ones(points, dtype=np.int8), int(labels.max(initial=-1)) + 1)
    swapped = np.where(signs > 0, 0, points)
    component = _components(np.concatenate([images + swapped, images + (points - swapped)], axis=1))
    plus, minus = component[:points], component[points:]
    alive = plus != minus
    base = np.minimum(plus, minus)
    labels = np.full(points, -1, dtype=np.intp)
    labels[alive] = _by_first_appearance(base[alive])
    count = int(labels.max(initial=-1)) + 1
    first = np.zeros(count, dtype=np.intp)
    first[labels[alive][::-1]] = np.flatnonzero(alive)[::-1]
    values = np.where(plus == plus[first][labels], 1, -1) if count else np.zeros(points)
    return SignedOrbits(labels, np.where(alive, values, 0).astype(np.int8), count)


def _components(images: IntArray) -> IntArray:
    k, n = images.shape
    edges = (np.tile(np.arange(n), k), images.ravel())
    graph = coo_array((np.ones(k * n, dtype=np.int8), edges), shape=(n, n))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.intp)


def _by_first_appearance(labels: IntArray) -> IntArray:
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty_like(first)
    rank[np.argsort(first)] = np.arange(first.size)
    return np.asarray(rank[inverse], dtype=np.intp)
