"""Splitting of orbits under commuting generators in closed form, by Fourier analysis.

On an orbit the group acts like A = Z^k / L on itself. For a frequency f in (R/Z)^k that is integral on L the function
g^a -> exp(2 pi i f . a) is an eigenvector of every generator, with eigenvalues exp(2 pi i f_j). The pair f, -f is one
real irreducible; its coordinates are sqrt(2 / size) (sum cos, sum sin), its matrix entries a + ib -> [[a, -b], [b, a]].
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np
from numpy.typing import NDArray

from equivariety.array_types import IntArray
from equivariety.isotypic.frequencies import FrequencyIrreducibles
from equivariety.isotypic.irreducible import Bundle, bundle_irreducibles
from equivariety.isotypic.lattices import lattice_types
from equivariety.isotypic.rows import row_codes
from equivariety.isotypic.signed_lattices import signed_lattices
from equivariety.isotypic.spectra import Spectrum, by_distance_from_zero, plain_spectrum, twisted_spectrum
from equivariety.isotypic.splits import DenseSplit, FourierSplit, Split
from equivariety.isotypic.twisted_fourier import TwistedFourierSplit

# Orbits up to this size are transformed by one small matrix product, which beats an FFT of that length.
DENSE_ORBIT_LIMIT = 128


Found = tuple[FrequencyIrreducibles, tuple[Bundle, ...], list[tuple[IntArray, Split]]]


def split_abelian(images: IntArray, bases: IntArray) -> Found:
    """Irreducibles, bundles and, per orbit type, its points and its split."""
    return _assembled([plain_spectrum(lattice) for lattice in lattice_types(images, bases)])


def split_signed_abelian(images: IntArray, signs: NDArray[np.int8], bases: IntArray) -> tuple[Found, NDArray[np.int8]]:
    """Split an abelian action with signs, for coordinates multiplied by the signs that are returned too."""
    types, gauge = signed_lattices(images, signs, bases)
    return _assembled(
        [twisted_spectrum(kind) if kind.twisted else plain_spectrum(kind.lattice) for kind in types]
    ), gauge


def _assembled(spectra: Sequence[Spectrum]) -> Found:
    stacked = np.concatenate([spectrum.frequencies for spectrum in spectra])
    _, first, inverse = np.unique(row_codes(stacked.reshape(len(stacked), -1)), return_index=True, return_inverse=True)
    order, rank = by_distance_from_zero(stacked[first])
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


def _split(spectrum: Spectrum, members: IntArray, bundles: tuple[Bundle, ...]) -> Split:
    """Route the frequencies of one type into the bundles."""
    here = np.full(max(int(bundle.members.max()) for bundle in bundles) + 1, -1, dtype=np.intp)
    here[members] = np.arange(members.size)
    rows = [here[bundle.members] if here[bundle.members[0]] >= 0 else np.empty(0, dtype=np.intp) for bundle in bundles]
    fourier = spectrum.split(rows, tuple(bundle.field.beta for bundle in bundles))
    return _dense(fourier) if prod(fourier.shape) <= DENSE_ORBIT_LIMIT else fourier


def _dense(fourier: FourierSplit | TwistedFourierSplit) -> DenseSplit:
    """A Fourier split as a matrix: the images of the standard basis vectors."""
    size = prod(fourier.shape)
    panels = fourier.panels(np.eye(size)[:, None, :])
    return DenseSplit(
        tuple(
            np.zeros((size, 0, 1, 1, beta)) if panel is None else np.ascontiguousarray(panel.swapaxes(3, 4))
            for panel, beta in zip(panels, fourier.betas, strict=True)
        )
    )
