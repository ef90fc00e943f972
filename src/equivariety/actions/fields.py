"""Fields on points of space: vectors, pseudovectors and tensors that turn while the points are permuted."""

from __future__ import annotations

from itertools import combinations_with_replacement
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from equivariety.actions.action import Action
from equivariety.actions.grids import image_dihedral, image_rotation, volume_rotations, volume_symmetries
from equivariety.actions.permutation import PermutationAction
from equivariety.array_types import FloatArray
from equivariety.errors import InputError
from equivariety.tolerances import CARRIED_POINTS, SPANNING_POINTS

KINDS = ("vectors", "pseudovectors", "tensors")
_IMAGES = {"rotation": image_rotation, "dihedral": image_dihedral}
_VOLUMES = {"rotations": volume_rotations, "symmetries": volume_symmetries}


def field(points: PermutationAction, positions: ArrayLike, kind: str = "vectors", order: str = "points") -> Action:
    """A field on points of space, under permutations of the points that orthogonal maps realize.

    Each generator carries the point sigma(i) to the point i by an orthogonal map g about the center of the points; what
    stands at the point is turned by g.

    Parameters
    ----------
    points : PermutationAction
    positions : array_like of shape (points, D)
        They must span R^D about their mean, so that the permutations determine the maps.
    kind : {"vectors", "pseudovectors", "tensors"}
        Vectors (velocities, forces) turn by g; pseudovectors (magnetic fields, vorticity) by det(g) g; symmetric
        tensors S (stresses) by g S g^T, stored as S_11, S_22, ..., then sqrt(2) S_ij for i < j in lexicographic order.
    order : {"points", "components"}
        As in :meth:`PermutationAction.on_vectors`.

    Raises
    ------
    InputError
        If no orthogonal map carries the points as a generator does.

    Examples
    --------
    >>> triangle = [[1, 0], [-0.5, 3**0.5 / 2], [-0.5, -(3**0.5) / 2]]
    >>> vectors = field(PermutationAction.from_cycles("(1 2 3); (2 3)"), triangle)
    >>> vectors.degree, vectors.fixed_dimension
    (6, 1)
    """
    if kind not in KINDS:
        raise InputError(f"kind must be one of {', '.join(map(repr, KINDS))}, not {kind!r}")
    turns = realizing_maps(points, positions)
    if kind == "pseudovectors":
        turns = turns * np.rint(np.linalg.det(turns))[:, None, None]
    if kind == "tensors":
        turns = _on_symmetric_tensors(turns)
    return points.on_vectors(list(turns), order)


def realizing_maps(points: PermutationAction, positions: ArrayLike) -> FloatArray:
    """The orthogonal maps g with p_i = g p_sigma(i) about the mean of the points, shape (generators, D, D).

    Examples
    --------
    >>> square = [[0, 0], [0, 1], [1, 1], [1, 0]]
    >>> realizing_maps(PermutationAction.from_cycles("(1 2 3 4)"), square).round(6) + 0.0
    array([[[ 0., -1.],
            [ 1.,  0.]]])
    """
    given = np.asarray(positions, dtype=np.float64)
    if given.ndim != 2 or len(given) != points.degree or not np.isfinite(given).all():
        raise InputError(f"positions must be finite numbers of shape ({points.degree}, D), not of shape {given.shape}")
    centered = given - given.mean(axis=0)
    scale = float(np.abs(centered).max())
    if np.linalg.matrix_rank(centered, tol=SPANNING_POINTS * scale * len(given) ** 0.5) < given.shape[1]:
        raise InputError(f"positions must span R^{given.shape[1]} about their mean: a permutation of points in a plane "
                         "does not say what happens across it; give matrices to on_vectors instead")  # fmt: skip
    maps = []
    for number, image in enumerate(points.images, start=1):
        # The nearest orthogonal map: the orthogonal Procrustes problem.
        left, _, right = np.linalg.svd(centered.T @ centered[image])
        turn = left @ right
        error = float(np.abs(centered - centered[image] @ turn.T).max())
        if error > CARRIED_POINTS * scale:
            raise InputError(
                f"generator {number} must carry the points like an orthogonal map: it misses by {error:.2g}"
            )
        maps.append(turn)
    return np.stack(maps)


def image_field(size: int, kind: str = "vectors", group: str = "dihedral", order: str = "points") -> Action:
    """A field on the pixels of a size x size image under its rotation or all its 8 symmetries.

    Components are along the axes of the array: down, then right.

    Parameters
    ----------
    size : int
        At least 2.
    kind, order : str
        As for :func:`field`.
    group : {"dihedral", "rotation"}

    Examples
    --------
    >>> image_field(2, group="rotation").cycles()
    '(-1 4 -7 6)(2 -3 8 -5)'
    >>> [image_field(28, kind).fixed_dimension for kind in ("vectors", "pseudovectors", "tensors")]
    [196, 196, 301]
    """
    return _grid_field(size, 2, kind, group, order, _IMAGES)


def volume_field(size: int, kind: str = "vectors", group: str = "symmetries", order: str = "points") -> Action:
    """A field on the voxels of a cube under its 24 rotations or all its 48 symmetries.

    Parameters
    ----------
    size : int
        At least 2.
    kind, order : str
        As for :func:`field`.
    group : {"symmetries", "rotations"}

    Examples
    --------
    >>> volume_field(3).degree
    81
    """
    return _grid_field(size, 3, kind, group, order, _VOLUMES)


def _grid_field(size: int, dimensions: int, kind: str, group: str, order: str, groups: dict[str, Any]) -> Action:
    if group not in groups:
        raise InputError(f"group must be one of {', '.join(map(repr, groups))}, not {group!r}")
    points = groups[group](size)
    if size < 2:
        raise InputError(f"size must be at least 2 for a field, not {size}")
    positions = np.stack(np.unravel_index(np.arange(size**dimensions), (size,) * dimensions), axis=1)
    return field(points, positions, kind, order)


def _on_symmetric_tensors(turns: FloatArray) -> FloatArray:
    d = turns.shape[1]
    pairs = sorted(combinations_with_replacement(range(d), 2), key=lambda pair: (pair[0] != pair[1], pair))
    basis = np.zeros((len(pairs), d, d))
    for number, (i, j) in enumerate(pairs):
        basis[number, i, j] = basis[number, j, i] = 1.0 if i == j else 0.5**0.5
    return np.einsum("aij,gik,gjl,bkl->gab", basis, turns, turns, basis)
