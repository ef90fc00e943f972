"""Orbitals: the orbits of a group on pairs of points, and the commutant that they span.

A matrix C with C P_A(g) = P_B(g) C is exactly one that is constant on the orbits of the group on pairs (row point,
column point). The generators suffice to find them, as connected components of a graph on the pairs; the group is
never enumerated.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

IntArray: TypeAlias = NDArray[np.intp]
FloatArray: TypeAlias = NDArray[np.float64]


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
    (count, rows), columns = row_table.shape, column_table.shape[1]
    pairs = rows * columns
    images = (row_table.T[:, None, :] * columns + column_table.T[None, :, :]).reshape(pairs * count)
    starts = np.arange(0, pairs * count + 1, count)
    graph = csr_array((np.ones(pairs * count, dtype=np.int8), images, starts), shape=(pairs, pairs))
    # Generators are permutations, so weak and strong components agree; the strong ones need no transposed graph.
    _, found = connected_components(graph, directed=True, connection="strong")
    _, first, inverse = np.unique(found, return_index=True, return_inverse=True)
    rank = np.empty_like(first)
    rank[np.argsort(first)] = np.arange(len(first))
    return np.asarray(rank[inverse].reshape(rows, columns), dtype=np.intp)


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
