"""A squared error that blocks diagonalize: what each term of each block takes away from it, and what none does.

All sums are sums of the terms that are left out. Differences of totals would lose the digits of a small error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from equivariety.array_types import IntArray
from equivariety.blocks import BlockSpectrum
from equivariety.tolerances import EPSILON, RESOLVED_LOSS


@dataclass(frozen=True, eq=False)
class SquaredError:
    """The terms of all blocks with what they lower a squared error by, in multiples of ``scale**2``."""

    spectra: tuple[BlockSpectrum, ...]
    members: tuple[IntArray, ...]
    """For each bundle the numbers of its blocks."""
    rest: float
    """What is left when every term is kept."""
    unit: float = 1.0
    """What squared errors are divided by: samples times outputs for a loss, 1 for a distance."""
    scale: float = 1.0
    """A power of two that brings the numbers near 1."""
    precision: float = EPSILON
    """Machine epsilon of what the terms were computed from."""
    doubt: float = 0.0
    """How much rounding errors may have changed the squared error by."""
    by_difference: bool = False
    """Whether the rest is a difference of totals, so that even a rest of 0 may be a rounding error."""

    def __repr__(self) -> str:
        return f"<SquaredError of {sum(map(len, self.members))} blocks, {self.value(self.rest):.6g} with all terms>"

    def value(self, squared: float) -> float:
        """A squared error in its own unit and scale: mean squared error per entry, or squared distance."""
        return self.scale * (squared / self.unit) * self.scale

    def cut(self, ranks: Sequence[int]) -> float:
        """The squared error that is left by keeping so many terms of each block."""
        pairs = zip(self.spectra, self.kept(ranks), strict=True)
        return sum((float(spectrum.gains[~kept].sum()) for spectrum, kept in pairs), self.rest)

    def kept(self, ranks: Sequence[int]) -> list[NDArray[np.bool_]]:
        """For each bundle which terms of which blocks the ranks keep, shape (blocks, terms)."""
        given = np.asarray(ranks, dtype=np.intp)
        return [
            np.arange(spectrum.gains.shape[1]) < given[members][:, None]
            for spectrum, members in zip(self.spectra, self.members, strict=True)
        ]

    def resolves(self, squared: float) -> bool:
        """Whether a squared error is far above what rounding errors of the sums can have made of it, or exactly 0."""
        return self.doubt <= RESOLVED_LOSS * squared or (squared == 0 and not self.by_difference)

    def gains_of_blocks(self, blocks: int) -> list[NDArray[np.float64]]:
        """The falling gains of every block, in the order of the blocks; empty for blocks without terms."""
        found: list[NDArray[np.float64]] = [np.zeros(0)] * blocks
        for spectrum, members in zip(self.spectra, self.members, strict=True):
            for member, gains in zip(members.tolist(), spectrum.gains, strict=True):
                found[member] = gains
        return found
