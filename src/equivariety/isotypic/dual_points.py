"""Frequencies on orbits of an abelian normal subgroup as points, which the other generators permute.

In Fourier coordinates ``z_{f,O} = sum_a exp(2 pi i f . a) y_a / sqrt(size)`` on every orbit O, a generator h acts by
``(T_h z)_{f,O} = s exp(-2 pi i f' . b) z_{f',O'}``: with p the base point of O, sigma_h(p) is the point of the orbit O'
with exponents b, s is the sign there, and f = C f' with the integer matrix C of the conjugation by h. As
``z_{-f} = conj(z_f)``, one of each pair f, -f is a *dual point*, with a fibre R^1 (f = -f) or R^2 (the complex plane).
All phases are whole numbers of steps of 2 pi / unit, and computed exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.array_types import IntArray
from equivariety.isotypic.normal_subgroups import AbelianNormalSubgroup, Signed, box_exponents
from equivariety.isotypic.rows import positions, row_codes
from equivariety.isotypic.signed_lattices import SignedLattice
from equivariety.isotypic.spectra import Spectrum, by_distance_from_zero, is_canonical, plain_spectrum, twisted_spectrum

_LARGEST_NUMERATOR = 2**31


@dataclass(frozen=True, eq=False)
class Turns:
    """Maps z -> exp(2 pi i angle / unit) z, of the conjugate of z where ``flips``; any equal shapes."""

    angles: IntArray
    flips: NDArray[np.bool_]

    def after(self, other: Turns) -> Turns:
        """First the other maps, then these."""
        return Turns(self.angles + np.where(self.flips, -other.angles, other.angles), self.flips ^ other.flips)

    def inverse(self) -> Turns:
        return Turns(np.where(self.flips, self.angles, -self.angles), self.flips)

    def __getitem__(self, places: Any) -> Turns:
        return Turns(self.angles[places], self.flips[places])


@dataclass(frozen=True, eq=False)
class Frequencies:
    """All frequencies of some orbits, one of each pair f, -f, by growing distance from zero."""

    fractions: IntArray
    """Reduced numerators and denominators, shape (frequencies, generators, 2)."""
    members: tuple[IntArray, ...]
    """For each kind of orbit the numbers of its frequencies, in the order of its spectrum."""

    @classmethod
    def of(cls, spectra: Sequence[Spectrum]) -> Frequencies:
        stacked = np.concatenate([spectrum.frequencies for spectrum in spectra])
        codes = row_codes(stacked.reshape(len(stacked), -1))
        _, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
        order, rank = by_distance_from_zero(stacked[first])
        ends = np.cumsum([len(spectrum.frequencies) for spectrum in spectra])[:-1]
        return cls(stacked[first[order]], tuple(np.split(rank[inverse], ends)))

    @cached_property
    def real(self) -> NDArray[np.bool_]:
        """Whether f = -f."""
        return np.asarray((self.fractions[:, :, 1] <= 2).all(axis=1))

    @cached_property
    def common(self) -> int:
        """The common denominator."""
        return lcm(*np.unique(self.fractions[:, :, 1]).tolist())

    @cached_property
    def numerators(self) -> IntArray:
        """Over the common denominator, shape (frequencies, generators)."""
        return self.fractions[:, :, 0] * (self.common // self.fractions[:, :, 1]) % self.common

    def carried(self, conjugation: IntArray) -> tuple[IntArray, NDArray[np.bool_]]:
        """For each frequency f' the number of C f' or of -C f', and whether it is the latter.

        Raises
        ------
        KeyError
            If some C f' is no frequency of these orbits.
        """
        images = self.numerators @ conjugation.T % self.common
        negated = ~is_canonical(images, self.common)
        images[negated] = -images[negated] % self.common
        codes = row_codes(np.concatenate([self.numerators, images]))
        own, wanted = codes[: len(images)], codes[len(images) :]
        place = positions(own, wanted)
        if (own[place] != wanted).any():
            raise KeyError("a frequency is carried to none of the orbits")
        return place, negated


@dataclass(frozen=True, eq=False)
class Dual:
    """The orbits of the subgroup, their frequencies, and what the other generators do to both."""

    kinds: tuple[SignedLattice, ...]
    spectra: tuple[Spectrum, ...]
    frequencies: Frequencies
    kind_of_orbit: IntArray
    row_of_orbit: IntArray
    """Which orbit of its kind."""
    orbit_images: IntArray
    """The other generators on the orbits, shape (others, orbits)."""
    shifts: IntArray
    """Exponents b of the images of base points, shape (others, orbits, generators)."""
    signs: IntArray
    """Their signs, in the coordinates of the gauge, shape (others, orbits)."""
    frequency_images: IntArray
    """Number of f' for each f and each of the others, shape (others, frequencies)."""
    negated: NDArray[np.bool_]
    """Whether the frequency f' with T_h z_f ~ z_f' is the negative of the one with that number."""

    @classmethod
    def of(cls, subgroup: AbelianNormalSubgroup) -> Dual | None:
        """None if the numbers are too large to be exact."""
        spectra = tuple(twisted_spectrum(k) if k.twisted else plain_spectrum(k.lattice) for k in subgroup.lattices)
        frequencies = Frequencies.of(spectra)
        if frequencies.common * len(subgroup.generators) > _LARGEST_NUMERATOR:
            return None
        sizes = [len(kind.lattice.points) for kind in subgroup.lattices]
        place = _Places(subgroup)
        moved = [place.of_images(other) for other in subgroup.others]
        carried = [frequencies.carried(conjugation) for conjugation in subgroup.conjugations]
        images = np.stack([np.argsort(image) for image, _ in carried])
        return cls(
            subgroup.lattices,
            spectra,
            frequencies,
            np.repeat(np.arange(len(sizes)), sizes),
            np.concatenate([np.arange(size) for size in sizes]),
            np.stack([orbits for orbits, _, _ in moved]),
            np.stack([shifts for _, shifts, _ in moved]),
            np.stack([signs for _, _, signs in moved]),
            images,
            np.stack([negated[image] for image, (_, negated) in zip(images, carried, strict=True)]),
        )

    @property
    def unit(self) -> int:
        """Steps of phases in a full turn."""
        return 2 * self.frequencies.common

    def turns(self, other: int, orbits: IntArray, numbers: IntArray) -> Turns:
        """The action of a generator between the fibres of dual points (f, O), given by orbits and numbers of f."""
        reached = self.frequency_images[other][numbers]
        steps = 2 * np.einsum("...g,...g->...", self.frequencies.numerators[reached], self.shifts[other][orbits])
        flips = self.negated[other][numbers] & ~self.frequencies.real[numbers]
        half = np.where(self.signs[other][orbits] < 0, self.unit // 2, 0)
        return Turns((np.where(flips, steps, -steps) + half) % self.unit, flips)


class _Places:
    """Where points stand: the number of their orbit under the subgroup, and their exponents."""

    def __init__(self, subgroup: AbelianNormalSubgroup) -> None:
        count = subgroup.gauge.size
        self.gauge = subgroup.gauge
        self.orbit = np.empty(count, dtype=np.intp)
        self.exponents = np.empty((count, len(subgroup.generators)), dtype=np.intp)
        start = 0
        for kind in subgroup.lattices:
            points, sides = kind.lattice.points, kind.lattice.sides
            self.orbit[points] = start + np.arange(len(points))[:, None]
            self.exponents[points] = box_exponents(np.arange(points.shape[1]), sides)[None]
            start += len(points)
        self.bases = np.concatenate([kind.lattice.points[:, 0] for kind in subgroup.lattices])

    def of_images(self, other: Signed) -> tuple[IntArray, IntArray, IntArray]:
        """Orbits, exponents and gauged signs of the images of all base points."""
        reached = other.images[self.bases]
        return self.orbit[reached], self.exponents[reached], other.signs[self.bases] * self.gauge[reached].astype(int)
