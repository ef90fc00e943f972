"""Every check that scikit-learn has for estimators."""

from __future__ import annotations

import pytest
from sklearn.utils.estimator_checks import estimator_checks_generator, parametrize_with_checks

import equivariety as ev

# A check that cannot apply would stand here with its reason; none does.
EXPECTED_FAILURES: dict[str, str] = {}

ESTIMATORS = [
    ev.EquivariantPCA(),
    ev.EquivariantPCA(n_components=1, center=False),
    ev.EquivariantRegression(),
    ev.EquivariantRegression(rank=1, fit_intercept=False),
    ev.InvariantRegression(),
    ev.InvariantRegression(rank=1, fit_intercept=False),
]


@parametrize_with_checks(ESTIMATORS, expected_failed_checks=lambda estimator: EXPECTED_FAILURES)
def test_scikit_learn_check(estimator, check):
    check(estimator)


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=str)
def test_all_kinds_of_checks_ran(estimator):
    names = {check.func.__name__ for _, check in estimator_checks_generator(estimator)}
    assert len(names) >= 45
    assert {"check_estimators_nan_inf", "check_sample_weight_equivalence_on_dense_data"} <= names
