"""The pictures of the explorer; each is a matplotlib figure, or the reason why there is none."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from equivariety.errors import InputError
from equivariety.plotting.images import image_rows
from equivariety.plotting.style import GRAY, house_style, new_figure
from equivariety.plotting.weights import MOST_NODES, weight_diagram
from equivariety.varieties import Component, EquivariantMaps, InvariantMaps, Solution, block_pattern, orbit_pattern

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LARGEST_BASIS = 256
SAMPLES = 8
SHARPNESS = 160  # dots per inch


def basis_figure(maps: EquivariantMaps) -> Figure:
    """Q as a picture: one column for each coordinate, grouped by block, lines between the blocks.

    Raises
    ------
    InputError
        If the action has more than 256 coordinates.
    """
    n = maps.domain.degree
    if n > LARGEST_BASIS:
        raise InputError(f"Q is drawn for at most {LARGEST_BASIS} coordinates, not {n}")
    Q = maps.decomposition.domain.matrix()
    limit = float(np.abs(Q).max())
    sizes = np.array([block.irrep_dim * block.cols for block in maps.blocks])
    ends = np.cumsum(sizes)
    with house_style():
        figure = new_figure(5.6, 5.2)
        axes = figure.add_subplot()
        image = axes.imshow(Q, cmap="RdBu_r", vmin=-limit, vmax=limit, interpolation="nearest")
        for end in ends[:-1]:
            axes.axvline(end - 0.5, color=GRAY, linewidth=0.7)
        labels = [str(block.label) if size else "" for block, size in zip(maps.blocks, sizes, strict=True)]
        if len(labels) <= 16:
            axes.set_xticks(ends - sizes / 2 - 0.5, labels, rotation=40, ha="right")
        else:
            axes.set_xticks([])
        axes.set(yticks=[], ylabel="points", title="Q, columns grouped by block")
        axes.spines[:].set(visible=True, color="#cccccc")
        figure.colorbar(image, ax=axes, shrink=0.8)
    return figure


def sharing_figure(component: Component) -> Figure:
    """Which edges of the two-layer network share a weight, in the coordinates of the blocks.

    Raises
    ------
    InputError
        If a layer has more than 40 nodes, or the rank is zero.
    """
    if not component.rank:
        raise InputError("a network of rank 0 has no weights")
    return weight_diagram(block_pattern(component))


def invariant_sharing_figure(maps: EquivariantMaps, rank: int) -> Figure:
    """Weight sharing of invariant maps to as many outputs, in the coordinates of the points.

    Raises
    ------
    InputError
        If a layer has more than 40 nodes, vectors turn, or nothing is invariant.
    """
    n = maps.domain.degree
    if n > MOST_NODES:
        raise InputError(f"a diagram shows layers of at most {MOST_NODES} nodes, not {n}")
    if not maps.domain.fixed_dimension:
        raise InputError("the group fixes no vector but zero: the only invariant map is zero")
    invariant = InvariantMaps(maps.domain, n)
    family = invariant.bounded(min(max(rank, 1), invariant.largest_rank))
    return weight_diagram(orbit_pattern(next(family.components())))


def reconstruction_figure(solution: Solution, rows: NDArray[Any], shape: tuple[int, int] | None) -> Figure:
    """A few samples and what the map makes of them: as images, or as curves over the coordinates."""
    sample = np.asarray(rows[:: max(len(rows) // SAMPLES, 1)][:SAMPLES], dtype=np.float64)
    fitted = np.asarray(solution.apply(sample))
    if shape is not None:
        low, high = float(sample.min()), float(sample.max())
        unit = (high - low) or 1.0
        pictures = {"data": (sample - low) / unit, f"rank {solution.component.rank}": (fitted - low) / unit}
        return image_rows(pictures, shape)
    with house_style():
        figure = new_figure(6.4, 3.4)
        panels = figure.subplots(2, 2, sharex=True, sharey=True).ravel()
        for axes, given, made in zip(panels, sample, fitted, strict=False):
            axes.plot(given, color=GRAY, linewidth=1.2, label="data")
            axes.plot(made, linewidth=1.6, label=f"rank {solution.component.rank}")
        figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


def turned(figure: Figure, elevation: float, azimuth: float) -> Figure:
    """The picture of a slice in space, seen from another side."""
    for axes in figure.axes:
        if hasattr(axes, "view_init"):
            axes.view_init(elev=elevation, azim=azimuth)
    return figure


def png(figure: Figure) -> bytes:
    """The figure as the browser shows it."""
    content = BytesIO()
    with house_style():
        figure.savefig(content, format="png", dpi=SHARPNESS)
    return content.getvalue()
