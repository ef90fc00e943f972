"""How many components: a number, a share of the variance, an information criterion, a threshold, or the evidence."""

from __future__ import annotations

from dataclasses import replace
from math import log
from typing import Any

import numpy as np

from equivariety.errors import InputError
from equivariety.isotypic import field_named
from equivariety.statistics.evidence import best_by_evidence
from equivariety.statistics.gaussian import samples_needed
from equivariety.statistics.probabilistic import best_model
from equivariety.statistics.spectra import CovarianceSpectrum
from equivariety.statistics.thresholds import threshold_ranks
from equivariety.tolerances import EPSILON, gram_eigenvalue_cutoff
from equivariety.validation import is_whole_number, shown
from equivariety.varieties.problem import DataProblem

CRITERIA = ("bic", "aic", "threshold", "mle")


def require_n_components(value: Any, features: int) -> None:
    """Raise an error unless it is None, a whole number, a share or the name of a criterion."""
    if value is None or (isinstance(value, str) and value in CRITERIA):
        return
    if is_whole_number(value) and 0 <= value <= features:
        return
    if isinstance(value, float) and 0 < value < 1:
        return
    raise InputError(f"n_components must be None, a whole number from 0 to {features}, a share between 0 and 1, "
                     f"'bic', 'aic', 'threshold' or 'mle', not {shown(value)}")  # fmt: skip


def block_spectra(problem: DataProblem, samples: float, centered: bool) -> list[CovarianceSpectrum]:
    """Eigenvalues of the covariance of the inputs, block by block, divided by the degrees of freedom.

    Centering takes one sample from the trivial block, the only one whose mean it subtracts.
    """
    maps, error = problem.maps, problem.error
    trivial = maps.domain_basis.trivial
    fixed = int(maps.bundles[trivial].members[0]) if centered and trivial is not None else None
    spectra = []
    for number, (block, gains) in enumerate(zip(maps.blocks, error.gains_of_blocks(len(maps.blocks)), strict=True)):
        counted = max(samples - (number == fixed), 1.0)
        values = error.scale * (gains / (counted * block.irrep_dim)) * error.scale
        beta = field_named(block.field).beta
        spectra.append(CovarianceSpectrum(block.irrep_dim, beta, values[None], np.array([counted])))
    return spectra


def chosen_ranks(
    problem: DataProblem, value: Any, spectra: list[CovarianceSpectrum], samples: float
) -> tuple[int, ...]:
    """Ranks of all blocks by the rule that ``n_components`` names."""
    if isinstance(value, float) and not is_whole_number(value):
        return problem.curve().component(_budget_for(problem, value)).ranks
    if isinstance(value, str):
        return _by_criterion(value, spectra, samples)
    rank = problem.maps.domain.degree if value is None else int(value)
    return problem.best_ranks(rank)


def _budget_for(problem: DataProblem, share: float) -> int:
    """The smallest budget whose optimum explains more than the share."""
    losses = problem.curve().losses
    return int(np.argmax(losses < (1 - share) * losses[0])) if losses[0] > 0 else 0


def _by_criterion(name: str, spectra: list[CovarianceSpectrum], samples: float) -> tuple[int, ...]:
    if name == "threshold":
        found = threshold_ranks(spectra)
    else:
        _require_samples(name, spectra, samples)
        likeliest = [part.divided_by(samples) for part in spectra]
        if name == "mle":
            found = best_by_evidence(_above_rounding(likeliest), samples).ranks
        else:
            found = best_model(_supported(likeliest), samples, log(samples) if name == "bic" else 2.0).ranks
    return tuple(np.concatenate(found).tolist())


def _require_samples(name: str, spectra: list[CovarianceSpectrum], samples: float) -> None:
    needed = samples_needed(spectra, samples)
    if samples < needed:
        raise InputError(f"n_components={name!r} needs at least {needed} samples with this symmetry, "
                         f"not {samples:g}")  # fmt: skip


def _supported(covariance: list[CovarianceSpectrum]) -> list[CovarianceSpectrum]:
    """The blocks without the directions in which the data vanish: constant pixels say nothing about the rank."""
    total = sum(part.dimension * float(part.eigenvalues.sum()) for part in covariance)
    return [
        CovarianceSpectrum(part.dimension, part.beta, values[None, values > cutoff], part.samples)
        for part in covariance
        for values, cutoff in [(part.eigenvalues[0], gram_eigenvalue_cutoff(part.eigenvalues[0, :1], total))]
    ]


def _above_rounding(covariance: list[CovarianceSpectrum]) -> list[CovarianceSpectrum]:
    """No eigenvalue is below the rounding errors of the largest one: vanishing noise is very likely noise."""
    floor = EPSILON * max(float(part.eigenvalues.max(initial=0.0)) for part in covariance)
    return [replace(part, eigenvalues=np.maximum(part.eigenvalues, floor)) for part in covariance]
