"""The pictures that ``--report`` writes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from equivariety.actions.catalogue import CATALOGUE
from equivariety.isotypic.arrays import to_numpy

if TYPE_CHECKING:
    from equivariety.varieties import Solution

SAMPLES = 10
_LARGEST_MATRIX = 1024


def write_fit_pictures(folder: Path, action: str, solution: Solution, X: Any, Y: Any | None) -> list[Path]:
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
    layout = image_layout(action)
    if layout is not None and layout.channels == 1 and Y is None:
        sample = np.asarray(X[:SAMPLES], dtype=np.float64)
        scale = float(np.abs(sample).max()) or 1.0
        rows = {"data": sample / scale, f"rank {solution.component.rank}": to_numpy(solution.apply(sample)) / scale}
        written += write_image_rows(folder, "reconstructions", rows, (layout.height, layout.width))
    return written


def write_image_rows(folder: Path, name: str, rows: Mapping[str, Any], shape: tuple[int, int]) -> list[Path]:
    """The talk's figure: one row of images for each label."""
    from equivariety.plotting.images import image_rows
    from equivariety.plotting.style import save_figure

    return save_figure(image_rows(rows, shape), folder, name)


@dataclass(frozen=True)
class ImageLayout:
    """How the coordinates of a row are the pixels of an image."""

    channels: int
    height: int
    width: int

    def shaped(self, row: NDArray[np.float64]) -> NDArray[np.float64]:
        """The row as an image: (height, width), or (3, height, width) for colors."""
        image = row.reshape(self.channels, self.height, self.width)
        return image if self.channels == 3 else image.mean(axis=0)


def image_layout(action: str) -> ImageLayout | None:
    """The layout of images where the ACTION string names some, in one or three channels.

    Examples
    --------
    >>> image_layout("3*shift:28x28:axis=1")
    ImageLayout(channels=3, height=28, width=28)
    >>> image_layout("vectors:28x28") is None  # two numbers at every point
    True
    """
    found = re.fullmatch(r"(?:([13])\s*\*\s*)?([a-z]+):(\d+)x(\d+)(:axis=\d)?", action.strip())
    if found is None or CATALOGUE[found.group(2)].entries > 1:
        return None
    return ImageLayout(int(found.group(1) or 1), int(found.group(3)), int(found.group(4)))
