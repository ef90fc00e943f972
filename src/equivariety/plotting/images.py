"""Rows of images: data beside what different maps make of them."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from equivariety.errors import InputError
from equivariety.plotting.style import house_style, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def image_rows(rows: Mapping[str, Any], shape: tuple[int, int]) -> Figure:
    """One row of images for each label: the talk's figure of digits, equivariant and dense reconstructions.

    Parameters
    ----------
    rows : mapping from label to array of shape (images, h * w)
        Values from 0 (white) to 1 (black) in every row.
    shape : (int, int)
        Height and width.

    Raises
    ------
    InputError
        If there is no row, or rows have different numbers of images or images of another size.

    Examples
    --------
    >>> import equivariety as ev
    >>> X = ev.datasets.digits()[:5] / 4 + 0.5
    >>> figure = image_rows({"digits": X, "their negatives": 1 - X}, (8, 8))
    >>> len(figure.axes)
    10
    """
    count = _validated_count(rows, shape)
    with house_style():
        figure = new_figure(0.62 * count + 1.4, 0.68 * len(rows) + 0.1)
        axes = figure.subplots(len(rows), count, squeeze=False)
        for line, (label, images) in zip(axes, rows.items(), strict=True):
            for cell, image in zip(line, np.asarray(images), strict=True):
                cell.imshow(image.reshape(shape), cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")
                cell.set(xticks=[], yticks=[])
                cell.spines[:].set(visible=True, color="#cccccc", linewidth=0.5)
            line[0].set_ylabel(label, rotation=0, ha="right", va="center")
    return figure


def _validated_count(rows: Mapping[str, Any], shape: tuple[int, int]) -> int:
    """Number of images in every row."""
    if not rows:
        raise InputError("rows must hold at least one row of images, not 0")
    count = len(next(iter(rows.values())))
    expected = (count, shape[0] * shape[1])
    for label, images in rows.items():
        if (len(images), np.size(images)) != (count, prod(expected)):
            raise InputError(f"row {label!r} must have shape {expected}, as many images of {shape[0]} x {shape[1]} "
                             f"as the first row, not {np.shape(images)}")  # fmt: skip
    return count
