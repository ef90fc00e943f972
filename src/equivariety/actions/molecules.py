"""Molecules from the positions and kinds of their atoms: the point group, acting on atoms and on displacements."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equivariety.actions.action import Action
from equivariety.actions.fields import realizing_maps
from equivariety.actions.graphs import graph_automorphisms
from equivariety.actions.permutation import PermutationAction
from equivariety.array_types import FloatArray
from equivariety.errors import InputError


def molecule(
    positions: ArrayLike, kinds: Sequence[Hashable], tolerance: float = 1e-3
) -> tuple[PermutationAction, Action]:
    """The point group of a molecule on its atoms, and on the displacements of its atoms.

    Parameters
    ----------
    positions : array_like of shape (atoms, 3)
    kinds : sequence of length atoms
        Symbols of the elements, say: atoms of different kinds are never exchanged.
    tolerance : float
        Distances that differ by no more, relative to the largest one, count as equal.

    Returns
    -------
    atoms : PermutationAction
        The permutations of the atoms that keep all distances; each is realized by an orthogonal map.
    displacements : Action
        Three coordinates for each atom, atom by atom. For a planar molecule one more generator reflects in its plane.

    Raises
    ------
    InputError
        If the atoms stand on a line, whose symmetries are not finite, or shapes are wrong.

    Notes
    -----
    Permutations that keep all distances come from BLISS, on the complete graph whose edges carry the distances. The
    matrices are exact to rounding although positions are measured: the Gram matrix of the positions is averaged over
    the group, and its three leading eigenvectors span a space that the permutations keep.

    Examples
    --------
    >>> water = [[0, 0, 0.12], [0, 0.76, -0.47], [0, -0.76, -0.47]]
    >>> atoms, displacements = molecule(water, ["O", "H", "H"])
    >>> atoms.cycles(), displacements.degree, displacements.fixed_dimension
    ('(2 3); ()', 9, 3)
    """
    given = np.asarray(positions, dtype=np.float64)
    if given.ndim != 2 or given.shape[1] != 3 or len(given) < 2 or not np.isfinite(given).all():
        raise InputError(f"positions must be finite numbers of shape (atoms, 3), not of shape {given.shape}")
    if len(kinds) != len(given):
        raise InputError(f"kinds must have one entry for each of the {len(given)} atoms, not {len(kinds)}")
    centered = given - given.mean(axis=0)
    values, axes = np.linalg.eigh(centered.T @ centered)
    rank = int((values > tolerance**2 * values[-1]).sum())
    if rank < 2:
        raise InputError("the atoms must not stand on one line: the symmetries of a line are not finite")
    atoms = graph_automorphisms(_distance_classes(given, tolerance), colors=list(kinds))
    plane = axes[:, 3 - rank :]
    turns = realizing_maps(atoms, _symmetrized(atoms, centered @ plane))
    if rank == 3:
        return atoms, atoms.on_vectors([plane @ turn @ plane.T for turn in turns])
    normal = axes[:, 0]
    across = np.outer(normal, normal)
    whole = [plane @ turn @ plane.T + across for turn in turns]
    atoms = PermutationAction([*atoms.images, np.arange(len(given))])
    return atoms, atoms.on_vectors([*whole, np.eye(3) - 2 * across])


def _distance_classes(positions: FloatArray, tolerance: float) -> NDArray[np.intp]:
    """Distances numbered from 1 by size, equal ones alike; 0 on the diagonal."""
    distances = np.linalg.norm(positions[:, None] - positions[None], axis=2)
    ordered = np.sort(distances[np.triu_indices(len(positions), 1)])
    starts = ordered[np.concatenate([[True], np.diff(ordered) > tolerance * ordered[-1]])]
    classes = np.searchsorted(starts, distances + 0.5 * tolerance * ordered[-1])
    np.fill_diagonal(classes, 0)
    return classes.astype(np.intp)


def _symmetrized(atoms: PermutationAction, positions: FloatArray) -> FloatArray:
    """Nearby positions that the permutations carry into each other exactly, up to rounding."""
    labels = (atoms**2).orbit_labels
    gram = (positions @ positions.T).ravel()
    averaged = (np.bincount(labels, weights=gram) / np.bincount(labels))[labels].reshape(2 * (len(positions),))
    values, vectors = np.linalg.eigh(averaged)
    d = positions.shape[1]
    found = vectors[:, -d:] * np.sqrt(values[-d:].clip(min=0))
    left, _, right = np.linalg.svd(found.T @ positions)
    return np.asarray(found @ left @ right)
