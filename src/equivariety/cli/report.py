"""The pictures that ``--report`` writes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from equivariety.isotypic.arrays import to_numpy

if TYPE_CHECKING:
    from equivariety.varieties import Solution

SAMPLES = 10
_LARGEST_MATRIX = 1024


def write_fit_report(folder: Path, action: str, solution: Solution, X: Any, Y: Any | None) -> list[Path]:
    """Spectrum, matrix in both bases, weight sharing if a diagram can show it, reconstructions of images."""
    from equivariety.plotting.matrices import before_and_after
    from equivariety.plotting.spectra import spectrum
    from equivariety.plotting.style import save_figure
    from equivariety.plotting.weights import MOST_NODES, weight_diagram
    from equivariety.varieties.weight_sharing import block_pattern

    maps = solution.component.maps
    written = save_figure(spectrum(solution), folder, "spectrum")
    if max(maps.shape) <= _LARGEST_MATRIX:
        written += save_figure(before_and_after(maps, solution.matrix()), folder, "matrix")
    if max(*maps.shape, solution.component.rank) <= MOST_NODES:
        written += save_figure(weight_diagram(block_pattern(solution.component)), folder, "weights")
    shape = image_shape(action)
    if shape is not None and Y is None:
        sample = np.asarray(X[:SAMPLES], dtype=np.float64)
        scale = float(np.abs(sample).max()) or 1.0
        rows = {"data": sample / scale, f"rank {solution.component.rank}": to_numpy(solution.apply(sample)) / scale}
        written += write_image_rows(folder, "reconstructions", rows, shape)
    return written


def write_image_rows(folder: Path, name: str, rows: Mapping[str, Any], shape: tuple[int, int]) -> list[Path]:
    """The talk's figure: one row of images for each label."""
    from equivariety.plotting.images import image_rows
    from equivariety.plotting.style import save_figure

    return save_figure(image_rows(rows, shape), folder, name)


def image_shape(action: str) -> tuple[int, int] | None:
    """Height and width when the ACTION string names images."""
    found = re.fullmatch(r"[a-z]+:(\d+)x(\d+)(:axis=\d)?", action.strip())
    return (int(found.group(1)), int(found.group(2))) if found else None
