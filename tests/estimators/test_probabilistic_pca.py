"""Principal components as a Gaussian model: against scikit-learn's PCA, enumeration, and dense densities."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
import sklearn.decomposition.tests.test_pca as their_tests
from scipy.stats import multivariate_normal
from sklearn.decomposition import PCA
from sklearn.model_selection import GridSearchCV

import equivariety as ev
from cases import PAIRS
from statistics_cases import named

RING = 2 * ev.actions.cyclic(3)


def _data(samples, features, seed=0):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((samples, features)) @ rng.standard_normal((features, features)) + rng.random(features)


@pytest.mark.parametrize("case", **named("sklearn"))
def test_reference_values_of_scikit_learn(case):
    X = np.array(case["X"], dtype=float)
    pca = ev.EquivariantPCA(n_components=case["n_components"]).fit(X)
    for name in ("mean", "explained_variance", "explained_variance_ratio", "singular_values", "noise_variance"):
        np.testing.assert_allclose(getattr(pca, f"{name}_"), case[name], rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(pca.get_covariance(), case["covariance"], atol=1e-12)
    np.testing.assert_allclose(pca.get_precision(), case["precision"], atol=1e-12)
    np.testing.assert_allclose(pca.score_samples(X), case["score_samples"], rtol=1e-12)
    assert pca.score(X) == pytest.approx(case["score"], rel=1e-12)
    white = ev.EquivariantPCA(n_components=case["n_components"], whiten=True).fit(X)
    np.testing.assert_allclose(np.abs(white.transform(X)), case["absolute_whitened"], atol=1e-12)


@pytest.mark.parametrize(("samples", "features"), [(40, 6), (6, 6), (5, 9), (300, 20)])
@pytest.mark.parametrize("share", [None, 2, 0.5, 0.9, "mle"])
@pytest.mark.parametrize("whiten", [False, True])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_without_a_symmetry_every_attribute_is_scikit_learns(samples, features, share, whiten, kind):
    if share == "mle" and samples < features + 1:
        pytest.skip("Minka's evidence needs more samples than features")
    X = _data(samples, features).astype(kind)
    known = PCA(share, whiten=whiten).fit(X)
    found = ev.EquivariantPCA(n_components=known.n_components_ if share is None else share, whiten=whiten).fit(X)
    assert found.n_components_ == known.n_components_
    tolerance = {"rtol": 1e-3, "atol": 1e-3} if kind is np.float32 else {"rtol": 1e-9, "atol": 1e-9}
    determined = known.explained_variance_ > 1e-6 * known.explained_variance_[0]
    for name in ("explained_variance_", "explained_variance_ratio_", "singular_values_"):
        np.testing.assert_allclose(getattr(found, name)[determined], getattr(known, name)[determined], **tolerance)
    np.testing.assert_allclose(found.components_[determined], known.components_[determined], **tolerance)
    assert found.noise_variance_ == pytest.approx(float(known.noise_variance_), rel=2e-3, abs=1e-4)
    np.testing.assert_allclose(found.transform(X)[:, determined], known.transform(X)[:, determined], **tolerance)
    if samples > features:
        # scikit-learn 1.9 scales its components twice in the covariance of whitened models.
        known = PCA(share).fit(X) if whiten else known
        np.testing.assert_allclose(found.get_covariance(), known.get_covariance(), **tolerance)
        np.testing.assert_allclose(found.score_samples(X), known.score_samples(X), rtol=1e-2, atol=1e-2)


def _run(test, marks):
    """One test of scikit-learn's with the first value of every parameter that it wants."""
    values = {}
    for mark in marks:
        names = mark.args[0] if not isinstance(mark.args[0], str) else [n.strip() for n in mark.args[0].split(",")]
        first = next(iter(mark.args[1]))
        values.update({names[0]: first} if len(names) == 1 else dict(zip(names, first, strict=True)))
    values["global_random_seed"] = 0
    test(**{name: value for name, value in values.items() if name in inspect.signature(test).parameters})


class Theirs(ev.EquivariantPCA):
    """Ours under scikit-learn's signature; the choice of a solver means nothing here."""

    def __init__(self, n_components=None, *, copy=True, whiten=False, svd_solver="auto", tol=0.0,
                 iterated_power="auto", random_state=None):  # fmt: skip
        super().__init__(None, n_components, whiten=whiten)
        self.copy, self.svd_solver, self.tol = copy, svd_solver, tol
        self.iterated_power, self.random_state = iterated_power, random_state


# Tests of what every principal component analysis must do. Left out: those about the choice among their solvers,
# test_pca_score (it wants whitening to lower the likelihood, because of the covariance mentioned above), and
# test_pca_dtype_preservation (our fitted attributes are of double precision, whatever the data).
THEIR_TESTS = [
    "test_pca", "test_whitening", "test_pca_explained_variance_equivalence_solver",
    "test_pca_singular_values_consistency", "test_pca_singular_values", "test_pca_check_projection",
    "test_pca_check_projection_list", "test_pca_inverse", "test_n_components_mle", "test_pca_score3",
    "test_pca_zero_noise_variance_edge_cases", "test_pca_deterministic_output", "test_pca_score_consistency_solvers",
    "test_mle_redundant_data", "test_mle_simple_case", "test_variance_correctness",
    "test_small_eigenvalues_mle",
]  # fmt: skip


