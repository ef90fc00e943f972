"""The posterior of a symmetry: which group of permutations leaves the covariance of Gaussian data invariant.

Graczyk, Ishi, Kolodziejek and Massam, *Model selection in the space of Gaussian models invariant by symmetry* (Annals
of Statistics 2022), for cyclic groups; only dimension, field and multiplicity of the blocks enter, so the formula is
the same for every finite group.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log, pi

import numpy as np
from scipy.special import gammaln

from equivariety.errors import InputError
from equivariety.statistics.spectra import CovarianceSpectrum


def log_normalizer(spectra: Sequence[CovarianceSpectrum], delta: float) -> float:
    """Logarithm of I(delta, D), the integral of det(K)^((delta - 2)/2) exp(-tr(K D)/2) over invariant K > 0.

    ``spectra`` are the blocks of D averaged over the group.
    """
    result = 0.0
    for part in spectra:
        k, d, r = part.dimension, part.beta, part.multiplicity
        omega = r + d * r * (r - 1) / 2
        shape = k * (delta - 2) / 2 + omega / r
        gamma = (omega - r) / 2 * log(2 * pi) + float(gammaln(shape - d * np.arange(r) / 2).sum())
        logs = float(np.log(part.eigenvalues).sum()) - part.size * r * log(2)
        result += part.size * (omega / 2 * log(k) + gamma - shape * r * log(k)) - shape * logs
    return result


def log_posterior(
    prior: Sequence[CovarianceSpectrum], updated: Sequence[CovarianceSpectrum], delta: float, samples: float
) -> float:
    """Logarithm of the posterior of a group up to a constant: log I(delta + n, D + U) - log I(delta, D).

    ``updated`` are the blocks of D + U, U the scatter of ``samples`` samples (one less than their number if their mean
    was subtracted).
    """
    return log_normalizer(updated, delta + samples) - log_normalizer(prior, delta)


def require_proper(spectra: Sequence[CovarianceSpectrum], delta: float) -> None:
    """Raise an error if the prior cannot be normalized: delta > 2 - 2 / k for every dimension k is needed."""
    least = 2 - 2 / max(part.dimension for part in spectra)
    if not delta > least:
        raise InputError(f"delta must be greater than {least:g} for this group, so that the prior is proper, "
                         f"not {delta:g}")  # fmt: skip
