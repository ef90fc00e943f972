"""How training approaches the exact optimum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from equivariety.plotting.style import PALETTE, house_style, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def gap_per_epoch(gaps: Mapping[str, Sequence[float]]) -> Figure:
    """Excess loss over the exact optimum, relative to it, after each epoch, one line for each network.

    Parameters
    ----------
    gaps : mapping from label to the excess after epochs 1, 2, ...
        As ``TrainedRow.gaps``; values of at most zero (rounding) are left out of the logarithmic scale.

    Examples
    --------
    >>> figure = gap_per_epoch({"two layers": [1.0, 0.1, 0.01], "three layers": [2.0, 1.0, 0.5]})
    >>> len(figure.axes[0].lines)
    2
    """
    with house_style():
        figure = new_figure(5.6, 3.4)
        axes = figure.subplots()
        for place, (label, values) in enumerate(gaps.items()):
            shown = [(epoch, value) for epoch, value in enumerate(values, start=1) if value > 0]
            axes.plot(*zip(*shown, strict=True), color=PALETTE[place % len(PALETTE)], label=label, linewidth=1.6)
        axes.set(yscale="log", xlabel="epoch", ylabel="loss / exact optimum - 1")
        axes.set_title("training approaches the closed form")
        figure.legend(loc="outside lower center", ncols=min(3, len(gaps)))
    return figure
