"""The elements of a small group, and the signed cycles of each: what Molien's formula sums over."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from equivariety.array_types import IntArray

MOST_ENTRIES = 4_000_000
"""Elements times points up to which a group is listed."""


def closure(generators: IntArray, most_entries: int = MOST_ENTRIES) -> IntArray | None:
    """All products of permutations, shape (order, points); None if there are too many to be listed.

    Examples
    --------
    >>> closure(np.array([[1, 2, 0]])).tolist()
    [[0, 1, 2], [1, 2, 0], [2, 0, 1]]
    """
    points = generators.shape[1]
    frontier = np.arange(points, dtype=np.intp)[None, :]
    found, seen = [frontier], {frontier.tobytes()}
    while len(frontier):
        following = []
        for candidate in np.concatenate([frontier[:, generator] for generator in generators]):
            key = candidate.tobytes()
            if key not in seen:
                seen.add(key)
                following.append(candidate)
        if len(seen) * points > most_entries:
            return None
        frontier = np.array(following, dtype=np.intp).reshape(-1, points)
        found.append(frontier)
    return np.concatenate(found)


def signed_cover(images: IntArray, signs: NDArray[np.int8]) -> IntArray:
    """Signed permutations as permutations of the points +i (at i) and -i (at n + i)."""
    n = images.shape[1]
    swapped = np.where(signs > 0, 0, n)
    return np.concatenate([images + swapped, images + (n - swapped)], axis=1)


def traces(cover: IntArray) -> IntArray:
    """Traces of the signed permutation matrices of the elements, shape (order,)."""
    n = cover.shape[1] // 2
    points = np.arange(n)
    return np.asarray((cover[:, :n] == points).sum(axis=1) - (cover[:, :n] == points + n).sum(axis=1))


def cycle_counts(cover: IntArray) -> IntArray:
    """Signed cycles of the elements, shape (order, 2 n): at l - 1 those of length l and sign +, at n + l - 1 sign -."""
    order, n = cover.shape[0], cover.shape[1] // 2
    smallest = _smallest_of_cycle(cover)
    base = np.minimum(smallest[:, :n] % n, smallest[:, n:] % n)
    negative = smallest[:, :n] == smallest[:, n:]
    elements = np.arange(order)[:, None]
    lengths = np.zeros((order, n), dtype=np.intp)
    np.add.at(lengths, (elements, base), 1)
    heads = base == np.arange(n)
    counts = np.zeros((order, 2 * n), dtype=np.intp)
    np.add.at(counts, (np.nonzero(heads)[0], (lengths + n * negative - 1)[heads]), 1)
    return counts


def _smallest_of_cycle(images: IntArray) -> IntArray:
    """For each element and point the smallest point of its cycle, by doubling the length of the way looked at."""
    smallest = np.tile(np.arange(images.shape[1]), (len(images), 1))
    reached, way = images, 1
    while way < images.shape[1]:
        smallest = np.minimum(smallest, np.take_along_axis(smallest, reached, axis=1))
        reached, way = np.take_along_axis(reached, reached, axis=1), 2 * way
    return smallest
