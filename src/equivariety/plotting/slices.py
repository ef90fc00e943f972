"""The two sides of a component that is a surface in a slice of the equivariant maps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from equivariety.array_types import FloatArray

if TYPE_CHECKING:
    from equivariety.varieties import Component


def is_surface(component: Component) -> bool:
    """Whether the component is a hypersurface with two sides: one real square block singular, the others free.

    Examples
    --------
    >>> import equivariety as ev
    >>> family = ev.EquivariantMaps(ev.actions.cyclic(3)).bounded(2)
    >>> [is_surface(component) for component in family.components()]
    [False, True]
    """
    return _singular_block(component) is not None


def sides_in_slice(component: Component, origin: FloatArray, basis: FloatArray, parameters: FloatArray) -> FloatArray:
    """1 on one side of a surface, -1 on the other: the sign of the determinant of the one singular block.

    Parameters
    ----------
    component : Component
        A surface, see :func:`is_surface`.
    origin : array of shape (m, n)
    basis : array of shape (directions, m, n)
    parameters : array of shape (..., directions)

    Examples
    --------
    >>> import equivariety as ev
    >>> component = ev.EquivariantMaps(ev.actions.cyclic(3)).bounded(2).component((0, 1))
    >>> sides_in_slice(component, np.zeros((3, 3)), np.eye(3)[None], np.array([[-1.0], [2.0]])).tolist()
    [-1.0, 1.0]
    """
    maps, singular = component.maps, _singular_block(component)
    start, steps = maps.coordinates(origin), [maps.coordinates(direction) for direction in basis]
    for number, bundle in enumerate(maps.bundles):
        for position, member in enumerate(bundle.members.tolist()):
            if member == singular:
                step = np.stack([blocks[number][position, ..., 0] for blocks in steps])
                points = start[number][position, ..., 0] + np.tensordot(parameters, step, 1)
                return np.asarray(np.sign(np.linalg.det(points)))
    return np.ones(parameters.shape[:-1])


def _singular_block(component: Component) -> int | None:
    """The one block below full rank, if it is real, square and its rank one less than full."""
    blocks = component.maps.blocks
    below = [number for number, (block, rank) in enumerate(zip(blocks, component.ranks, strict=True))
             if rank < block.largest_rank]  # fmt: skip
    if len(below) != 1:
        return None
    block, rank = blocks[below[0]], component.ranks[below[0]]
    return below[0] if block.field == "R" and block.rows == block.cols == rank + 1 else None
