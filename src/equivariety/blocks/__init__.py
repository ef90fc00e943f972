"""One block, numbers: matrices over R, C and H, regression and truncation for all ranks, critical levels, degrees."""

from equivariety.blocks.block import Block
from equivariety.blocks.regression import BlockSpectrum, principal, regression, truncation

__all__ = ["Block", "BlockSpectrum", "principal", "regression", "truncation"]
