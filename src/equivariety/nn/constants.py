"""Constants of modules: outside the state, exact in every precision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn


class Constants(nn.Module):
    """A module that keeps constants as buffers outside its state.

    Converting the module to another floating type converts the original values, not values already rounded, so that a
    module made in float32 and turned to float64 is exact to float64.
    """

    def __init__(self) -> None:
        super().__init__()
        self._exact: dict[str, NDArray[Any]] = {}

    def keep(self, name: str, values: NDArray[Any], device: Any = None, dtype: Any = None) -> None:
        """Register a constant; whole numbers are indices and keep their type."""
        values = np.ascontiguousarray(values)
        self._exact[name] = values
        buffer = torch.as_tensor(values, device=device)
        if values.dtype.kind == "f":
            buffer = buffer.to(dtype or torch.get_default_dtype())
        self.register_buffer(name, buffer, persistent=False)

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Any:
        super()._apply(fn, recurse)  # type: ignore[no-untyped-call]
        for name, values in self._exact.items():
            buffer = self.get_buffer(name)
            self._buffers[name] = torch.as_tensor(values, device=buffer.device).to(buffer.dtype)
        return self
