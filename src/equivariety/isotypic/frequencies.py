"""The irreducibles of commuting generators, named by frequencies, and made when they are looked at."""

from __future__ import annotations

import cmath
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import overload

import numpy as np
from numpy.typing import NDArray

from equivariety.isotypic.irreducible import Irreducible, Label

# Angles of matrices are read as fractions of a turn with denominators up to this, if they agree to so much.
_LARGEST_DENOMINATOR, _SAME_TURN = 360, 1e-7
# Eigenvalues that the exponential function only approximates.
_EXACT = {(1, 1): 1 + 0j, (1, 2): -1 + 0j, (3, 4): -1j}


@dataclass(frozen=True, eq=False)
class FrequencyIrreducibles(Sequence[Irreducible]):
    """The irreducibles with the given frequencies, in their order.

    A cycle of a million points has half a million of them; most uses need none.

    Examples
    --------
    >>> FrequencyIrreducibles(np.array([[[0, 1]], [[2, 3]]]), np.array([True, False]))[1].label
    (3, 2)
    """

    frequencies: NDArray[np.intp]
    """Numerators and denominators of f in lowest terms, shape (irreducibles, generators, 2)."""
    real: NDArray[np.bool_]
    """Whether 2 f is integral, so that the field is R and not C."""

    def __len__(self) -> int:
        return len(self.frequencies)

    @overload
    def __getitem__(self, index: int) -> Irreducible: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Irreducible]: ...
    def __getitem__(self, index: int | slice) -> Irreducible | Sequence[Irreducible]:
        if isinstance(index, slice):
            return FrequencyIrreducibles(self.frequencies[index], self.real[index])
        return _irreducible(self.frequencies[index].tolist(), bool(self.real[index]))

    def __iter__(self) -> Iterator[Irreducible]:
        return map(_irreducible, self.frequencies.tolist(), self.real.tolist())


def _irreducible(frequency: list[list[int]], real: bool) -> Irreducible:
    field, dimension = ("R", 1) if real else ("C", 2)
    if len(frequency) > 1:
        label: Label = tuple(str(Fraction(numerator, denominator)) for numerator, denominator in frequency)
        character = tuple(dimension * _cosine(numerator, denominator) for numerator, denominator in frequency)
        return Irreducible(label, field, dimension, None, character)
    m, l = frequency[0][0] or 1, frequency[0][1]
    eigenvalue = _EXACT.get((m, l)) or cmath.exp(2j * cmath.pi * m / l)
    return Irreducible((l, m), field, dimension, eigenvalue, (dimension * _cosine(m, l),))


def _cosine(m: int, l: int) -> float:
    """cos(2 pi m / l), exact where it is a multiple of 1/2."""
    twelfths, rest = divmod(12 * m % (12 * l), l)
    cosine = math.cos(2 * math.pi * m / l)
    return cosine if rest or (twelfths % 2 and twelfths % 3) else round(2 * cosine) / 2 + 0.0


def named_by_angles(irreducibles: Sequence[Irreducible]) -> Sequence[Irreducible]:
    """Irreducibles of one orthogonal matrix with the labels (l, m) of its eigenvalues exp(2 pi i m / l).

    Those of several generators stay as they are, and angles that are no fractions with a small denominator.

    Examples
    --------
    >>> import equivariety as ev
    >>> half = 3**0.5 / 2
    >>> third_turn = ev.actions.cyclic(2).on_vectors([[[-0.5, -half], [half, -0.5]]])
    >>> [block.label for block in ev.EquivariantMaps(third_turn).blocks]
    [(6, 5), (3, 2)]
    """
    return tuple(_named(each) if len(each.character) == 1 else each for each in irreducibles)


def _named(irreducible: Irreducible) -> Irreducible:
    # Of a rotation by t the trace on one irreducible over C is 2 cos t; m / l lies between 1/2 and 1, as on cycles.
    turn = math.acos(min(1.0, max(-1.0, irreducible.character[0] / irreducible.dimension))) / (2 * math.pi)
    fraction = 1 - Fraction(turn).limit_denominator(_LARGEST_DENOMINATOR)
    if irreducible.dimension > 2 or abs(float(1 - fraction) - turn) > _SAME_TURN:
        return irreducible
    m, l = fraction.numerator, fraction.denominator
    return irreducible._replace(label=(l, m), eigenvalue=_EXACT.get((m, l)) or cmath.exp(2j * cmath.pi * m / l))
