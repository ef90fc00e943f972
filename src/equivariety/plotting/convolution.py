"""Pictures of linear convolutional networks: function spaces, roots, and training among the critical values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from equivariety.array_types import FloatArray
from equivariety.convolution import CriticalFilters, LinearConvNet
from equivariety.convolution.entries import ComplexArray
from equivariety.convolution.polynomials import dilate
from equivariety.errors import InputError
from equivariety.plotting.style import BLUE, GRAY, GREEN, ORANGE, PURPLE, RED, SKY, house_style, new_figure
from equivariety.tolerances import REAL_ROOT_IN_PICTURES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

GRID = 321
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

    Examples
    --------
    >>> import equivariety as ev
    >>> figure = function_space_slice(ev.LinearConvNet([2, 2], [1, 1]), [0, 0, 0.5], [1, 0, 0], [0, 1, 0])
    >>> len(figure.axes)
    1
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


def discriminant_surface(net: LinearConvNet) -> Figure:
    """The surface where roots of the filter meet, which holds the boundary of the function space, for stride one.

    For filters with three entries it is the cone u_1^2 = 4 u_0 u_2, with two real roots outside and none inside. For
    five entries the quartics z^4 + a z^2 + b z + c are shown, and the surface is the swallowtail: four real roots in
    its pocket, none above it, two elsewhere.

    Raises
    ------
    InputError
        If the end-to-end filter does not have three or five entries, or the function space is not thick.

    Examples
    --------
    >>> import equivariety as ev
    >>> discriminant_surface(ev.LinearConvNet([2, 2], [1, 1])).axes[0].name
    '3d'
    """
    if net.size not in (3, 5) or not net.thick:
        raise InputError(f"the surface is drawn for stride one and filters with 3 or 5 entries, not for {net}")
    from matplotlib.ticker import MaxNLocator

    surface, names, angles = _cone() if net.size == 3 else _swallowtail()
    even = sum(size % 2 == 0 for size in net.filter_sizes)
    with house_style():
        figure = new_figure(4.8, 4.2)
        axes = figure.add_subplot(projection="3d")
        axes.plot_surface(*surface, color=SKY, alpha=0.55, linewidth=0, rcount=80, ccount=80)
        for axis, name in zip((axes.xaxis, axes.yaxis, axes.zaxis), names, strict=True):
            axis.set_label_text(name)
            axis.set_major_locator(MaxNLocator(3))
        axes.set_title(f"discriminant; sizes {_words(net.filter_sizes)} need {even} real roots")
        axes.view_init(*angles)
        axes.set_box_aspect((1, 1, 1), zoom=0.95)
    return figure


def root_plot(net: LinearConvNet, filters: Sequence[Any]) -> Figure:
    """Roots of the end-to-end polynomial in the complex plane, one color for the layer each root comes from.

    Roots of a layer with S_l > 1 come in regular polygons around zero; real roots are where layers of even size bind.

    Examples
    --------
    >>> import equivariety as ev
    >>> net = ev.LinearConvNet([3, 2], [2, 1])
    >>> figure = root_plot(net, [[1, 2, 2], [1, -1]])
    >>> len(figure.axes)
    1
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


def training_plot(runs: Sequence[tuple[Any, Any]], found: CriticalFilters) -> Figure:
    """Losses along training with the critical values as lines, colored by index: where does each run settle?

    Parameters
    ----------
    runs : sequence of pairs (times, losses)
    found : CriticalFilters

    Raises
    ------
    InputError
        If times and losses of a run differ in length.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> X = np.array([[1, 2, 0], [0, 1, 3], [2, 0, 1], [1, 1, 1]])
    >>> found = ev.LinearConvNet([2, 2], [1, 1]).critical_points(X, [1, -1, 2, 0])
    >>> figure = training_plot([([0.1, 1, 10], [6, 2, 0.5])], found)
    >>> figure.axes[0].get_xscale()
    'log'
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


Surface: TypeAlias = tuple[FloatArray, FloatArray, FloatArray]


def _cone() -> tuple[Surface, tuple[str, str, str], tuple[float, float]]:
    """u_0 = a + c, u_2 = a - c turn u_1^2 - 4 u_0 u_2 into u_1^2 + 4 c^2 - 4 a^2: circles of every radius a."""
    angle, radius = np.meshgrid(np.linspace(0, 2 * np.pi, 121), np.linspace(-2, 2, 41))
    difference = radius * np.sin(angle)
    points = (radius + difference, 2 * radius * np.cos(angle), radius - difference)
    return points, ("$u_0$", "$u_1$", "$u_2$"), (18, -50)


def _swallowtail() -> tuple[Surface, tuple[str, str, str], tuple[float, float]]:
    """z^4 + a z^2 + b z + c has the double root t for b = -2 t (a + 2 t^2), c = t^2 (a + 3 t^2); c <= 0.8 is shown."""
    middle, part = np.meshgrid(np.linspace(-1.5, 0.8, 81), np.linspace(-1, 1, 161))
    root = part * np.sqrt((np.sqrt(middle**2 + 12 * 0.8) - middle) / 6)
    points = (middle, -2 * root * (middle + 2 * root**2), root**2 * (middle + 3 * root**2))
    return points, ("$a$", "$b$", "$c$"), (28, -140)


def _value_lines(axes: Axes, found: CriticalFilters) -> None:
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
    pairs = np.sum(roots.imag > REAL_ROOT_IN_PICTURES * (1 + np.abs(roots)), axis=1)
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
