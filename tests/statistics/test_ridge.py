"""Ridge, cross-validation and standard errors against dense refits and simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.model_selection import KFold, PredefinedSplit, ShuffleSplit

import equivariety as ev
from cases import PAIRS, data
from equivariety.moments import data_moments
from equivariety.statistics.held_out import cross_validated
from statistics_cases import named


def _arrays(case):
    return np.array(case["X"], dtype=float), np.array(case["Y"], dtype=float)


@pytest.mark.parametrize("case", **named("regression"))
def test_ridge_of_full_rank(case):
    X, Y = _arrays(case)
    action = ev.PermutationAction(case["generators"])
    model = ev.EquivariantRegression(action, alpha=case["alpha"], fit_intercept=False).fit(X, Y)
    np.testing.assert_allclose(model.coef_, case["matrix"], atol=1e-12)
    assert model.effective_parameters_ == pytest.approx(case["effective_parameters"], rel=1e-12)
    assert model.loss_ * Y.size == pytest.approx(case["rss"], rel=1e-11)
    assert model.generalized_cross_validation_ == pytest.approx(case["gcv"], rel=1e-11)
    objective = np.sum((X @ model.coef_.T - Y) ** 2) + case["alpha"] * np.sum(model.coef_**2)
    assert objective == pytest.approx(case["objective"], rel=1e-11)


@pytest.mark.parametrize("case", **named("regression"))
def test_ridge_of_bounded_rank(case):
    """The reference is the optimum on one component, found by an optimizer over factors."""
    X, Y = _arrays(case)
    maps = ev.EquivariantMaps(ev.PermutationAction(case["generators"]))
    ranks = sum(rank * block.irrep_dim for rank, block in zip(case["ranks"], maps.blocks, strict=True))
    model = ev.EquivariantRegressionCV(maps.domain, ranks=case["ranks"], alphas=[case["alpha"]], fit_intercept=False)
    model.fit(X, Y)
    np.testing.assert_allclose(model.coef_, case["ranked_matrix"], atol=1e-6)
    best = ev.EquivariantRegression(maps.domain, rank=ranks, alpha=case["alpha"], fit_intercept=False).fit(X, Y)
    objective = np.sum((X @ best.coef_.T - Y) ** 2) + case["alpha"] * np.sum(best.coef_**2)
    assert objective <= case["ranked_objective"] * (1 + 1e-9)


@pytest.mark.parametrize("case", **named("regression"))
def test_cross_validation_over_all_components(case):
    X, Y = _arrays(case)
    model = ev.EquivariantRegressionCV(
        ev.PermutationAction(case["generators"]), alphas=(case["alpha"],), cv=PredefinedSplit(case["folds"]),
        fit_intercept=False,
    ).fit(X, Y)  # fmt: skip
    assert list(model.ranks_) == case["cv_best_ranks"]
    assert model.cv_losses_[0] * Y.size == pytest.approx(case["cv_best"], rel=1e-10)
    folds = [data_moments(model._accumulated.maps, X[rows], Y[rows]) for rows in
             (np.flatnonzero(np.array(case["folds"]) == fold) for fold in range(5))]  # fmt: skip
    errors = cross_validated(model._accumulated.maps, folds, case["alpha"], intercept=False)
    assert errors.of_zero == pytest.approx(case["cv_of_zero"])
    full = [block.largest_rank for block in model._accumulated.maps.blocks]
    assert errors.of(model._accumulated.maps, full) == pytest.approx(case["cv_full"], rel=1e-10)


@pytest.mark.parametrize("case", **named("regression"))
def test_leave_one_out(case):
    X, Y = _arrays(case)
    model = ev.EquivariantRegressionCV(
        ev.PermutationAction(case["generators"]), alphas=(case["alpha"],), cv="loo", fit_intercept=False
    ).fit(X, Y)
    assert model.cv_losses_[0] * Y.size == pytest.approx(sum(case["loo_squared_errors"]), rel=1e-10)


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("intercept", [True, False])
def test_leave_one_out_against_refits(name, intercept):
    domain, codomain = PAIRS[name]
    maps = ev.EquivariantMaps(domain, codomain)
    X, Y = data(maps, samples=3 * maps.domain.degree)
    model = ev.EquivariantRegressionCV(domain, codomain, alphas=[2.0], cv="loo", fit_intercept=intercept).fit(X, Y)
    errors = []
    for left in range(len(X)):
        rest = np.arange(len(X)) != left
        one = ev.EquivariantRegression(domain, codomain, alpha=2.0, fit_intercept=intercept).fit(X[rest], Y[rest])
        errors.append(np.mean((one.predict(X[left : left + 1]) - Y[left]) ** 2))
    assert model.cv_losses_[0] == pytest.approx(np.mean(errors), rel=1e-8)


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_folds_from_moments_against_refits(name, intercept, kind):
    """The chosen component, refitted on every training set, makes the reported error; and no component is better."""
    domain, codomain = PAIRS[name]
    maps = ev.EquivariantMaps(domain, codomain)
    X, Y = (part.astype(kind) for part in data(maps, samples=2 * maps.domain.degree))
    splitter = KFold(4, shuffle=True, random_state=0)
    model = ev.EquivariantRegressionCV(domain, codomain, alphas=[0.5, 3.0], cv=splitter, fit_intercept=intercept)
    model.fit(X, Y)
    for alpha, ranks, loss in zip(model.alphas, model.cv_ranks_, model.cv_losses_, strict=True):
        squared = 0.0
        for training, test in splitter.split(X):
            one = ev.EquivariantRegressionCV(domain, codomain, ranks, [alpha], cv=2, fit_intercept=intercept)
            squared += np.sum((one.fit(X[training], Y[training]).predict(X[test]) - Y[test]) ** 2)
        assert loss == pytest.approx(squared / Y.size, rel=1e-4 if kind is np.float32 else 1e-8)
    assert model.alpha_ == model.alphas[int(np.argmin(model.cv_losses_))]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 6), st.integers(0, 2**32 - 1))
def test_a_budget_against_enumeration(budget, seed):
    from itertools import product

    maps = ev.EquivariantMaps(2 * ev.actions.cyclic(3))
    rng = np.random.default_rng(seed)
    X, Y = rng.standard_normal((12, 6)), rng.standard_normal((12, 6))
    folds = [data_moments(maps, X[rows], Y[rows]) for rows in np.split(np.arange(12), 3)]
    errors = cross_validated(maps, folds, 0.1, intercept=True)
    every = [ranks for ranks in product(range(3), range(3)) if ranks[0] + 2 * ranks[1] <= budget]
    assert errors.of(maps, errors.best_ranks(maps, budget)) == pytest.approx(min(errors.of(maps, r) for r in every))


def test_without_a_symmetry_it_is_scikit_learns_ridge():
    rng = np.random.default_rng(0)
    X, Y = rng.standard_normal((30, 5)) + 3, rng.standard_normal((30, 2))
    ours, theirs = ev.EquivariantRegression(alpha=2.5).fit(X, Y), Ridge(2.5).fit(X, Y)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=1e-10)
    np.testing.assert_allclose(ours.intercept_, theirs.intercept_, rtol=1e-10)
    invariant = ev.InvariantRegression(alpha=2.5).fit(X, Y)
    np.testing.assert_allclose(invariant.coef_, theirs.coef_, rtol=1e-10)


def test_standard_errors_without_a_symmetry_are_the_textbooks():
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((25, 4)), rng.standard_normal(25)
    model, known = ev.EquivariantRegression().fit(X, y), LinearRegression().fit(X, y)
    noise = np.sum((y - known.predict(X)) ** 2) / (25 - 5)
    assert model.noise_variance_ == pytest.approx(noise)
    centered = X - X.mean(axis=0)
    np.testing.assert_allclose(model.standard_errors_, np.sqrt(noise * np.diag(np.linalg.inv(centered.T @ centered))))


@pytest.mark.parametrize("name", ["one permutation", "corners to edges", "repeated orbits", "quaternion group"])
def test_standard_errors_by_simulation(name):
    domain, codomain = PAIRS[name]
    maps = ev.EquivariantMaps(domain, codomain)
    m, n = maps.shape
    rng = np.random.default_rng(0)
    X = rng.standard_normal((2 * n, n)) @ rng.standard_normal((n, n))
    truth = maps.project(rng.standard_normal((m, n)))
    found, errors, noises = [], [], []
    for _ in range(400):
        model = ev.EquivariantRegression(domain, codomain, fit_intercept=False)
        model.fit(X, X @ truth.T + rng.standard_normal((2 * n, m)))
        found.append(model.coef_)
        errors.append(model.standard_errors_ if len(errors) < 3 else errors[0])
        noises.append(model.noise_variance_)
    assert np.mean(noises) == pytest.approx(1, abs=5 * np.std(noises) / 20)
    spread = np.std(found, axis=0)
    expected = errors[0] / noises[0] ** 0.5
    assert np.all(np.abs(spread / expected - 1) < 0.2)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"alphas": [-1.0]}, r"alpha must be a finite number that is not negative, not -1"),
        ({"alphas": []}, r"alphas must hold at least one penalty"),
        ({"cv": 1}, r"cv must be a number of folds from 2 to the number of samples, n_samples = 12, not 1"),
        ({"cv": "kfold"}, r"cv must be a number of folds, a splitter of scikit-learn or 'loo', not 'kfold'"),
        ({"cv": "loo", "ranks": 2}, r"cv='loo' is for maps of full rank"),
        ({"cv": ShuffleSplit(3)}, r"the test sets of cv must hold every sample once"),
        ({"ranks": 9}, r"ranks must be a whole number from 0 to 6, not 9"),
        ({"ranks": (1, 1, 1)}, r"ranks must have one entry for each of the 2 blocks, not 3"),
    ],
)
def test_wrong_parameters(change, message):
    rng = np.random.default_rng(0)
    with pytest.raises(ev.InputError, match=message):
        ev.EquivariantRegressionCV(2 * ev.actions.cyclic(3), **change).fit(
            rng.standard_normal((12, 6)), rng.standard_normal((12, 6))
        )


def test_one_pass_over_the_data(monkeypatch):
    """Moments are summed over every sample once, whatever the number of folds and penalties."""
    import equivariety.estimators.accumulation as accumulation

    rows = []
    original = accumulation.data_moments
    monkeypatch.setattr(
        accumulation, "data_moments", lambda maps, X, *rest: rows.append(len(X)) or original(maps, X, *rest)
    )
    rng = np.random.default_rng(0)
    X, Y = rng.standard_normal((30, 6)), rng.standard_normal((30, 6))
    ev.EquivariantRegressionCV(ev.actions.cyclic(6), alphas=np.logspace(-2, 2, 7), cv=5).fit(X, Y)
    assert sum(rows) == 30
