"""Regression among equivariant and invariant maps against least squares over an explicit basis."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

import equivariety as ev
from equivariety.errors import InputError
from referees import orbits, pair_orbits

SQUARE = ev.PermutationAction.from_cycles("(1 2 3 4); (1 3)")
CASES = {
    "one shift": (ev.actions.image_shift((2, 3), axis=1), ev.actions.cyclic(3)),
    "corners to edges": (SQUARE, SQUARE.on_subsets(2)),
    "same action": (SQUARE, None),
    "invariant": (SQUARE, ev.actions.trivial(2, like=SQUARE)),
}


def brute_force(domain, codomain, X, Y, intercept):
    """Least squares over the indicators of the orbits on pairs, which span the equivariant matrices."""
    numbers = pair_orbits(codomain.images, domain.images)
    columns = [X @ (numbers == k).T for k in range(numbers.max() + 1)]
    for orbit in orbits(codomain.images) if intercept else []:
        constant = np.zeros_like(Y)
        constant[:, orbit] = 1
        columns.append(constant)
    design = np.stack([column.ravel() for column in columns], axis=1)
    return (design @ np.linalg.lstsq(design, Y.ravel(), rcond=None)[0]).reshape(Y.shape)


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("name", CASES)
def test_full_rank_against_least_squares(name, intercept):
    domain, codomain = CASES[name]
    rng = np.random.default_rng(0)
    X = rng.standard_normal((40, domain.degree)) + rng.standard_normal(domain.degree)
    Y = rng.standard_normal((40, (codomain or domain).degree)) + 5
    model = ev.EquivariantRegression(domain, codomain, fit_intercept=intercept).fit(X, Y)
    expected = brute_force(domain, codomain or domain, X, Y, intercept)
    np.testing.assert_allclose(model.predict(X), expected, atol=1e-10)
    np.testing.assert_allclose(X @ model.coef_.T + model.intercept_, expected, atol=1e-10)
    assert model.loss_ == pytest.approx(np.mean((Y - expected) ** 2))
    for move, image in zip(domain.images, (codomain or domain).images, strict=True):
        np.testing.assert_allclose(model.predict(X[:, move]), model.predict(X)[:, image], atol=1e-12)


def test_invariant_regression_is_regression_on_the_sums_over_orbits():
    action = ev.PermutationAction.from_cycles("(1 2)(4 5); (2 3)", 6)
    rng = np.random.default_rng(1)
    X, Y = rng.standard_normal((30, 6)), rng.standard_normal((30, 3)) + 2
    sums = np.stack([X[:, orbit].sum(axis=1) for orbit in ([0, 1, 2], [3, 4], [5])], axis=1)
    model = ev.InvariantRegression(action).fit(X, Y)
    np.testing.assert_allclose(model.predict(X), LinearRegression().fit(sums, Y).predict(sums), atol=1e-10)
    assert model.coef_.shape == (3, 6)
    assert model.score(X, Y) == pytest.approx(LinearRegression().fit(sums, Y).score(sums, Y))


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_bounded_rank_without_symmetry_is_reduced_rank_regression(rank):
    """For samples in general position: project the least-squares predictions on their main right singular vectors."""
    rng = np.random.default_rng(2)
    X, Y = rng.standard_normal((50, 5)), rng.standard_normal((50, 4)) + 1
    fitted = LinearRegression().fit(X, Y).predict(X) - Y.mean(axis=0)
    right = np.linalg.svd(fitted, full_matrices=False)[2][:rank]
    model = ev.EquivariantRegression(rank=rank).fit(X, Y)
    np.testing.assert_allclose(model.predict(X), fitted @ right.T @ right + Y.mean(axis=0), atol=1e-10)
    assert model.ranks_ == (rank,)
    assert np.linalg.matrix_rank(model.coef_) == rank


def test_a_single_target_is_given_back_as_a_vector():
    rng = np.random.default_rng(3)
    X, y = rng.standard_normal((20, 4)), rng.standard_normal(20)
    for model in (ev.EquivariantRegression(), ev.InvariantRegression()):
        known = LinearRegression().fit(X, y)
        np.testing.assert_allclose(model.fit(X, y).predict(X), known.predict(X), atol=1e-10)
        np.testing.assert_allclose(model.coef_, known.coef_, atol=1e-10)
        assert model.intercept_ == pytest.approx(known.intercept_)
        assert model.fit(X, y[:, None]).predict(X).shape == (20, 1)


def test_batches_and_weights():
    rng = np.random.default_rng(4)
    X, Y, weight = rng.standard_normal((40, 4)) + 9, rng.standard_normal((40, 6)), rng.random(40)
    domain, codomain = CASES["corners to edges"]
    whole = ev.EquivariantRegression(domain, codomain, rank=2).fit(X, Y, sample_weight=weight)
    parts = ev.EquivariantRegression(domain, codomain, rank=2)
    for rows in (slice(0, 5), slice(5, 40)):
        parts.partial_fit(X[rows], Y[rows], sample_weight=weight[rows])
    np.testing.assert_allclose(parts.coef_, whole.coef_, atol=1e-10)
    np.testing.assert_allclose(parts.intercept_, whole.intercept_, atol=1e-10)
    known = LinearRegression().fit(X, Y, sample_weight=weight)
    plain = ev.EquivariantRegression().fit(X, Y, sample_weight=weight)
    np.testing.assert_allclose(plain.coef_, known.coef_, atol=1e-10)


def test_constant_features_get_no_weight():
    """The map of least norm; a constant far from zero must not be mistaken for a signal."""
    rng = np.random.default_rng(5)
    X = np.column_stack([rng.standard_normal((30, 2)) * 1e-3, np.full(30, 1e4 + 0.1)])
    model = ev.EquivariantRegression().fit(X, X[:, :1] * 3 + 1)
    np.testing.assert_allclose(model.coef_, [[3, 0, 0]], atol=1e-8)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (ev.EquivariantRegression(codomain=SQUARE), "domain must be given with a codomain"),
        (ev.EquivariantRegression(SQUARE), "y must have 4 columns, the degree of codomain, not 3"),
        (ev.EquivariantRegression(SQUARE**2), "X must have 16 columns, the degree of domain, not 4"),
        (
            ev.EquivariantRegression(SQUARE, 3),
            "codomain must be an Action or None, not int",
        ),
        (ev.EquivariantRegression(SQUARE, ev.actions.cyclic(3)), "the same generators in the same order"),
        (ev.EquivariantRegression(rank=4), "rank must be a whole number from 0 to 3, not 4"),
        (ev.InvariantRegression(rank="a"), "rank must be a whole number from 0 to 3, not 'a'"),
        (ev.InvariantRegression(ev.actions.cyclic(5)), "X must have 5 columns, the degree of action, not 4"),
        (ev.InvariantRegression(rank=-1), "rank must be a whole number from 0 to 3, not -1"),
    ],
)
def test_parameters_that_cannot_be_used(model, message):
    with pytest.raises(InputError, match=message):
        model.fit(np.ones((5, 4)), np.ones((5, 3)))


def test_batches_must_fit_together():
    model = ev.InvariantRegression().partial_fit(np.ones((5, 4)), np.ones((5, 3)))
    with pytest.raises(InputError, match="y must have 3 columns, the degree of the targets seen before, not 2"):
        model.partial_fit(np.ones((5, 4)), np.ones((5, 2)))
    X = np.ones((5, 4))
    X[2, 1] = np.inf
    with pytest.raises(InputError, match="X must hold finite numbers: row 2 contains NaN or infinity"):
        model.predict(X)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_targets_must_be_finite(bad):
    for y in (np.ones(5), np.ones((5, 2))):
        y[2] = bad
        with pytest.raises(InputError, match="y must hold finite numbers: row 2 contains NaN or infinity"):
            ev.InvariantRegression().fit(np.ones((5, 4)), y)
    with pytest.raises(InputError, match="y must not be a masked array"):
        ev.InvariantRegression().fit(np.ones((5, 4)), np.ma.masked_greater(np.ones(5), 0))


@pytest.mark.parametrize("changed", [{"domain": ev.actions.cyclic(4)}, {"fit_intercept": False}])
def test_parameters_stay_the_same_from_batch_to_batch(changed):
    X = np.random.default_rng(0).standard_normal((5, 4))
    model = ev.EquivariantRegression(ev.actions.trivial(4)).partial_fit(X, X)
    with pytest.raises(InputError, match="the actions and fit_intercept must stay as they were in the first partial_"):
        model.set_params(**changed).partial_fit(X, X)


def test_a_rank_that_no_map_reaches_is_said():
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((20, 4)), rng.standard_normal((20, 6))
    model = ev.EquivariantRegression(ev.actions.cyclic(4), ev.actions.cyclic(6), rank=4)
    with pytest.warns(UserWarning, match="rank 4 cannot be reached: equivariant maps have rank at most 2 here"):
        model.fit(X, y)
    assert sum(model.ranks_) == 2
