"""The talk's diagrams: edges of one color share a weight, dashed ones with the other sign, gray ones share nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from equivariety.errors import InputError
from equivariety.plotting.style import GRAY, PALETTE, house_style, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from equivariety.varieties.weight_sharing import WeightPattern

MOST_NODES = 40
_LAYER_GAP = 3.2
_SHADES = (0.0, 0.35, -0.3)  # the palette as it is, lighter, darker: 21 weights apart


def weight_diagram(pattern: WeightPattern) -> Figure:
    """Encoder and decoder as layers of nodes, left to right; missing edges are zero weights.

    Encoder and decoder have weights of their own, each starts with the first color; a weight that stands in one edge
    only is gray. Beyond 21 shared weights colors repeat.

    Raises
    ------
    InputError
        If a layer has more than 40 nodes, which no diagram shows.

    Examples
    --------
    >>> import equivariety as ev
    >>> component = ev.EquivariantMaps(ev.actions.image_rotation(3)).bounded(3).component((1, 1, 0))
    >>> figure = weight_diagram(ev.varieties.block_pattern(component))
    >>> figure.axes[0].get_title(loc="left")
    '14 weights; a dense network has 54'
    """
    layers = (pattern.inputs, pattern.hidden, pattern.outputs)
    most = max(len(layer) for layer in layers)
    if most > MOST_NODES:
        raise InputError(f"a diagram shows layers of at most {MOST_NODES} nodes, not {most}; "
                         "the pattern itself is integer data of any size")  # fmt: skip
    with house_style():
        figure = new_figure(6.0, 0.5 * most + 0.9)
        axes = figure.subplots()
        heights = [_heights(len(layer), most) for layer in layers]
        _draw_edges(axes, pattern.encoder, 0, heights[0], heights[1])
        _draw_edges(axes, pattern.decoder, 1, heights[1], heights[2])
        for place, (names, height) in enumerate(zip(layers, heights, strict=True)):
            _draw_nodes(axes, place, names, height)
        axes.set(xlim=(-0.8, 2 * _LAYER_GAP + 0.8), ylim=(-0.6, most - 0.4))
        axes.set_title(
            f"{pattern.parameters} weights; a dense network has {pattern.encoder.size + pattern.decoder.size}"
        )
        axes.set_axis_off()
    return figure


def _heights(count: int, most: int) -> NDArray[np.float64]:
    """Node heights, the first on top, spread over the middle of the figure."""
    spread = max(count - 1, 0) * (1.0 if count > most / 2 else 1.6)
    return (most - 1 + spread) / 2 - np.linspace(0.0, spread, count)


def _draw_nodes(axes: Axes, place: int, names: tuple[str, ...], heights: NDArray[np.float64]) -> None:
    axes.scatter(np.full(len(names), place * _LAYER_GAP), heights, s=70, color="white", edgecolors="black", zorder=3)
    for name, height in zip(names, heights.tolist(), strict=True):
        shift, side = [(-0.18, "right"), (0.0, "center"), (0.18, "left")][place]
        lift = 0.36 if place == 1 else 0.0
        axes.text(place * _LAYER_GAP + shift, height + lift, name, ha=side, va="center", zorder=4)


def _draw_edges(
    axes: Axes, pattern: NDArray[np.intp], gap: int, left: NDArray[np.float64], right: NDArray[np.float64]
) -> None:
    weights, counts = np.unique(np.abs(pattern[pattern != 0]), return_counts=True)
    shared = weights[counts > 1].tolist()
    for row, column in np.argwhere(pattern).tolist():
        number = int(pattern[row, column])
        alone = abs(number) not in shared
        axes.plot(
            [gap * _LAYER_GAP, (gap + 1) * _LAYER_GAP],
            [left[column], right[row]],
            color=GRAY if alone else _color(shared.index(abs(number))),
            linestyle="-" if number > 0 else (0, (4, 2.5)),
            linewidth=0.9 if alone else 1.8,
            zorder=1,
        )


def _color(place: int) -> tuple[float, float, float]:
    """The color of a weight: the palette, then the palette lighter, then darker."""
    from matplotlib.colors import to_rgb

    shade, place = divmod(place % (len(PALETTE) * len(_SHADES)), len(PALETTE))
    amount = _SHADES[shade]
    toward = to_rgb("white") if amount > 0 else to_rgb("black")
    red, green, blue = (
        (1 - abs(amount)) * own + abs(amount) * other for own, other in zip(to_rgb(PALETTE[place]), toward, strict=True)
    )
    return red, green, blue
