"""Estimators under scikit-learn's array-API dispatch: arrays stay in their library, in their place, in their type."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import array_api_compat
import numpy as np
import pytest
import sklearn
from packaging.version import Version
from sklearn.decomposition import PCA
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler

import equivariety as ev
from equivariety.errors import InputError

DIHEDRAL = ev.PermutationAction.from_cycles("(1 2 3 4 5 6); (2 6)(3 5)")
ACTIONS = {"none": None, "shift": ev.actions.image_shift((2, 3), axis=1), "dihedral": DIHEDRAL}

FITTED_ARRAYS = {
    ev.EquivariantPCA: ("mean_", "components_", "explained_variance_ratio_"),
    ev.EquivariantRegression: ("coef_", "intercept_"),
    ev.InvariantRegression: ("coef_", "intercept_"),
}


def torch_array(values: np.ndarray, device: str = "cpu") -> Any:
    torch = pytest.importorskip("torch")
    if device == "cuda" and not torch.cuda.is_available():
        pytest.skip("torch finds no CUDA device: results on a GPU can be tested only beside one")
    return torch.asarray(values, device=device)


def jax_array(values: np.ndarray) -> Any:
    return pytest.importorskip("jax").numpy.asarray(values)


def strict_array(values: np.ndarray, device: str = "device1") -> Any:
    """On an imitated accelerator: it refuses to be read as a NumPy array, and everything beyond the standard."""
    strict = pytest.importorskip("array_api_strict")
    return strict.asarray(values, device=strict.Device(device))


LIBRARIES = {
    "numpy": np.asarray,
    "torch": torch_array,
    "torch on CUDA": lambda values: torch_array(values, "cuda"),
    "jax": jax_array,
    "strict": strict_array,
}
SCORES_BY_THE_STANDARD = Version(sklearn.__version__) >= Version("1.8")
"""Whether scikit-learn itself keeps to the standard in r2_score with weights, and takes lists beside arrays."""
OTHERS = [name for name in LIBRARIES if name != "numpy"]


@pytest.fixture(autouse=True)
def dispatch(monkeypatch):
    monkeypatch.setenv("SCIPY_ARRAY_API", "1")
    with sklearn.config_context(array_api_dispatch=True):
        yield


@pytest.fixture
def X():
    rng = np.random.default_rng(0)
    return rng.standard_normal((50, 6)) @ rng.standard_normal((6, 6)) + rng.standard_normal(6)


@pytest.fixture
def Y(X):
    return X[:, ::-1] ** 2 + np.random.default_rng(1).standard_normal((50, 6))


def values(array: Any) -> np.ndarray:
    """On the host, by the means of each library and none of ours."""
    if array_api_compat.is_torch_array(array):
        return array.detach().cpu().numpy()
    return np.asarray(array) if array_api_compat.is_jax_array(array) else np.from_dlpack(array)


def assert_alike(found: Any, given: Any, expected: np.ndarray, atol: float) -> None:
    """The expected values, in the library, type and place of the given array."""
    assert type(found) is type(given)
    assert found.dtype == given.dtype
    assert array_api_compat.device(found) == array_api_compat.device(given)
    np.testing.assert_allclose(values(found), expected, atol=atol)


@pytest.mark.parametrize("precision", ["float64", "float32"])
@pytest.mark.parametrize("library", OTHERS)
def test_without_symmetry_they_are_those_of_scikit_learn(X, Y, library, precision):
    single = precision == "float32" or library == "jax"  # JAX has double precision only if asked to
    atol = 1e-3 if single else 1e-10
    rows, targets = (LIBRARIES[library](array.astype(precision)) for array in (X, Y))

    pca, known = ev.EquivariantPCA(n_components=3).fit(rows), PCA(3).fit(X)
    reconstruction = known.inverse_transform(known.transform(X))
    assert_alike(pca.inverse_transform(pca.transform(rows)), rows, reconstruction, atol)
    np.testing.assert_allclose(np.abs(values(pca.transform(rows))), np.abs(known.transform(X)), atol=atol)
    assert pca.explained_share(rows) == pytest.approx(known.explained_variance_ratio_.sum(), abs=atol)

    for model in (ev.EquivariantRegression(), ev.InvariantRegression()):
        straight = LinearRegression().fit(X, Y)
        assert_alike(model.fit(rows, targets).predict(rows), rows, straight.predict(X), atol)
        assert model.score(rows, targets) == pytest.approx(straight.score(X, Y), abs=atol)
        straight = LinearRegression().fit(X, Y[:, 0])
        assert_alike(model.fit(rows, targets[:, 0]).predict(rows), rows, straight.predict(X), atol)
        assert model.score(rows, targets[:, 0]) == pytest.approx(straight.score(X, Y[:, 0]), abs=atol)


@pytest.mark.parametrize("name", ACTIONS)
@pytest.mark.parametrize("library", OTHERS)
def test_the_same_as_on_numpy(X, Y, library, name):
    make, action = LIBRARIES[library], ACTIONS[name]
    atol = 1e-3 if library == "jax" else 1e-10
    weight = np.random.default_rng(2).random(50)

    expected = ev.EquivariantPCA(action, 3).fit(X, sample_weight=weight)
    found = ev.EquivariantPCA(action, 3).fit(make(X), sample_weight=make(weight))
    parts = ev.EquivariantPCA(action, 3)
    for part in (slice(0, 20), slice(20, 50)):
        parts.partial_fit(make(X[part]), sample_weight=make(weight[part]))
    for pca in (found, parts):
        assert pca.ranks_ == expected.ranks_
        np.testing.assert_allclose(pca.mean_, expected.mean_, atol=atol)
        features = pca.transform(make(X))
        assert_alike(pca.inverse_transform(features), make(X), expected.inverse_transform(expected.transform(X)), atol)
        assert pca.score(make(X)) == pytest.approx(expected.score(X), abs=atol)

    known = ev.EquivariantRegression(action, rank=4).fit(X, Y, sample_weight=weight)
    model = ev.EquivariantRegression(action, rank=4).fit(make(X), make(Y), sample_weight=make(weight))
    assert_alike(model.predict(make(X)), make(X), known.predict(X), atol)
    if library == "strict" and not SCORES_BY_THE_STANDARD:
        return
    score = model.score(make(X), make(Y), sample_weight=make(weight))
    assert score == pytest.approx(known.score(X, Y, sample_weight=weight), abs=atol)


@pytest.mark.parametrize("library", OTHERS)
def test_an_estimator_serves_data_of_every_library_and_device(X, Y, library):
    """What scikit-learn's own estimators refuse."""
    make = LIBRARIES[library]
    atol = 1e-3 if library == "jax" else 1e-10
    there, here = ev.EquivariantPCA(DIHEDRAL, 3).fit(make(X)), ev.EquivariantPCA(DIHEDRAL, 3).fit(X)
    assert_alike(there.transform(X), X, here.transform(X), atol)
    assert_alike(here.transform(make(X)), make(X), here.transform(X), atol)
    together = ev.EquivariantPCA(DIHEDRAL, 3).partial_fit(make(X[:30])).partial_fit(X[30:])
    assert_alike(together.transform(X), X, here.transform(X), atol)
    model = ev.EquivariantRegression(DIHEDRAL).fit(make(X), make(Y))
    assert_alike(model.predict(X), X, ev.EquivariantRegression(DIHEDRAL).fit(X, Y).predict(X), atol)
    assert model.score(X, Y) == pytest.approx(model.score(make(X), make(Y)), abs=atol)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("estimator", FITTED_ARRAYS)
