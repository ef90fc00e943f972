"""Critical points of the distance to a symmetric block on the symmetric matrices of rank exactly r.

They keep r of the eigenvalues. Exchanging a kept eigenvalue a for another one b, by turning one eigenvector into the
other, changes the squared error along (a cos^2 + b sin^2)^2: downhill if b is larger *and of the same sign*, and
uphill at first if the signs differ, whatever the sizes. So the Morse index counts pairs of one sign only, and there is
one local minimum for each signature.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from equivariety.blocks.critical_levels import Levels, Selection

Signature = tuple[int, int]
"""How many positive and how many negative eigenvalues."""


@dataclass(frozen=True)
class SignedLevels:
    """The distinct nonzero eigenvalues of one block, by falling gain, with their signs."""

    levels: Levels
    signs: tuple[int, ...]
    """1 or -1 for each level."""

    def morse_index(self, counts: Selection) -> int:
        """Negative directions of the Hessian: beta for each pair (kept, larger of the same sign that is not kept)."""
        return sum(self._part(sign).morse_index(self._counts(counts, sign)) for sign in (1, -1))

    def signature(self, counts: Selection) -> Signature:
        """How many positive and negative eigenvalues are kept."""
        return sum(self._counts(counts, 1)), sum(self._counts(counts, -1))

    def minima(self) -> Iterator[Selection]:
        """The local minima, one for each signature: the largest eigenvalues of each sign."""
        positive, negative = self._part(1), self._part(-1)
        for kept in range(self.levels.rank + 1):
            rest = self.levels.rank - kept
            if kept <= positive.terms and rest <= negative.terms:
                first = {1: iter(replace(positive, rank=kept).first), -1: iter(replace(negative, rank=rest).first)}
                yield tuple(next(first[sign]) for sign in self.signs)

    @cached_property
    def _parts(self) -> dict[int, Levels]:
        pairs = list(zip(self.levels.values, self.levels.multiplicities, self.signs, strict=True))
        found = {}
        for sign in (1, -1):
            values, multiplicities = [v for v, _, s in pairs if s == sign], [m for _, m, s in pairs if s == sign]
            found[sign] = replace(self.levels, values=tuple(values), multiplicities=tuple(multiplicities))
        return found

    def _part(self, sign: int) -> Levels:
        return self._parts[sign]

    def _counts(self, counts: Selection, sign: int) -> Selection:
        return tuple(count for count, other in zip(counts, self.signs, strict=True) if other == sign)


def signed_levels(
    values: NDArray[np.float64], dimension: int, rank: int, beta: int, gap: float
) -> tuple[SignedLevels, list[NDArray[np.intp]]]:
    """Group eigenvalues into levels of one sign; those that differ by no more than the gap count as equal, or as zero.

    Also the positions of the eigenvalues of every level.

    Parameters
    ----------
    values : array of shape (size,)
        Falling.
    dimension : int
        How often an eigenvalue counts in the squared norm.
    rank : int
        How many are to be kept; all nonzero ones where it is the size.
    beta : int
        Real dimension of the field.
    gap : float
    """
    groups: list[NDArray[np.intp]] = []
    for sign in (1, -1):
        places = np.flatnonzero(sign * values > gap)
        places = places[np.argsort(-sign * values[places], kind="stable")]
        cuts = np.flatnonzero(-np.diff(np.abs(values[places])) > gap) + 1
        groups += [group for group in np.split(places, cuts) if group.size]
    gains = [dimension * float(np.mean(values[group] ** 2)) for group in groups]
    order = sorted(range(len(groups)), key=lambda k: -gains[k])
    multiplicities = tuple(groups[k].size for k in order)
    kept = sum(multiplicities) if rank == values.size else rank  # a linear space has one critical point
    levels = Levels(tuple(gains[k] for k in order), multiplicities, kept, beta)
    signs = tuple(1 if values[groups[k][0]] > 0 else -1 for k in order)
    return SignedLevels(levels, signs), [groups[k] for k in order]
