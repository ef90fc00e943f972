"""Signs and turned fibres of an action as a PyTorch module: the rows in which all orbits of a type act alike."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from equivariety.isotypic.frames import Frames
from equivariety.nn.constants import Constants


class FramedRows(Constants):
    """y = F x for every row x, or x = F^T y; the identity where there are no frames."""

    signs: Tensor
    order: Tensor
    inverse: Tensor

    def __init__(self, frames: Frames | None, device: Any, dtype: Any, transposed: bool = False) -> None:
        super().__init__()
        self.plain, self.signed = frames is None, frames is not None and frames.signs is not None
        self.widths: tuple[int, ...] = ()
        if frames is None:
            return
        if frames.signs is not None:
            self.keep("signs", frames.signs, device, dtype)
            return
        self.widths = tuple(places.shape[1] for places, _ in frames.parts)
        order = np.concatenate([places.ravel() for places, _ in frames.parts])
        self.keep("order", order, device)
        self.keep("inverse", np.argsort(order), device)
        for number, (_, matrices) in enumerate(frames.parts):
            self.keep(f"turns{number}", matrices.swapaxes(1, 2) if transposed else matrices, device, dtype)

    def forward(self, X: Tensor) -> Tensor:
        """Rows, shape (samples, degree)."""
        if self.plain:
            return X
        if self.signed:
            return X * self.signs
        gathered, columns, start = X.index_select(1, self.order), [], 0
        for number, width in enumerate(self.widths):
            turns = getattr(self, f"turns{number}")
            stop = start + len(turns) * width
            values = gathered[:, start:stop].reshape(len(X), len(turns), width)
            columns.append(torch.einsum("pab,spb->spa", turns, values).flatten(1))
            start = stop
        return torch.cat(columns, 1).index_select(1, self.inverse)
