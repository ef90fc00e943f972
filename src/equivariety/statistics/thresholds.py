"""Which eigenvalues of a block are more than noise: the optimal hard threshold, for R, C and H.

Gavish and Donoho, *The optimal hard threshold for singular values is 4/sqrt(3)* (2014). A block of multiplicity r over
D of dimension d, from n samples of an irreducible of dimension k, has the aspect ratio g = r d / (n k) of
Marchenko-Pastur, whatever the field.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.optimize import brentq

from equivariety.statistics.spectra import CovarianceSpectrum, Vector


def optimal_threshold(aspect: float) -> float:
    """lambda*(b): the optimal threshold for singular values, in units of noise, for aspect ratio b <= 1.

    Examples
    --------
    >>> round(optimal_threshold(1.0) * sqrt(3), 12)
    4.0
    """
    b = aspect
    return sqrt(2 * (b + 1) + 8 * b / (b + 1 + sqrt(b * b + 14 * b + 1)))


@lru_cache(maxsize=1024)
def marchenko_pastur_median(aspect: float) -> float:
    """Median of the Marchenko-Pastur law of aspect ratio b <= 1 and unit variance.

    Examples
    --------
    >>> round(optimal_threshold(1.0) / marchenko_pastur_median(1.0) ** 0.5, 4)
    2.8584
    """
    low, high = (1 - sqrt(aspect)) ** 2, (1 + sqrt(aspect)) ** 2

    def mass_below(x: float) -> float:
        # With t = low + (high - low) sin^2(angle) the square roots at both edges of the density cancel.
        width = high - low

        def density(angle: float) -> float:
            s, c = np.sin(angle), np.cos(angle)
            return float((width * s * c) ** 2 / (np.pi * aspect * (low + width * s * s))) if s or low else 0.0

        return float(quad(density, 0, np.arcsin(sqrt((x - low) / width)), epsabs=1e-13, epsrel=1e-13)[0])

    return float(brentq(lambda x: mass_below(x) - 0.5, low, high, xtol=1e-14))


def eigenvalue_threshold(aspect: float, noise_variance: float) -> float:
    """Eigenvalues of a covariance block up to this are to be dropped, for every aspect ratio g > 0."""
    return noise_variance * max(1.0, aspect) * optimal_threshold(min(aspect, 1 / aspect)) ** 2


def noise_level(spectra: Sequence[CovarianceSpectrum]) -> float:
    """Variance of the noise, from the weighted median of all eigenvalues in units of the median of pure noise.

    With one block it is the rule of Gavish and Donoho for an unknown noise level; with several, every eigenvalue
    counts k times (a proposal of this library).
    """
    values, weights = [], []
    for part in spectra:
        for member, falling in enumerate(part.eigenvalues):
            aspect = _aspect(part, member)
            seen = falling[: _determined(part, member)]
            unit = max(1.0, aspect) * marchenko_pastur_median(min(aspect, 1 / aspect))
            values.append(seen / unit)
            weights.append(np.full(seen.size, float(part.dimension)))
    return _weighted_median(np.concatenate(values), np.concatenate(weights))


def threshold_ranks(
    spectra: Sequence[CovarianceSpectrum], noise_variance: float | None = None
) -> tuple[NDArray[np.intp], ...]:
    """For each bundle how many eigenvalues of its members exceed their threshold."""
    noise = noise_level(spectra) if noise_variance is None else noise_variance
    return tuple(
        np.array(
            [
                int((falling > eigenvalue_threshold(_aspect(part, member), noise)).sum())
                for member, falling in enumerate(part.eigenvalues)
            ],
            dtype=np.intp,
        )
        for part in spectra
    )


def _aspect(part: CovarianceSpectrum, member: int) -> float:
    return part.multiplicity * part.beta / (float(part.samples[member]) * part.dimension)


def _determined(part: CovarianceSpectrum, member: int) -> int:
    """Eigenvalues that are not zero for want of samples."""
    return max(1, min(part.multiplicity, int(part.samples[member] * part.dimension // part.beta)))


def _weighted_median(values: Vector, weights: Vector) -> float:
    order = np.argsort(values)
    sums = np.cumsum(weights[order])
    half = sums[-1] / 2
    place = int(np.searchsorted(sums, half))
    if np.isclose(sums[place], half) and place + 1 < values.size:
        return float(values[order[place : place + 2]].mean())
    return float(values[order[place]])
