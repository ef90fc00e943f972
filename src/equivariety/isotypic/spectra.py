"""The frequencies on orbits of commuting generators: one of each pair f, -f, and where the FFT stores them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import lcm, prod
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from equivariety.array_types import IntArray
from equivariety.isotypic.lattices import LatticeType, place_on_grid
from equivariety.isotypic.signed_lattices import SignedLattice
from equivariety.isotypic.splits import FourierSplit
from equivariety.isotypic.twisted_fourier import TwistedFourierSplit


class Spectrum(Protocol):
    """The frequencies of one orbit type, one of each pair f, -f."""

    @property
    def points(self) -> IntArray: ...
    @property
    def frequencies(self) -> IntArray:
        """Reduced numerators and denominators, shape (members, k, 2)."""

    def split(self, rows: Sequence[IntArray], betas: tuple[int, ...]) -> FourierSplit | TwistedFourierSplit:
        """The transform whose bundles hold the given members."""


@dataclass(frozen=True)
class _PlainSpectrum:
    sides: tuple[int, ...]
    points: IntArray
    cells: IntArray
    """Cells of the half spectrum where the sums of x exp(2 pi i f . a) stand."""
    conjugated: NDArray[np.bool_]
    frequencies: IntArray

    def split(self, rows: Sequence[IntArray], betas: tuple[int, ...]) -> FourierSplit:
        return FourierSplit(
            self.sides, tuple(self.cells[row] for row in rows), tuple(self.conjugated[row] for row in rows), betas
        )


@dataclass(frozen=True)
class _TwistedSpectrum:
    sides: tuple[int, ...]
    points: IntArray
    phases: NDArray[np.float64]
    cells: IntArray
    """Cells of the full spectrum."""
    frequencies: IntArray

    def split(self, rows: Sequence[IntArray], betas: tuple[int, ...]) -> TwistedFourierSplit:
        return TwistedFourierSplit(self.sides, self.phases, tuple(self.cells[row] for row in rows), betas)


def plain_spectrum(lattice: LatticeType) -> _PlainSpectrum:
    sides, change, points = place_on_grid(lattice)
    grid = np.stack(np.unravel_index(np.arange(prod(sides)), sides), axis=1)
    numerators, common = _numerators(grid, sides, change)
    keep = is_canonical(numerators, common)
    cells, conjugated = _half_cells(grid[keep], sides)
    return _PlainSpectrum(sides, points, cells, conjugated, _reduced(numerators[keep], common))


def twisted_spectrum(kind: SignedLattice) -> _TwistedSpectrum:
    sides, change, points = place_on_grid(kind.lattice)
    grid = np.stack(np.unravel_index(np.arange(prod(sides)), sides), axis=1)
    plain, denominator = _numerators(grid, sides, change)
    shift, half = kind.shift()
    common = lcm(denominator, half)
    numerators = (plain * (common // denominator) + shift * (common // half)) % common
    keep = is_canonical(numerators, common)
    cells = np.ravel_multi_index(tuple(((-grid[keep]) % np.array(sides, dtype=np.intp)).T), sides)
    phases = (_exponents_on_grid(kind.lattice, points) @ shift[[s > 1 for s in kind.lattice.sides]] % half) / half
    return _TwistedSpectrum(sides, points, phases, cells.astype(np.intp), _reduced(numerators[keep], common))


def _numerators(grid: IntArray, sides: tuple[int, ...], change: Sequence[Sequence[int]]) -> tuple[IntArray, int]:
    """The frequency of every generator in every cell, as numerators and their common denominator."""
    common = lcm(*sides)
    scaled = grid * (common // np.array(sides, dtype=np.intp))
    return (scaled @ np.array(change, dtype=np.intp).T) % common, common


def _reduced(numerators: IntArray, common: int) -> IntArray:
    divisor = np.gcd(numerators, common)
    return np.stack([numerators // divisor, common // divisor], axis=2)


def _exponents_on_grid(lattice: LatticeType, points: IntArray) -> IntArray:
    """Exponents of the points as they stand on the grid, of the generators that reach new points."""
    spans = tuple(side for side in lattice.sides if side > 1)
    sorter = np.argsort(lattice.points[0])
    order = sorter[np.searchsorted(lattice.points[0], points[0], sorter=sorter)]
    return np.stack(np.unravel_index(order, spans), axis=1) if spans else np.zeros((len(order), 0), dtype=np.intp)


def is_canonical(numerators: IntArray, common: int) -> NDArray[np.bool_]:
    """One of each pair f, -f: the last entry that differs from its negative lies in (1/2, 1)."""
    doubled = 2 * numerators % (2 * common)
    free = doubled % common != 0
    last = numerators.shape[1] - 1 - np.argmax(free[:, ::-1], axis=1)
    decisive = doubled[np.arange(len(numerators)), last]
    return ~free.any(axis=1) | (decisive > common)


def _half_cells(grid: IntArray, sides: tuple[int, ...]) -> tuple[IntArray, NDArray[np.bool_]]:
    """Where the FFT, which sums x exp(-2 pi i f . a), stores -f; or f, to be conjugated."""
    negative = (-grid) % np.array(sides, dtype=np.intp)
    conjugated = negative[:, -1] > sides[-1] // 2
    place = np.where(conjugated[:, None], grid, negative)
    half = (*sides[:-1], sides[-1] // 2 + 1)
    return np.ravel_multi_index(tuple(place.T), half).astype(np.intp), conjugated


def by_distance_from_zero(frequencies: IntArray) -> tuple[IntArray, IntArray]:
    """Order by growing |f|, then by falling entries; also the rank of each."""
    numerators, denominators = frequencies[:, :, 0], frequencies[:, :, 1]
    # Quotients of small integers are rounded correctly, so equal fractions compare as equal; sums of squares would not.
    keys = [-(numerators / denominators)[:, j] for j in reversed(range(frequencies.shape[1]))]
    folded = np.minimum(numerators, denominators - numerators)
    order = np.lexsort([*keys, _sum_of_squares(folded, denominators)])
    rank = np.empty_like(order)
    rank[order] = np.arange(order.size)
    return order, rank


def _sum_of_squares(numerators: IntArray, denominators: IntArray) -> NDArray[Any]:
    """Numbers that order sum_j (numerators / denominators)^2 exactly."""
    if numerators.shape[1] == 1:
        return numerators[:, 0] / denominators[:, 0]
    common = lcm(*np.unique(denominators).tolist())
    exact: type = np.int64 if common**2 * numerators.shape[1] < 2**62 else object
    scaled: NDArray[Any] = numerators.astype(exact) * (common // denominators.astype(exact))
    return np.asarray((scaled**2).sum(axis=1))
