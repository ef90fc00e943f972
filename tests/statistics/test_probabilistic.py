"""Probabilistic principal components, evidence and thresholds against enumeration of all tuples."""

from __future__ import annotations

from itertools import product
from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equivariety.statistics.evidence import log_evidence
from equivariety.statistics.probabilistic import best_model, fitted_model, likeliest_within
from equivariety.statistics.spectra import CovarianceSpectrum
from equivariety.statistics.thresholds import (
    eigenvalue_threshold,
    marchenko_pastur_median,
    noise_level,
    optimal_threshold,
    threshold_ranks,
)
from statistics_cases import maps_of, named, ranks_in_order, spectra_of


@pytest.mark.parametrize("case", **named("ppca"))
def test_models_of_given_ranks(case):
    spectra, n = spectra_of(maps_of(case["generators"]), case["X"]), len(case["X"])
    model = fitted_model(spectra, ranks_in_order(spectra, case["block_order"], case["ranks"]), n)
    assert model.noise_variance == pytest.approx(case["noise_variance"], rel=1e-12)
    assert model.log_likelihood == pytest.approx(case["log_likelihood"], rel=1e-12)
    assert model.parameters == case["parameters"]
    assert model.criterion(2) == pytest.approx(case["aic"], rel=1e-12)
    assert model.criterion(log(n)) == pytest.approx(case["bic"], rel=1e-12)
    assert log_evidence(spectra, model, n) == pytest.approx(case["minka_log_evidence"], rel=1e-11)


@pytest.mark.parametrize("case", **named("ppca"))
def test_best_of_all_components(case):
    spectra, n = spectra_of(maps_of(case["generators"]), case["X"]), len(case["X"])
    for name, penalty in (("aic", 2), ("bic", log(n))):
        model = best_model(spectra, n, penalty)
        assert model.criterion(penalty) == pytest.approx(case[f"best_{name}"], rel=1e-11)
        expected = ranks_in_order(spectra, case["block_order"], case[f"best_{name}_ranks"])
        assert [found.tolist() for found in model.ranks] == [ranks.tolist() for ranks in expected]
    for entry in case["maximum_likelihood_within_budget"]:
        model = likeliest_within(spectra, n, entry["budget"])
        assert model.log_likelihood == pytest.approx(entry["log_likelihood"], rel=1e-11)


def _spectra(draw):
    n = draw(st.integers(5, 60))
    parts = []
    for _ in range(draw(st.integers(1, 3))):
        beta = draw(st.sampled_from([1, 2, 4]))
        k, r = beta * draw(st.integers(1, 2)), draw(st.integers(1, 3))
        values = [draw(st.floats(0.01, 20)) for _ in range(r)]
        falling = np.sort(np.array([values]))[:, ::-1]
        parts.append(CovarianceSpectrum(k, beta, falling, np.array([float(n)])))
    return parts, n


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_the_sweep_finds_the_best_of_all_tuples(data):
    spectra, n = data.draw(st.composite(_spectra)())
    penalty = data.draw(st.sampled_from([2.0, log(n)]))
    every = product(*(range(part.multiplicity + 1) for part in spectra))
    least = min(fitted_model(spectra, [np.array([q]) for q in ranks], n).criterion(penalty) for ranks in every)
    assert best_model(spectra, n, penalty).criterion(penalty) == pytest.approx(least, rel=1e-10, abs=1e-8)


@pytest.mark.parametrize("case", **named("thresholds"))
def test_thresholds(case):
    aspect = case["aspect"]
    small = min(aspect, 1 / aspect)
    found = eigenvalue_threshold(aspect, case["noise_variance"])
    assert found == pytest.approx(case["hard_threshold_eigenvalue"], rel=1e-12)
    assert optimal_threshold(small) == pytest.approx(case["lambda_star"], rel=1e-12)
    assert marchenko_pastur_median(small) == pytest.approx(case["mp_median"], rel=1e-10)
    omega = optimal_threshold(small) / marchenko_pastur_median(small) ** 0.5
    assert omega == pytest.approx(case["omega"], rel=1e-10)


def test_noise_alone_is_dropped_and_its_level_found():
    """Three blocks of pure noise of variance 2, and one planted direction far above it."""
    rng = np.random.default_rng(0)
    maps, n = maps_of([np.roll(np.arange(240).reshape(40, 6), 1, axis=1).ravel()]), 200
    X = 2**0.5 * rng.standard_normal((n, 240))
    spectra = spectra_of(maps, X)
    assert noise_level(spectra) == pytest.approx(2.0, rel=0.05)
    assert sum(int(ranks.sum()) for ranks in threshold_ranks(spectra)) == 0
    signal = np.outer(rng.standard_normal(n), np.repeat(rng.standard_normal(40), 6))
    found = threshold_ranks(spectra_of(maps, X + signal))
    assert [int(ranks.sum()) for ranks in found] == [1, *[0] * (len(found) - 1)]
