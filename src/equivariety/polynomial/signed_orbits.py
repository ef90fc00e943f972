"""Orbits of points that a group permutes with signs, and the functions that such an action leaves in each orbit.

A function f with f(image of q) = sign * f(q) is determined on an orbit by one value, or it vanishes there: if some
way around the orbit returns to its start with the sign -1. On the double cover, the points +q and -q, such an orbit is
one component and every other one is two.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from equivariety.actions.fixed import split_orbits
from equivariety.array_types import IntArray


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
    orbits, values = split_orbits(images, signs)
    alive = values != 0
    labels = np.full(orbits.size, -1, dtype=np.intp)
    kept, labels[alive] = np.unique(orbits[alive], return_inverse=True)
    return SignedOrbits(labels, values, kept.size)