def test_fitted_attributes_are_numpy_arrays_on_the_host(X, Y, estimator, library):
    """Unlike those of scikit-learn, whose checks look only at what is stored on the estimator itself."""
    fitted = estimator().fit(LIBRARIES[library](X), LIBRARIES[library](Y))
    for name in FITTED_ARRAYS[estimator]:
        assert isinstance(getattr(fitted, name), np.ndarray)
        assert getattr(fitted, name).dtype == np.float64


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("other", LIBRARIES)
def test_targets_and_weights_follow_the_inputs(X, Y, library, other):
    make, elsewhere = LIBRARIES[library], LIBRARIES[other]
    atol = 1e-3 if "jax" in (library, other) else 1e-10
    weight = np.random.default_rng(2).random(50)
    model = ev.EquivariantRegression(DIHEDRAL).fit(make(X), elsewhere(Y), sample_weight=elsewhere(weight))
    known = ev.EquivariantRegression(DIHEDRAL).fit(X, Y, sample_weight=weight)
    assert_alike(model.predict(make(X)), make(X), known.predict(X), atol)
    if "strict" in (library, other) and not SCORES_BY_THE_STANDARD:
        return
    score = model.score(make(X), elsewhere(Y), sample_weight=elsewhere(weight))
    assert score == pytest.approx(known.score(X, Y, sample_weight=weight), abs=atol)


