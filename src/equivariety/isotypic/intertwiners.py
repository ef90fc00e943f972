"""The matrices C with C T_A(g) = T_B(g) C between two transitive actions: random ones, projections, their dimension.

Between permutations they are constant on the orbits on pairs (orbitals). With signs they are constant up to signs, and
zero where a pair comes back with the opposite sign. In general a block C_ij of fibres is carried along an orbital,
``C_{tau(i) sigma(j)} = S_{g,i}^T C_ij R_{g,j}``; every loop demands something of the block at the first pair, and what
all loops allow is the space of root blocks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from equivariety.actions.forests import Step, spanning_forest
from equivariety.array_types import FloatArray, IntArray
from equivariety.isotypic.orbitals import average, orbitals, random_intertwiner
from equivariety.isotypic.random_words import AveragedIntertwiners
from equivariety.isotypic.transitive import Transitive
from equivariety.tolerances import ROUNDED_GENERATORS, UNCLEAR_FIXED, fixed_cutoff

# Up to this size of a block between two fibres, the demands of the loops are solved as linear equations.
LARGEST_BLOCK = 900


class UnclearDrawError(ArithmeticError):
    """The random numbers drawn do not separate what has to be told apart; draw again."""


class Intertwiners(Protocol):
    """All intertwiners from one transitive action to another."""

    @property
    def dimension(self) -> int | None:
        """Dimension of the space, counted exactly; None if it was not counted."""

    @property
    def noise(self) -> float:
        """How far the elements are from commuting with the given matrices, rounding of the given digits included."""

    def random(self, random: np.random.Generator) -> FloatArray:
        """A Gaussian element, isotropic in the Frobenius norm."""

    def average(self, matrix: FloatArray) -> FloatArray:
        """The nearest element."""


def intertwiners(rows: Transitive, columns: Transitive) -> Intertwiners:
    """The intertwiners from the action on the columns to the action on the rows."""
    if rows.fibre * columns.fibre > LARGEST_BLOCK:
        return AveragedIntertwiners.of(rows, columns)
    labels = orbitals(rows.table, columns.table)
    if rows.fibres is None and columns.fibres is None:
        return PermutationIntertwiners(labels)
    if rows.fibre == columns.fibre == 1:
        return _signed(rows, columns, labels)
    return _turning(rows, columns, labels)


def monomial_intertwiners(
    rows: tuple[IntArray, NDArray[np.int8]], columns: tuple[IntArray, NDArray[np.int8]]
) -> SignedIntertwiners:
    """Between signed permutations, transitive or not, given by images and signs (k, n)."""
    first, second = (
        Transitive(images, signs[:, :, None, None].astype(np.float64)) for images, signs in (rows, columns)
    )
    return _signed(first, second, orbitals(first.table, second.table))


@dataclass(frozen=True, eq=False)
class PermutationIntertwiners:
    """Constant on orbitals."""

    labels: IntArray
    noise = 0.0

    @property
    def dimension(self) -> int:
        return int(self.labels.max()) + 1

    def random(self, random: np.random.Generator) -> FloatArray:
        return random_intertwiner(self.labels, random)

    def average(self, matrix: FloatArray) -> FloatArray:
        return average(matrix, self.labels)


@dataclass(frozen=True, eq=False)
class SignedIntertwiners:
    """Constant on orbitals up to signs; the signs are zero on orbitals that vanish."""

    labels: IntArray
    signs: NDArray[np.int8]
    dimension: int
    noise = 0.0

    def random(self, random: np.random.Generator) -> FloatArray:
        return random_intertwiner(self.labels, random) * self.signs

    def average(self, matrix: FloatArray) -> FloatArray:
        return average(matrix * self.signs, self.labels) * self.signs


@dataclass(frozen=True, eq=False)
class TurningIntertwiners:
    """Blocks L^T B C on the pairs of an orbital, B in the space of its root blocks."""

    labels: IntArray
    """Orbital of each pair, flat."""
    left: FloatArray
    """L, shape (pairs, e', e')."""
    right: FloatArray
    """C, shape (pairs, e, e)."""
    projectors: FloatArray
    """Onto the root blocks, shape (orbitals, e' e, e' e)."""
    shape: tuple[int, int]
    dimension: int
    noise: float = 0.0

    def random(self, random: np.random.Generator) -> FloatArray:
        sizes = np.bincount(self.labels)
        drawn = random.standard_normal((len(sizes), self.projectors.shape[1])) / np.sqrt(sizes)[:, None]
        return self._spread(np.einsum("oab,ob->oa", self.projectors, drawn))

    def average(self, matrix: FloatArray) -> FloatArray:
        e, f = self.left.shape[1], self.right.shape[1]
        blocks = matrix.reshape(self.shape[0] // e, e, self.shape[1] // f, f).swapaxes(1, 2).reshape(-1, e, f)
        rooted = (self.left @ blocks @ self.right.swapaxes(1, 2)).reshape(len(blocks), -1)
        sizes = np.bincount(self.labels)
        means = np.stack([np.bincount(self.labels, weights=entry) / sizes for entry in rooted.T], axis=1)
        return self._spread(np.einsum("oab,ob->oa", self.projectors, means))

    def _spread(self, roots: FloatArray) -> FloatArray:
        e, f = self.left.shape[1], self.right.shape[1]
        blocks = self.left.swapaxes(1, 2) @ roots.reshape(-1, e, f)[self.labels] @ self.right
        return np.ascontiguousarray(
            blocks.reshape(self.shape[0] // e, self.shape[1] // f, e, f).swapaxes(1, 2).reshape(self.shape)
        )


def _signed(rows: Transitive, columns: Transitive, labels: IntArray) -> SignedIntertwiners:
    row_signs, column_signs = rows.signs, columns.signs
    assert row_signs is not None
    assert column_signs is not None
    flat, width = labels.ravel(), columns.table.shape[1]
    step = _pair_step(rows.table, columns.table)
    signs = np.zeros(flat.size, dtype=np.int8)
    forest = spanning_forest(step, len(rows.table), flat.size, np.unique(flat, return_index=True)[1])
    signs[forest.roots] = 1
    for reached, before, by in forest.levels:
        signs[reached] = signs[before] * _pair_signs(row_signs, column_signs, by, before, width)
    pairs = np.arange(flat.size)
    vanishing = np.zeros(len(forest.roots), dtype=bool)
    for generator in range(len(rows.table)):
        carried = signs * _pair_signs(row_signs, column_signs, generator, pairs, width)
        vanishing[flat[carried != signs[step(generator, pairs)]]] = True
    signs[vanishing[flat]] = 0
    return SignedIntertwiners(labels, signs.reshape(labels.shape), int((~vanishing).sum()))


def _pair_signs(
    rows: NDArray[np.int8], columns: NDArray[np.int8], generator: int | IntArray, pairs: IntArray, width: int
) -> NDArray[np.int8]:
    return rows[generator, pairs // width] * columns[generator, pairs % width]


def _pair_step(rows: IntArray, columns: IntArray) -> Step:
    """Images of pairs, numbered row by row."""
    width = columns.shape[1]
    return lambda generator, pairs: rows[generator][pairs // width] * width + columns[generator][pairs % width]


def _turning(rows: Transitive, columns: Transitive, labels: IntArray) -> TurningIntertwiners:
    row_turns, column_turns = _turns(rows), _turns(columns)
    flat, width = labels.ravel(), columns.table.shape[1]
    step = _pair_step(rows.table, columns.table)
    forest = spanning_forest(step, len(rows.table), flat.size, np.unique(flat, return_index=True)[1])
    left, right = np.zeros((flat.size, *row_turns.shape[2:])), np.zeros((flat.size, *column_turns.shape[2:]))
    left[forest.roots], right[forest.roots] = np.eye(rows.fibre), np.eye(columns.fibre)
    for reached, before, by in forest.levels:
        left[reached] = left[before] @ row_turns[by, before // width]
        right[reached] = right[before] @ column_turns[by, before % width]
    pairs, size = np.arange(flat.size), rows.fibre * columns.fibre
    sums = np.zeros((len(forest.roots), size, size))
    for generator in range(len(rows.table)):
        image = step(generator, pairs)
        first = left @ row_turns[generator, pairs // width] @ left[image].swapaxes(1, 2)
        second = right @ column_turns[generator, pairs % width] @ right[image].swapaxes(1, 2)
        _add_products(sums, flat, first, second)
    loops = len(rows.table) * np.bincount(flat)
    projectors, dimension = _root_blocks(sums, loops)
    found = TurningIntertwiners(flat, left, right, projectors, (rows.size, columns.size), dimension)
    residual = _residual(found.random(np.random.default_rng(0)), rows, columns)
    return replace(found, noise=residual if residual > ROUNDED_GENERATORS else 0.0)


def _turns(action: Transitive) -> FloatArray:
    return np.ones((*action.table.shape, 1, 1)) if action.fibres is None else action.fibres


def _add_products(sums: FloatArray, labels: IntArray, first: FloatArray, second: FloatArray) -> None:
    """Add the Kronecker products A x D of all pairs to those of their orbitals, so many at a time."""
    size = sums.shape[1]
    step = max(1, 2**22 // size**2)
    for start in range(0, len(labels), step):
        part = slice(start, start + step)
        products = np.einsum("pab,pcd->pacbd", first[part], second[part]).reshape(-1, size, size)
        np.add.at(sums, labels[part], products)


def _root_blocks(sums: FloatArray, loops: IntArray) -> tuple[FloatArray, int]:
    """Projectors onto what all loops U leave alone, from their sums: null space of sum (1 - U)^T (1 - U)."""
    size = sums.shape[1]
    demands = 2 * loops[:, None, None] * np.eye(size) - sums - sums.swapaxes(1, 2)
    values, vectors = np.linalg.eigh(demands)
    zero = values <= np.array([fixed_cutoff(float(bound)) for bound in 4 * loops])[:, None]
    if (~zero & (values < UNCLEAR_FIXED)).any():
        raise UnclearDrawError("the generators close up only roughly: it is not clear which maps commute with them")
    return (vectors * zero[:, None, :]) @ vectors.swapaxes(1, 2), int(zero.sum())


def _residual(element: FloatArray, rows: Transitive, columns: Transitive) -> float:
    """How far an element is from commuting with the generators."""
    moved = [columns.moved(rows.moved(element, g).T, g).T for g in range(len(rows.table))]
    return max(float(np.abs(each - element).max()) for each in moved)
