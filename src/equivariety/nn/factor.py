"""One factor of a network: block matrices over R, C and H whose entries share few real weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from equivariety.nn.constants import Constants
from equivariety.nn.layout import Layout


class Factor(Constants):
    """The block matrices between two neighboring spaces.

    ``weight`` is one real vector: block after block in the order of ``maps.blocks``, each block as components
    (rows, cols, beta). Complex and quaternionic blocks are expanded to real matrices in every forward pass.
    """

    weight: nn.Parameter

    def __init__(self, layout: Layout, number: int, device: Any, dtype: Any) -> None:
        super().__init__()
        self.layout, self.number = layout, number
        self.starts, count = layout.parameter_starts(number)
        self.block_shapes = _block_shapes(layout, number)
        self.weight = nn.Parameter(torch.empty(count, device=device, dtype=dtype))
        for place, batch in enumerate(layout.batches):
            # The tables are the largest constants of wide layers: four bytes for an entry are enough.
            self.keep(f"table{place}", layout.weight_table(number, batch).astype(np.int32), device)

    def matrices(self, weight: Tensor) -> list[Tensor]:
        """Real matrices per batch, shape (slots, width in, width out), acting on rows from the right."""
        signed = torch.cat([weight, -weight, weight.new_zeros(1)])
        tables = [self.get_buffer(f"table{place}") for place in range(len(self.layout.batches))]
        return [signed.index_select(0, table.reshape(-1)).reshape(table.shape) for table in tables]

    def forward(self, coordinates: Sequence[Tensor]) -> list[Tensor]:
        return self.images(coordinates, self.weight)

    def images(self, coordinates: Sequence[Tensor], weight: Tensor) -> list[Tensor]:
        """The products with the blocks that some weights make."""
        return [torch.bmm(part, matrix) for part, matrix in zip(coordinates, self.matrices(weight), strict=True)]

    def reset(self, generator: torch.Generator | None = None) -> None:
        """Gaussian weights of variance 1 / (beta * cols) in every block: the variance of coordinates is kept."""
        deviations = np.zeros(self.weight.numel())
        for member, shape in self.block_shapes.items():
            deviations[self.span(member)] = (shape[1] * shape[2]) ** -0.5
        with torch.no_grad():
            self.weight.normal_(generator=generator)
            self.weight.mul_(torch.as_tensor(deviations, device=self.weight.device).to(self.weight.dtype))

    def span(self, member: int) -> slice:
        """Where the weights of a block stand."""
        rows, cols, beta = self.block_shapes[member]
        return slice(int(self.starts[member]), int(self.starts[member]) + rows * cols * beta)

    def blocks(self) -> dict[int, NDArray[np.float64]]:
        """Components (rows, cols, beta) of every block in use, by its number in ``maps.blocks``."""
        values = self.weight.detach().double().cpu().numpy()
        return {member: values[self.span(member)].reshape(shape) for member, shape in self.block_shapes.items()}

    def load_blocks(self, blocks: dict[int, NDArray[np.float64]]) -> None:
        """Set the weights: blocks smaller than this factor's are padded by zeros, missing ones are zero."""
        values = np.zeros(self.weight.numel())
        for member, shape in self.block_shapes.items():
            if member in blocks:
                padded = np.zeros(shape)
                padded[: blocks[member].shape[0], : blocks[member].shape[1]] = blocks[member]
                values[self.span(member)] = padded.ravel()
        with torch.no_grad():
            self.weight.copy_(torch.as_tensor(values))


def _block_shapes(layout: Layout, number: int) -> dict[int, tuple[int, int, int]]:
    """Shape (rows, cols, beta) of every block in use, by its number in ``maps.blocks``."""
    return {
        member: (group.widths[number + 1], group.widths[number], group.field.beta)
        for group in layout.groups
        for member in group.members.tolist()
    }
