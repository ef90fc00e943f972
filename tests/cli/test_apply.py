"""``apply`` against what the models say of themselves in Python, for every kind of model and data."""

from __future__ import annotations

import json

import numpy as np
import pytest

import equivariety as ev

ACTION = ev.actions.image_shift((3, 4), axis=1)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 12)) @ np.diag(np.arange(1.0, 13.0)) + 5
    np.save("x.npy", X)
    np.save("new.npy", rng.normal(size=(7, 12)))
    np.savetxt("new.csv", np.load("new.npy"), delimiter=",", fmt="%.17g")
    return tmp_path


def applied(run, *arguments):
    """What the command wrote and what it said."""
    said = json.loads(run("apply", *arguments, "--out", "out.npy", "--json").output)
    return np.load("out.npy"), said


def test_a_map_fitted_by_the_command(run, folder):
    run("fit", "x.npy", "--action", "shift:3x4:axis=1", "--rank", "5", "--out", "m.safetensors")
    X, solution = np.load("new.npy"), ev.EquivariantMaps(ACTION).bounded(5).fit(np.load("x.npy"))
    for data in ("new.npy", "new.csv"):
        found, said = applied(run, "m.safetensors", data)
        assert np.allclose(found, X @ solution.matrix().T, atol=1e-12)
        assert (said["samples"], said["inputs"], said["outputs"], said["gives"]) == (7, 12, 12, "predictions")
    features, said = applied(run, "m.safetensors", "new.npy", "--encode")
    assert features.shape == (7, 5)
    assert (said["model"], said["gives"], said["outputs"]) == ("Solution", "features", 5)
    # Features without loss: a linear map of them are the predictions.
    assert np.linalg.matrix_rank(np.hstack([features, X @ solution.matrix().T]), tol=1e-8) == 5


def test_csv_is_read_again_to_the_last_bit(run, folder):
    run("fit", "x.npy", "--action", "shift:3x4:axis=1", "--rank", "5", "--out", "m.safetensors")
    exact, _ = applied(run, "m.safetensors", "new.npy")
    assert run("apply", "m.safetensors", "new.npy", "--out", "out.csv").code == 0
    assert np.array_equal(np.loadtxt("out.csv", delimiter=","), exact)


def test_principal_components_with_their_mean(run, folder):
    pca = ev.EquivariantPCA(ACTION, n_components=4).fit(np.load("x.npy"))
    ev.save_model("pca.safetensors", pca)
    X = np.load("new.npy")
    found, said = applied(run, "pca.safetensors", "new.npy")
    assert np.abs(pca.mean_).min() > 1  # a mean that is missing would be seen
    assert np.array_equal(found, pca.inverse_transform(pca.transform(X)))
    assert said["gives"] == "reconstructions"
    assert np.array_equal(applied(run, "pca.safetensors", "new.npy", "--encode")[0], pca.transform(X))


def test_regressions_with_their_intercept(run, folder):
    X = np.load("x.npy")
    regression = ev.EquivariantRegression(ACTION, ACTION, rank=3).fit(X, X[:, ::-1] + 7)
    ev.save_model("r.safetensors", regression)
    new = np.load("new.npy")
    found = applied(run, "r.safetensors", "new.npy")[0]
    assert np.array_equal(found, regression.predict(new))
    assert np.allclose(found, new @ regression.coef_.T + regression.intercept_)
    assert applied(run, "r.safetensors", "new.npy", "--encode")[0].shape == (7, 3)
    single = ev.InvariantRegression(ACTION).fit(X, X.sum(axis=1))
    ev.save_model("s.safetensors", single)
    assert np.array_equal(applied(run, "s.safetensors", "new.npy")[0], single.predict(new)[:, None])


def test_nearest_points_dynamics_and_invariants(run, folder):
    X, new = np.load("x.npy"), np.load("new.npy")
    point = ev.EquivariantMaps(ACTION).bounded(12).nearest(np.arange(144.0).reshape(12, 12))
    ev.save_model("near.safetensors", point)
    assert np.allclose(applied(run, "near.safetensors", "new.npy")[0], new @ point.matrix().T)
    dynamics = ev.EquivariantDMD(ACTION, rank=2).fit(X)
    ev.save_model("dmd.safetensors", dynamics)
    assert np.allclose(applied(run, "dmd.safetensors", "new.npy")[0], dynamics.predict(new))
    invariants = ev.InvariantFeatures(ACTION).fit(X)
    ev.save_model("inv.safetensors", invariants)
    assert np.array_equal(applied(run, "inv.safetensors", "new.npy", "--encode")[0], invariants.transform(new))
    assert "ask for its features" in run("apply", "inv.safetensors", "new.npy", "--out", "out.npy").error


