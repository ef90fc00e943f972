"""The fixed vectors of an action as a change of basis: all that invariant maps see. Found along trees, at any size."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from equivariety.actions import Action
from equivariety.actions.fibres import Fibres
from equivariety.actions.fixed import fixed_fibre_vectors, split_orbits
from equivariety.actions.forests import carried_frames, orbit_forest
from equivariety.actions.operations import orbit_labels
from equivariety.array_types import IntArray
from equivariety.isotypic.frames import Frames

Rows = list[IntArray]


def fixed_orbits(action: Action) -> tuple[Rows, Frames | None]:
    """Coordinates whose sums are fixed in the frames returned: orbits of one size together, by smallest coordinate."""
    if action.permutes:
        return _by_size(action.orbit_labels, np.arange(action.degree)), None
    found: Rows = []
    frames = []
    for part in action.parts:
        rows, matrices = _signed(part) if part.dimension == 1 else _turning(part)
        found += rows
        frames.append((part.coordinates, matrices))
    sizes = sorted({rows.shape[1] for rows in found})
    together = [np.concatenate([rows for rows in found if rows.shape[1] == size]) for size in sizes]
    return [rows[np.argsort(rows.min(axis=1), kind="stable")] for rows in together], Frames(tuple(frames))


def _by_size(labels: IntArray, places: IntArray) -> Rows:
    """Places sorted into orbits, those of one size as one array (orbits, size)."""
    sizes = np.bincount(labels)
    order = np.lexsort([labels, sizes[labels]])
    ends = np.cumsum(np.bincount(sizes[labels]))
    return [places[order[ends[size - 1] : ends[size]]].reshape(-1, size) for size in np.unique(sizes[labels])]


def _signed(part: Fibres) -> tuple[Rows, NDArray[np.float64]]:
    """The split orbits; on twisted ones nothing is fixed."""
    labels, signs = split_orbits(part.images, part.matrices[:, :, 0, 0].astype(np.int8))
    kept = np.flatnonzero(signs)
    rows = _by_size(labels[kept], part.coordinates[kept, 0]) if kept.size else []
    return rows, np.where(signs == 0, 1.0, signs)[:, None, None]


def _turning(part: Fibres) -> tuple[Rows, NDArray[np.float64]]:
    """Fixed vectors of the stabilizers, carried along trees, as first axes of the frames."""
    labels = orbit_labels(part.images)
    roots = np.unique(labels, return_index=True)[1]
    frames = carried_frames(orbit_forest(part.images, roots), part.matrices)
    rows = []
    for orbit, vectors in enumerate(fixed_fibre_vectors(part, labels, frames)):
        points = np.flatnonzero(labels == orbit)
        # Completed to an orthonormal basis; what completes it is not looked at.
        basis = np.concatenate([vectors, np.linalg.svd(vectors)[0][:, vectors.shape[1] :]], axis=1)
        frames[points] = basis.T @ frames[points]
        rows += [part.coordinates[points, axis][None, :] for axis in range(vectors.shape[1])]
    return rows, frames
