"""Pictures of spectra: the gain of each unit of rank in each block, and where the optimum cuts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from equivariety.plotting.style import BLUE, GRAY, ORANGE, house_style, new_figure, short_label

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from equivariety.varieties import Solution

_LARGEST_NUMBER_OF_LABELS = 40
_MANY = 2000  # points: drawn as an image also in files of vectors
_DECADES = 6


def spectrum(solution: Solution) -> Figure:
    """Gain per unit of rank of every term of every block, the terms kept filled, those cut off hollow.

    A term of a block of irrep_dim n takes n units of the rank budget, so that terms of different blocks compete by
    gain / n. The optimum keeps the terms above one level, up to what whole units allow. More than 40 blocks
    are numbered instead of labeled, with their ranks in a panel below.

    Examples
    --------
    >>> import equivariety as ev
    >>> solution = ev.EquivariantMaps(ev.actions.image_shift((8, 8), axis=1)).bounded(12).fit(ev.datasets.digits())
    >>> figure = spectrum(solution)
    >>> figure.axes[0].get_ylabel()
    'gain per unit of rank'
    """
    blocks = solution.component.maps.blocks
    gains = [values / block.irrep_dim for values, block in zip(solution.spectrum, blocks, strict=True)]
    draw = _block_by_block if len(blocks) <= _LARGEST_NUMBER_OF_LABELS else _overview
    with house_style():
        return draw(solution, gains)


def _block_by_block(solution: Solution, gains: list[np.ndarray]) -> Figure:
    """Few blocks: every label below, every rank on top."""
    blocks, top = solution.component.maps.blocks, _top(gains)
    figure = new_figure(max(4.5, 0.36 * len(blocks) + 1.6), 3.4)
    axes = figure.subplots()
    _scatter(axes, gains, solution.ranks, size=16)
    for position, rank in enumerate(solution.ranks):
        if rank:
            axes.annotate(
                str(rank), (position, top), xytext=(0, 9), textcoords="offset points", ha="center",
                color=BLUE, fontweight="bold",
            )  # fmt: skip
    _describe(axes, gains, solution)
    labels = [short_label(block.label) for block in blocks]
    slanted = max(map(len, labels), default=0) > 3
    axes.set_xticks(range(len(blocks)), labels, rotation=60 if slanted else 0, ha="right" if slanted else "center")
    axes.set_title(f"kept (filled, ranks on top) and cut terms, rank {solution.component.rank}", pad=18)
    return figure


def _overview(solution: Solution, gains: list[np.ndarray]) -> Figure:
    """Hundreds of blocks: their numbers below, and the ranks in a panel of their own."""
    figure = new_figure(8.4, 4.6)
    axes, below = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
    _scatter(axes, gains, solution.ranks, size=5)
    _describe(axes, gains, solution)
    axes.set(xlabel="", title=f"kept (filled) and cut terms of {len(gains)} blocks, rank {solution.component.rank}")
    below.bar(range(len(gains)), solution.ranks, width=1.0, color=BLUE)
    below.set(xlabel="number of the block in maps.blocks", ylabel="rank kept")
    below.yaxis.get_major_locator().set_params(integer=True)
    return figure


def _scatter(axes: Axes, gains: list[np.ndarray], ranks: tuple[int, ...], size: float) -> None:
    """The terms kept filled, those cut hollow; what is smaller than the largest by many digits is left out."""
    floor = _top(gains) * 10.0**-_DECADES
    for shown, style in (
        (
            [values[rank:] for values, rank in zip(gains, ranks, strict=True)],
            {"facecolors": "none", "edgecolors": GRAY},
        ),
        ([values[:rank] for values, rank in zip(gains, ranks, strict=True)], {"color": BLUE, "zorder": 3}),
    ):
        places = np.repeat(np.arange(len(shown)), [values.size for values in shown])
        values = np.concatenate([*shown, np.zeros(0)])
        seen = values > floor
        axes.scatter(places[seen], values[seen], s=size, linewidths=0.7, rasterized=bool(seen.sum() > _MANY), **style)


def _describe(axes: Axes, gains: list[np.ndarray], solution: Solution) -> None:
    level = _cut_level(gains, solution.ranks)
    if level is not None:
        axes.axhline(level, color=ORANGE, linewidth=1.2, zorder=1)
    axes.set(yscale="log" if _top(gains) > 0 else "linear", ylabel="gain per unit of rank")
    axes.set_xlabel("irreducible (l, m)" if _cyclic(solution) else "irreducible")
    axes.margins(x=0.03)


def _top(gains: list[np.ndarray]) -> float:
    return max((float(values[0]) for values in gains if values.size), default=1.0)


def _cut_level(gains: list[np.ndarray], ranks: tuple[int, ...]) -> float | None:
    """Geometric mean of the best term that was cut and the worst that was kept; None if no level separates them."""
    kept = [float(values[rank - 1]) for values, rank in zip(gains, ranks, strict=False) if 0 < rank <= values.size]
    cut = [float(values[rank]) for values, rank in zip(gains, ranks, strict=False) if rank < values.size]
    if not kept or not cut or max(cut) <= 0 or min(kept) < max(cut):
        return None
    return float(np.sqrt(min(kept) * max(cut)))


def _cyclic(solution: Solution) -> bool:
    return solution.component.maps.domain.number_of_generators == 1
