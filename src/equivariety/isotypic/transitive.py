"""Transitive actions with fibres: what one orbit type looks like, whatever the kind of action."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from equivariety.array_types import FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Transitive:
    """One orbit: the generators on its points 0..s-1, and what they do to the fibres R^e; (point, fibre) in C order."""

    table: IntArray
    """Images, shape (k, s)."""
    fibres: FloatArray | None = None
    """R with ``(T x)_i = R[g, i] x_{table[g, i]}``, shape (k, s, e, e); None for a permutation."""

    @property
    def fibre(self) -> int:
        """Dimension e of the fibres."""
        return 1 if self.fibres is None else int(self.fibres.shape[2])

    @property
    def size(self) -> int:
        """Dimension s e of the space."""
        return int(self.table.shape[1]) * self.fibre

    @property
    def signs(self) -> NDArray[np.int8] | None:
        """Signs (k, s) if the fibres are R^1."""
        if self.fibres is None:
            return np.ones(self.table.shape, dtype=np.int8)
        return np.rint(self.fibres[:, :, 0, 0]).astype(np.int8) if self.fibre == 1 else None

    def key(self) -> bytes:
        """Equal for equal permutations with equal signs."""
        signs = self.signs
        return self.table.tobytes() + (b"" if signs is None or (signs > 0).all() else signs.tobytes())

    def short_words(self) -> Transitive:
        """The generators, and the product of each with the next (the last with the first), as one action.

        T_g T_h carries x to x at h(g(i)), turned by R[g, i] R[h, g(i)].
        """
        following = np.roll(self.table, -1, axis=0)
        table = np.concatenate([self.table, np.take_along_axis(following, self.table, axis=1)])
        if self.fibres is None:
            return Transitive(table)
        after = np.roll(self.fibres, -1, axis=0)
        products = np.stack([R @ S[image] for R, S, image in zip(self.fibres, after, self.table, strict=True)])
        return Transitive(table, np.concatenate([self.fibres, products]))

    def moved(self, basis: FloatArray, word: int) -> FloatArray:
        """T applied to the columns of an array (s e, columns)."""
        image = self.table[word]
        if self.fibres is None:
            return np.asarray(basis[image])
        values = basis.reshape(len(image), self.fibre, -1)[image]
        return np.asarray((self.fibres[word] @ values).reshape(len(basis), -1))

    def matrix(self, word: int) -> FloatArray:
        """T, dense."""
        return self.moved(np.eye(self.size), word)


def as_transitive(action: Transitive | IntArray) -> Transitive:
    """A table of permutations counts as an action without fibres."""
    return action if isinstance(action, Transitive) else Transitive(np.asarray(action))
