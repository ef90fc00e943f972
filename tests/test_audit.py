"""The audit of trained maps, judged by hand and by brute force over the group."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import equivariety as ev
from equivariety.errors import InputError
from referees import group_elements, reference_actions


def test_the_error_of_a_matrix_is_the_commutator():
    action = ev.PermutationAction.from_cycles("(1 3 4)(2 5); (1 2)")
    M = np.random.default_rng(0).standard_normal((5, 5))
    error = ev.equivariance_error(M, action)
    expected = [
        np.linalg.norm(M @ P - P @ M) / np.linalg.norm(M) for P in (action.matrix(k).toarray() for k in range(2))
    ]
    np.testing.assert_allclose(error.generators, expected)
    assert error == pytest.approx(max(expected))


def test_blocks_share_out_the_distance_and_name_the_broken_frequency():
    action = ev.actions.image_shift((3, 8), axis=1)
    maps = ev.EquivariantMaps(action)
    generator = np.random.default_rng(0)
    M = maps.project(generator.standard_normal((24, 24)))
    Q = maps.decomposition.domain.matrix()
    columns = slice(3, 9)  # the block (8, 7): three complex coordinates after three of block (1, 1)
    M += Q[:, columns] @ generator.standard_normal((6, 6)) @ Q[:, columns].T
    audit = ev.equivariance_error(M, action).linear
    by_label = {block.label: block for block in audit.blocks}
    assert by_label[8, 7].error == pytest.approx(audit.distance)
    assert all(block.error < 1e-12 for label, block in by_label.items() if label != (8, 7))
    assert by_label[8, 7].leak < 1e-7
    assert audit.distance == pytest.approx(maps.distance(M))
    assert sum(block.norm**2 for block in audit.blocks) == pytest.approx(np.linalg.norm(M) ** 2)
    leaking = M + 0.1 * np.outer(Q[:, 0], Q[:, 3])
    assert ev.equivariance_error(leaking, action).linear.blocks[1].leak == pytest.approx(0.1)


@pytest.mark.parametrize(
    "case", [c for c in reference_actions() if c["n"] * c["m"] <= 64][::4], ids=lambda c: c["name"]
)
def test_nearest_is_the_average_over_the_group(case):
    domain = ev.PermutationAction(case["generators"])
    codomain = ev.PermutationAction(case["codomain_generators"] or case["generators"])
    M = np.random.default_rng(0).standard_normal((codomain.degree, domain.degree))
    joint = [
        [*g, *(np.asarray(h) + len(g))] for g, h in zip(domain.images.tolist(), codomain.images.tolist(), strict=True)
    ]
    elements = np.array(group_elements(joint))
    n = domain.degree
    average = np.mean([M[element[n:] - n][:, element[:n]] for element in elements], axis=0)
    np.testing.assert_allclose(ev.equivariance_error(M, domain, codomain).linear.nearest, average, atol=1e-12)


def test_functions_are_judged_at_random_rows():
    action = ev.actions.cyclic(5)
    assert ev.equivariance_error(np.tanh, action) < 1e-15
    assert ev.equivariance_error(np.tanh, action).linear is None
    broken = ev.equivariance_error(lambda rows: rows**2 * np.arange(5), action)
    assert broken > 0.1


def test_affine_functions_are_recognized_with_their_bias():
    action = ev.actions.cyclic(5)
    error = ev.equivariance_error(lambda rows: 2 * rows + 1.0, action)
    np.testing.assert_allclose(error.linear.nearest, 2 * np.eye(5), atol=1e-15)
    assert error < 1e-15
    assert ev.equivariance_error(lambda rows: 2 * rows + np.arange(5), action) > 0.1


def test_invariance_is_equivariance_into_a_trivial_action():
    action = ev.actions.symmetric(4)
    assert ev.equivariance_error(np.ones((2, 4)), action, ev.actions.trivial(2, like=action)) == 0
    assert ev.equivariance_error(np.eye(4), action, ev.actions.trivial(4, like=action)) > 0.5
    assert ev.equivariance_error(np.zeros((4, 4)), action) == 0


def test_torch_modules_in_their_own_precision_and_layer_by_layer():
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    action = ev.actions.image_rotation(4)
    model = torch.nn.Sequential(torch.nn.Linear(16, 16), torch.nn.ReLU(), torch.nn.Linear(16, 16))
    error = ev.equivariance_error(model, action)
    assert error.linear is None
    assert set(error.layers) == {"0", "2"}
    weight = model[2].weight.detach().double().numpy()
    assert error.layers["2"].distance == pytest.approx(ev.EquivariantMaps(action).distance(weight))
    layer = ev.nn.EquivariantLinear(action)
    assert ev.equivariance_error(layer, action) < 1e-6
    assert ev.equivariance_error(layer.double(), action) < 1e-14
    assert ev.equivariance_error(layer.double(), action).linear is not None


def test_assert_equivariant_says_which_generator_and_which_block():
    action = ev.PermutationAction.from_cycles("(1 2 3); (1 2)")
    ev.testing.assert_equivariant(np.ones((3, 3)), action)
    ev.testing.assert_equivariant(np.ones((3, 3), dtype=np.float32) + 1e-6 * np.eye(3, k=1, dtype=np.float32), action)
    pattern = r"not equivariant: relative error .* at generator \d, above the tolerance .*; worst block .* is not"
    with pytest.raises(AssertionError, match=pattern):
        ev.testing.assert_equivariant(np.diag([1.0, 2.0, 3.0]), action)
    with pytest.raises(AssertionError, match=r"relative error .* at generator 1, above the tolerance 0.5$"):
        ev.testing.assert_equivariant(lambda rows: rows**2 * [0, 5, 9], action, tolerance=0.5)


def test_assert_equivariant_knows_the_precision_of_modules():
    torch = pytest.importorskip("torch")
    action = ev.actions.image_shift((8, 8))
    model = ev.nn.EquivariantMLP(action, action, [3 * action])
    ev.testing.assert_equivariant(model, action)
    ev.testing.assert_equivariant(model.double(), action)
    ev.testing.assert_equivariant(model.to(torch.bfloat16), action)
    plain = torch.nn.Linear(64, 64)
    with pytest.raises(AssertionError):
        ev.testing.assert_equivariant(plain, action)


@pytest.mark.parametrize(
    ("subject", "message"),
    [
        (np.ones((2, 3)), r"the matrix must have shape \(4, 4\), not \(2, 3\)"),
        (lambda rows: rows[:, :2], r"the function must map rows to an array of shape \(32, 4\), not \(32, 2\)"),
        (lambda rows: rows * np.nan, "the function must give finite numbers: it returned NaN or infinity"),
    ],
)
def test_misfits_are_refused(subject, message):
    with pytest.raises(ev.InputError, match=message):
        ev.equivariance_error(subject, ev.actions.cyclic(4))


def test_the_audit_never_loads_torch():
    code = (
        "import sys, equivariety as ev; ev.equivariance_error(lambda rows: rows, ev.actions.cyclic(3)); "
        "ev.testing.assert_equivariant([[1.0]], ev.actions.cyclic(1)); print('torch' in sys.modules)"
    )
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert output.strip() == "False"


def test_estimators_are_judged_by_what_they_predict_or_reconstruct():
    from sklearn.decomposition import PCA
    from sklearn.linear_model import LinearRegression
    from sklearn.preprocessing import Normalizer

    action = ev.actions.image_rotation(3)
    X = np.random.default_rng(0).standard_normal((60, 9)) + 3
    Y = X @ np.random.default_rng(1).standard_normal((9, 9))
    mean = ev.actions.trivial(1, like=action)
    assert ev.equivariance_error(ev.EquivariantPCA(action, n_components=4).fit(X), action) < 1e-13
    assert ev.equivariance_error(ev.EquivariantRegression(action).fit(X, Y), action) < 1e-13
    assert ev.equivariance_error(ev.InvariantRegression(action).fit(X, X.sum(axis=1)), action, mean) < 1e-13
    ordinary = LinearRegression().fit(X, Y)
    expected = ev.equivariance_error(lambda rows: rows @ ordinary.coef_.T + ordinary.intercept_, action)
    assert float(ev.equivariance_error(ordinary, action)) == pytest.approx(float(expected), rel=1e-9)
    assert expected > 0.1
    assert ev.equivariance_error(PCA(3).fit(X), action) > 0.1
    with pytest.raises(InputError, match="the Normalizer neither predicts nor reconstructs"):
        ev.equivariance_error(Normalizer().fit(X), action)
    with pytest.raises(InputError, match=r"must have shape \(9, 9\), not \(\)"):
        ev.equivariance_error(object(), action)