def test_targets_follow_the_inputs_to_another_device(X, Y):
    model = ev.EquivariantRegression(DIHEDRAL).fit(strict_array(X), strict_array(Y, "device2"))
    assert_alike(
        model.predict(strict_array(X)),
        strict_array(X),
        ev.EquivariantRegression(DIHEDRAL).fit(X, Y).predict(X),
        1e-10,
    )
    if not SCORES_BY_THE_STANDARD:
        return
    listed = ev.EquivariantRegression(DIHEDRAL).fit(strict_array(X), Y.tolist())
    np.testing.assert_allclose(listed.coef_, model.coef_)
    assert listed.score(strict_array(X), Y.tolist()) == pytest.approx(model.score(X, Y))


@pytest.mark.parametrize("name", ACTIONS)
def test_no_row_leaves_its_device(name, monkeypatch):
    """Everything that the imitated accelerator hands to the host is counted: blocks, and a number for each feature."""
    rng = np.random.default_rng(3)
    X, Y = strict_array(rng.standard_normal((5000, 6))), strict_array(rng.standard_normal((5000, 6)))
    handed, original = [], type(X).__dlpack__

    def counted(self, **options):
        handed.append(self.size)
        return original(self, **options)

    monkeypatch.setattr(type(X), "__dlpack__", counted)
    pca = ev.EquivariantPCA(ACTIONS[name], 3).fit(X).partial_fit(X)
    pca.inverse_transform(pca.transform(X))
    pca.score(X)
    model = ev.EquivariantRegression(ACTIONS[name]).fit(X, Y).partial_fit(X, Y)
    model.predict(X)
    model.score(X, Y)
    assert handed
    assert max(handed) <= 6 * 6
    pca.fit(X, sample_weight=strict_array(np.ones(5000)))
    assert max(handed) == 5000


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize(
    ("kind", "expected"), [("uint8", "float32"), ("bool", "float32"), ("int16", "float32"), ("int64", "float64")]
)
def test_whole_numbers_and_truth_values(X, library, kind, expected):
    X = np.abs(np.round(5 * X)).astype(kind)
    rows = LIBRARIES[library](X)
    pca = ev.EquivariantPCA(DIHEDRAL, 3).fit(rows)
    known = ev.EquivariantPCA(DIHEDRAL, 3).fit(X.astype(np.float64))
    images = pca.inverse_transform(pca.transform(rows))
    assert str(images.dtype).endswith("float32" if library == "jax" else expected)
    reconstruction = known.inverse_transform(known.transform(X.astype(np.float64)))
    np.testing.assert_allclose(values(images), reconstruction, atol=1e-3)
    assert pca.score(rows) == pytest.approx(known.score(X.astype(np.float64)), abs=1e-5)


