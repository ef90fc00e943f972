"""Orbitals: the orbits of a group on pairs of points, and the commutant that they span.

A matrix C with C P_A(g) = P_B(g) C is exactly one that is constant on the orbits of the group on pairs (row point,
column point). The generators suffice to find them, as connected components of a graph on the pairs; the group is
never enumerated.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from equivariety.actions.forests import orbit_forest
from equivariety.actions.operations import orbit_labels
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
    search = search_elements(np.concatenate([row_table, column_table + row_table.shape[1]], axis=1))
    labels = _along_trees(search[:, : row_table.shape[1]], search[:, row_table.shape[1] :] - row_table.shape[1])
    for row_images, column_images in zip(row_table, column_table, strict=True):
        if not _invariant(labels, row_images, column_images):
            labels = _merged(labels, row_images, column_images)
    return _by_first_appearance(labels)


def _along_trees(row_table: IntArray, column_table: IntArray) -> IntArray:
    """Numbers of pairs that are carried along trees of rows: equal ones belong together, some are not yet found equal.

    Every orbital has pairs in the row of a root, so that the numbers of those pairs suffice; what the edges outside
    the trees do (generators of the stabilizer of the root, by Schreier's lemma) merges some of them.
    """
    rows, columns = row_table.shape[1], column_table.shape[1]
    roots = np.unique(orbit_labels(row_table), return_index=True)[1]
    labels = np.empty((rows, columns), dtype=np.intp)
    labels[roots] = np.arange(roots.size * columns).reshape(-1, columns)
    for reached, before, by in orbit_forest(row_table, roots).levels:
        for generator in np.unique(by):
            mine = by == generator
            # (row, column) and (g row, g column) have one number: read back through the inverse on columns.
            labels[reached[mine]] = labels[before[mine]][:, np.argsort(column_table[generator])]
    return labels


def _invariant(labels: IntArray, row_images: IntArray, column_images: IntArray) -> bool:
    """Whether each pair has the label of its image; only pairs that move are looked at."""
    rows = np.flatnonzero(row_images != np.arange(row_images.size))
    columns = np.flatnonzero(column_images != np.arange(column_images.size))
    if rows.size == row_images.size:
        return all(np.array_equal(labels[row], labels[image][column_images]) for row, image in enumerate(row_images))
    return np.array_equal(labels[rows], labels[np.ix_(row_images[rows], column_images)]) and np.array_equal(
        labels[:, columns], labels[np.ix_(row_images, column_images[columns])]
    )


def _merged(labels: IntArray, row_images: IntArray, column_images: IntArray) -> IntArray:
    """The finest coarsening of `labels` in which each pair has the number of its image."""
    count = int(labels.max()) + 1
    moved = labels[row_images][:, column_images]
    differ = labels != moved
    edges = (labels[differ], moved[differ])
    graph = coo_array((np.ones(edges[0].size, dtype=np.int8), edges), shape=(count, count))
    _, component = connected_components(graph, directed=False)
    return np.asarray(component[labels], dtype=np.intp)


def _by_first_appearance(labels: IntArray) -> IntArray:
    """Numbers in the order of rows."""
    rank = np.full(int(labels.max()) + 1, -1, dtype=np.intp)
    found = 0
    for row in labels:
        new = row[rank[row] < 0]
        if new.size:
            distinct, first = np.unique(new, return_index=True)
            rank[distinct[np.argsort(first)]] = np.arange(found, found + distinct.size)
            found += distinct.size
    return np.asarray(rank[labels])


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
