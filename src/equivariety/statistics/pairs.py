"""Gaussian models as partitions of the unordered pairs of variables into orbits.

Two groups allow the same covariances exactly if their orbits on unordered pairs are the same (S_3 x S_2 and
<(1 2 3)(4 5)> on 3 + 2 points, for example). So models are compared by the partition, not by the group.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from equivariety.actions import PermutationAction

Classes = NDArray[np.intp]


def pair_classes(action: PermutationAction) -> Classes:
    """The orbit of every pair i <= j, pairs in the order of ``numpy.triu_indices``, orbits by first appearance.

    Examples
    --------
    >>> import equivariety as ev
    >>> pair_classes(ev.actions.cyclic(4)).tolist()
    [0, 1, 2, 1, 0, 1, 2, 0, 1, 0]
    """
    n = action.degree
    first, second = np.triu_indices(n)
    number = np.empty((n, n), dtype=np.intp)
    number[first, second] = number[second, first] = np.arange(first.size)
    images = np.concatenate([number[image[first], image[second]] for image in action.images])
    return by_appearance(_components(np.tile(np.arange(first.size), len(action.images)), images, first.size))


def joined(first: Classes, others: Classes) -> Classes:
    """The finest common coarsening of one partition with each of several, shape (partitions, pairs).

    These are the orbits of the group that two groups generate together.

    Examples
    --------
    >>> joined(np.array([0, 0, 1, 2]), np.array([[0, 1, 1, 2], [0, 1, 2, 2]])).tolist()
    [[0, 0, 0, 1], [0, 0, 1, 1]]
    """
    count, size = others.shape
    # One graph for all: in copy c the pairs, the classes of the first partition and those of the other.
    start = 3 * size * np.arange(count)[:, None]
    pairs = start + np.arange(size)
    sources = np.concatenate([pairs, pairs]).ravel()
    targets = np.concatenate([start + size + first, start + 2 * size + others]).ravel()
    labels = _components(sources, targets, 3 * size * count).reshape(count, -1)[:, :size]
    return np.stack([by_appearance(row) for row in labels])


def _components(sources: Classes, targets: Classes, size: int) -> Classes:
    graph = coo_array((np.ones(sources.size, dtype=np.int8), (sources, targets)), shape=(size, size))
    return connected_components(graph.tocsr(), directed=False)[1].astype(np.intp)


def by_appearance(labels: Classes) -> Classes:
    """Number classes in the order in which they appear."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(first.size, dtype=np.intp)
    rank[np.argsort(first)] = np.arange(first.size)
    return rank[inverse]
