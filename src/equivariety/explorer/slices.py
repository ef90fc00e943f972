"""Three-dimensional slices of rank-bounded families in which something can be seen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from equivariety.errors import InputError
from equivariety.plotting.varieties import MOST_COMPONENTS, family_slice
from equivariety.varieties import EquivariantMaps, RankBounded

if TYPE_CHECKING:
    from matplotlib.figure import Figure

KINDS = ("one number in each of three places", "symmetric 2 x 2 matrices in one block", "three random directions")
"""The first shows how components meet, the second the cone of singular matrices, the third what chance shows."""

Unit = tuple[int, int, int, int]
"""Number of the bundle, position in it, row, column."""


def slice_directions(maps: EquivariantMaps, kind: str, seed: int = 0) -> NDArray[np.float64]:
    """Three orthonormal equivariant matrices that span the slice, shape (3, m, n).

    Raises
    ------
    InputError
        If the maps have fewer than three dimensions, or no block is as large as the kind needs.

    Examples
    --------
    >>> import equivariety as ev
    >>> maps = ev.EquivariantMaps(ev.actions.image_rotation(3))
    >>> slice_directions(maps, KINDS[0]).shape
    (3, 9, 9)
    """
    if maps.dimension < 3:
        raise InputError(f"the equivariant maps have dimension {maps.dimension}, and a slice needs three")
    if kind == KINDS[2]:
        random = np.random.default_rng(seed).standard_normal((3, *maps.shape))
        columns = np.stack([maps.project(M).ravel() for M in random], axis=1)
        return np.ascontiguousarray(np.linalg.qr(columns)[0].T).reshape(3, *maps.shape)
    if kind == KINDS[1]:
        return _cone(maps)
    chosen = _different_places(maps)
    return np.array([_unit(maps, place) for place in chosen])


def slice_figure(family: RankBounded, kind: str, seed: int = 0) -> Figure:
    """The components of a family in a slice, one color each, and the singular locus in red.

    Raises
    ------
    InputError
        If there is no such slice, there is nothing to be seen on it, or there are more than 12 components.
    """
    count = family.count_components()
    if count > MOST_COMPONENTS:
        raise InputError(f"{count:,} components are too many for one picture; up to {MOST_COMPONENTS} are drawn")
    figure = family_slice(family, slice_directions(family.maps, kind, seed))
    if not any(axes.collections for axes in figure.axes):
        raise InputError("this slice lies in the variety as a whole: choose a smaller rank or another slice")
    return figure


def _places(maps: EquivariantMaps) -> Iterator[Unit]:
    """Diagonal places, one of each block first."""
    sizes = [(number, position, min(rows, cols)) for number, (bundle, rows, cols) in enumerate(maps.bundle_shapes)
             for position in range(bundle.size)]  # fmt: skip
    for place in range(max((size for _, _, size in sizes), default=0)):
        yield from ((number, position, place, place) for number, position, size in sizes if place < size)


def _different_places(maps: EquivariantMaps) -> list[Unit]:
    found = [place for place, _ in zip(_places(maps), range(3), strict=False)]
    if len(found) < 3:
        raise InputError("the blocks have fewer than three diagonal places: choose random directions")
    return found


def _cone(maps: EquivariantMaps) -> NDArray[np.float64]:
    for number, (_, rows, cols) in enumerate(maps.bundle_shapes):
        if min(rows, cols) >= 2:
            a, b, c, d = (_unit(maps, (number, 0, row, col)) for row, col in ((0, 0), (0, 1), (1, 0), (1, 1)))
            return np.array([(a + d) / np.sqrt(2), (a - d) / np.sqrt(2), (b + c) / np.sqrt(2)])
    raise InputError("no block is 2 x 2 or larger: choose another slice")


def _unit(maps: EquivariantMaps, unit: Unit) -> NDArray[np.float64]:
    """The equivariant matrix of norm 1 with one number in one place of one block."""
    blocks = [np.zeros((bundle.size, rows, cols, bundle.field.beta)) for bundle, rows, cols in maps.bundle_shapes]
    number, position, row, column = unit
    blocks[number][position, row, column, 0] = 1 / np.sqrt(maps.bundles[number].dimension)
    return maps.from_coordinates(blocks).matrix()
