"""One block, numbers: matrices over R, C and H, Gram blocks that add, regression, rank allocation."""

from equivariety.blocks.allocation import allocate
from equivariety.blocks.moments import Moments
from equivariety.blocks.regression import BlockSpectrum, principal, regression, truncation

__all__ = ["BlockSpectrum", "Moments", "allocate", "principal", "regression", "truncation"]
