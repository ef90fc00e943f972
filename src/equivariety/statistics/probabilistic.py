"""Probabilistic principal components with a symmetry: an equivariant map of given block ranks plus white noise.

Sigma = sum over kept directions + sigma^2 I (Tipping and Bishop 1999, block by block). The noise level couples the
blocks, so the likeliest ranks are not those of least squares; for a fixed noise level, however, the blocks decouple.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import log, pi

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import lambertw

from equivariety.statistics.spectra import (
    CovarianceSpectrum,
    Ranks,
    Vector,
    degree,
    eigenvalues_and_weights,
    kept_terms,
)


@dataclass(frozen=True, eq=False)
class ProbabilisticModel:
    """The likeliest covariance of given block ranks."""

    ranks: tuple[NDArray[np.intp], ...]
    """For each bundle the ranks of its members; a kept eigenvalue below the noise level is none and is not counted."""
    noise_variance: float
    """Variance of the white noise in every direction; 0 if every direction is kept."""
    log_likelihood: float
    """Natural logarithm, summed over the samples."""
    parameters: int
    """Free real parameters of the covariance."""

    def criterion(self, penalty: float, mean_parameters: int = 0) -> float:
        """-2 log L plus the penalty for each parameter: 2 gives AIC, log n gives BIC."""
        return -2 * self.log_likelihood + penalty * (self.parameters + mean_parameters)


def fitted_model(spectra: Sequence[CovarianceSpectrum], ranks: Ranks, samples: float) -> ProbabilisticModel:
    """The likeliest covariance whose block i keeps ``ranks[i]`` directions.

    Examples
    --------
    >>> part = CovarianceSpectrum(1, 1, np.array([[5.0, 2.0, 1.0]]), np.array([10.0]))
    >>> fitted_model([part], [np.array([1])], 10).noise_variance
    1.5
    """
    values, weights = eigenvalues_and_weights(spectra)
    kept = kept_terms(spectra, ranks)
    noise = _noise(values, weights, kept)
    # The profile likelihood is convex in log sigma^2, so freeing what lies below the noise level ends at the optimum.
    while not kept.all() and (below := kept & (values < noise)).any():
        kept &= ~below
        noise = _noise(values, weights, kept)
    found = _counts(spectra, kept)
    p, free = float(weights.sum()), float(weights[~kept].sum())
    with np.errstate(divide="ignore"):
        logs = float((weights[kept] * np.log(values[kept])).sum())
        rest = free * float(np.log(noise)) if free else 0.0
    likelihood = -0.5 * samples * (p * log(2 * pi) + logs + rest + p)
    return ProbabilisticModel(found, noise, likelihood, model_parameters(spectra, found))


def model_parameters(spectra: Sequence[CovarianceSpectrum], ranks: Ranks) -> int:
    """Free real parameters: one for the noise unless every direction is kept, d (r - a) + 1 for term a of a block."""
    complete = all(bool((chosen == part.multiplicity).all()) for part, chosen in zip(spectra, ranks, strict=True))
    terms = sum(int(_parameters(part)[chosen].sum()) for part, chosen in zip(spectra, ranks, strict=True))
    return terms + (not complete)


def best_model(
    spectra: Sequence[CovarianceSpectrum], samples: float, penalty: float, mean_parameters: int = 0
) -> ProbabilisticModel:
    """The model of least -2 log L + penalty * parameters among *all* tuples of block ranks: the exact optimum."""
    candidates = candidate_models(spectra, samples, penalty)
    return min(candidates, key=lambda model: model.criterion(penalty, mean_parameters))


def candidate_models(spectra: Sequence[CovarianceSpectrum], samples: float, penalty: float) -> list[ProbabilisticModel]:
    """The tuples that are optimal for some noise level, each at its own likeliest one, and the full model.

    For a fixed u = 1 / sigma^2 every block chooses its rank alone, by the cost
    n k sum_{a > q} [u l_a - log(u l_a) - 1]_{u l_a > 1} + penalty * parameters(q). The best rank never falls as u
    grows, so it changes at finitely many places; the optimum over all tuples is among those between two changes.
    """
    steps = [
        (place, number, member, rank)
        for number, part in enumerate(spectra)
        for member in range(part.size)
        for place, rank in _envelope(part, member, samples, penalty)
    ]
    ranks = [np.zeros(part.size, dtype=np.intp) for part in spectra]
    models = [fitted_model(spectra, ranks, samples)]
    for _, number, member, rank in sorted(steps):
        ranks[number][member] = rank
        models.append(fitted_model(spectra, ranks, samples))
    full = [np.full(part.size, part.multiplicity, dtype=np.intp) for part in spectra]
    return [*models, fitted_model(spectra, full, samples)]


def likeliest_within(spectra: Sequence[CovarianceSpectrum], samples: float, budget: int) -> ProbabilisticModel:
    """The likeliest model whose rank, the sum of k times the block ranks, is within a budget.

    Among blocks of one dimension k the largest eigenvalues are always the best ones to keep, so the counts for each
    dimension decide.
    """
    values, weights = eigenvalues_and_weights(spectra)
    classes = [np.flatnonzero(weights == weight) for weight in np.unique(weights)]
    classes = [places[np.argsort(-values[places], kind="stable")] for places in classes]
    costs = [int(weights[places[0]]) for places in classes]
    ranges = [range(min(len(places), budget // cost) + 1) for places, cost in zip(classes, costs, strict=True)]
    models = []
    for counts in product(*ranges):
        if sum(count * cost for count, cost in zip(counts, costs, strict=True)) <= budget:
            kept = np.zeros(values.size, dtype=bool)
            for places, count in zip(classes, counts, strict=True):
                kept[places[:count]] = True
            models.append(fitted_model(spectra, _counts(spectra, kept), samples))
    return max(models, key=lambda model: model.log_likelihood)


def _noise(values: Vector, weights: Vector, kept: NDArray[np.bool_]) -> float:
    rest = weights[~kept]
    return float((rest * values[~kept]).sum() / rest.sum()) if rest.size else 0.0


def _counts(spectra: Sequence[CovarianceSpectrum], kept: NDArray[np.bool_]) -> tuple[NDArray[np.intp], ...]:
    ends = np.cumsum([part.eigenvalues.size for part in spectra])[:-1]
    return tuple(
        mask.reshape(part.eigenvalues.shape).sum(axis=1)
        for part, mask in zip(spectra, np.split(kept, ends), strict=True)
    )


def _parameters(part: CovarianceSpectrum) -> NDArray[np.intp]:
    """Parameters of a block that keeps q = 0..r directions."""
    q = np.arange(part.multiplicity + 1)
    return q + part.beta * q * (2 * part.multiplicity - q - 1) // 2


def _envelope(part: CovarianceSpectrum, member: int, samples: float, penalty: float) -> Iterator[tuple[float, int]]:
    """Where the best rank of a block changes as u = 1 / sigma^2 grows, and to what."""
    values = part.eigenvalues[member]
    values = values[values > 0]
    charges = penalty * _parameters(part)[: values.size + 1] / (samples * part.dimension)

    def costs(u: float) -> Vector:
        terms = u * values
        losses = np.where(terms > 1, terms - np.log(np.maximum(terms, 1.0)) - 1, 0.0)
        return np.concatenate([np.cumsum(losses[::-1])[::-1], [0.0]]) + charges

    def difference(u: float, low: int, high: int) -> float:
        found = costs(u)
        return float(found[low] - found[high])

    def between(low: int, high: int) -> Iterator[tuple[float, int]]:
        place = _crossing(values[low:high], charges[high] - charges[low])
        if place is None:  # some of the terms are still noise where the costs agree
            start = 1.0 / values[low]
            stop = 2 * start
            while difference(stop, low, high) <= 0:
                stop *= 2
            place = brentq(difference, start, stop, args=(low, high), xtol=1e-300, rtol=8.9e-16)
        inner = low + 1 + int(np.argmin(costs(place)[low + 1 : high])) if high > low + 1 else low
        if inner > low and costs(place)[inner] < costs(place)[low]:
            yield from between(low, inner)
            yield from between(inner, high)
        else:
            yield place, high

    if values.size:
        yield from between(0, values.size)


def _crossing(terms: Vector, charge: float) -> float | None:
    """Where keeping these terms begins to pay, by Lambert's function: sum(u l - log(u l) - 1) = charge.

    None unless all of them exceed the noise level 1 / u there.
    """
    count, total = terms.size, float(terms.sum())
    level = float(np.log(terms).sum()) / count + 1 + charge / count
    found = -count / total * float(lambertw(-total / count * np.exp(-level), -1).real)
    return found if np.isfinite(found) and found * terms[-1] >= 1 else None


__all__ = [
    "ProbabilisticModel",
    "best_model",
    "candidate_models",
    "degree",
    "fitted_model",
    "likeliest_within",
    "model_parameters",
]
