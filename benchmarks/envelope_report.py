"""The table and the picture of the envelope."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

Rows = dict[tuple[str, str, int], dict[tuple[str, str], dict[str, Any]]]

COLUMNS = (
    ("fit", "all"),
    *(
        (operation, batch)
        for operation in ("transform", "inverse_transform", "predict")
        for batch in ("1", "256", "all")
    ),
    ("score", "all"),
)
"""Operation, and rows per call."""

_LOST = 0.95
"""Ratios below this count as slower: two runs of one task differ by so much."""


def envelope_table(cells: list[dict[str, Any]]) -> str:
    """How many times as fast ours is, one row for each case, type and rank, and the memory of fits."""
    names = [operation if batch == "all" else f"{operation}, {batch}" for operation, batch in COLUMNS]
    heads = ["case", "type", "rank", "seconds of a fit", *names, "MB of a fit", "MB without symmetry"]
    lines = [f"| {' | '.join(heads)} |", "| --- | --- |" + " ---: |" * (len(heads) - 2)]
    for (case, dtype, rank), found in _rows(cells).items():
        fit = found["fit", "all"]
        ratios = [_ratio(found.get(column)) for column in COLUMNS]
        memory = [_megabytes(fit["our_memory"]), _megabytes(fit["dense_memory"])]
        seconds = f"{fit['ours']:.2g}"
        lines.append(f"| {' | '.join([case, dtype, str(rank), seconds, *ratios, *memory])} |")
    measured = [cell["dense"] / cell["ours"] for cell in cells if cell["dense"] is not None]
    slower = sum(ratio < _LOST for ratio in measured)
    lines += [
        "",
        f"{len(measured)} comparisons: median {np.median(measured):.2f} times as fast, least {min(measured):.2f}, "
        f"slower in {slower} of them.",
        "",
        "![how many times as fast, for every operation of every case](images/benchmark-envelope.png)",
    ]
    return "\n".join(lines)


def plot_envelope(cells: list[dict[str, Any]], folder: Path) -> None:
    """A map of all ratios: blue where the symmetry wins, red where it loses, grey where nothing dense can run."""
    from matplotlib.figure import Figure

    rows = _rows(cells)
    ratios = np.array([[_number(found.get(column)) for column in COLUMNS] for found in rows.values()])
    figure = Figure(figsize=(11, 0.26 * len(rows) + 1.6), layout="constrained")
    axes = figure.subplots()
    axes.set_facecolor("#dddddd")
    image = axes.imshow(np.log2(ratios), cmap="RdBu", vmin=-2.5, vmax=2.5, aspect="auto")
    axes.set_xticks(range(len(COLUMNS)), [_label(*column) for column in COLUMNS], fontsize=7)
    axes.set_yticks(range(len(rows)), [f"{case}, {dtype}, rank {rank}" for case, dtype, rank in rows], fontsize=7)
    for (row, column), ratio in np.ndenumerate(ratios):
        if np.isfinite(ratio):
            dark = abs(np.log2(ratio)) > 1.7
            axes.text(column, row, f"{ratio:.2g}" if ratio < 100 else f"{ratio:.0f}", ha="center", va="center",
                      fontsize=6.5, color="white" if dark else "black")  # fmt: skip
    bar = figure.colorbar(image, ax=axes, ticks=[-2, -1, 0, 1, 2], shrink=0.4)
    bar.ax.set_yticklabels(["1/4", "1/2", "1", "2", "4"])
    bar.set_label("times as fast as without a symmetry")
    axes.set_title("One thread each; rows per call below the operation", fontsize=9)
    figure.savefig(folder / "benchmark-envelope.png", dpi=130)


def _label(operation: str, batch: str) -> str:
    return "\n".join([*operation.split("_"), batch])


def _rows(cells: list[dict[str, Any]]) -> Rows:
    most: dict[str, int] = {}
    for cell in cells:
        most[cell["case"]] = max(most.get(cell["case"], 0), cell["batch"])
    rows: Rows = {}
    for cell in cells:
        batch = "all" if cell["batch"] == most[cell["case"]] else str(cell["batch"])
        rows.setdefault((cell["case"], cell["dtype"], cell["rank"]), {})[cell["operation"], batch] = cell
    return rows


def _number(cell: dict[str, Any] | None) -> float:
    return float("nan") if cell is None or cell["dense"] is None else cell["dense"] / cell["ours"]


def _ratio(cell: dict[str, Any] | None) -> str:
    ratio = _number(cell)
    if not np.isfinite(ratio):
        return ""
    shown = f"{ratio:.2f}" if ratio < 10 else f"{ratio:.0f}"
    return f"**{shown}**" if ratio < _LOST else shown


def _megabytes(value: float | None) -> str:
    return "" if value is None else f"{value / 1e6:.3g}"
