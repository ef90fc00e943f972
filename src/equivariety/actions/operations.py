"""Orbits of, and constructions on, generators held as an array of images of shape (k, n)."""

from __future__ import annotations

from itertools import chain, combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

Images = NDArray[np.intp]


def orbit_labels(images: Images) -> NDArray[np.intp]:
    """The orbit of each point, numbered by smallest point: connected components of the edges i -> sigma(i)."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    k, n = images.shape
    edges = (np.tile(np.arange(n), k), images.ravel())
    labels = connected_components(coo_array((np.ones(k * n, dtype=np.int8), edges), shape=(n, n)), directed=False)[1]
    first = np.unique(labels, return_index=True)[1]
    rank = np.empty(first.size, dtype=np.intp)
    rank[np.argsort(first)] = np.arange(first.size)
    return rank[labels]


def disjoint_union(first: Images, second: Images) -> Images:
    """Points of the first, then points of the second."""
    return np.concatenate([first, second + first.shape[1]], axis=1)


def product(first: Images, second: Images) -> Images:
    """Pairs (i, j) at ``i * n_second + j``."""
    n = second.shape[1]
    return (first[:, :, None] * n + second[:, None, :]).reshape(len(first), -1)


def copies(images: Images, number: int) -> Images:
    """``number`` copies one after the other."""
    n = images.shape[1]
    return (np.arange(number)[None, :, None] * n + images[:, None, :]).reshape(len(images), -1)


def on_subsets(images: Images, size: int) -> Images:
    """Subsets of ``size`` points in lexicographic order."""
    n = images.shape[1]
    subsets = np.fromiter(chain.from_iterable(combinations(range(n), size)), dtype=np.intp).reshape(-1, size)
    return np.stack([_lexicographic_rank(np.sort(image[subsets], axis=1), n) for image in images])


def _lexicographic_rank(subsets: Images, n: int) -> NDArray[np.intp]:
    """Position of each sorted subset among all: C(n, k) - 1 - sum_j C(n - 1 - s_j, k - j)."""
    size = subsets.shape[1]
    after = [
        np.array([comb(n - 1 - point, size - position) for point in range(n)], dtype=np.intp)[subsets[:, position]]
        for position in range(size)
    ]
    return comb(n, size) - 1 - np.sum(after, axis=0)
