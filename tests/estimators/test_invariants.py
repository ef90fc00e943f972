"""Invariant features against their promise, and what they separate."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import equivariety as ev
from cases import PAIRS


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("center", [True, False])
def test_features_do_not_change_under_the_group(name, kind, center):
    action = PAIRS[name][0]
    rng = np.random.default_rng(0)
    X = rng.standard_normal((4 * action.degree, action.degree)).astype(kind)
    features = ev.InvariantFeatures(action, max(2, action.degree // 2), center=center).fit(X)
    found = features.transform(X)
    assert found.shape[1] == len(features.get_feature_names_out())
    for image in action.images:
        np.testing.assert_allclose(features.transform(X[:, image]), found, atol=1e-3 if kind is np.float32 else 1e-9)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_they_separate_what_is_no_image_up_to_unitary_matrices(seed):
    """On three copies of a regular representation of C_3: equal invariants exactly up to phases of each frequency."""
    rng = np.random.default_rng(seed)
    action = 3 * ev.actions.cyclic(3)
    X = rng.standard_normal((40, 9))
    features = ev.InvariantFeatures(action, center=False).fit(X)
    x = X[0].reshape(3, 3)
    spectrum = np.fft.fft(x, axis=1)
    phase = np.exp(1j * rng.uniform(0, 6))
    turned = np.fft.ifft(spectrum * [1, phase, np.conj(phase)], axis=1).real
    both = features.transform(np.stack([x.ravel(), turned.ravel()]))
    np.testing.assert_allclose(both[0], both[1], atol=1e-9)
    other = x.copy()
    other[1] = np.roll(other[1], 1)  # one ring alone is turned: no image of the whole
    assert np.abs(features.transform(other.reshape(1, 9)) - both[0]).max() > 1e-6


def test_turned_digits_are_recognised():
    digits = load_digits()
    rng = np.random.default_rng(0)
    order = rng.permutation(len(digits.data))
    train, test = order[:1200], order[1200:]
    turned = np.stack([np.rot90(x.reshape(8, 8), k).ravel() for x, k in
                       zip(digits.data[test], rng.integers(1, 4, len(test)), strict=True)])  # fmt: skip
    scores = {}
    for name, features in (
        ("plain", ev.EquivariantPCA(n_components=20)),
        ("equivariant", ev.EquivariantPCA(ev.actions.image_rotation(8), 20)),
        ("invariant", ev.InvariantFeatures(ev.actions.image_rotation(8), 20)),
    ):
        model = make_pipeline(features, StandardScaler(), LogisticRegression(max_iter=3000))
        scores[name] = model.fit(digits.data[train], digits.target[train]).score(turned, digits.target[test])
    assert scores["invariant"] > 0.94
    assert max(scores["plain"], scores["equivariant"]) < 0.3
