"""The scaler that keeps a symmetry, and the warning about the one that does not."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

import equivariety as ev
from cases import PAIRS, pairs_of_actions
from equivariety.errors import InputError
from equivariety.estimators.standardized import BrokenSymmetryWarning

RING = ev.actions.cyclic(6)
TURNING = ev.PermutationAction.from_cycles("(1 2 3 4)").on_vectors(np.array([[0.0, -1.0], [1.0, 0.0]]))
ACTIONS = {
    "ring": RING,
    "two orbits": ev.PermutationAction.from_cycles("(1 3 4)(2 5)", 6),
    "signs": ev.SignedPermutationAction.from_cycles("(1 -2)(3 4)(-5)"),
    "vectors": TURNING,
} | {name: domain for name, (domain, _) in PAIRS.items()}


def rows(action, samples=40, seed=0):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((samples, action.degree)) * rng.uniform(0.5, 4, action.degree) + rng.uniform(-3, 3)


@pytest.mark.parametrize("name", ACTIONS)
def test_it_commutes_with_the_group(name):
    action = ACTIONS[name]
    scaler = ev.InvariantScaler(action).fit(rows(action))
    X = rows(action, seed=1)
    for generator in range(action.number_of_generators):
        np.testing.assert_allclose(
            scaler.transform(action.apply(X, generator)), action.apply(scaler.transform(X), generator), atol=1e-12
        )
    np.testing.assert_allclose(scaler.inverse_transform(scaler.transform(X)), X)


@settings(max_examples=30, deadline=None)
@given(pair=pairs_of_actions(), seed=st.integers(0, 99))
def test_every_orbit_has_mean_square_one_afterwards(pair, seed):
    action = pair[0]
    Z = ev.InvariantScaler(action).fit_transform(rows(action, seed=seed))
    for orbit in action.orbits():
        np.testing.assert_allclose([Z[:, orbit].mean(), (Z[:, orbit] ** 2).mean()], [0, 1], atol=1e-12)


def test_without_a_symmetry_it_is_the_standard_scaler():
    X = rows(ev.actions.trivial(5))
    X[:, 2] = 0.1  # constant
    ours, theirs = ev.InvariantScaler().fit(X), StandardScaler().fit(X)
    np.testing.assert_allclose(ours.mean_, theirs.mean_)
    np.testing.assert_allclose(ours.scale_, theirs.scale_)
    weight = np.random.default_rng(2).uniform(0, 2, len(X))
    np.testing.assert_allclose(
        ev.InvariantScaler().fit(X, sample_weight=weight).scale_, StandardScaler().fit(X, sample_weight=weight).scale_
    )


@pytest.mark.parametrize("magnitude", [1e-200, 1e-3, 1.0, 1e3, 1e200])
@pytest.mark.parametrize("name", ["two orbits", "signs", "vectors"])
def test_batches_and_units_do_not_matter(name, magnitude):
    action = ACTIONS[name]
    X = rows(action)
    whole = ev.InvariantScaler(action).fit(X)
    parts = ev.InvariantScaler(action)
    for part in np.split(X * magnitude, [1, 7, 30]):
        parts.partial_fit(part)
    np.testing.assert_allclose(parts.scale_ / magnitude, whole.scale_, rtol=1e-12)
    np.testing.assert_allclose(parts.mean_ / magnitude, whole.mean_, rtol=1e-10, atol=1e-12)
    assert parts.n_samples_seen_ == whole.n_samples_seen_ == 40


def test_data_far_from_zero_keep_their_digits():
    X = 1e8 + rows(RING)
    np.testing.assert_allclose(
        ev.InvariantScaler(RING).fit(X).scale_, ev.InvariantScaler(RING).fit(X - 1e8).scale_, 1e-7
    )


def test_single_precision_stays_and_stored_arrays_are_read(tmp_path):
    X = rows(RING, samples=60_000).astype(np.float32)
    np.save(tmp_path / "X.npy", X)
    stored = np.load(tmp_path / "X.npy", mmap_mode="r")
    scaler = ev.InvariantScaler(RING).fit(stored)
    np.testing.assert_allclose(scaler.scale_, ev.InvariantScaler(RING).fit(X).scale_, rtol=1e-12)
    assert scaler.transform(X).dtype == np.float32
    assert scaler.get_feature_names_out().tolist() == [f"x{i}" for i in range(6)]


def test_options_and_refusals():
    X = rows(RING)
    assert not ev.InvariantScaler(RING, with_mean=False).fit(X).mean_.any()
    assert (ev.InvariantScaler(RING, with_std=False).fit(X).scale_ == 1).all()
    with pytest.raises(InputError, match="X must have 6 columns, the degree of action, not 5"):
        ev.InvariantScaler(RING).fit(X[:, :5])


def pipelines():
    X = rows(RING)
    return {
        name: make_pipeline(scaler, ev.EquivariantPCA(RING, n_components=3)).fit(X)
        for name, scaler in (("kept", ev.InvariantScaler(RING)), ("broken", MinMaxScaler()))
    }


def test_the_audit_names_the_step_that_breaks_the_symmetry():
    kept, broken = (ev.equivariance_error(model, RING) for model in pipelines().values())
    assert kept < 1e-12
    assert kept.broken_by is None
    assert broken > 0.01
    assert broken.broken_by == "minmaxscaler"
    assert kept.steps.keys() == {"invariantscaler"}  # the components have other features
    with pytest.raises(AssertionError, match="step 'minmaxscaler' breaks the symmetry: its relative error is 0"):
        ev.testing.assert_equivariant(pipelines()["broken"], RING)


def test_steps_after_a_change_of_features_are_not_judged():
    model = make_pipeline(PCA(3), StandardScaler(), PCA(2)).fit(rows(RING))
    assert ev.equivariance_error(model, RING).steps == {}
    model = make_pipeline("passthrough", StandardScaler(), PCA(2)).fit(rows(RING))
    assert ev.equivariance_error(model, RING).broken_by == "standardscaler"


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(
    "estimator", [ev.EquivariantPCA(RING), ev.InvariantRegression(RING)], ids=["pca", "regression"]
)
def test_a_standard_scaler_before_a_fit_is_noticed(estimator, dtype):
    X = rows(RING).astype(dtype)
    with pytest.warns(BrokenSymmetryWarning, match="InvariantScaler"):
        make_pipeline(StandardScaler(), estimator).fit(X, X[:, 0])
    with warnings.catch_warnings():
        warnings.simplefilter("error", BrokenSymmetryWarning)
        for scaler in (ev.InvariantScaler(RING), MinMaxScaler(), "passthrough"):
            make_pipeline(scaler, estimator).fit(X, X[:, 0])


def test_features_that_never_vary_hide_nothing_and_free_features_do_not_count():
    X = rows(RING)
    X[:, 0] = 7.0
    with pytest.warns(BrokenSymmetryWarning):
        ev.EquivariantPCA(RING).fit(StandardScaler().fit_transform(X))
    half = ev.PermutationAction.from_cycles("(1 2)", 6)
    X = rows(half)
    X[:, 2:] = StandardScaler().fit_transform(X[:, 2:])
    with warnings.catch_warnings():
        warnings.simplefilter("error", BrokenSymmetryWarning)
        ev.EquivariantPCA(half).fit(X)


def test_sparse_rows_are_taken():
    from scipy.sparse import csr_array

    rng = np.random.default_rng(0)
    X = csr_array(rng.standard_normal((30, 6)) * (rng.random((30, 6)) < 0.4))
    np.testing.assert_allclose(
        ev.InvariantScaler(RING).fit(X).transform(X), ev.InvariantScaler(RING).fit_transform(X.toarray())
    )


@pytest.mark.parametrize("unit", [1e-12, 1e-3, 1e3])
def test_data_in_small_units_are_not_taken_for_standardized_ones(unit):
    with warnings.catch_warnings():
        warnings.simplefilter("error", BrokenSymmetryWarning)
        ev.EquivariantPCA(RING).fit((rows(RING) - rows(RING).mean(axis=0)) * unit)
