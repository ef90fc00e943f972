"""Does a symmetry hold? Exact tests for Gaussian data, by simulation of statistics that are pivotal.

The linear maps that commute with the group act transitively on the invariant covariances and carry the estimates
along, so the null distribution of either statistic does not depend on the true covariance: it can be simulated with
the identity, and (1 + number of larger ones) / (simulations + 1) is an exact p-value for every number of samples.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from equivariety.actions import Action, OrthogonalAction
from equivariety.actions.action import signed_or_plain
from equivariety.errors import InputError
from equivariety.statistics.covariances import matrix_spectra
from equivariety.statistics.gaussian import (
    covariance_parameters,
    expected_log_determinant,
    log_determinant,
    samples_needed,
)
from equivariety.statistics.samples import centered_scatter, validated_samples
from equivariety.statistics.spectra import CovarianceSpectrum
from equivariety.tolerances import EQUAL_STATISTIC
from equivariety.validation import whole_number
from equivariety.varieties.maps import EquivariantMaps
from equivariety.varieties.scale import unit_scale

Matrix = NDArray[np.float64]
Statistic = Literal["score", "lr"]


@dataclass(frozen=True)
class GeneratorTest:
    """The test of the group that one generator generates, together with ``against``."""

    generator: int
    """Its number, counted from 0."""
    statistic: float
    degrees_of_freedom: int
    p_value: float
    holm_p_value: float
    """The p-value corrected for testing all generators (Holm 1979)."""
    relative_distance: float
    """Frobenius distance of the sample covariance from the invariant ones, divided by its norm."""


@dataclass(frozen=True)
class SymmetryTest:
    """The result of :func:`symmetry_test`.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> X = np.random.default_rng(0).standard_normal((40, 4))
    >>> test = ev.symmetry_test(X, ev.actions.cyclic(4), simulations=99)
    >>> 0 < test.p_value <= 1, test.degrees_of_freedom, len(test.generators), test.simulations
    (True, 7, 1, 99)
    """

    p_value: float
    """Exact for Gaussian data, whatever the number of samples."""
    statistic: float
    degrees_of_freedom: int
    approximate_p_value: float
    """From the chi-squared distribution: for "lr" after Bartlett's correction with the exact mean under the null
    hypothesis, for "score" uncorrected, which is conservative."""
    generators: tuple[GeneratorTest, ...]
    simulations: int

    def __str__(self) -> str:
        lines = [f"symmetry test: statistic {self.statistic:.4g}, {self.degrees_of_freedom} degrees of freedom, "
                 f"p = {self.p_value:.4g} ({self.simulations} simulations)"]  # fmt: skip
        lines += [f"  generator {test.generator}: p = {test.p_value:.4g}, corrected {test.holm_p_value:.4g}, "
                  f"distance {test.relative_distance:.3g}" for test in self.generators]  # fmt: skip
        return "\n".join(lines)


@dataclass(frozen=True, eq=False)
class _Hypothesis:
    """Invariance under one group, tested within another one (None: within all covariances)."""

    null: EquivariantMaps
    alternative: EquivariantMaps | None
    statistic: Statistic
    scale: float
    """What scatters are divided by: the number of samples."""

    def value(self, scatter: Matrix) -> float:
        S = scatter / self.scale
        if self.statistic == "lr":
            return self.scale * (_log_det(self.null, S) - _log_det(self.alternative, S))
        within = S if self.alternative is None else self.alternative.project(S)
        whitened = np.linalg.solve(self.null.project(S), within)
        return 0.5 * self.scale * max(float(np.sum(whitened * whitened.T)) - len(S), 0.0)

    @property
    def degrees_of_freedom(self) -> int:
        return _parameters(self.alternative, self.null.domain.degree) - _parameters(self.null, 0)

    def approximate_p_value(self, value: float, freedom: float) -> float:
        """``freedom`` is the number of samples that count."""
        df = self.degrees_of_freedom
        if df == 0:
            return 1.0
        if self.statistic == "lr":
            value = value * df / (self.scale * (_expected(self.null, self.scale, freedom)
                                                - self._expected_alternative(freedom)))  # fmt: skip
        return float(chi2.sf(value, df))

    def _expected_alternative(self, freedom: float) -> float:
        if self.alternative is not None:
            return _expected(self.alternative, self.scale, freedom)
        p = self.null.domain.degree
        whole = CovarianceSpectrum(1, 1, np.ones((1, p)), np.array([freedom]))
        return expected_log_determinant([whole], self.scale)


def symmetry_test(
    X: Any,
    action: Action,
    against: Action | None = None,
    statistic: Statistic = "score",
    mean: Literal["free", "zero"] = "free",
    simulations: int = 999,
    seed: int = 0,
) -> SymmetryTest:
    """Test whether the covariance of Gaussian data is invariant under a group.

    Parameters
    ----------
    X : array_like of shape (samples, variables)
    action : Action
        The symmetry in question, the null hypothesis.
    against : Action, optional
        A smaller symmetry that is not in doubt, of a subgroup; by default none.
    statistic : {"score", "lr"}
        The score statistic n/2 tr((S_G^-1 (S_H - S_G))^2) needs few samples: only the averaged covariance S_G must be
        regular. The likelihood ratio n (log det S_G - log det S_H) needs a regular S_H, too.
    mean : {"free", "zero"}
        Whether a mean is subtracted.
    simulations : int
        More of them give a finer p-value: the least one possible is 1 / (simulations + 1).
    seed : int
        The same seed gives the same p-value.

    Returns
    -------
    SymmetryTest
        With a report for each generator alone, which says where the symmetry fails.

    Raises
    ------
    InputError
        If shapes do not fit, or there are fewer samples than the statistic needs (the message says how many).

    Notes
    -----
    Exact for Gaussian data only: heavy tails make it reject too often. It tests the covariance, not the mean.

    Examples
    --------
    >>> import equivariety as ev
    >>> rng = np.random.default_rng(0)
    >>> ring = rng.standard_normal((200, 6))
    >>> smooth = ring + 0.5 * np.roll(ring, 1, axis=1)
    >>> ev.symmetry_test(smooth, ev.actions.cyclic(6)).p_value > 0.05
    True
    >>> ev.symmetry_test(smooth * [1, 1, 1, 1, 1, 2], ev.actions.cyclic(6)).p_value
    0.001
    """
    maps = EquivariantMaps(action)
    smaller = None if against is None else EquivariantMaps(against)
    X = validated_samples(X, maps.domain.degree, "action")
    _require_choices(statistic, mean)
    if smaller is not None and smaller.domain.degree != maps.domain.degree:
        raise InputError(f"against must have degree {maps.domain.degree} like action, not {smaller.domain.degree}")
    count = whole_number(simulations, "simulations", 1)
    samples = len(X)
    singles = [
        EquivariantMaps(_with_generator(action, number, against)) for number in range(action.number_of_generators)
    ]
    hypotheses = [_Hypothesis(null, smaller, statistic, samples) for null in (maps, *singles)]
    freedom = samples - (mean == "free")
    for hypothesis in hypotheses:
        _require_samples(hypothesis, samples, freedom)
    # Statistics and distances do not depend on the unit of the data, whose squares may under- or overflow.
    scatter = centered_scatter(X / unit_scale(X), mean)
    values = [hypothesis.value(scatter) for hypothesis in hypotheses]
    exceeded = np.zeros(len(hypotheses), dtype=np.intp)
    for simulated in _wishart(freedom, maps.domain.degree, count, np.random.default_rng(seed)):
        exceeded += [hypothesis.value(simulated) >= value * (1 - EQUAL_STATISTIC)
                     for hypothesis, value in zip(hypotheses, values, strict=True)]  # fmt: skip
    p_values = ((1 + exceeded) / (count + 1)).tolist()
    return SymmetryTest(
        p_value=p_values[0],
        statistic=values[0],
        degrees_of_freedom=hypotheses[0].degrees_of_freedom,
        approximate_p_value=hypotheses[0].approximate_p_value(values[0], freedom),
        generators=_report(hypotheses[1:], values[1:], p_values[1:], scatter),
        simulations=count,
    )


def holm(p_values: list[float]) -> list[float]:
    """Holm's correction: no true hypothesis is rejected with a probability above the level.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    corrected, running = [0.0] * len(p_values), 0.0
    for place, index in enumerate(np.argsort(p_values, kind="stable").tolist()):
        running = max(running, min(1.0, (len(p_values) - place) * p_values[index]))
        corrected[index] = running
    return corrected