@pytest.mark.parametrize("kind", ["autoencoder", "layer", "mlp", "convolution"])
def test_networks(run, folder, kind):
    torch = pytest.importorskip("torch", reason="PyTorch is an extra")
    torch.manual_seed(0)
    maps = ev.EquivariantMaps(ACTION)
    network = {
        "autoencoder": lambda: ev.nn.EquivariantAutoencoder.from_solution(maps.bounded(5).fit(np.load("x.npy"))),
        "layer": lambda: ev.nn.EquivariantLinear(ACTION),
        "mlp": lambda: ev.nn.EquivariantMLP(ACTION, ACTION, [2 * ACTION]),
        "convolution": lambda: ev.nn.LinearConvNet([3, 2], [2, 1]),
    }[kind]()
    ev.save_model("n.safetensors", network)
    X = torch.tensor(np.load("new.npy"), dtype=next(network.parameters()).dtype)
    found, said = applied(run, "n.safetensors", "new.npy")
    with torch.no_grad():
        expected = network(X[:, None])[:, 0] if kind == "convolution" else network(X)
    assert np.array_equal(found, expected.numpy())
    assert said["model"] == type(network).__name__
    if kind == "autoencoder":
        features, _ = applied(run, "n.safetensors", "new.npy", "--encode")
        assert np.array_equal(features, network.encode(X).detach().numpy())
    else:
        assert "has no features" in run("apply", "n.safetensors", "new.npy", "--encode", "--out", "o.npy").error


def test_pieces_give_the_same_rows(run, folder, monkeypatch):
    run("fit", "x.npy", "--action", "shift:3x4:axis=1", "--rank", "5", "--out", "m.safetensors")
    whole, _ = applied(run, "m.safetensors", "x.npy")
    monkeypatch.setattr("equivariety.moments.chunks.CHUNK_VALUES", 12)
    monkeypatch.setattr("equivariety.cli.apply.LEAST_ROWS", 7)
    pieces, said = applied(run, "m.safetensors", "x.npy")
    assert np.allclose(pieces, whole, rtol=1e-13)
    assert said["samples"] == 60
    spoiled = np.load("x.npy")
    spoiled[33, 2] = np.nan
    np.save("nan.npy", spoiled)
    outcome = run("apply", "m.safetensors", "nan.npy", "--out", "o.npy")
    assert "X must hold finite numbers: row 33 contains NaN or infinity" in outcome.error
    assert not (folder / "o.npy").exists()


def test_what_cannot_be_applied_says_why(run, folder):
    run("fit", "x.npy", "--action", "shift:3x4:axis=1", "--rank", "5", "--out", "m.safetensors")
    np.save("narrow.npy", np.zeros((3, 5)))
    np.save("none.npy", np.zeros((0, 12)))
    X = np.load("x.npy")
    ev.save_model("cov.safetensors", ev.EquivariantCovariance(ACTION).fit(X))
    before = {path.name for path in folder.iterdir()}
    for arguments, message in (
        (("m.safetensors", "narrow.npy"), "X must have shape (samples, 12), as the model was fitted, not (3, 5)"),
        (("m.safetensors", "none.npy"), "X must have at least one sample, not 0"),
        (("x.npy", "x.npy"), "x.npy is not a model file"),
        (("nowhere.safetensors", "x.npy"), "nowhere.safetensors cannot be read"),
        (("cov.safetensors", "x.npy"), "a model of type EquivariantCovariance makes no predictions"),
        (("cov.safetensors", "x.npy", "--encode"), "a model of type EquivariantCovariance has no features"),
        (("m.safetensors", "x.npy", "--out", "o.txt"), "'o.txt' must end in .npy or .csv"),
        (("m.safetensors", "x.npy", "--out", "no/o.npy"), "its folder does not exist or is not writable"),
    ):
        given = arguments if "--out" in arguments else (*arguments, "--out", "o.npy")
        outcome = run("apply", *given)
        assert (outcome.code, outcome.error.count("\n")) == (2, 1)
        assert message in outcome.error
    assert {path.name for path in folder.iterdir()} == before
