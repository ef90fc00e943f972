"""Pictures of linear convolutional networks: function spaces, roots, and training among the critical values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from equivariety.convolution import CriticalPoints, LinearConvNet
from equivariety.convolution.entries import ComplexArray, FloatArray
from equivariety.convolution.polynomials import dilate
from equivariety.errors import InputError
from equivariety.plotting.style import BLUE, GRAY, GREEN, ORANGE, PURPLE, RED, SKY, house_style, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

GRID = 321
REAL_TOLERANCE = 1e-7
"""Roots this close to the real axis, relative to their size, are drawn as real."""
INDEX_COLORS = (GREEN, ORANGE, RED, PURPLE)


def function_space_slice(net: LinearConvNet, origin: Any, first: Any, second: Any, extent: float = 2.0) -> Figure:
    """The function space of a thick architecture in the plane origin + x first + y second, |x|, |y| <= extent.

    Colored where the filter is representable, by its number of real roots. The discriminant, where roots meet, is drawn
    as a curve: the boundary is part of it.

    Raises
    ------
    InputError
        If the function space has no interior in its filter space, or the vectors have the wrong length.
    """
    if not net.thick:
        raise InputError(f"{net} must have a function space of full dimension to be shown in a plane of filters")
    base, right, up = (_vector(values, net.size) for values in (origin, first, second))
    ticks = np.linspace(-extent, extent, GRID)
    plane = base + ticks[None, :, None] * right + ticks[:, None, None] * up
    counts, discriminant = _real_roots(plane.reshape(-1, net.size))
    even = sum(size % 2 == 0 for size in net.filter_sizes)
    with house_style():
        figure = new_figure(4.6, 4.2)
        axes = figure.add_subplot()
        _draw_counts(axes, ticks, counts.reshape(GRID, GRID), even)
        axes.contour(ticks, ticks, discriminant.reshape(GRID, GRID), levels=[0.0], colors=BLUE, linewidths=1.2)
        axes.set(xlabel=f"along ({_words(right)})", ylabel=f"along ({_words(up)})", aspect="equal")
        axes.set_title(f"filter sizes {_words(net.filter_sizes)}, stride one")
    return figure


def function_space_surface(net: LinearConvNet, extent: float = 2.0) -> Figure:
    """The function space of an architecture with three-dimensional filters, as a solid inside its boundary.

    For k = (2, 2), s = (1, 1) it is the outside of the discriminant cone u_1^2 = 4 u_0 u_2.

    Raises
    ------
    InputError
        If the end-to-end filter does not have three entries and two layers of size two.
    """
    if net.filter_sizes != (2, 2) or net.size != 3:
        raise InputError(f"the surface is drawn for filter sizes 2,2 with stride one, not for {net}")
    from matplotlib.ticker import MaxNLocator

    angle, radius = np.meshgrid(np.linspace(0, 2 * np.pi, 121), np.linspace(-extent, extent, 41))
    # u_0 = a + c, u_2 = a - c turn the discriminant u_1^2 - 4 u_0 u_2 into u_1^2 + 4 c^2 - 4 a^2, a round cone.
    middle, difference = 2 * radius * np.cos(angle), radius * np.sin(angle)
    with house_style():
        figure = new_figure(4.8, 4.0)
        axes = figure.add_subplot(projection="3d")
        axes.plot_surface(radius + difference, middle, radius - difference, color=SKY, alpha=0.55, linewidth=0)
        for axis, name in ((axes.xaxis, "$u_0$"), (axes.yaxis, "$u_1$"), (axes.zaxis, "$u_2$")):
            axis.set_label_text(name)
            axis.set_major_locator(MaxNLocator(3))
        axes.set_title(
            "filter sizes 2, 2: the boundary $u_1^2 = 4 u_0 u_2$;\nfilters outside the cone are representable"
        )
        axes.view_init(elev=18, azim=-50)
        axes.set_box_aspect((1, 1, 1), zoom=0.95)
    return figure


def root_plot(net: LinearConvNet, filters: Sequence[Any]) -> Figure:
    """Roots of the end-to-end polynomial in the complex plane, one color for the layer each root comes from.

    Roots of a layer with S_l > 1 come in regular polygons around zero; real roots are where layers of even size bind.
    """
    values = [np.asarray(w, dtype=np.float64) for w in filters]
    net.compose(values)  # checks number and sizes of the filters
    with house_style():
        figure = new_figure(4.4, 4.2)
        axes = figure.add_subplot()
        axes.axhline(0, color=GRAY, linewidth=0.6)
        axes.axvline(0, color=GRAY, linewidth=0.6)
        colors = (BLUE, ORANGE, GREEN, PURPLE, RED, SKY)
        for layer, (w, step) in enumerate(zip(values, net.steps, strict=True)):
            roots = _dilated_roots(w, step)
            label = f"layer {layer + 1}, $S$ = {step}"
            axes.plot(roots.real, roots.imag, "o", color=colors[layer % len(colors)], label=label, markersize=6)
        axes.set(xlabel="real part", ylabel="imaginary part")
        axes.set_aspect("equal", adjustable="datalim")
        figure.legend(loc="outside lower center", ncols=min(3, len(values)))
        axes.set_title(f"roots of a filter of sizes {_words(net.filter_sizes)}, strides {_words(net.strides)}")
    return figure


def training_plot(runs: Sequence[tuple[Any, Any]], found: CriticalPoints) -> Figure:
    """Losses along training with the critical values as lines, colored by index: where does each run settle?

    Parameters
    ----------
    runs : sequence of pairs (times, losses)
    found : CriticalPoints

    Raises
    ------
    InputError
        If times and losses of a run differ in length.
    """
    with house_style():
        figure = new_figure(5.4, 3.8)
        axes = figure.add_subplot()
        for number, (times, losses) in enumerate(runs):
            if len(times) != len(losses):
                raise InputError(f"run {number} must have as many losses as times: {len(times)}, not {len(losses)}")
            # The first time is zero, which a logarithmic axis cannot show.
            axes.plot(times[1:], losses[1:], color="black", linewidth=1.2)
        _value_lines(axes, found)
        axes.set(xlabel="time of gradient flow", ylabel=r"squared error $\|Xu - y\|^2$", xscale="log")
        figure.legend(loc="outside lower center", ncols=3)
        axes.set_title("training and the critical values")
    return figure


def _value_lines(axes: Axes, found: CriticalPoints) -> None:
    shown: set[str] = set()
    points = [*found.real, *([found.zero] if found.zero is not None else [])]
    for point in points:
        name = "zero filter" if point.kind == "zero" else _index_name(point.index)
        color = GRAY if point.kind == "zero" else INDEX_COLORS[min(point.index, len(INDEX_COLORS) - 1)]
        style = "--" if point.kind == "spurious" else "-"
        label = f"{name}, spurious" if point.kind == "spurious" else name
        axes.axhline(point.loss, color=color, linestyle=style, linewidth=1, label=None if label in shown else label)
        shown.add(label)


def _index_name(index: int) -> str:
    return "local minimum" if index == 0 else f"saddle of index {index}"


def _draw_counts(axes: Axes, ticks: FloatArray, counts: NDArray[np.intp], even: int) -> None:
    """Shade by the number of real roots: white where there are too few for the layers of even size."""
    from matplotlib.colors import ListedColormap
    from matplotlib.patches import Patch

    levels = sorted({int(value) for value in np.unique(counts)})
    inside = [level for level in levels if level >= even]
    shades = {level: (0.34, 0.71, 0.91, 0.35 + 0.45 * i / max(1, len(inside) - 1)) for i, level in enumerate(inside)}
    colors = [shades.get(level, (1.0, 1.0, 1.0, 1.0)) for level in levels]
    indices = np.searchsorted(levels, counts)
    mesh = axes.pcolormesh(ticks, ticks, indices, cmap=ListedColormap(colors), shading="auto", rasterized=True)
    mesh.set_clim(-0.5, len(levels) - 0.5)
    names = [f"{level} real roots" + ("" if level >= even else ", outside") for level in levels]
    patches = [Patch(facecolor=color, edgecolor=GRAY, label=name) for color, name in zip(colors, names, strict=True)]
    axes.figure.legend(handles=patches, loc="outside lower center", ncols=len(levels), handlelength=1.2)


def _real_roots(filters: FloatArray) -> tuple[NDArray[np.intp], FloatArray]:
    """Number of real roots and discriminant of each filter."""
    degree = filters.shape[1] - 1
    leading = filters[:, -1]
    # A vanishing leading coefficient is a root at infinity, which is real: a far root on the real axis stands for it.
    smallest = np.finfo(np.float64).eps * np.abs(filters).max(axis=1)
    leading = np.where(np.abs(leading) < smallest, smallest, leading)
    companion = np.zeros((len(filters), degree, degree))
    companion[:, np.arange(1, degree), np.arange(degree - 1)] = 1.0
    companion[:, :, -1] = -filters[:, :-1] / leading[:, None]
    roots = np.linalg.eigvals(companion)
    pairs = np.sum(roots.imag > REAL_TOLERANCE * (1 + np.abs(roots)), axis=1)
    first, second = np.triu_indices(degree, 1)
    discriminant = (np.prod((roots[:, first] - roots[:, second]) ** 2, axis=1)).real * leading ** (2 * degree - 2)
    return degree - 2 * pairs, discriminant


def _dilated_roots(values: FloatArray, step: int) -> ComplexArray:
    return np.roots(dilate(values, step)[::-1]).astype(np.complex128)


def _vector(values: Any, size: int) -> FloatArray:
    array = np.asarray(values, dtype=np.float64)
    if array.shape != (size,):
        raise InputError(f"the plane must be spanned by vectors of {size} entries, not of shape {array.shape}")
    return array


def _words(numbers: Iterable[float]) -> str:
    return ", ".join(f"{number:g}" for number in numbers)