def _report(
    hypotheses: list[_Hypothesis], values: list[float], p_values: list[float], scatter: Matrix
) -> tuple[GeneratorTest, ...]:
    norm = float(np.linalg.norm(scatter))
    return tuple(
        GeneratorTest(
            number, value, hypothesis.degrees_of_freedom, p, corrected, hypothesis.null.distance(scatter) / norm
        )
        for number, (hypothesis, value, p, corrected) in enumerate(
            zip(hypotheses, values, p_values, holm(p_values), strict=True)
        )
    )


def _wishart(freedom: int, p: int, count: int, rng: np.random.Generator) -> Iterator[Matrix]:
    """Scatter matrices of ``freedom`` standard Gaussian samples (Bartlett's triangular factor where it is shorter)."""
    for _ in range(count):
        if freedom < p:
            root = rng.standard_normal((p, freedom))
        else:
            root = np.tril(rng.standard_normal((p, p)), -1)
            root[np.diag_indices(p)] = np.sqrt(rng.chisquare(freedom - np.arange(p)))
        yield root @ root.T


def _with_generator(action: Action, number: int, against: Action | None) -> Action:
    """The group that one generator generates, together with the symmetry that is not in doubt."""
    chosen = [(action, number)]
    if against is not None:
        chosen = [*((against, generator) for generator in range(against.number_of_generators)), *chosen]
    monomial = [(member.monomial, generator) for member, generator in chosen]
    if all(found is not None for found, _ in monomial):
        images, signs = (np.array([found[part][generator] for found, generator in monomial if found is not None])
                         for part in (0, 1))  # fmt: skip
        return signed_or_plain(images, signs)
    return OrthogonalAction([member.matrix(generator) for member, generator in chosen])


