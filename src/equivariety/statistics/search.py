"""Scores of candidate symmetries: likelihood, parameters, AIC, BIC and posterior of invariant Gaussian models."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import log, pi
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from equivariety.actions import Action, PermutationAction
from equivariety.statistics.covariances import matrix_spectra, relabelled_spectra
from equivariety.statistics.gaussian import covariance_parameters, log_determinant
from equivariety.statistics.pairs import Classes, by_appearance, pair_classes
from equivariety.statistics.posterior import log_posterior, require_proper
from equivariety.statistics.spectra import CovarianceSpectrum
from equivariety.statistics.subgroups import by_cycle_type, cycle_lengths, standard_cycles
from equivariety.varieties.maps import EquivariantMaps

Criterion = Literal["posterior", "bic", "aic"]
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class SymmetryModel:
    """One candidate: the Gaussian model of all covariances that are invariant under a group."""

    action: Action
    log_likelihood: float
    """Natural logarithm at the maximum, summed over the samples; infinite if there are too few samples for one."""
    parameters: int
    """Of covariance and mean."""
    log_posterior: float
    """Up to one constant for all candidates, each of equal prior probability."""
    aic: float
    bic: float


@dataclass(frozen=True)
class Evidence:
    """The data in the form that scores need, and the rule by which candidates are scored."""

    scatter: Matrix
    """Sum of x x^T, about the mean if one is subtracted."""
    samples: int
    free_mean: bool
    delta: float
    prior: Matrix

    @property
    def freedom(self) -> int:
        """Samples that count."""
        return self.samples - self.free_mean

    def model(
        self,
        action: Action,
        covariance: Sequence[CovarianceSpectrum],
        prior: Sequence[CovarianceSpectrum],
        updated: Sequence[CovarianceSpectrum],
    ) -> SymmetryModel:
        """The scores from the blocks of the covariance, of the prior matrix, and of prior plus scatter."""
        require_proper(prior, self.delta)
        n, p = self.samples, action.degree
        parameters = covariance_parameters(covariance) + (p if self.free_mean else 0)
        enough = all(self.freedom * part.dimension >= part.multiplicity * part.beta for part in covariance)
        # With too few samples the likelihood has no maximum, and criteria that rest on it cannot choose this model.
        likelihood = -0.5 * n * (p * log(2 * pi) + log_determinant(covariance) + p) if enough else np.inf
        deviance = -2 * likelihood if enough else np.inf
        return SymmetryModel(
            action=action,
            log_likelihood=likelihood,
            parameters=parameters,
            log_posterior=log_posterior(prior, updated, self.delta, self.freedom),
            aic=deviance + 2 * parameters,
            bic=deviance + log(n) * parameters,
        )


def scored(evidence: Evidence, actions: Iterable[Action]) -> Iterator[SymmetryModel]:
    """The candidates with their scores."""
    for action in actions:
        maps = EquivariantMaps(action)
        matrices = (evidence.scatter / evidence.samples, evidence.prior, evidence.prior + evidence.scatter)
        yield evidence.model(action, *(matrix_spectra(maps, matrix) for matrix in matrices))


def scored_cyclic(evidence: Evidence, generators: NDArray[np.intp]) -> Iterator[SymmetryModel]:
    """Score cyclic groups, where all of one cycle type share one decomposition."""
    for images, orders in by_cycle_type(generators):
        maps = EquivariantMaps(PermutationAction(standard_cycles(cycle_lengths(images[0]))))
        matrices = (evidence.scatter / evidence.samples, evidence.prior, evidence.prior + evidence.scatter)
        families = [relabelled_spectra(maps, matrix, orders) for matrix in matrices]
        for image, *parts in zip(images, *families, strict=True):
            yield evidence.model(PermutationAction(image), *parts)


def score(model: SymmetryModel, criterion: Criterion) -> float:
    """The score, largest for the best, in units of log probability: AIC and BIC are halved and change sign."""
    return {"posterior": model.log_posterior, "bic": -model.bic / 2, "aic": -model.aic / 2}[criterion]


def probabilities(models: Sequence[SymmetryModel], criterion: Criterion) -> NDArray[np.float64]:
    """Probability of each model among those compared; for AIC and BIC the customary weights exp(-criterion / 2)."""
    scores = np.array([score(model, criterion) for model in models])
    weights = np.exp(scores - scores.max())
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def distinct(actions: Sequence[Action]) -> list[Action]:
    """The first action of every model: groups with the same averages of matrices allow the same covariances."""
    first: dict[bytes, Action] = {}
    for action in actions:
        first.setdefault(_average_key(action), action)
    return list(first.values())


def _average_key(action: Action) -> bytes:
    """Equal for two actions of any kind exactly if they average matrices alike, up to rounding."""
    probe = np.random.default_rng(0).standard_normal((action.degree, action.degree))
    average = EquivariantMaps(action).project(probe + probe.T)
    return (np.round(average, 8) + 0.0).tobytes()


def model_key(action: PermutationAction) -> bytes:
    """Equal for two actions exactly if they allow the same covariances."""
    classes: Classes = by_appearance(pair_classes(action))
    return classes.tobytes()


def evidence_of(X: Matrix, scatter: Matrix, mean: str, delta: float, prior_scale: Any | None) -> Evidence:
    """The prior matrix is a multiple of the identity, by default the mean variance of the data."""
    free, p = mean == "free", X.shape[1]
    scale = float(np.trace(scatter)) / (p * (len(X) - free)) if prior_scale is None else float(prior_scale)
    return Evidence(scatter, len(X), free, delta, scale * np.eye(p))
