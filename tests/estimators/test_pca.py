"""Equivariant PCA against scikit-learn's, against brute force, and against its own promises."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.model_selection import GridSearchCV

import equivariety as ev
from equivariety.errors import InputError
from referees import group_elements

DIHEDRAL = ev.PermutationAction.from_cycles("(1 2 3 4 5 6); (2 6)(3 5)")
ACTIONS = {
    "none": None,
    "shift": ev.actions.image_shift((2, 3), axis=1),
    "dihedral": DIHEDRAL,
    "fixed points": ev.PermutationAction.from_cycles("(1 2)(3 4)", 6),
}


@pytest.fixture
def X():
    rng = np.random.default_rng(0)
    return rng.standard_normal((50, 6)) @ rng.standard_normal((6, 6)) + rng.standard_normal(6)


@pytest.mark.parametrize("center", [True, False])
def test_without_symmetry_it_is_ordinary_pca(X, center):
    found = ev.EquivariantPCA(n_components=4, center=center).fit(X)
    if center:
        known = PCA(4).fit(X)
        np.testing.assert_allclose(found.mean_, known.mean_)
        np.testing.assert_allclose(found.explained_variance_ratio_, known.explained_variance_ratio_)
        np.testing.assert_allclose(np.abs(found.components_), np.abs(known.components_), atol=1e-10)
        np.testing.assert_allclose(np.abs(found.transform(X)), np.abs(known.transform(X)), atol=1e-10)
        best = known.inverse_transform(known.transform(X))
    else:
        left, values, right = np.linalg.svd(X, full_matrices=False)
        best = (left[:, :4] * values[:4]) @ right[:4]
    np.testing.assert_allclose(found.inverse_transform(found.transform(X)), best, atol=1e-10)
    assert found.loss_ == pytest.approx(np.mean((X - best) ** 2))


@pytest.mark.parametrize("action", ACTIONS.values(), ids=ACTIONS)
@pytest.mark.parametrize("center", [True, False])
def test_the_reconstruction_is_equivariant(X, action, center):
    pca = ev.EquivariantPCA(action, n_components=3, center=center).fit(X)
    generators = () if action is None else action.generators
    for image in generators:
        moved = pca.inverse_transform(pca.transform(X[:, image]))
        np.testing.assert_allclose(moved, pca.inverse_transform(pca.transform(X))[:, image], atol=1e-12)


def test_on_data_closed_under_the_group_it_is_ordinary_pca(X):
    """The best reconstruction is then equivariant already, unless the cut splits an irreducible."""
    closed = np.concatenate([X[:, element] for element in group_elements(DIHEDRAL.images)])
    squares = PCA().fit(closed).singular_values_ ** 2
    for count in range(1, 7):
        loss = ev.EquivariantPCA(DIHEDRAL, n_components=count).fit(closed).loss_ * closed.size
        split = count < 6 and np.isclose(squares[count - 1], squares[count])
        if split:
            assert loss > squares[count:].sum() * 1.001
        else:
            assert loss == pytest.approx(squares[count:].sum(), abs=1e-8)


@pytest.mark.parametrize("action", ACTIONS.values(), ids=ACTIONS)
def test_shares_add_up_to_the_whole_share(X, action):
    pca = ev.EquivariantPCA(action, n_components=3).fit(X)
    assert pca.explained_variance_ratio_.shape == (pca.n_components_,)
    assert pca.explained_share(X) == pytest.approx(pca.explained_variance_ratio_.sum())
    whole = ev.EquivariantPCA(action).fit(X)
    assert whole.explained_variance_ratio_.sum() == pytest.approx(1)
    np.testing.assert_allclose(whole.inverse_transform(whole.transform(X)), X, atol=1e-10)
    np.testing.assert_allclose(whole.components_ @ whole.components_.T, np.eye(6), atol=1e-12)


@pytest.mark.parametrize("action", ACTIONS.values(), ids=ACTIONS)
@pytest.mark.parametrize("center", [True, False])
def test_partial_fit_on_batches_is_fit_on_all(X, action, center):
    whole = ev.EquivariantPCA(action, n_components=3, center=center).fit(X)
    parts = ev.EquivariantPCA(action, n_components=3, center=center)
    for batch in np.split(X, [7, 20]):
        parts.partial_fit(batch)
    assert parts.ranks_ == whole.ranks_
    assert parts.loss_ == pytest.approx(whole.loss_)
    for name in ("mean_", "components_", "explained_variance_ratio_"):
        np.testing.assert_allclose(getattr(parts, name), getattr(whole, name), atol=1e-10)


@pytest.mark.parametrize("action", ACTIONS.values(), ids=ACTIONS)
def test_weights_are_repetitions(X, action):
    counts = np.random.default_rng(1).integers(0, 4, len(X))
    weighted = ev.EquivariantPCA(action, n_components=3).fit(X, sample_weight=counts)
    repeated = ev.EquivariantPCA(action, n_components=3).fit(np.repeat(X, counts, axis=0))
    np.testing.assert_allclose(weighted.components_, repeated.components_, atol=1e-10)
    np.testing.assert_allclose(weighted.mean_, repeated.mean_, atol=1e-12)
    assert weighted.loss_ == pytest.approx(repeated.loss_)


@pytest.mark.parametrize("kind", [np.float64, np.float32, np.uint8])
def test_the_size_of_the_batches_inside_does_not_matter(kind, monkeypatch):
    rng = np.random.default_rng(0)
    X, weight = (rng.random((50, 6)) * 200).astype(kind), rng.random(50)
    whole = ev.EquivariantPCA(DIHEDRAL, 3).fit(X, sample_weight=weight)
    monkeypatch.setattr("equivariety.moments.chunks.CHUNK_VALUES", 42)
    parts = ev.EquivariantPCA(DIHEDRAL, 3).fit(X, sample_weight=weight)
    np.testing.assert_allclose(parts.components_, whole.components_, atol=1e-5)
    np.testing.assert_allclose(parts.mean_, whole.mean_, rtol=1e-6)
    assert parts.loss_ == pytest.approx(whole.loss_, rel=1e-5)


def test_data_far_from_zero_keep_their_digits(X):
    """Sums of squares around zero would lose sixteen digits here."""
    near, far = ev.EquivariantPCA(DIHEDRAL, 3).fit(X), ev.EquivariantPCA(DIHEDRAL, 3).fit(X + 2.0**26)
    assert far.loss_ == pytest.approx(near.loss_, rel=1e-6)
    np.testing.assert_allclose(far.components_, near.components_, atol=1e-6)


@pytest.mark.parametrize("kind", [np.float32, np.uint8, np.float16, bool])
def test_other_kinds_of_numbers(kind):
    images = (np.random.default_rng(0).random((30, 6)) * 200).astype(kind)
    pca = ev.EquivariantPCA(DIHEDRAL, 3).fit(images)
    exact = ev.EquivariantPCA(DIHEDRAL, 3).fit(images.astype(np.float64))
    assert pca.transform(images).dtype == np.float32
    np.testing.assert_allclose(pca.transform(images), exact.transform(images.astype(float)), rtol=1e-3, atol=1e-3)


def test_given_ranks_are_kept(X):
    pca = ev.EquivariantPCA(DIHEDRAL, ranks=(0, 0, 1, 0)).fit(X)
    assert pca.ranks_ == (0, 0, 1, 0)
    assert pca.get_feature_names_out().tolist() == ["block2_0", "block2_1"]
    pandas = pytest.importorskip("pandas")
    frame = pca.set_output(transform="pandas").transform(pandas.DataFrame(X).to_numpy())
    assert frame.columns.tolist() == ["block2_0", "block2_1"]


def test_ranks_and_loss_are_those_of_the_family(X):
    family = ev.EquivariantMaps(DIHEDRAL).bounded(3)
    pca = ev.EquivariantPCA(DIHEDRAL, 3, center=False).fit(X)
    assert (pca.ranks_, pca.loss_) == (family.fit(X).ranks, pytest.approx(family.fit(X).loss))
    assert not pca.mean_.any()


def test_constant_data_explain_nothing():
    pca = ev.EquivariantPCA(n_components=2).fit(np.full((5, 3), 7.1))
    assert pca.explained_variance_ratio_.tolist() == [0, 0]
    assert pca.explained_share(np.full((2, 3), 7.1)) == 0
    np.testing.assert_allclose(pca.inverse_transform(pca.transform([[7.1, 7.1, 7.1]])), 7.1)


def test_model_selection_by_score(X):
    search = GridSearchCV(ev.EquivariantPCA(), {"action": [None, DIHEDRAL], "n_components": [1, 4]}, cv=3).fit(X)
    assert search.best_params_ == {"action": None, "n_components": 4}


@pytest.mark.slow
def test_it_survives_a_trip_to_another_process(X, tmp_path):
    pca = ev.EquivariantPCA(DIHEDRAL, 3).partial_fit(X[:30])
    (tmp_path / "pca").write_bytes(pickle.dumps(pca))
    np.save(tmp_path / "rest.npy", X[30:])
    code = (
        "import pickle, sys, numpy as np; folder = sys.argv[1]\n"
        "pca = pickle.load(open(folder + '/pca', 'rb')).partial_fit(np.load(folder + '/rest.npy'))\n"
        "np.save(folder + '/components.npy', pca.components_)"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, env=environment)
    whole = ev.EquivariantPCA(DIHEDRAL, 3).fit(X)
    np.testing.assert_allclose(np.load(tmp_path / "components.npy"), whole.components_, atol=1e-10)


CHOICES = (
    "n_components must be None, a whole number from 0 to 6, a share between 0 and 1, 'bic', 'aic', 'threshold' or 'mle'"
)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"action": ev.actions.cyclic(5)}, "X must have 5 columns, the degree of action, not 6"),
        ({"action": "cyclic:6"}, "action must be an Action or None, not str"),
        ({"n_components": 7}, f"{CHOICES}, not 7"),
        ({"n_components": -1}, f"{CHOICES}, not -1"),
        ({"n_components": -0.5}, f"{CHOICES}, not -0.5"),
        ({"n_components": 1.5}, f"{CHOICES}, not 1.5"),
        ({"n_components": True}, f"{CHOICES}, not True"),
        ({"n_components": "a"}, f"{CHOICES}, not 'a'"),
        ({"ranks": 3}, "ranks must be a sequence of 1 whole numbers, one for each block, not 3"),
        ({"ranks": (1, 2)}, "ranks must have one entry for each of the 1 blocks, not 2"),
        ({"ranks": (4,), "n_components": 3}, "ranks must use at most the rank 3"),
    ],
)
def test_parameters_that_cannot_be_used(X, options, message):
    with pytest.raises(InputError, match=message):
        ev.EquivariantPCA(**options).fit(X)


def test_data_that_cannot_be_used(X):
    pca = ev.EquivariantPCA(n_components=2).fit(X)
    X[3, 2] = np.nan
    for method in (ev.EquivariantPCA().fit, pca.transform, pca.score):
        with pytest.raises(InputError, match="X must hold finite numbers: row 3 contains NaN or infinity"):
            method(X)
    with pytest.raises(InputError, match="X must have 2 columns, the number of components, not 6"):
        pca.inverse_transform(X[:3])
    for weight, message in [
        (np.ones(4), r"sample_weight must have shape \(3,\), one weight for each sample, not \(4,\)"),
        ([1, -1, 1], "sample_weight must hold finite numbers that are not negative: row 1 has -1"),
        (np.zeros(3), "sample_weight must not be zero for all samples"),
    ]:
        with pytest.raises(InputError, match=message):
            pca.fit(X[:3], sample_weight=weight)


def test_data_are_never_changed(X):
    given = X.copy()
    pca = ev.EquivariantPCA(DIHEDRAL, 3).fit(given)
    features = pca.transform(given)
    kept = features.copy()
    pca.inverse_transform(features)
    pca.explained_share(given)
    pca.score(given)
    np.testing.assert_array_equal(given, X)
    np.testing.assert_array_equal(features, kept)


def test_ranks_that_are_all_zero_reconstruct_the_mean(X):
    pca = ev.EquivariantPCA(DIHEDRAL, ranks=(0,) * len(ev.EquivariantMaps(DIHEDRAL).blocks)).fit(X)
    features = pca.transform(X)
    assert features.shape == (len(X), 0)
    np.testing.assert_allclose(pca.inverse_transform(features), np.tile(pca.mean_, (len(X), 1)))


@pytest.mark.parametrize("changed", [{"action": DIHEDRAL}, {"center": False}])
def test_parameters_stay_the_same_from_batch_to_batch(X, changed):
    pca = ev.EquivariantPCA(ev.actions.cyclic(6)).partial_fit(X).set_params(**changed)
    with pytest.raises(InputError, match="action and center must stay as they were in the first partial_fit: call fit"):
        pca.partial_fit(X)
    assert pca.fit(X).partial_fit(X).n_components_ == 6


def test_masked_arrays_are_refused(X):
    with pytest.raises(InputError, match="X must not be a masked array: fill the masked values"):
        ev.EquivariantPCA().fit(np.ma.masked_greater(X, 0))


@pytest.mark.parametrize("center", [True, False])
def test_a_batch_in_which_no_sample_counts_changes_nothing(center):
    batches = [np.random.default_rng(seed).standard_normal((20, 6)) + 3 for seed in range(3)]
    pca = ev.EquivariantPCA(ev.actions.cyclic(6), 3, center=center).partial_fit(batches[0])
    pca.partial_fit(batches[1], sample_weight=np.zeros(20)).partial_fit(batches[2])
    expected = ev.EquivariantPCA(ev.actions.cyclic(6), 3, center=center).partial_fit(batches[0]).partial_fit(batches[2])
    np.testing.assert_array_equal(pca.components_, expected.components_)
    np.testing.assert_array_equal(pca.mean_, expected.mean_)
    with pytest.raises(InputError, match="sample_weight must not be zero for all samples"):
        ev.EquivariantPCA(ev.actions.cyclic(6), 3).partial_fit(batches[0], sample_weight=np.zeros(20))
    batches[1][3, 2] = np.nan
    with pytest.raises(InputError, match="row 3"):
        pca.partial_fit(batches[1], sample_weight=np.zeros(20))
