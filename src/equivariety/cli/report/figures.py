"""The figures of the page of a fit, beside those of ``plotting``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from equivariety.plotting.style import BLUE, GRAY, ORANGE, house_style, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from equivariety.varieties.problem import Curve

Values = NDArray[np.float64]
_WIDTH, _HEIGHT = 7.0, 2.9
# A curve that falls by more decades is shown on a logarithmic axis down to here.
_DECADES = 6


def loss_by_rank(curve: Curve[Any], rank: int, loss: float) -> Figure:
    """The least loss within every budget of rank, and where this fit stands."""
    losses = curve.losses
    with house_style():
        figure = new_figure(_WIDTH, _HEIGHT)
        axes = figure.subplots()
        axes.step(curve.budgets, losses, where="post", color=BLUE, linewidth=1.6)
        axes.scatter([rank], [loss], color=ORANGE, s=42, zorder=3)
        axes.annotate(f"rank {rank}: {loss:.4g}", (rank, loss), xytext=(8, 8), textcoords="offset points")
        top = float(losses[0])
        if top > 0 and (positive := losses[losses > top * 10.0**-_DECADES]).size:
            axes.set_yscale("log")
            axes.set_ylim(float(positive.min()) / 2, 2 * top)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set(xlabel="rank at most", ylabel="mean squared error per entry")
        axes.margins(x=0.02)
    return figure


def histogram(values: Values, label: str) -> Figure:
    """How often values occur, with their median."""
    with house_style():
        figure = new_figure(_WIDTH, 2.4)
        axes = figure.subplots()
        axes.hist(values, bins=min(60, max(10, values.size // 20)), color=BLUE, alpha=0.75)
        axes.axvline(float(np.median(values)), color=ORANGE, linewidth=1.4)
        axes.annotate(
            f"median {np.median(values):.4g}", (float(np.median(values)), 1.0), xycoords=("data", "axes fraction"),
            xytext=(4, 2), textcoords="offset points",
        )  # fmt: skip
        axes.set(xlabel=label, ylabel="samples")
    return figure


def by_coordinate(values: Values, label: str) -> Figure:
    """One value for each coordinate."""
    with house_style():
        figure = new_figure(_WIDTH, 2.2)
        axes = figure.subplots()
        axes.fill_between(np.arange(1, values.size + 1), values, step="mid", color=BLUE, alpha=0.6, linewidth=0)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set(xlabel="coordinate", ylabel=label)
        axes.set_ylim(0, float(values.max(initial=0.0)) * 1.08 or 1.0)
        axes.margins(x=0.01)
    return figure


def signals(targets: Values, predictions: Values) -> Figure:
    """Samples that are no images: what should come out and what does, one panel for each."""
    with house_style():
        figure = new_figure(_WIDTH, 1.25 * len(targets) + 0.5)
        panels = figure.subplots(len(targets), 1, sharex=True, squeeze=False)[:, 0]
        places = np.arange(1, targets.shape[1] + 1)
        mark = "o" if targets.shape[1] == 1 else None
        for number, (axes, target, found) in enumerate(zip(panels, targets, predictions, strict=True)):
            axes.plot(places, target, color=GRAY, linewidth=1.0, marker=mark, label="target")
            axes.plot(places, found, color=BLUE, linewidth=1.4, marker=mark, label="prediction")
            axes.set_ylabel(f"sample {number}")
        panels[0].legend(loc="upper right", ncols=2)
        panels[-1].xaxis.set_major_locator(MaxNLocator(integer=True))
        panels[-1].set_xlabel("coordinate")
    return figure
