"""Irreducibles induced from frequencies of an abelian normal subgroup, made when they are looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import overload

from equivariety.array_types import FloatArray, IntArray
from equivariety.isotypic.character_labels import letters
from equivariety.isotypic.fields import field_of_beta
from equivariety.isotypic.irreducible import Irreducible


@dataclass(frozen=True, eq=False)
class InducedIrreducibles(Sequence[Irreducible]):
    """Irreducibles by the first frequency of their orbit, then by an irreducible of its stabilizer.

    Examples
    --------
    >>> import numpy as np
    >>> frequencies, numbers = np.array([[[0, 1]], [[2, 3]], [[2, 3]], [[1, 2]]]), np.array([0, 0, 1, 0])
    >>> dimensions, characters = np.array([1, 4, 4, 2]), np.zeros((4, 1))
    >>> irreducibles = InducedIrreducibles(frequencies, numbers, np.ones(4, int), dimensions, characters, True)
    >>> [irreducible.label for irreducible in irreducibles]
    ['trivial', '(2/3)a', '(2/3)b', '(1/2)']
    """

    frequencies: IntArray
    """Numerators and denominators, shape (irreducibles, generators of the subgroup, 2)."""
    numbers: IntArray
    """Which irreducible of the stabilizer."""
    betas: IntArray
    dimensions: IntArray
    characters: FloatArray
    """Traces of the generators, shape (irreducibles, generators)."""
    begins_trivially: bool
    """Whether the first is the trivial one."""

    def __len__(self) -> int:
        return len(self.frequencies)

    @overload
    def __getitem__(self, index: int) -> Irreducible: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Irreducible]: ...
    def __getitem__(self, index: int | slice) -> Irreducible | Sequence[Irreducible]:
        if isinstance(index, slice):
            return tuple(map(self._made, range(len(self))[index]))
        return self._made(range(len(self))[index])

    def __iter__(self) -> Iterator[Irreducible]:
        return map(self._made, range(len(self)))

    def _made(self, index: int) -> Irreducible:
        if index == 0 and self.begins_trivially:
            return Irreducible("trivial", "R", 1, None, tuple(self.characters[0].tolist()))
        frequency = ", ".join(str(Fraction(*entry)) for entry in self.frequencies[index].tolist())
        several = bool(self.numbers[index : index + 2].any())  # the numbers of one frequency start at zero
        label = f"({frequency}){letters(int(self.numbers[index])) if several else ''}"
        field, dimension = field_of_beta(int(self.betas[index])).name, int(self.dimensions[index])
        return Irreducible(label, field, dimension, None, tuple(self.characters[index].tolist()))
