"""Pictures of polynomial networks: which architectures fill their space, and descents among the minima."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from equivariety.plotting.style import GREEN, PALETTE, PURPLE, SKY, YELLOW, house_style, new_figure
from equivariety.polynomial import PolynomialNet
from equivariety.validation import whole_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from equivariety.varieties.symmetric_points import SymmetricCriticalPoint

KINDS = {
    "fills the space": GREEN,
    "as expected, less than the space": SKY,
    "less: a bottleneck, as the cut bound says": YELLOW,
    "less than the cut bound explains": PURPLE,
}
"""What can be said of an architecture, with its color."""


def architecture_map(inputs: int, outputs: int = 1, power: int = 2, largest: int = 8) -> Figure:
    """Dimensions of all networks with two hidden layers of widths 1, ..., largest: which of them fill their space?

    Each cell holds the dimension; where it is less than expected, the defect stands below it.

    Parameters
    ----------
    inputs, outputs : int
    power : int
    largest : int
        Largest width of a hidden layer.

    Examples
    --------
    >>> figure = architecture_map(2, largest=3)
    >>> len(figure.axes[0].texts)  # one cell for every pair of widths
    9
    """
    widths = range(1, whole_number(largest, "largest", 1, 20) + 1)
    nets = {(a, b): PolynomialNet([inputs, a, b, outputs], power) for a in widths for b in widths}
    colors = list(KINDS.values())
    with house_style():
        from matplotlib.patches import Patch, Rectangle

        figure = new_figure(1.3 + 0.46 * len(widths), 2.1 + 0.46 * len(widths))
        axes = figure.add_subplot()
        for (a, b), net in nets.items():
            kind = list(KINDS).index(kind_of(net))
            axes.add_patch(Rectangle((b - 0.5, a - 0.5), 1, 1, facecolor=colors[kind], alpha=0.7, edgecolor="white"))
            text = str(net.dimension) + (f"\n({net.defect} less)" if net.defect else "")
            axes.text(b, a, text, ha="center", va="center", fontsize=6.5, linespacing=1.3)
        axes.set(xlim=(0.5, len(widths) + 0.5), ylim=(0.5, len(widths) + 0.5), aspect="equal")
        axes.set(xticks=list(widths), yticks=list(widths))
        axes.set(xlabel="width of the second hidden layer", ylabel="width of the first hidden layer")
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)
        ambient = next(iter(nets.values())).ambient_dimension
        figure.suptitle(
            f"dimension of ({inputs}, ·, ·, {outputs}), power {power}; the space has {ambient}", fontsize=10
        )
        found = {kind_of(net) for net in nets.values()}
        handles = [Patch(color=color, alpha=0.7, label=kind) for kind, color in KINDS.items() if kind in found]
        figure.legend(handles=handles, loc="outside lower center", ncols=1)
    return figure


def kind_of(net: PolynomialNet) -> str:
    """Which of :data:`KINDS` a network is.

    Examples
    --------
    >>> kind_of(PolynomialNet([2, 1, 8, 1])), kind_of(PolynomialNet([2, 2, 1]))
    ('less: a bottleneck, as the cut bound says', 'fills the space')
    """
    fills, expected, bounded, _ = KINDS
    if net.is_filling:
        return fills
    if not net.defect:
        return expected
    return bounded if net.dimension == net.cut_bound else list(KINDS)[-1]


def signature_plot(minima: Sequence[SymmetricCriticalPoint], descents: Sequence[Any]) -> Figure:
    """Losses along descents, with the local minima as lines, one for each signature: where does each descent settle?

    Parameters
    ----------
    minima : sequence of SymmetricCriticalPoint
        As from ``family.local_minima(U)``, best first.
    descents : sequence of arrays
        The losses of each descent, step by step, as ``Descent.losses``.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> minima = ev.SymmetricMaps(ev.actions.trivial(2)).bounded(1).local_minima(np.diag([2.0, -1.0]))
    >>> figure = signature_plot(minima, [[9.0, 3.0, 1.0], [8.0, 5.0, 4.0]])
    >>> figure.axes[0].get_title(loc="left")
    '2 descents, 2 local minima'
    """
    with house_style():
        figure = new_figure(5.4, 3.6)
        axes = figure.add_subplot()
        values = np.array([point.value for point in minima])
        for losses in descents:
            nearest = int(np.argmin(np.abs(values - losses[-1])))
            steps = np.arange(1, len(losses) + 1)
            axes.plot(steps, losses, color=PALETTE[nearest % len(PALETTE)], linewidth=0.9, alpha=0.7)
        for number, point in enumerate(minima):
            _minimum_line(axes, point, PALETTE[number % len(PALETTE)])
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter("{x:g}")
        axes.set(xlabel="step of gradient descent", ylabel="squared distance to the target")
        axes.set_title(f"{len(descents)} descents, {len(minima)} local minima")
    return figure


def _minimum_line(axes: Axes, point: SymmetricCriticalPoint, color: str) -> None:
    p, q = point.signature
    axes.axhline(point.value, color=color, linestyle="--", linewidth=1.1, zorder=0)
    axes.annotate(
        f"{point.value:.4g}, signature ({p}, {q})",
        (1.0, point.value),
        xycoords=("axes fraction", "data"),
        xytext=(3, 0),
        textcoords="offset points",
        va="center",
        color=color,
        annotation_clip=False,
    )
