"""Orbitals: the orbits of a group on pairs of points, and the commutant that they span.

A matrix C with C P_A(g) = P_B(g) C is exactly one that is constant on the orbits of the group on pairs (row point,
column point). The generators suffice to find them, as connected components of a graph on the pairs; the group is
never enumerated.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from equivariety.array_types import FloatArray, IntArray
from equivariety.isotypic.search_elements import search_elements


def orbitals(row_table: IntArray, column_table: IntArray) -> IntArray:
    """Number the orbits on pairs of (row point, column point).

    Parameters
    ----------
    row_table, column_table : int arrays, shapes (k, m) and (k, n)
        The same k generators on the two sets of points.

    Returns
    -------
    int array, shape (m, n)
        The number of the orbital of each pair, in order of first appearance.

    Examples
    --------
    The commutant of a 3-cycle consists of the circulant matrices:

    >>> import numpy as np
    >>> cycle = np.array([[1, 2, 0]])
    >>> orbitals(cycle, cycle)
    array([[0, 1, 2],
           [2, 0, 1],
           [1, 2, 0]])
    """
    columns = column_table.shape[1]
    search = search_elements(np.concatenate([row_table, column_table + row_table.shape[1]], axis=1))
    labels = _joint_orbits(search[:, : row_table.shape[1]], search[:, row_table.shape[1] :] - row_table.shape[1])
    if search.shape[0] < row_table.shape[0]:
        for row_images, column_images in zip(row_table, column_table, strict=True):
            if not _invariant(labels, row_images, column_images):
                labels = _merged(labels, labels[np.ix_(row_images, column_images)])
    return _by_first_appearance(labels.ravel()).reshape(-1, columns)


def _joint_orbits(row_table: IntArray, column_table: IntArray) -> IntArray:
    """Orbits on pairs, as components of a graph with an edge for every pair and generator; shape (m, n)."""
    (count, rows), columns = row_table.shape, column_table.shape[1]
    pairs = rows * columns
    # The index type that scipy would convert to.
    index = np.int32 if pairs * count < np.iinfo(np.int32).max else np.int64
    starts_of_rows = row_table.T.astype(index)[:, None, :] * columns
    images = (starts_of_rows + column_table.T.astype(index)[None, :, :]).reshape(pairs * count)
    starts = np.arange(0, pairs * count + 1, count, dtype=index)
    graph = csr_array((np.ones(pairs * count, dtype=np.int8), images, starts), shape=(pairs, pairs))
    # Generators are permutations, so weak and strong components agree; the strong ones need no transposed graph.
    _, found = connected_components(graph, directed=False)
    return np.asarray(found.reshape(rows, columns), dtype=np.intp)


def _invariant(labels: IntArray, row_images: IntArray, column_images: IntArray) -> bool:
    """Whether each pair has the label of its image; only pairs that move are looked at."""
    rows = np.flatnonzero(row_images != np.arange(row_images.size))
    columns = np.flatnonzero(column_images != np.arange(column_images.size))
    return np.array_equal(labels[rows], labels[np.ix_(row_images[rows], column_images)]) and np.array_equal(
        labels[:, columns], labels[np.ix_(row_images, column_images[columns])]
    )


def _merged(labels: IntArray, moved: IntArray) -> IntArray:
    """The finest coarsening of `labels` in which each pair has the label `moved` of its image."""
    count = int(labels.max()) + 1
    edges = (labels.ravel(), moved.ravel())
    graph = coo_array((np.ones(labels.size, dtype=np.int8), edges), shape=(count, count))
    _, component = connected_components(graph, directed=False)
    return np.asarray(component[labels], dtype=np.intp)


def _by_first_appearance(labels: IntArray) -> IntArray:
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty_like(first)
    rank[np.argsort(first)] = np.arange(len(first))
    return np.asarray(rank[inverse], dtype=np.intp)


def random_intertwiner(labels: IntArray, random: np.random.Generator) -> FloatArray:
    """A Gaussian element of the commutant, isotropic in the Frobenius norm, for the orbitals `labels`.

    Isotropic means that every block over D that the commutant falls into has entries of comparable size, however
    unequal the orbitals are.
    """
    sizes = np.bincount(labels.ravel())
    return np.asarray((random.standard_normal(len(sizes)) / np.sqrt(sizes))[labels], dtype=np.float64)


def average(matrix: FloatArray, labels: IntArray) -> FloatArray:
    """The Reynolds operator: the nearest element of the commutant, by means over the orbitals `labels`."""
    flat = labels.ravel()
    means = np.bincount(flat, weights=matrix.ravel()) / np.bincount(flat)
    return np.asarray(means[labels], dtype=np.float64)
