"""The evidence for block ranks: Minka's approximation of the marginal likelihood, over R, C and H."""

from __future__ import annotations

from collections.abc import Sequence
from math import log, pi

import numpy as np
from scipy.special import gammaln

from equivariety.statistics.probabilistic import ProbabilisticModel, candidate_models, fitted_model
from equivariety.statistics.spectra import CovarianceSpectrum, Vector, degree


def log_evidence(spectra: Sequence[CovarianceSpectrum], model: ProbabilisticModel, samples: float) -> float:
    """Logarithm of the marginal likelihood of probabilistic principal components by Laplace's method.

    Minka, *Automatic choice of dimensionality for PCA* (2000), equation 77, for one real block; blocks over C and H
    differ in the volume of their Stiefel manifolds and count every pair of eigenvalues beta times. Minus infinity if
    eigenvalues coincide or every direction is kept.
    """
    noise, p = model.noise_variance, degree(spectra)
    if noise <= 0:
        return -np.inf
    kept = sum(int(chosen.sum()) for chosen in model.ranks)
    free = p - sum(part.dimension * int(chosen.sum()) for part, chosen in zip(spectra, model.ranks, strict=True))
    result, dimension = -samples * free / 2 * log(noise), 0
    for part, chosen in zip(spectra, model.ranks, strict=True):
        for member, q in enumerate(chosen.tolist()):
            d, r = part.beta, part.multiplicity
            dimension += d * (r * q - q * (q + 1) // 2)
            result += _block(part, part.eigenvalues[member], q, noise, samples)
            result -= _log_volume(d, r, q)
    return result + (dimension + kept) / 2 * log(2 * pi)


def best_by_evidence(spectra: Sequence[CovarianceSpectrum], samples: float) -> ProbabilisticModel:
    """The model of largest evidence that keeps something and leaves something to the noise.

    One block: over all its ranks, as scikit-learn does. Several: over the tuples that the sweep over the noise level
    visits (:func:`equivariety.statistics.probabilistic.candidate_models`).
    """
    if len(spectra) == 1 and spectra[0].size == 1:
        ranks = range(1, spectra[0].multiplicity)
        models = [fitted_model(spectra, [np.array([q])], samples) for q in ranks]
    else:
        models = candidate_models(spectra, samples, log(samples))
    proper = [model for model in models if any(chosen.any() for chosen in model.ranks) and model.noise_variance > 0]
    return max(proper or models, key=lambda model: log_evidence(spectra, model, samples))


def _block(part: CovarianceSpectrum, values: Vector, q: int, noise: float, samples: float) -> float:
    k, n = part.dimension, samples
    estimate = np.where(np.arange(values.size) < q, values, noise)
    first, second = np.triu_indices(values.size, 1)
    first, second = first[first < q], second[first < q]
    with np.errstate(divide="ignore", invalid="ignore"):
        gaps = (1 / estimate[second] - 1 / estimate[first]) * (values[first] - values[second])
        curvature = np.log(gaps * n * k).sum()
    found = -n * k / 2 * np.log(values[:q]).sum() - q / 2 * log(n * k) - part.beta / 2 * curvature
    return float(found) if np.isfinite(found) else -np.inf


def _log_volume(d: int, r: int, q: int) -> float:
    """Logarithm of the volume of the orthonormal q-frames of D^r up to units, times 2^q."""
    spheres = d * (r - np.arange(q))
    return float(q * log(2) + (_log_sphere(spheres) - _log_sphere(np.full(q, d))).sum())


def _log_sphere(m: np.ndarray) -> Vector:
    """Logarithm of the volume of the unit sphere of R^m."""
    return np.asarray(log(2) + m / 2 * log(pi) - gammaln(m / 2), dtype=np.float64)
