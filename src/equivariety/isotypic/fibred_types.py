"""Orbits with signs and fibres sorted into types, and the frames in which all orbits of a type act alike.

Every orbit gets frames along a spanning tree from its base point. Then the edges outside the tree act by what the
stabilizer of the base does to the fibre there. That small representation is split: where a line of the fibre is only
reversed, the orbit becomes signed points, which are exact whole numbers from there on; other parts keep their fibres.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from equivariety.actions.fibres import Fibres
from equivariety.actions.forests import carried_frames, gauged, orbit_forest
from equivariety.actions.operations import orbit_labels
from equivariety.array_types import FloatArray, IntArray
from equivariety.errors import InputError
from equivariety.isotypic.canonical_bases import reference_coordinates
from equivariety.isotypic.eigenspaces import split_transitive
from equivariety.isotypic.frames import Frames
from equivariety.isotypic.intertwiners import UnclearDrawError
from equivariety.isotypic.orbit_types import OrbitType, classify_orbits
from equivariety.isotypic.transitive import Transitive
from equivariety.tolerances import CARRIED_ENTRY, SAME_FIBRES

_DRAWS = 10


@dataclass(frozen=True, eq=False)
class FibredType:
    """Orbits that act alike: the action, and the coordinates (orbits, points * fibre) of every orbit in its order."""

    action: Transitive
    points: IntArray


def point_types(images: IntArray) -> list[OrbitType]:
    """Types of the orbits of permutations, in order of first appearance."""
    labels = orbit_labels(images)
    sizes = np.bincount(labels)
    order = np.lexsort([labels, sizes[labels]])
    size_of_place = sizes[labels[order]]
    types = [
        kind
        for size in np.unique(sizes)
        for kind in classify_orbits(images, order[size_of_place == size].reshape(-1, size))
    ]
    return sorted(types, key=lambda kind: int(kind.points[0, 0]))


def fibred_types(parts: Sequence[Fibres]) -> tuple[list[FibredType], Frames]:
    """Types of the orbits of an action, by their smallest coordinates, and the frames that they refer to."""
    starts = np.cumsum([0, *(part.count for part in parts)])
    kinds = point_types(
        np.concatenate([part.images + start for part, start in zip(parts, starts, strict=False)], axis=1)
    )
    found: list[FibredType] = []
    frames = []
    for part, start in zip(parts, starts, strict=False):
        inside = [(kind.table, _rows(kind.points, start, part.count)) for kind in kinds]
        here = [(table, points) for table, points in inside if len(points)]
        matrices = carried_frames(orbit_forest(part.images, np.concatenate([p[:, 0] for _, p in here])), part.matrices)
        loops = gauged(part.images, part.matrices, matrices)
        for table, points in here:
            for action, coordinates in _split_fibres(table, points, part, loops, matrices):
                found.append(FibredType(action, coordinates))
        frames.append((part.coordinates, matrices))
    return _merged(found), Frames(tuple(frames))


def _rows(points: IntArray, start: int, count: int) -> IntArray:
    return points[(points[:, 0] >= start) & (points[:, 0] < start + count)] - start


def _split_fibres(
    table: IntArray, points: IntArray, part: Fibres, loops: FloatArray, frames: FloatArray
) -> Iterator[tuple[Transitive, IntArray]]:
    """Actions with irreducible fibres, and the coordinates of their orbits; the frames are turned to fit."""
    own = loops[:, points].swapaxes(0, 1)
    for rows in _alike(own):
        first, members = own[rows[0]], points[rows]
        slot = 0
        for basis in _fibre_bases(first, table.shape[1]):
            fibre = basis.shape[1]
            coordinates = part.coordinates[members][:, :, slot : slot + fibre].reshape(len(rows), -1)
            yield _restricted(table, first, basis), coordinates
            slot += fibre
        turn = np.concatenate(list(_fibre_bases(first, table.shape[1])), axis=1)
        frames[members] = turn.T @ frames[members]


def _alike(loops: FloatArray) -> Iterator[IntArray]:
    """Orbits (rows) with the same matrices, in order of first appearance."""
    left = np.arange(len(loops))
    while left.size:
        same = np.abs(loops[left] - loops[left[0]]).max(axis=(1, 2, 3, 4)) <= SAME_FIBRES
        yield left[same]
        left = left[~same]


def _fibre_bases(loops: FloatArray, points: int) -> list[FloatArray]:
    """Orthonormal bases (d, e) of subspaces of the fibre that all loops (k, s, d, d) keep, together all of it."""
    d = loops.shape[2]
    pattern = np.asarray((np.abs(loops) > CARRIED_ENTRY).any(axis=(0, 1)))
    labels = connected_components(pattern, directed=False)[1]
    bases = []
    for component in np.unique(labels):
        places = np.flatnonzero(labels == component)
        inside = loops[:, :, places[:, None], places].reshape(-1, places.size, places.size)
        # A single point is split as a whole later; its subspaces are not worth separate types.
        small = [np.eye(places.size)] if places.size == 1 or points == 1 else _irreducible_bases(inside)
        bases += [np.eye(d)[:, places] @ each for each in small]
    return bases


def _irreducible_bases(matrices: FloatArray) -> list[FloatArray]:
    """Bases of irreducible subspaces that depend on the subspaces alone."""
    distinct = matrices[np.unique(np.round(matrices, 6).reshape(len(matrices), -1), axis=0, return_index=True)[1]]
    action = Transitive(np.zeros((len(distinct), 1), dtype=np.intp), distinct[:, None])
    failure: Exception | None = None
    for draw in range(_DRAWS):
        try:
            spaces = split_transitive(action, np.random.default_rng([0, draw]))
        except UnclearDrawError as error:
            failure = error
        else:
            bases = map(spaces.basis, range(spaces.count))
            return [basis @ reference_coordinates(basis, [])[:, :, 0] for basis in bases]
    raise InputError(f"matrices must be those of a group: the fibre over a point could not be split ({failure})")


def _restricted(table: IntArray, loops: FloatArray, basis: FloatArray) -> Transitive:
    """The action on a subspace of the fibres; signed points if it is a line."""
    small = basis.T @ loops @ basis
    leak = float(np.abs(loops @ basis - basis @ small).max())
    if leak > SAME_FIBRES:
        raise InputError(f"matrices must be those of a group: their products close up only to {leak:.1g}; give them "
                         "in more digits")  # fmt: skip
    if basis.shape[1] > 1:
        return Transitive(table, small)
    signs = np.sign(small)
    return Transitive(table) if (signs > 0).all() else Transitive(table, signs)


def _merged(types: Sequence[FibredType]) -> list[FibredType]:
    """Types of equal actions become one, its orbits ordered by their smallest coordinate."""
    groups: list[tuple[Transitive, list[IntArray]]] = []
    known: dict[bytes, list[int]] = {}
    for kind in types:
        candidates = known.setdefault(kind.action.key(), [])
        number = next((c for c in candidates if _same(groups[c][0], kind.action)), None)
        if number is None:
            candidates.append(len(groups))
            groups.append((kind.action, [kind.points]))
        else:
            groups[number][1].append(kind.points)
    merged = [FibredType(action, _in_order(points)) for action, points in groups]
    return sorted(merged, key=lambda kind: int(kind.points.min()))


def _same(first: Transitive, second: Transitive) -> bool:
    if first.fibre != second.fibre:
        return False
    if first.fibres is None or second.fibres is None:
        return first.fibres is second.fibres
    return bool(np.abs(first.fibres - second.fibres).max() <= SAME_FIBRES)


def _in_order(points: Sequence[IntArray]) -> IntArray:
    joined: NDArray[np.intp] = np.concatenate(list(points))
    return joined if len(points) == 1 else joined[np.argsort(joined.min(axis=1), kind="stable")]