def _log_det(maps: EquivariantMaps | None, S: Matrix) -> float:
    if maps is None:
        return float(np.linalg.slogdet(S)[1])
    return log_determinant(matrix_spectra(maps, S))


def _parameters(maps: EquivariantMaps | None, degree: int) -> int:
    return degree * (degree + 1) // 2 if maps is None else covariance_parameters(_identity_spectra(maps, 1.0))


def _expected(maps: EquivariantMaps, scale: float, freedom: float) -> float:
    return expected_log_determinant(_identity_spectra(maps, freedom), scale)


def _identity_spectra(maps: EquivariantMaps, freedom: float) -> list[CovarianceSpectrum]:
    return [
        CovarianceSpectrum(b.dimension, b.field.beta, np.ones((b.size, cols)), np.full(b.size, freedom))
        for b, cols in zip(maps.bundles, maps.domain_basis.multiplicities, strict=True)
    ]


def _require_choices(statistic: Any, mean: Any) -> None:
    for name, given, known in (("statistic", statistic, ("score", "lr")), ("mean", mean, ("free", "zero"))):
        if given not in known:
            raise InputError(f"{name} must be {known[0]!r} or {known[1]!r}, not {given!r}")


def _require_samples(hypothesis: _Hypothesis, samples: int, freedom: int) -> None:
    needed = samples_needed(_identity_spectra(hypothesis.null, freedom), samples)
    if hypothesis.statistic == "lr":
        if hypothesis.alternative is None:
            needed = max(needed, hypothesis.null.domain.degree + samples - freedom)
        else:
            needed = max(needed, samples_needed(_identity_spectra(hypothesis.alternative, freedom), samples))
    if samples < needed:
        hint = '; statistic="score" needs fewer' if hypothesis.statistic == "lr" else ""
        raise InputError(f"X must have at least {needed} samples for this test, not {samples}{hint}")