@pytest.mark.parametrize("kind", ["float16", "bfloat16"])
def test_half_precision_is_widened(X, kind):
    torch = pytest.importorskip("torch")
    rows = torch_array(X).to(getattr(torch, kind))
    pca, known = ev.EquivariantPCA(DIHEDRAL, 3).fit(rows), ev.EquivariantPCA(DIHEDRAL, 3).fit(rows.float())
    assert pca.transform(rows).dtype == torch.float32
    np.testing.assert_allclose(values(pca.transform(rows)), values(known.transform(rows.float())), atol=1e-4)
    model = ev.EquivariantRegression(DIHEDRAL).fit(rows, rows, sample_weight=torch.ones(50).to(rows.dtype))
    assert model.score(rows, rows) == pytest.approx(1)


def test_gradients_pass_through_every_map_and_stop_at_every_fit(X):
    torch = pytest.importorskip("torch")
    rows = torch_array(X).requires_grad_()
    pca = ev.EquivariantPCA(DIHEDRAL, 3).fit(rows, sample_weight=torch.ones(50, requires_grad=True))
    model = ev.EquivariantRegression(DIHEDRAL).fit(rows, rows)
    assert isinstance(pca.score(rows), float)
    assert isinstance(model.score(rows, rows), float)
    for images, matrix in [
        (pca.transform(rows), pca.components_),
        (pca.inverse_transform(pca.transform(rows)), pca.solution_.matrix()),
        (model.predict(rows), model.coef_),
    ]:
        (gradient,) = torch.autograd.grad(images.sum(), rows)
        np.testing.assert_allclose(gradient.numpy(), np.tile(matrix.sum(axis=0), (50, 1)), atol=1e-10)


@pytest.mark.parametrize("library", LIBRARIES)
def test_values_that_are_not_finite_are_reported_with_their_row(X, Y, library):
    make = LIBRARIES[library]
    bad = X.copy()
    bad[7, 2] = np.nan
    pca, model = ev.EquivariantPCA(DIHEDRAL, 3).fit(make(X)), ev.EquivariantRegression(DIHEDRAL).fit(make(X), make(Y))
    for method in (ev.EquivariantPCA().fit, pca.transform, pca.inverse_transform, pca.score, model.predict):
        with pytest.raises(InputError, match="X must hold finite numbers: row 7 contains NaN or infinity"):
            method(make(bad))
    for targets in (bad, bad[:, 2]):
        with pytest.raises(InputError, match="y must hold finite numbers: row 7 contains NaN or infinity"):
            ev.InvariantRegression().fit(make(X), make(targets))
    with pytest.raises(InputError, match="y must hold finite numbers: row 7 contains NaN or infinity"):
        model.score(make(X), make(bad))


@pytest.mark.parametrize("library", LIBRARIES)
def test_data_that_cannot_be_used(X, Y, library):
    make = LIBRARIES[library]
    pca = ev.EquivariantPCA(DIHEDRAL, n_components=2).fit(make(X))
    with pytest.raises(ValueError, match="X has 5 features, but EquivariantPCA is expecting 6 features as input"):
        pca.transform(make(X[:, :5]))
    with pytest.raises(InputError, match="X must have 2 columns, the number of components, not 6"):
        pca.inverse_transform(make(X))
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        ev.EquivariantRegression(DIHEDRAL).fit(make(X), Y[:4])
    for weight, message in [
        (np.ones(4), r"sample_weight must have shape \(50,\), one weight for each sample, not \(4,\)"),
        (-np.ones(50), "sample_weight must hold finite numbers that are not negative: row 0 has -1"),
    ]:
        with pytest.raises(InputError, match=message):
            pca.fit(make(X), sample_weight=make(weight))