@pytest.mark.parametrize("name", [name for name in THEIR_TESTS if hasattr(their_tests, name)])
def test_scikit_learns_own_tests_with_ours_in_its_place(name, monkeypatch):
    monkeypatch.setattr(their_tests, "PCA", Theirs)
    test = getattr(their_tests, name)
    _run(test, [mark for mark in getattr(test, "pytestmark", []) if mark.name == "parametrize"])


@pytest.mark.parametrize("case", **named("ppca"))
def test_criteria_choose_the_best_of_all_components(case):
    action, X = ev.PermutationAction(case["generators"]), np.array(case["X"], dtype=float)
    for name in ("aic", "bic"):
        pca = ev.EquivariantPCA(action, name, center=False).fit(X)
        assert getattr(pca, name)(X) == pytest.approx(case[f"best_{name}"], rel=1e-10)
    for entry in case["smallest_rank_for_share"]:
        pca = ev.EquivariantPCA(action, entry["share"], center=False).fit(X)
        assert pca.explained_share(X) == pytest.approx(entry["reached"], rel=1e-9)


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("center", [True, False])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_the_density_is_the_gaussian_one_of_the_covariance(name, center, kind):
    action = PAIRS[name][0]
    X = _data(4 * action.degree, action.degree).astype(kind)
    pca = ev.EquivariantPCA(action, max(1, action.degree // 2), center=center).fit(X)
    covariance = pca.get_covariance()
    for image in action.images:
        np.testing.assert_allclose(covariance[np.ix_(image, image)], covariance, atol=1e-4 * np.abs(covariance).max())
    known = multivariate_normal(pca.mean_, covariance)
    tolerance = 1e-3 if kind is np.float32 else 1e-9
    np.testing.assert_allclose(pca.score_samples(X), known.logpdf(X.astype(float)), rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(pca.get_precision() @ covariance, np.eye(action.degree), atol=100 * tolerance)
    assert pca.score(X) == pytest.approx(np.mean(known.logpdf(X.astype(float))), rel=tolerance)


@pytest.mark.parametrize("name", PAIRS)
def test_whitened_features_are_equivariant_and_of_variance_one(name):
    action = PAIRS[name][0]
    X = _data(5 * action.degree, action.degree)
    pca = ev.EquivariantPCA(action, max(1, action.degree // 2), center=False, whiten=True).fit(X)
    plain = ev.EquivariantPCA(action, max(1, action.degree // 2), center=False).fit(X)
    features = pca.transform(X)
    np.testing.assert_allclose(pca.inverse_transform(features), plain.inverse_transform(plain.transform(X)), atol=1e-9)
    start = 0
    for block, rank in zip(ev.EquivariantMaps(action).blocks, pca.ranks_, strict=True):
        width = block.irrep_dim * rank
        squares = (features[:, start : start + width] ** 2).mean(axis=0).reshape(rank, block.irrep_dim)
        np.testing.assert_allclose(squares.mean(axis=1), 1, rtol=1e-9)
        start += width


def test_cross_validation_does_not_always_choose_the_largest_rank():
    rng = np.random.default_rng(0)
    X = 5 * rng.standard_normal((80, 2)) @ rng.standard_normal((2, 12)) + rng.standard_normal((80, 12))
    search = GridSearchCV(ev.EquivariantPCA(), {"n_components": list(range(1, 13))}).fit(X)
    assert search.best_params_["n_components"] == 2
    assert ev.EquivariantPCA(n_components="bic").fit(X).n_components_ == 2


def test_constant_pixels_say_nothing_about_the_rank():
    X = _data(100, 6)
    constant = np.concatenate([X, np.full((100, 3), 7.0)], axis=1)
    for name in ("bic", "aic"):
        alone, beside = (ev.EquivariantPCA(n_components=name).fit(data).n_components_ for data in (X, constant))
        assert alone == beside


def test_too_few_samples_for_a_criterion():
    with pytest.raises(ev.InputError, match="n_components='bic' needs at least 4 samples with this symmetry, not 3"):
        ev.EquivariantPCA(3 * ev.actions.cyclic(3), "bic").fit(_data(3, 9))


def test_streams_choose_like_the_whole():
    X = _data(60, 6)
    for choice in ("bic", "threshold", 0.7):
        whole = ev.EquivariantPCA(RING, choice).fit(X)
        parts = ev.EquivariantPCA(RING, choice).partial_fit(X[:25]).partial_fit(X[25:])
        assert parts.ranks_ == whole.ranks_
        assert parts.bic(X) == pytest.approx(whole.bic(X))
