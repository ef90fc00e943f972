"""Frames carried along spanning trees of orbits, and what the edges outside the trees demand.

``(T x)_p = R[g, p] x_{sigma_g(p)}``. In the coordinates ``y_p = F_p x_p`` with F = 1 at the root of an orbit and
``F_{sigma(p)} = F_p R[g, p]`` along the edges of a spanning tree, those edges act by 1, and all edges together act by
generators of the stabilizer of the root on its fibre (Schreier's lemma).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from equivariety.array_types import FloatArray, IntArray

Step = Callable[[int, IntArray], IntArray]


@dataclass(frozen=True, eq=False)
class Forest:
    """A breadth-first tree for each root: level by level the points reached, from where, and by which generator."""

    roots: IntArray
    levels: tuple[tuple[IntArray, IntArray, IntArray], ...]


def spanning_forest(step: Step, generators: int, size: int, roots: IntArray) -> Forest:
    """Trees from the roots, one root in each orbit of the points 0..size-1; generators are tried in their order.

    ``step(g, points)`` gives the images of points under generator g.

    Examples
    --------
    >>> images = np.array([[1, 2, 0, 3]])
    >>> forest = spanning_forest(lambda g, points: images[g, points], 1, 4, np.array([0, 3]))
    >>> [(reached.tolist(), before.tolist()) for reached, before, _ in forest.levels]
    [([1], [0]), ([2], [1])]
    """
    seen = np.zeros(size, dtype=bool)
    seen[roots] = True
    levels: list[tuple[IntArray, IntArray, IntArray]] = []
    frontier = roots
    while True:
        found: list[tuple[IntArray, IntArray, IntArray]] = []
        for generator in range(generators):
            reached = step(generator, frontier)
            new = ~seen[reached]
            seen[reached[new]] = True
            found.append((reached[new], frontier[new], np.full(int(new.sum()), generator)))
        reached, before, by = (np.concatenate([level[place] for level in found]) for place in range(3))
        if not reached.size:
            return Forest(roots, tuple(levels))
        levels.append((reached, before, by))
        frontier = reached


def orbit_forest(images: IntArray, roots: IntArray) -> Forest:
    """Trees on points, for generators given by images (k, points)."""
    k, count = images.shape
    return spanning_forest(lambda generator, points: images[generator][points], k, count, roots)


def carried_frames(forest: Forest, matrices: FloatArray) -> FloatArray:
    """F, shape (points, d, d), for matrices R of shape (k, points, d, d)."""
    frames = np.zeros(matrices.shape[1:])
    frames[forest.roots] = np.eye(matrices.shape[2])
    for reached, before, generator in forest.levels:
        frames[reached] = frames[before] @ matrices[generator, before]
    return frames


def gauged(images: IntArray, matrices: FloatArray, frames: FloatArray) -> FloatArray:
    """The matrices in the coordinates y = F x: F_p R[g, p] F_{sigma(p)}^T, shape (k, points, d, d)."""
    return np.stack(
        [
            frames @ matrix @ frames[image].swapaxes(1, 2)
            for image, matrix in zip(images, matrices, strict=True)
        ]
    )  # fmt: skip
