"""Splitting of orbits under commuting generators in closed form, by Fourier analysis.

On an orbit the group acts like A = Z^k / L on itself. For a frequency f in (R/Z)^k that is integral on L the function
g^a -> exp(2 pi i f . a) is an eigenvector of every generator, with eigenvalues exp(2 pi i f_j). The pair f, -f is one
real irreducible; its coordinates are sqrt(2 / size) (sum cos, sum sin), its matrix entries a + ib -> [[a, -b], [b, a]].
"""

from __future__ import annotations

from dataclasses import dataclass
from math import lcm, prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.isotypic.frequencies import FrequencyIrreducibles
from equivariety.isotypic.irreducible import Bundle, bundle_irreducibles
from equivariety.isotypic.lattices import LatticeType, lattice_types, place_on_grid
from equivariety.isotypic.rows import row_codes
from equivariety.isotypic.splits import DenseSplit, FourierSplit, Split

IntArray = NDArray[np.intp]

# Orbits up to this size are transformed by one small matrix product, which beats an FFT of that length.
DENSE_ORBIT_LIMIT = 128


@dataclass(frozen=True)
class _Spectrum:
    """The frequencies of one orbit type, one of each pair f, -f."""

    sides: tuple[int, ...]
    points: IntArray
    cells: IntArray
    """Cells of the half spectrum where the sums of x exp(2 pi i f . a) stand."""
    conjugated: NDArray[np.bool_]
    frequencies: IntArray
    """Reduced numerators and denominators, shape (members, k, 2)."""


def split_abelian(
    images: IntArray, bases: IntArray
) -> tuple[FrequencyIrreducibles, tuple[Bundle, ...], list[tuple[IntArray, Split]]]:
    """Irreducibles, bundles and, per orbit type, its points and its split."""
    spectra = [_spectrum(lattice) for lattice in lattice_types(images, bases)]
    stacked = np.concatenate([spectrum.frequencies for spectrum in spectra])
    _, first, inverse = np.unique(row_codes(stacked.reshape(len(stacked), -1)), return_index=True, return_inverse=True)
    order, rank = _by_distance_from_zero(stacked[first])
    frequencies = stacked[first[order]]
    ids = np.split(rank[inverse], np.cumsum([len(s.frequencies) for s in spectra])[:-1])
    present = np.zeros((len(frequencies), len(spectra)), dtype=np.intp)
    for number, members in enumerate(ids):
        present[members, number] = 1
    real = np.asarray((frequencies[:, :, 1] <= 2).all(axis=1))
    dimensions = np.where(real, 1, 2)
    bundles = bundle_irreducibles(dimensions, dimensions, present)
    splits = [
        (spectrum.points, _split(spectrum, members, bundles)) for spectrum, members in zip(spectra, ids, strict=True)
    ]
    return FrequencyIrreducibles(frequencies, real), bundles, splits


def _spectrum(lattice: LatticeType) -> _Spectrum:
    sides, change, points = place_on_grid(lattice)
    size = prod(sides)
    grid = np.stack(np.unravel_index(np.arange(size), sides), axis=1)
    common = lcm(*sides)
    scaled = grid * (common // np.array(sides, dtype=np.intp))
    numerators = (scaled @ np.array(change, dtype=np.intp).T) % common
    keep = _canonical(numerators, common)
    numerators, grid = numerators[keep], grid[keep]
    divisor = np.gcd(numerators, common)
    frequencies = np.stack([numerators // divisor, common // divisor], axis=2)
    cells, conjugated = _half_cells(grid, sides)
    return _Spectrum(sides, points, cells, conjugated, frequencies)


def _canonical(numerators: IntArray, common: int) -> NDArray[np.bool_]:
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


def _by_distance_from_zero(frequencies: IntArray) -> tuple[IntArray, IntArray]:
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


def _split(spectrum: _Spectrum, members: IntArray, bundles: tuple[Bundle, ...]) -> Split:
    """Route the frequencies of one type into the bundles."""
    here = np.full(max(int(bundle.members.max()) for bundle in bundles) + 1, -1, dtype=np.intp)
    here[members] = np.arange(members.size)
    rows = [here[bundle.members] if here[bundle.members[0]] >= 0 else np.empty(0, dtype=np.intp) for bundle in bundles]
    fourier = FourierSplit(
        spectrum.sides,
        tuple(spectrum.cells[row] for row in rows),
        tuple(spectrum.conjugated[row] for row in rows),
        tuple(bundle.field.beta for bundle in bundles),
    )
    return _dense(fourier) if prod(spectrum.sides) <= DENSE_ORBIT_LIMIT else fourier


def _dense(fourier: FourierSplit) -> DenseSplit:
    """The same split as a matrix: the images of the standard basis vectors."""
    size = prod(fourier.shape)
    panels = fourier.panels(np.eye(size)[:, None, :])
    return DenseSplit(
        tuple(
            np.zeros((size, 0, 1, 1, beta)) if panel is None else np.ascontiguousarray(panel.swapaxes(3, 4))
            for panel, beta in zip(panels, fourier.betas, strict=True)
        )
    )
