"""Biases that keep the symmetry: one number for each fixed vector of the codomain."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from equivariety.actions import Action
from equivariety.actions.fixed import split_orbits
from equivariety.nn.constants import Constants


class FixedVectors(Constants):
    """From one number for each fixed vector to a vector of the codomain.

    For permutations every orbit shares one number; with signs, up to sign and zero on twisted orbits; where fibres turn
    the numbers are multiplied by orthonormal fixed vectors.
    """

    labels: Tensor
    signs: Tensor
    vectors: Tensor

    def __init__(self, action: Action, device: Any, dtype: Any) -> None:
        super().__init__()
        self.count = int(action.orbit_labels.max()) + 1 if action.permutes else action.fixed_dimension
        self.kind = "orbits" if action.permutes else "signs" if action.monomial is not None else "vectors"
        if action.monomial is None:
            self.keep("vectors", action.fixed_vectors.T.toarray(), device, dtype)
            return
        labels, signs = split_orbits(*action.monomial)
        if not action.permutes:
            self.keep("signs", signs.astype(np.float64), device, dtype)
            split = np.unique(labels[signs != 0])
            # Twisted orbits point anywhere, their sign is zero.
            labels = np.searchsorted(split, labels).clip(max=max(self.count - 1, 0))
        self.keep("labels", labels, device)

    def forward(self, numbers: Tensor) -> Tensor:
        """Shape (degree,)."""
        if self.kind == "vectors":
            return numbers @ self.vectors
        if not self.count:
            return numbers.new_zeros(len(self.labels))
        values = numbers.index_select(0, self.labels)
        return values if self.kind == "orbits" else values * self.signs

    def coordinates(self, vector: Tensor) -> Tensor:
        """The numbers that give a fixed vector."""
        ones = vector.new_ones(self.count)
        transposed = torch.func.vjp(self.forward, ones)[1]
        # The fixed vectors are orthogonal: the Gram matrix is diagonal, and applied to ones it is its diagonal.
        numbers: Tensor = transposed(vector.detach())[0] / transposed(self.forward(ones))[0]
        return numbers
