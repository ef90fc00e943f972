"""Partitions of the points into cycles and orbits, written as in the papers: points from 1 on."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from equivariety.actions.notation import cycles_of_images
from equivariety.actions.permutation import PermutationAction
from equivariety.errors import InputError
from equivariety.validation import is_whole_number, whole_number

Partition = tuple[tuple[int, ...], ...]


def cycle_partition(action: PermutationAction, generator: int = 0) -> Partition:
    """P(sigma), the partition of {1, ..., n} into the cycles of one generator; points from 1 on, as in cycle notation.

    Two permutations with the same partition have the same invariant maps (arXiv 2309.13736, section 3).

    Examples
    --------
    >>> import equivariety as ev
    >>> cycle_partition(ev.PermutationAction.from_cycles("(1 3 4)(2 5)"))
    ((1, 3, 4), (2, 5))
    >>> cycle_partition(ev.PermutationAction.from_cycles("(1 4 3)(2 5)"))
    ((1, 3, 4), (2, 5))
    """
    number = whole_number(generator, "generator", 0, len(action.images) - 1)
    return tuple(tuple(point + 1 for point in sorted(cycle)) for cycle in cycles_of_images(action.images[number]))


def finest_common_coarsening(*partitions: Iterable[Iterable[int]]) -> Partition:
    """The finest partition of which every part of the given ones lies in one part.

    Parts that share a point are united until none do. For the cycles of generators these are the orbits of the group.

    Parameters
    ----------
    partitions : iterables of parts
        Each of the same points.

    Raises
    ------
    InputError
        If a partition names a point twice, or the partitions have different points.

    Examples
    --------
    >>> finest_common_coarsening([{1, 2}, {3}, {4, 5}], [{1}, {2, 3}, {4}, {5}])
    ((1, 2, 3), (4, 5))
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    given = [[sorted(part) for part in partition if part] for partition in partitions]
    points = _points(given)
    place = {point: number for number, point in enumerate(points)}
    pairs = [(place[part[0]], place[point]) for partition in given for part in partition for point in part]
    edges = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
    graph = coo_array((np.ones(edges.shape[1], dtype=np.int8), tuple(edges)), shape=(len(points),) * 2)
    labels = connected_components(graph, directed=False)[1].tolist()
    parts: dict[int, list[int]] = {}
    for point, label in zip(points, labels, strict=True):
        parts.setdefault(label, []).append(point)
    return tuple(tuple(part) for part in parts.values())


def _points(partitions: list[list[list[int]]]) -> list[int]:
    """The points, sorted, after a check that all partitions have the same ones."""
    members = [[point for part in partition for point in part] for partition in partitions]
    for number, points in enumerate(members, start=1):
        if not all(is_whole_number(point) for point in points) or len(set(points)) < len(points):
            raise InputError(f"partition {number} must hold every point once, as a whole number")
        if set(points) != set(members[0]):
            raise InputError(f"partitions must be of the same points: partition {number} has others than the first")
    if not members or not members[0]:
        raise InputError("partitions must be at least one, of at least one point")
    return sorted(members[0])
