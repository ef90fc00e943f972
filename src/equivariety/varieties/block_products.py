"""Products of one variety for each block: dimensions add, and degrees multiply."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from math import prod
from typing import Protocol


class Factor(Protocol):
    """The variety of one block, as far as its figures are concerned."""

    @property
    def dimension(self) -> int: ...

    @property
    def degree(self) -> int: ...

    @property
    def ed_degree(self) -> int: ...

    @property
    def generic_ed_degree(self) -> int: ...


class BlockProduct(ABC):
    """A product of varieties in the blocks of maps.

    Blocks do not mix: the Frobenius distance is a sum over them, and so critical points are tuples of critical points.
    """

    @property
    @abstractmethod
    def factors(self) -> Sequence[Factor]:
        """The variety of each block."""

    @property
    def dimension(self) -> int:
        """Real dimension."""
        return sum(factor.dimension for factor in self.factors)

    @property
    def degree(self) -> int:
        """Degree of the complexification."""
        return prod(factor.degree for factor in self.factors)

    @property
    def ed_degree(self) -> int:
        """Number of complex critical points of the Frobenius distance to a generic matrix."""
        return prod(factor.ed_degree for factor in self.factors)

    @property
    def generic_ed_degree(self) -> int:
        """Number of complex critical points of a generic quadratic form on the space of the maps."""
        return prod(factor.generic_ed_degree for factor in self.factors)
