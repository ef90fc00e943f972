"""Whatever predicts comes back from a file as what it was, and predicts the same numbers."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

import equivariety as ev
from equivariety.errors import InputError

ACTION = ev.actions.image_dihedral(4)
X = np.random.default_rng(0).standard_normal((40, 16))
Y = X[:, ::-1] + 3.0


def round_trip(model, folder):
    ev.save_model(folder / "model", model)
    loaded = ev.load_model(folder / "model")
    assert type(loaded) is type(model)
    ev.save_model(folder / "again", loaded)
    assert (folder / "again").read_bytes() == (folder / "model").read_bytes()
    return loaded


def test_solutions_keep_their_spectra(tmp_path):
    solution = ev.EquivariantMaps(ACTION).bounded(5).fit(X, Y)
    loaded = round_trip(solution, tmp_path)
    np.testing.assert_array_equal(loaded.matrix(), solution.matrix())
    assert (loaded.loss, loaded.ranks, loaded.numerical_ranks) == (
        solution.loss,
        solution.ranks,
        solution.numerical_ranks,
    )
    for found, expected in zip(loaded.spectrum, solution.spectrum, strict=True):
        np.testing.assert_array_equal(found, expected)


def test_nearest_points(tmp_path):
    point = ev.EquivariantMaps(ACTION).bounded(5).nearest(np.random.default_rng(1).standard_normal((16, 16)))
    loaded = round_trip(point, tmp_path)
    np.testing.assert_array_equal(loaded.matrix(), point.matrix())
    assert loaded.distance == point.distance


ESTIMATORS = {
    "pca": lambda: ev.EquivariantPCA(ACTION, n_components=5),
    "pca, not centered": lambda: ev.EquivariantPCA(ACTION, n_components=5, center=False),
    "pca, no symmetry": lambda: ev.EquivariantPCA(n_components=5),
    "pca, whitened, by a criterion": lambda: ev.EquivariantPCA(ACTION, n_components="threshold", whiten=True),
    "scaler": lambda: ev.InvariantScaler(ACTION),
    "invariant features": lambda: ev.InvariantFeatures(ACTION, 6),
    "regression": lambda: ev.EquivariantRegression(ACTION, rank=4),
    "ridge": lambda: ev.EquivariantRegression(ACTION, rank=4, alpha=0.5),
    "regression, cross-validated": lambda: ev.EquivariantRegressionCV(ACTION, alphas=(0.1, 1.0)),
    "invariant regression": lambda: ev.InvariantRegression(ACTION, rank=1),
}


@pytest.mark.parametrize("name", ESTIMATORS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_fitted_estimators_come_back_whole(tmp_path, name, dtype):
    data, targets = (X + 5).astype(dtype), Y.astype(dtype)
    estimator = ESTIMATORS[name]().fit(data, targets)
    loaded = round_trip(estimator, tmp_path)
    predict = "transform" if hasattr(estimator, "transform") else "predict"
    np.testing.assert_array_equal(getattr(loaded, predict)(data), getattr(estimator, predict)(data))
    if hasattr(estimator, "score"):
        assert loaded.score(data, targets) == estimator.score(data, targets)
    assert loaded.get_params() == estimator.get_params()
    for attribute in ("mean_", "intercept_", "coef_", "components_", "explained_variance_ratio_"):
        if hasattr(estimator, attribute):
            np.testing.assert_array_equal(getattr(loaded, attribute), getattr(estimator, attribute))
    if not hasattr(estimator, "partial_fit"):
        return
    loaded.partial_fit(data[:9] ** 2, targets[:9])
    estimator.partial_fit(data[:9] ** 2, targets[:9])
    np.testing.assert_array_equal(getattr(loaded, predict)(data), getattr(estimator, predict)(data))


def test_names_of_features_are_kept(tmp_path):
    frame = pd.DataFrame(X, columns=[f"pixel {number}" for number in range(16)])
    pca = ev.EquivariantPCA(ACTION, n_components=3).set_output(transform="pandas").fit(frame)
    loaded = round_trip(pca, tmp_path)
    assert loaded.feature_names_in_.tolist() == frame.columns.tolist()
    with pytest.raises(ValueError, match="feature names should match"):
        loaded.transform(frame.rename(columns={"pixel 3": "3"}))


def regression(single):
    return ev.EquivariantRegression(ACTION, ev.actions.trivial(1, like=ACTION)).fit(X, X.sum(axis=1) if single else Y)


def test_one_target_stays_one(tmp_path):
    model = regression(single=True)
    loaded = round_trip(model, tmp_path)
    assert loaded.predict(X).shape == (40,)
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))


COMPONENT = ev.EquivariantMaps(ACTION).bounded(5).fit(X).component
MODULES = {
    "layer": lambda: ev.nn.EquivariantLinear(ACTION, 2 * ACTION),
    "layer of bounded rank": lambda: ev.nn.EquivariantLinear(ACTION, rank=5, bias=False, dtype=torch.float64),
    "layer in bfloat16": lambda: ev.nn.EquivariantLinear(ACTION).bfloat16(),
    "invariant layer": lambda: ev.nn.InvariantLinear(ACTION, outputs=3),
    "autoencoder": lambda: ev.nn.EquivariantAutoencoder(COMPONENT, depth=3, bias=True),
    "invariant autoencoder": lambda: ev.nn.InvariantAutoencoder(ACTION, rank=2, outputs=16),
    "perceptron": lambda: ev.nn.EquivariantMLP(ACTION, ACTION, hidden=[2 * ACTION]),
    "perceptron, other activation": lambda: ev.nn.EquivariantMLP(
        ACTION, ACTION, hidden=[2 * ACTION], activation=lambda: nn.LeakyReLU(0.25)
    ),
    "plain chain": lambda: ev.nn.EquivariantAutoencoder(COMPONENT).to_dense(),
    "chain": lambda: nn.Sequential(ev.nn.EquivariantLinear(ACTION), nn.PReLU(), nn.Linear(16, 3)).eval(),
}


@pytest.mark.parametrize("name", MODULES)
def test_modules(tmp_path, name):
    torch.manual_seed(0)
    module = MODULES[name]()
    loaded = round_trip(module, tmp_path)
    assert loaded.training == module.training
    rows = torch.as_tensor(X).to(next(module.parameters()).dtype)
    with torch.no_grad():
        torch.testing.assert_close(loaded(rows), module(rows), rtol=0, atol=0)
    assert [weight.dtype for weight in loaded.parameters()] == [weight.dtype for weight in module.parameters()]


def test_linear_convolutional_networks(tmp_path):
    net = ev.nn.LinearConvNet([3, 2], [2, 1], dtype=torch.float32)
    loaded = round_trip(net, tmp_path)
    signal = torch.randn(2, 1, 9)
    torch.testing.assert_close(loaded(signal), net(signal), rtol=0, atol=0)
    assert loaded.architecture.filter_sizes == net.architecture.filter_sizes


def test_covariances_and_searches(tmp_path):
    covariance = round_trip(ev.EquivariantCovariance(ACTION).fit(X), tmp_path)
    np.testing.assert_array_equal(covariance.score_samples(X), ev.EquivariantCovariance(ACTION).fit(X).score_samples(X))
    search = ev.SymmetrySearch().fit(X[:, :5])
    loaded = round_trip(search, tmp_path)
    assert (loaded.table_, loaded.best_action_, loaded.margin_) == (search.table_, search.best_action_, search.margin_)


def test_dynamics(tmp_path):
    dynamics = ev.EquivariantDMD(ACTION).fit(X)
    loaded = round_trip(dynamics, tmp_path)
    np.testing.assert_array_equal(loaded.predict(X[:3], 4), dynamics.predict(X[:3], 4))
    np.testing.assert_array_equal(loaded.eigenvalues_, dynamics.eigenvalues_)


def test_every_public_estimator_can_be_stored():
    """A new one needs an entry in equivariety.models.estimators.PARTS for each of its parts, and a test above."""
    from equivariety import estimators
    from equivariety.models.estimators import kind_named

    tried = {
        "EquivariantCovariance",
        "EquivariantDMD",
        "EquivariantPCA",
        "EquivariantRegression",
        "EquivariantRegressionCV",
        "InvariantFeatures",
        "InvariantRegression",
        "InvariantScaler",
        "SymmetrySearch",
    }
    assert {name for name in estimators.__all__ if kind_named(name) is not None} == tried


class Own(nn.Module):
    """A module of the user."""


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ev.EquivariantPCA(ACTION), "the EquivariantPCA is not fitted"),
        (lambda: X, "model must be a solution, a nearest point, a fitted estimator or a module .*, not ndarray"),
        (lambda: ev.EquivariantMaps(ACTION), "model must be .*, not EquivariantMaps"),
        (lambda: None, "model must be .*, not NoneType"),
        (Own, "model must be .*, not Own"),
        (lambda: nn.Conv1d(1, 1, 3), "model must be .*, not Conv1d"),
        (lambda: nn.Sequential(nn.ReLU(), Own()), r"layers.1 is of type Own, which no model file can hold"),
        (lambda: ev.EquivariantPCA, "model must be .*, not type"),
    ],
)
def test_what_no_file_can_hold(tmp_path, make, message):
    with pytest.raises(InputError, match=message):
        ev.save_model(tmp_path / "model", make())
    assert not list(tmp_path.iterdir())


def test_estimators_of_other_libraries_are_refused(tmp_path):
    from sklearn.decomposition import PCA

    with pytest.raises(InputError, match=r"model must be .*, not PCA"):
        ev.save_model(tmp_path / "model", PCA().fit(X))


def test_strange_attributes_are_named(tmp_path):
    pca = ev.EquivariantPCA(ACTION).fit(X)
    pca.note_ = {"when": np.datetime64("2026-01-01")}
    with pytest.raises(InputError, match=r"fitted.note_.when is of type datetime64, which no model file can hold"):
        ev.save_model(tmp_path / "model", pca)


def test_maps_load_without_scikit_learn_and_torch(tmp_path):
    ev.save_model(tmp_path / "model", ev.EquivariantMaps(ACTION).bounded(5).fit(X))
    program = f"""
import sys
import equivariety as ev
model = ev.load_model({str(tmp_path / "model")!r})
print(type(model).__name__, [name for name in ("torch", "sklearn") if name in sys.modules])
"""
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert found == "Solution []\n"