def test_tensors_that_cannot_be_used(X):
    torch = pytest.importorskip("torch")
    tensor = torch_array(X)
    with pytest.warns(UserWarning, match="MaskedTensors is in prototype stage"):
        masked = torch.masked.masked_tensor(tensor, tensor > 0)
    for data, message in [
        (masked, "X must not be a masked array: fill the masked values"),
        (tensor.to_sparse(), r"X must be a dense tensor: sparse tensors are not supported, use X.to_dense\(\)"),
        (tensor + 0j, "data must be real numbers, not values of type torch.complex128"),
    ]:
        with pytest.raises(InputError, match=message):
            ev.EquivariantPCA().fit(data)


@pytest.mark.parametrize("library", OTHERS)
def test_data_are_never_changed(X, library):
    rows = LIBRARIES[library](X.copy())
    pca = ev.EquivariantPCA(DIHEDRAL, 3).fit(rows)
    features = pca.transform(rows)
    kept = values(features).copy()
    pca.inverse_transform(features)
    pca.score(rows)
    np.testing.assert_array_equal(values(rows), values(LIBRARIES[library](X)))
    np.testing.assert_array_equal(values(features), kept)


@pytest.mark.parametrize("library", OTHERS)
def test_ranks_that_are_all_zero_reconstruct_the_mean(X, library):
    rows = LIBRARIES[library](X)
    pca = ev.EquivariantPCA(DIHEDRAL, ranks=(0, 0, 0, 0)).fit(rows)
    features = pca.transform(rows)
    assert tuple(features.shape) == (50, 0)
    assert_alike(pca.inverse_transform(features), rows, np.full((50, 6), X.mean()), 1e-5)


def test_model_selection_and_pipelines_on_tensors(X):
    grid = {"action": [None, DIHEDRAL], "n_components": [1, 4]}
    found = GridSearchCV(ev.EquivariantPCA(), grid, cv=3).fit(torch_array(X))
    expected = GridSearchCV(ev.EquivariantPCA(), grid, cv=3).fit(X)
    np.testing.assert_allclose(found.cv_results_["mean_test_score"], expected.cv_results_["mean_test_score"])
    pipeline = make_pipeline(MaxAbsScaler(), ev.EquivariantPCA(DIHEDRAL, 3))
    features = pipeline.fit(torch_array(X)).transform(torch_array(X))
    assert_alike(features, torch_array(X), values(pipeline.fit(X).transform(X)), 1e-10)


def test_without_dispatch_everything_becomes_a_numpy_array(X, Y):
    torch = pytest.importorskip("torch")
    with sklearn.config_context(array_api_dispatch=False):
        pca = ev.EquivariantPCA(DIHEDRAL, 3).fit(torch_array(X), sample_weight=torch.ones(50))
        features = pca.transform(torch_array(X))
        assert_alike(features, X, ev.EquivariantPCA(DIHEDRAL, 3).fit(X).transform(X), 1e-10)
        assert isinstance(ev.InvariantRegression().fit(torch_array(X), torch_array(Y)).predict(X), np.ndarray)
        with pytest.raises(RuntimeError, match="Can't call numpy"):
            pca.transform(torch_array(X).requires_grad_())


@pytest.mark.slow
def test_in_a_process_of_its_own():
    """The variable set before anything is imported, as scikit-learn asks for; SciPy dispatches then too."""
    pytest.importorskip("torch")
    code = (
        "import sklearn, torch, equivariety as ev\n"
        "X = torch.randn(30, 6, generator=torch.Generator().manual_seed(0))\n"
        "with sklearn.config_context(array_api_dispatch=True):\n"
        "    pca = ev.EquivariantPCA(ev.actions.dihedral(6), n_components=6).fit(X)\n"
        "    assert torch.allclose(pca.inverse_transform(pca.transform(X)), X, atol=1e-5)\n"
        "    model = ev.EquivariantRegression(ev.actions.dihedral(6)).fit(X, 2 * X)\n"
        "    assert torch.allclose(model.predict(X), 2 * X, atol=1e-5) and model.score(X, 2 * X) > 0.999\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "SCIPY_ARRAY_API": "1"}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
