"""A matrix before and after the change of basis: from permuted pixels to blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from equivariety.errors import InputError
from equivariety.plotting.style import GRAY, house_style, new_figure, short_label

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from equivariety.varieties import EquivariantMaps

_LARGEST_SIDE = 1024
_LABEL_SHARE = 0.045  # of the height of the picture: the least distance of two labels


def before_and_after(maps: EquivariantMaps, M: Any) -> Figure:
    """A matrix in the coordinates of the points and in those of the isotypic blocks, Q_codomain^T M Q_domain.

    An equivariant matrix becomes block diagonal, its blocks repeated on every irreducible. Blocks have
    their labels where there is room.

    Raises
    ------
    InputError
        If the matrix has another shape than the maps, or a side above 1024.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> maps = ev.EquivariantMaps(ev.actions.cyclic(6))
    >>> figure = before_and_after(maps, maps.project(np.arange(36.0).reshape(6, 6)))
    >>> [axes.get_title(loc="left") for axes in figure.axes[:2]]
    ['in the points', 'in the isotypic blocks']
    """
    M = np.asarray(M, dtype=np.float64)
    if M.shape != maps.shape or max(M.shape) > _LARGEST_SIDE:
        raise InputError(f"M must have shape {maps.shape} with sides up to {_LARGEST_SIDE}, not {M.shape}")
    codomain, domain = maps.decomposition.codomain.matrix(), maps.decomposition.domain.matrix()
    after = codomain.T @ M @ domain
    with house_style():
        figure = new_figure(8.4, 3.6)
        left, right = figure.subplots(1, 2)
        _draw(left, M, "in the points")
        _draw(right, after, "in the isotypic blocks")
        _outline_blocks(right, maps)
    return figure


def _draw(axes: Axes, matrix: np.ndarray, title: str) -> None:
    limit = float(np.abs(matrix).max()) or 1.0
    image = axes.imshow(matrix, cmap="RdBu_r", vmin=-limit, vmax=limit, interpolation="nearest")
    axes.set(title=title, xticks=[], yticks=[])
    axes.spines[:].set(visible=True, color="#cccccc")
    bar = axes.figure.colorbar(image, ax=axes, shrink=0.85, pad=0.02)
    bar.ax.tick_params(labelsize=7)
    bar.outline.set_visible(False)


def _outline_blocks(axes: Axes, maps: EquivariantMaps) -> None:
    """A frame around every block, and its label where there is room for it."""
    from matplotlib.patches import Rectangle

    row = col = 0
    places: list[tuple[float, str]] = []
    room = _LABEL_SHARE * maps.shape[0]
    for block in maps.blocks:
        height, width = block.rows * block.irrep_dim, block.cols * block.irrep_dim
        if height and width:
            axes.add_patch(Rectangle((col - 0.5, row - 0.5), width, height, fill=False, edgecolor=GRAY, linewidth=0.6))
        middle = row + (height - 1) / 2
        if height and (not places or middle - places[-1][0] >= room):
            places.append((middle, short_label(block.label)))
        row, col = row + height, col + width
    axes.set_yticks([place for place, _ in places], [label for _, label in places], fontsize=7)
    axes.tick_params(axis="y", length=0)
