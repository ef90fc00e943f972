"""A component in a slice of the equivariant maps: distances from it, and its two sides where it is a surface."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from equivariety.isotypic import Bundle
    from equivariety.varieties import Component

Grid = NDArray[np.float64]


def distances_in_slice(component: Component, origin: Grid, basis: Grid, parameters: Grid) -> Grid:
    """Distances from the component to all points of a slice: what truncated singular value decompositions cut off.

    Parameters
    ----------
    component : Component
    origin : array of shape (m, n)
    basis : array of shape (directions, m, n)
    parameters : array of shape (..., directions)

    Examples
    --------
    >>> import equivariety as ev
    >>> component = ev.EquivariantMaps(ev.actions.cyclic(2)).bounded(1).component((1, 0))
    >>> distances_in_slice(component, np.zeros((2, 2)), np.eye(2)[None], np.array([[0.0], [2.0]])).round(6).tolist()
    [0.0, 2.0]
    """
    total = np.zeros(parameters.shape[:-1]).ravel()
    for bundle, member, points in _blocks_in_slice(component, origin, basis, parameters):
        # The working form has every singular value over H twice.
        sigma = np.linalg.svd(bundle.field.pack(points), compute_uv=False)[:, :: bundle.field.width]
        total += bundle.dimension * (sigma[:, component.ranks[member] :] ** 2).sum(axis=1)
    return np.sqrt(total).reshape(parameters.shape[:-1])


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


def sides_in_slice(component: Component, origin: Grid, basis: Grid, parameters: Grid) -> Grid:
    """1 on one side of a surface, -1 on the other: the sign of the determinant of the one singular block.

    Examples
    --------
    >>> import equivariety as ev
    >>> component = ev.EquivariantMaps(ev.actions.cyclic(3)).bounded(2).component((0, 1))
    >>> sides_in_slice(component, np.zeros((3, 3)), np.eye(3)[None], np.array([[-1.0], [2.0]])).tolist()
    [-1.0, 1.0]
    """
    singular = _singular_block(component)
    for _, member, points in _blocks_in_slice(component, origin, basis, parameters):
        if member == singular:
            return np.sign(np.linalg.det(points[..., 0])).reshape(parameters.shape[:-1])
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


def _blocks_in_slice(
    component: Component, origin: Grid, basis: Grid, parameters: Grid
) -> Iterator[tuple[Bundle, int, Any]]:
    """Bundle and number of every block, with its components at all points, shape (points, rows, cols, beta)."""
    maps = component.maps
    start = maps.coordinates(origin)
    steps = [maps.coordinates(direction) for direction in basis]
    flat = parameters.reshape(-1, len(basis))
    for number, bundle in enumerate(maps.bundles):
        for position, member in enumerate(bundle.members.tolist()):
            step = np.stack([blocks[number][position] for blocks in steps])
            yield bundle, member, start[number][position] + np.tensordot(flat, step, 1)
