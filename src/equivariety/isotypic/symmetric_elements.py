"""Eigenvectors of a symmetric matrix that commutes with a known signed permutation: far smaller eigenproblems.

On a cycle of an element g with points j_0, j_1, ... the vectors ``e_f = sum_b t_b exp(2 pi i f b) e_{j_b} / sqrt(l)``
are eigenvectors of T_g, with f = m / l, or (2 m + 1) / (2 l) where the signs along the cycle multiply to -1 (t makes
all signs but the last one +1). A matrix that commutes with T_g mixes only equal f: on some thousand points and with an
element of order l it falls into l blocks that are l times smaller, and one row for each cycle determines them.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import lcm

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh

from equivariety.array_types import FloatArray, IntArray
from equivariety.isotypic.transitive import Transitive

# Below this size one dense eigenproblem is quicker than the search for an element.
_SMALLEST = 96
_WORDS = 24


@dataclass(frozen=True, eq=False)
class Cycles:
    """The cycles of a signed permutation."""

    cycle: IntArray
    """Number of the cycle of each point."""
    exponent: IntArray
    """Which step from the first point of the cycle it is."""
    signs: IntArray
    """The product t of the signs on the way."""
    lengths: IntArray
    twisted: NDArray[np.bool_]

    @classmethod
    def of(cls, image: IntArray, signs: NDArray[np.int8]) -> Cycles:
        """Cycles by their smallest points."""
        successor, sign = image.tolist(), signs.tolist()
        cycle, exponent, along = [-1] * len(successor), [0] * len(successor), [1] * len(successor)
        lengths: list[int] = []
        twisted: list[bool] = []
        for start in range(len(successor)):
            if cycle[start] >= 0:
                continue
            point, step, product = start, 0, 1
            while cycle[point] < 0:
                cycle[point], exponent[point], along[point] = len(lengths), step, product
                product *= sign[point]
                point, step = successor[point], step + 1
            lengths.append(step)
            twisted.append(product < 0)
        return cls(np.array(cycle), np.array(exponent), np.array(along), np.array(lengths), np.array(twisted))

    @property
    def order(self) -> int:
        """Of the signed permutation."""
        return lcm(*(self.lengths * np.where(self.twisted, 2, 1)).tolist())

    def contain(self, step: int, order: int) -> NDArray[np.bool_]:
        """For each cycle whether exp(2 pi i step / order) is an eigenvalue on it."""
        return np.asarray(step * self.lengths % order == np.where(self.twisted, order // 2, 0))

    @property
    def cost(self) -> float:
        """Operations of the eigenproblems, up to a constant; one dense one of s points would be s^3."""
        order = self.order
        kinds, counts = np.unique(np.column_stack([self.lengths, self.twisted]), axis=0, return_counts=True)
        sizes = np.zeros(order // 2 + 1)
        for (length, twisted), count in zip(kinds, counts, strict=True):
            start, step = (order // (2 * length), order // length) if twisted else (0, order // length)
            sizes[start : order // 2 + 1 : step] += count
        return float((sizes**3).sum()) * 4


def eigenvectors(element: FloatArray, cycles: Cycles | None) -> tuple[FloatArray, FloatArray]:
    """Ascending eigenvalues and orthonormal eigenvectors of a symmetric matrix that commutes with an element."""
    if cycles is None:
        values, vectors = eigh(element, driver="evd", check_finite=False)
        return values, vectors
    found = [_block(element, cycles, step) for step in range(cycles.order // 2 + 1)]
    values = np.concatenate([block[0] for block in found])
    order = np.argsort(values, kind="stable")
    return values[order], np.concatenate([block[1] for block in found], axis=1)[:, order]


def long_cycles(action: Transitive) -> Cycles | None:
    """Cycles of an element that makes eigenproblems small: the best of some random words, the same every time.

    None if the action is small, turns fibres, or has none that repays.
    """
    signs = action.signs
    if signs is None or action.size < _SMALLEST:
        return None
    random = np.random.default_rng(0)
    image, sign = np.arange(action.table.shape[1]), np.ones(action.table.shape[1], dtype=np.int8)
    best: Cycles | None = None
    for _ in range(_WORDS):
        g = int(random.integers(len(action.table)))
        # The product of the word so far and one more generator.
        image, sign = action.table[g][image], sign * signs[g][image]
        cycles = Cycles.of(image, sign)
        if cycles.order <= 4 * image.size and (best is None or cycles.cost < best.cost):
            best = cycles
    return best if best is not None and best.cost < image.size**3 / 2 else None


def _block(element: FloatArray, cycles: Cycles, step: int) -> tuple[FloatArray, FloatArray]:
    """Eigenvalues and vectors of frequency step / order, and of its negative."""
    inside = np.flatnonzero(cycles.contain(step, cycles.order))
    if not inside.size:
        return np.empty(0), np.empty((len(element), 0))
    place = np.full(cycles.lengths.size, -1)
    place[inside] = np.arange(inside.size)
    points = np.flatnonzero(place[cycles.cycle] >= 0)
    column, first = place[cycles.cycle[points]], _firsts(cycles)[inside]
    real = 2 * step % cycles.order == 0
    turns = np.exp(2j * np.pi * (step * cycles.exponent[points] % cycles.order / cycles.order))
    waves = cycles.signs[points] * (turns.real if real else turns) / np.sqrt(cycles.lengths[inside][column])
    basis = np.zeros((len(element), inside.size), dtype=waves.dtype)
    basis[points, column] = waves
    block = (element[first] @ basis) * np.sqrt(cycles.lengths[inside])[:, None]
    values, vectors = eigh((block + block.conj().T) / 2, driver="evd", check_finite=False)
    found = np.zeros((len(element), inside.size), dtype=waves.dtype)
    found[points] = waves[:, None] * vectors[column]
    if real:
        return values, found
    pairs = np.stack([found.real, found.imag], axis=2).reshape(len(element), -1) * 2**0.5
    return np.repeat(values, 2), pairs


def _firsts(cycles: Cycles) -> IntArray:
    """The first point of every cycle."""
    firsts = np.empty(cycles.lengths.size, dtype=np.intp)
    starts = np.flatnonzero(cycles.exponent == 0)
    firsts[cycles.cycle[starts]] = starts
    return firsts
