"""The irreducibles of commuting generators, named by their frequencies; each is made when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import overload

import numpy as np
from numpy.typing import NDArray

from equivariety.isotypic.irreducible import Irreducible

# Eigenvalues that a complex exponential would give only up to rounding, by (l, m).
_EXACT = {(1, 1): 1 + 0j, (2, 1): -1 + 0j, (4, 3): -1j}


@dataclass(frozen=True, eq=False)
class FrequencyIrreducibles(Sequence[Irreducible]):
    """One irreducible for each pair of frequencies f, -f.

    A group that acts on a million points has half a million of them; who only counts or fits never makes the objects.
    """

    frequencies: NDArray[np.intp]
    """Reduced numerators and denominators for every generator, shape (irreducibles, generators, 2)."""
    real: NDArray[np.bool_]
    """Whether f = -f, so that the irreducible has dimension 1, shape (irreducibles,)."""

    def __len__(self) -> int:
        return len(self.frequencies)

    @overload
    def __getitem__(self, index: int) -> Irreducible: ...
    @overload
    def __getitem__(self, index: slice) -> FrequencyIrreducibles: ...
    def __getitem__(self, index: int | slice) -> Irreducible | FrequencyIrreducibles:
        if isinstance(index, slice):
            return FrequencyIrreducibles(self.frequencies[index], self.real[index])
        return _irreducible(self.frequencies[index].tolist(), bool(self.real[index]))

    def __iter__(self) -> Iterator[Irreducible]:
        return map(_irreducible, self.frequencies.tolist(), self.real.tolist())


def _irreducible(vector: list[list[int]], real: bool) -> Irreducible:
    field, dimension = ("R", 1) if real else ("C", 2)
    if len(vector) > 1:
        return Irreducible(tuple(str(Fraction(m, l)) for m, l in vector), field, dimension, None)
    m, l = vector[0]
    label = (l, m or 1)
    eigenvalue = _EXACT[label] if label in _EXACT else complex(np.exp(2j * np.pi * m / l))
    return Irreducible(label, field, dimension, eigenvalue)
