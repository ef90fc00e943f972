"""Invariant Gaussian models against exact rational averages, 40-digit likelihoods and gips."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.covariance import EmpiricalCovariance, LedoitWolf

import equivariety as ev
from equivariety.statistics.covariances import matrix_spectra
from equivariety.statistics.gaussian import covariance_parameters, largest_log_likelihood, samples_needed
from equivariety.statistics.posterior import log_posterior, require_proper
from statistics_cases import maps_of, named, spectra_of


@pytest.mark.parametrize("case", **named("gaussian"))
def test_covariance_agrees_with_the_exact_average(case):
    model = ev.EquivariantCovariance(ev.PermutationAction(case["generators"]), mean=case["mean_model"])
    X = case["X"]
    if not case["mle_exists"]:
        with pytest.raises(ev.InputError, match=r"samples for a regular|vary in all directions"):
            model.fit(X)
        return
    model.fit(X)
    np.testing.assert_allclose(model.covariance_, case["covariance"], rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(model.location_, case["mean"], rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(model.precision_ @ model.covariance_, np.eye(case["degree"]), atol=1e-9)
    assert model.n_parameters_ == case["parameters"]
    assert model.samples_needed_ == case["generic_minimum_samples"]
    assert model.log_likelihood_ == pytest.approx(case["log_likelihood"], rel=1e-11)
    assert model.aic(X) == pytest.approx(case["aic"], rel=1e-11)
    assert model.bic(X) == pytest.approx(case["bic"], rel=1e-11)


@pytest.mark.parametrize("case", **named("gaussian"))
def test_likelihood_from_blocks(case):
    spectra = spectra_of(maps_of(case["generators"]), case["X"], case["mean_model"])
    assert covariance_parameters(spectra) == case["covariance_parameters"]
    assert samples_needed(spectra, len(case["X"])) == case["generic_minimum_samples"]
    if case["mle_exists"]:
        assert largest_log_likelihood(spectra, len(case["X"])) == pytest.approx(case["log_likelihood"], rel=1e-11)


@pytest.mark.parametrize("case", **named("gips"))
def test_posterior_of_a_group(case):
    maps, prior = maps_of(case["generators"]), np.array(case["D"], dtype=np.float64)
    freedom = case["samples"] - case["mean_estimated"]
    updated = prior + freedom * np.array(case["S"])
    found = log_posterior(matrix_spectra(maps, prior), matrix_spectra(maps, updated), case["delta"], freedom)
    assert found == pytest.approx(case["log_posterior"], rel=1e-11)


def test_improper_priors_are_refused():
    with pytest.raises(ev.InputError, match="greater than 1 "):
        require_proper(matrix_spectra(maps_of([[1, 2, 0]]), np.eye(3)), 1.0)


def test_without_a_symmetry_it_is_the_empirical_covariance():
    X = np.random.default_rng(0).standard_normal((30, 5)) @ np.random.default_rng(1).standard_normal((5, 5))
    ours, theirs = ev.EquivariantCovariance(mean="free").fit(X), EmpiricalCovariance().fit(X)
    np.testing.assert_allclose(ours.covariance_, theirs.covariance_, rtol=1e-12)
    np.testing.assert_allclose(ours.mahalanobis(X), theirs.mahalanobis(X), rtol=1e-9)
    np.testing.assert_allclose(ours.score(X), ours.log_likelihood_ / 30, rtol=1e-12)


@pytest.mark.parametrize("samples", [4, 20, 300])
def test_without_a_symmetry_shrinkage_is_ledoit_and_wolfs(samples):
    X = np.random.default_rng(0).standard_normal((samples, 6)) @ np.random.default_rng(1).standard_normal((6, 6))
    ours, theirs = ev.EquivariantCovariance(mean="free", shrinkage="ledoit-wolf").fit(X), LedoitWolf().fit(X)
    assert ours.shrinkage_[0] == pytest.approx(theirs.shrinkage_, rel=1e-10)
    np.testing.assert_allclose(ours.covariance_, theirs.covariance_, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", ["Q8x2/zero", "C5x2/invariant", "S3x2/invariant", "A4_regular/zero"])
def test_shrinkage_of_blocks_against_dense_averages_of_each_sample(name):
    """The noise of a block is the variance of averaged x x^T; here from dense Reynolds averages, sample by sample."""
    case = next(case for case in named("gaussian")["argvalues"] if case["name"] == name)
    action, mean = ev.PermutationAction(case["generators"]), case["mean_model"]
    X = np.random.default_rng(5).standard_normal((9, case["degree"]))
    model = ev.EquivariantCovariance(action, mean=mean, shrinkage="ledoit-wolf").fit(X)
    plain = ev.EquivariantCovariance(action, mean=mean, shrinkage=0.0).fit(np.vstack([X] * 4))
    maps, centered = ev.EquivariantMaps(action), X - model.location_
    covariance = maps.project(centered.T @ centered / len(X))
    np.testing.assert_allclose(plain.covariance_, covariance, atol=1e-12)
    averages = [maps.project(np.outer(x, x)) for x in centered]
    for number, bundle in enumerate(maps.bundles):
        for member, block in enumerate(bundle.members):
            part = _isotypic_projection(maps, number, member)
            S = part @ covariance @ part
            noise = sum(np.linalg.norm(part @ A @ part - S) ** 2 for A in averages) / len(X) ** 2
            distance = np.linalg.norm(S - np.trace(S) / np.trace(part) * part) ** 2
            expected = min(noise, distance) / distance if distance > 1e-12 else 0.0
            assert model.shrinkage_[block] == pytest.approx(expected, rel=1e-8, abs=1e-8)


def _isotypic_projection(maps, number, member):
    """The orthogonal projection to the isotypic component of one member of a bundle."""
    parts = [np.zeros((bundle.size, cols, cols, bundle.field.beta))
             for bundle, cols in zip(maps.bundles, maps.domain_basis.multiplicities, strict=True)]  # fmt: skip
    parts[number][member, :, :, 0] = np.eye(parts[number].shape[1])
    return maps.from_coordinates(parts).matrix()


def test_weights_count_as_repeated_rows():
    X = np.random.default_rng(0).standard_normal((12, 6))
    weight = np.array([1, 2, 3] * 4)
    action = ev.actions.cyclic(6)
    once = ev.EquivariantCovariance(action).fit(X, sample_weight=weight)
    repeated = ev.EquivariantCovariance(action).fit(np.repeat(X, weight, axis=0))
    np.testing.assert_allclose(once.covariance_, repeated.covariance_, rtol=1e-12)
    np.testing.assert_allclose(once.location_, repeated.location_, rtol=1e-12)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"mean": "median"}, "mean must be 'invariant', 'free' or 'zero', not 'median'"),
        ({"shrinkage": 1.5}, "shrinkage must be None, 'ledoit-wolf' or a share from 0 to 1, not 1.5"),
        ({"action": ev.actions.cyclic(4)}, "X must have 4 columns, the degree of action, not 6"),
    ],
)
def test_wrong_parameters(change, message):
    with pytest.raises(ev.InputError, match=message):
        ev.EquivariantCovariance(**{"action": ev.actions.cyclic(6), **change}).fit(np.eye(6))


def test_too_few_samples_say_how_many_are_needed():
    X = np.random.default_rng(0).standard_normal((3, 9))
    with pytest.raises(ev.InputError, match=r"at least 4 samples .* not 3"):
        ev.EquivariantCovariance(3 * ev.actions.cyclic(3)).fit(X)
    assert ev.EquivariantCovariance(3 * ev.actions.cyclic(3), shrinkage="ledoit-wolf").fit(X).log_likelihood_ > -1e4
