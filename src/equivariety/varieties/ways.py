"""Ways to apply a map to rows of data, and which one is the quickest.

A symmetry saves arithmetic, but a dense product is what processors do best: with few features it is often quicker than
any transform. So the costs of all ways are estimated beforehand, from sizes alone. The choice depends on the map, the
number of rows and their type, never on a clock: the same call gives the same bits, and all rows of one call go the same
way. Calls with other numbers of rows may go another way, and differ by rounding errors.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Any

import numpy as np

_TYPES = (np.dtype(np.float32), np.dtype(np.float64))

# The unit of all costs is one multiply-add of a large dense product in single precision; one in double precision costs
# two, and so does everything else. Measured on two cores with AVX-512, where it takes 6.5 ps: see docs/benchmarks.md.
_VALUE_IN_MEMORY = 70
_VALUE_OF_A_TRANSFORM = 800
_FEATURE_OF_BLOCKS = 150
_PRODUCT_OF_BLOCKS = 1.5
_PRODUCT_OF_LOOPS = 1.5

# What a call costs before the first row: checks and calls of the library, and of threads.
_CALL_OF_A_PRODUCT = 8e5
_CALL_OF_BLOCKS = 2.5e7
_CALL_OF_LOOPS = 4e7

# A dense matrix is made once and used for many calls; this part of its making counts in each.
_SHARE_OF_MAKING = 1 / 32

_LARGEST_MATRIX = 2**26
"""Bytes of a dense matrix that is kept."""


class Way(Enum):
    """How a map is applied to rows of data."""

    DENSE = "dense"
    """One product with its dense matrix, which is made once and kept."""
    BLOCKS = "blocks"
    """Change of basis by small products or the fast Fourier transform, products of blocks, and back."""
    COMPILED = "compiled"
    """The same by compiled loops, a few rows at a time, without leaving the cache."""


@dataclass(frozen=True)
class Costs:
    """The cost of one row in each way, in multiply-adds of a dense product in single precision."""

    rows: int
    columns: int
    transformed: int
    """Points that a change of basis takes or gives, of both sides."""
    features: int
    """Dimension of hidden spaces, of both sides."""
    products: int
    """Multiply-adds of the blocks."""
    looped: int | None
    """Multiply-adds of compiled loops; None where they do not apply."""

    @property
    def of_dense(self) -> float:
        """A dense product."""
        return self.rows * self.columns + self._in_memory

    @property
    def of_blocks(self) -> float:
        """A change of basis, products of blocks, and back."""
        values = _VALUE_OF_A_TRANSFORM * self.transformed + _FEATURE_OF_BLOCKS * self.features
        return values + _PRODUCT_OF_BLOCKS * self.products

    @property
    def _in_memory(self) -> float:
        return _VALUE_IN_MEMORY * (self.rows + self.columns)

    def all(self, samples: int, dtype: np.dtype[Any]) -> dict[Way, float]:
        """The cost of all rows in every way there is."""
        wide = dtype.itemsize / 4
        costs = {Way.BLOCKS: _CALL_OF_BLOCKS + wide * samples * self.of_blocks}
        if dtype not in _TYPES:
            return costs
        if self.looped is not None:
            costs[Way.COMPILED] = _CALL_OF_LOOPS + wide * samples * (self._in_memory + _PRODUCT_OF_LOOPS * self.looped)
        if self.rows * self.columns * dtype.itemsize <= _LARGEST_MATRIX:
            making = _SHARE_OF_MAKING * min(self.rows, self.columns) * self.of_blocks
            costs[Way.DENSE] = _CALL_OF_A_PRODUCT + wide * samples * self.of_dense + making
        return costs


@lru_cache(maxsize=4096)
def cheapest(costs: Costs, samples: int, dtype: np.dtype[Any]) -> tuple[tuple[float, Way], ...]:
    """All ways with what they cost, the cheapest one first."""
    found = costs.all(samples, dtype).items()
    return tuple(sorted(((cost, way) for way, cost in found), key=lambda pair: pair[0]))
