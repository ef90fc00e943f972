"""Pictures of spectra: the gain of each unit of rank in each block, and where the optimum cuts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from equivariety.plotting.style import BLUE, GRAY, ORANGE, house_style, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from equivariety.varieties import Solution

_LARGEST_NUMBER_OF_BLOCKS = 40
_DECADES = 6


def spectrum(solution: Solution) -> Figure:
    """Gain per unit of rank of every term of every block, the terms kept filled, those cut off hollow.

    A term of a block of irrep_dim n takes n units of the rank budget, so that terms of different blocks compete by
    gain / n. The optimum keeps the terms above one level, up to what whole units allow.

    Examples
    --------
    >>> import equivariety as ev
    >>> solution = ev.EquivariantMaps(ev.actions.image_shift((8, 8), axis=1)).bounded(12).fit(ev.datasets.digits())
    >>> figure = spectrum(solution)
    >>> figure.axes[0].get_ylabel()
    'gain per unit of rank'
    """
    blocks = solution.component.maps.blocks[:_LARGEST_NUMBER_OF_BLOCKS]
    gains = [solution.spectrum[i] / block.irrep_dim for i, block in enumerate(blocks)]
    ranks = solution.ranks
    top = max((float(values[0]) for values in gains if values.size), default=1.0)
    with house_style():
        figure = new_figure(max(4.5, 0.36 * len(blocks) + 1.6), 3.4)
        axes = figure.subplots()
        for position, values in enumerate(gains):
            shown = values[values > top * 10.0**-_DECADES]
            kept, cut = shown[: ranks[position]], shown[ranks[position] :]
            axes.scatter(np.full(kept.size, position), kept, s=16, color=BLUE, zorder=3)
            axes.scatter(np.full(cut.size, position), cut, s=14, facecolors="none", edgecolors=GRAY, linewidths=0.7)
            if ranks[position]:
                axes.annotate(
                    str(ranks[position]), (position, top), xytext=(0, 9), textcoords="offset points", ha="center",
                    color=BLUE, fontweight="bold",
                )  # fmt: skip
        level = _cut_level(gains, ranks)
        if level is not None:
            axes.axhline(level, color=ORANGE, linewidth=1.2, zorder=1)
        axes.set(
            yscale="log" if top > 0 else "linear", xlabel="irreducible (l, m)" if _cyclic(solution) else "irreducible"
        )
        axes.set_ylabel("gain per unit of rank")
        axes.set_xticks(range(len(blocks)), [_tick(block.label) for block in blocks], rotation=60, ha="right")
        axes.set_title(f"kept (filled, ranks on top) and cut terms, rank {solution.component.rank}", pad=18)
        axes.margins(x=0.03)
    return figure


def _cut_level(gains: list[np.ndarray], ranks: tuple[int, ...]) -> float | None:
    """Geometric mean of the best term that was cut and the worst that was kept; None if no level separates them."""
    kept = [float(values[rank - 1]) for values, rank in zip(gains, ranks, strict=False) if 0 < rank <= values.size]
    cut = [float(values[rank]) for values, rank in zip(gains, ranks, strict=False) if rank < values.size]
    if not kept or not cut or max(cut) <= 0 or min(kept) < max(cut):
        return None
    return float(np.sqrt(min(kept) * max(cut)))


def _cyclic(solution: Solution) -> bool:
    return solution.component.maps.domain.number_of_generators == 1


def _tick(label: object) -> str:
    text = label if isinstance(label, str) else "(" + ",".join(map(str, label)) + ")"  # type: ignore[call-overload]
    return text if len(text) <= 24 else text[:22] + "..."
