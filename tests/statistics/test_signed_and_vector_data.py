"""Statistics for signed and orthogonal actions: against dense averages over the enumerated group."""

from __future__ import annotations

import numpy as np
import pytest

import equivariety as ev

SQUARE = ev.PermutationAction([[1, 2, 3, 0], [0, 3, 2, 1]])
TURN, FLIP = np.array([[0.0, -1.0], [1.0, 0.0]]), np.array([[1.0, 0.0], [0.0, -1.0]])
RING = ev.PermutationAction([[1, 2, 0]])
THIRD = np.array([[-0.5, -(3**0.5) / 2], [3**0.5 / 2, -0.5]])
ACTIONS = {
    "mirror with signs": ev.SignedPermutationAction([[1, 0, 2, 3]], [[1, 1, 1, -1]]),
    "no fixed vector": ev.SignedPermutationAction([[1, 2, 0]], [[1, 1, -1]]),
    "vectors on a square": SQUARE.on_vectors([TURN, FLIP]),
    "vectors on a triangle": RING.on_vectors([THIRD]),
}


def _closure(action):
    """All matrices of the group."""
    found, place = [np.eye(action.degree)], 0
    generators = [action.matrix(g).toarray() for g in range(action.number_of_generators)]
    while place < len(found):
        for generator in generators:
            new = generator @ found[place]
            if not any(np.allclose(new, other) for other in found):
                found.append(new)
        place += 1
    return np.array(found)


@pytest.mark.parametrize("name", ACTIONS)
@pytest.mark.parametrize("mean", ["zero", "invariant", "free"])
def test_covariance_is_the_average_over_the_group(name, mean):
    action = ACTIONS[name]
    group = _closure(action)
    X = np.random.default_rng(0).standard_normal((30, action.degree)) + 1
    model = ev.EquivariantCovariance(action, mean=mean).fit(X)
    location = {"zero": 0.0, "free": X.mean(axis=0), "invariant": group.mean(axis=0) @ X.mean(axis=0)}[mean]
    np.testing.assert_allclose(model.location_, np.broadcast_to(location, action.degree), atol=1e-10)
    S = (X - location).T @ (X - location) / len(X)
    np.testing.assert_allclose(model.covariance_, np.mean([g @ S @ g.T for g in group], axis=0), atol=1e-10)
    fixed = round(np.trace(group.mean(axis=0)))
    symmetric = np.mean([(np.trace(g) ** 2 + np.trace(g @ g)) / 2 for g in group])
    expected = {"zero": 0, "free": action.degree, "invariant": fixed}[mean]
    assert model.n_parameters_ == round(symmetric) + expected


@pytest.mark.parametrize("name", ACTIONS)
def test_principal_components_regression_and_dynamics(name):
    action = ACTIONS[name]
    rng = np.random.default_rng(1)
    X = rng.standard_normal((40, action.degree)) @ rng.standard_normal((action.degree, action.degree)) + 3
    T = [action.matrix(g).toarray() for g in range(action.number_of_generators)]
    pca = ev.EquivariantPCA(action, "bic").fit(X)
    reconstruct = lambda rows: pca.inverse_transform(pca.transform(rows))  # noqa: E731
    invariant = ev.InvariantFeatures(action, 3).fit(X)
    regression = ev.EquivariantRegressionCV(action, alphas=[0.1, 1.0]).fit(X, rng.standard_normal(X.shape))
    dynamics = ev.EquivariantDMD(action).fit(X)
    covariance = pca.get_covariance()
    for t in T:
        np.testing.assert_allclose(reconstruct(X @ t.T), reconstruct(X) @ t.T, atol=1e-8)
        np.testing.assert_allclose(invariant.transform(X @ t.T), invariant.transform(X), atol=1e-8)
        np.testing.assert_allclose(regression.predict(X @ t.T), regression.predict(X) @ t.T, atol=1e-8)
        np.testing.assert_allclose(t @ dynamics.operator() @ t.T, dynamics.operator(), atol=1e-8)
        np.testing.assert_allclose(t @ covariance @ t.T, covariance, atol=1e-8)
    np.testing.assert_allclose(np.sort(np.abs(dynamics.eigenvalues_)),
                               np.sort(np.abs(np.linalg.eigvals(dynamics.operator()))), atol=1e-6)  # fmt: skip


@pytest.mark.parametrize("name", ACTIONS)
def test_symmetry_tests_and_comparison_of_candidates(name):
    action = ACTIONS[name]
    rng = np.random.default_rng(2)
    n = action.degree
    root = ev.EquivariantMaps(action).project(rng.standard_normal((n, n))) + 2 * np.eye(n)
    X = rng.standard_normal((200, n)) @ root.T
    assert ev.symmetry_test(X, action, simulations=99).p_value > 0.02
    broken = X @ np.diag(np.linspace(1, 3, n))
    found = ev.symmetry_test(broken, action, simulations=99)
    assert found.p_value == 0.01
    assert len(found.generators) == action.number_of_generators
    nothing = ev.actions.trivial(n)
    for data, best in ((X, action), (broken, nothing)):
        search = ev.SymmetrySearch([nothing, action], criterion="bic").fit(data)
        assert search.best_action_ == best
