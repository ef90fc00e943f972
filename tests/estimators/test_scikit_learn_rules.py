"""Every check that scikit-learn has for estimators."""

from __future__ import annotations

import pytest
import sklearn
from packaging.version import Version
from sklearn.utils.estimator_checks import estimator_checks_generator, parametrize_with_checks

import equivariety as ev

EXPECTED_FAILURES = {
    "check_array_api_same_namespace": "an estimator fitted on arrays of one library takes those of every other, on "
    "every device (see test_estimators_on_array_libraries.py); the check wants an error",
}

ESTIMATORS = [
    ev.EquivariantPCA(),
    ev.EquivariantPCA(n_components=1, center=False),
    ev.EquivariantPCA(n_components=0.5, whiten=True),
    ev.EquivariantRegression(alpha=1.0),
    ev.EquivariantRegression(),
    ev.EquivariantRegression(rank=1, fit_intercept=False),
    ev.InvariantRegression(),
    ev.InvariantRegression(rank=1, fit_intercept=False),
]
# Estimators on arrays of NumPy: without array-API dispatch.
ON_NUMPY = [
    ev.SymmetrySearch(),
    ev.EquivariantCovariance(),
    ev.EquivariantCovariance(mean="free", shrinkage="ledoit-wolf"),
    ev.EquivariantDMD(),
    ev.InvariantFeatures(),
    ev.InvariantScaler(),
    ev.InvariantScaler(with_mean=False),
    ev.EquivariantDMD(rank=1),
    ev.EquivariantRegressionCV(),
]


@pytest.fixture(autouse=True)
def array_api_dispatch(monkeypatch):
    """Without it scikit-learn skips its checks of array libraries; those of libraries not installed still skip."""
    monkeypatch.setenv("SCIPY_ARRAY_API", "1")


@parametrize_with_checks(ESTIMATORS, expected_failed_checks=lambda estimator: EXPECTED_FAILURES)
def test_scikit_learn_check(estimator, check):
    check(estimator)


@parametrize_with_checks(ON_NUMPY)
def test_scikit_learn_check_on_numpy(estimator, check, monkeypatch):
    monkeypatch.delenv("SCIPY_ARRAY_API")
    check(estimator)


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=str)
def test_all_kinds_of_checks_ran(estimator):
    names = {check.func.__name__ for _, check in estimator_checks_generator(estimator)}
    assert len(names) >= 45
    assert {"check_estimators_nan_inf", "check_sample_weight_equivalence_on_dense_data"} <= names
    assert "check_array_api_input" in names
    assert "check_array_api_mixed_inputs" in names or Version(sklearn.__version__) < Version("1.8")
