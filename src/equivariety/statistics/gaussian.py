"""Gaussian models whose covariance is invariant under a group.

The maximum-likelihood covariance is the sample covariance averaged over the group (Andersson 1975; Shah and
Chandrasekaran, arXiv 1112.6397). Likelihoods, numbers of parameters and the samples that are needed are functions of
the blocks alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, log, pi

import numpy as np
from scipy.special import digamma

from equivariety.statistics.spectra import CovarianceSpectrum, degree


def covariance_parameters(spectra: Sequence[CovarianceSpectrum]) -> int:
    """Free real parameters of an invariant covariance: the orbits of the group on unordered pairs of variables.

    Examples
    --------
    Three variables that may be permuted at will have one variance and one correlation:

    >>> one, two = np.ones((1, 1)), np.array([9.0])
    >>> covariance_parameters([CovarianceSpectrum(1, 1, one, two), CovarianceSpectrum(2, 1, one, two)])
    2
    """
    return sum(part.size * part.block_parameters for part in spectra)


def log_determinant(spectra: Sequence[CovarianceSpectrum]) -> float:
    """Logarithm of the determinant of the covariance; minus infinity if it is singular."""
    with np.errstate(divide="ignore"):
        return sum(part.dimension * float(np.log(part.eigenvalues).sum()) for part in spectra)


def largest_log_likelihood(spectra: Sequence[CovarianceSpectrum], samples: float) -> float:
    """Natural logarithm of the likelihood at its maximum, summed over the samples."""
    p = degree(spectra)
    return -0.5 * samples * (p * log(2 * pi) + log_determinant(spectra) + p)


def samples_needed(spectra: Sequence[CovarianceSpectrum], total: float) -> int:
    """Fewest samples for which a maximum-likelihood covariance exists, with probability one.

    A block needs n k >= r d, with one sample more where a mean is subtracted.
    """
    return max(
        ceil(part.multiplicity * part.beta / part.dimension) + round(total - float(part.samples.min()))
        for part in spectra
    )


def expected_log_determinant(spectra: Sequence[CovarianceSpectrum], total: float) -> float:
    """Expectation of the logarithm of the determinant of the estimate if the true covariance is the identity.

    The block is a Wishart matrix over D with n k / d degrees of freedom; ``total`` is what the scatter is divided by.
    """
    result = 0.0
    for part in spectra:
        terms = np.arange(part.multiplicity)
        shape = (part.samples[:, None] * part.dimension - part.beta * terms) / 2
        result += part.dimension * float((digamma(shape) + log(2) - log(total * part.dimension)).sum())
    return result
