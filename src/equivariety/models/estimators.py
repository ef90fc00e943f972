"""Fitted estimators, taken apart for files: their parameters and all that a fit set."""

from __future__ import annotations

from typing import Any

from sklearn.base import BaseEstimator

from equivariety import estimators
from equivariety.errors import InputError
from equivariety.estimators.accumulation import Accumulated
from equivariety.estimators.scaler import Deviations
from equivariety.models.maps import record
from equivariety.models.values import Kind, State
from equivariety.statistics.invariant_covariance import InvariantCovariance
from equivariety.statistics.search import SymmetryModel
from equivariety.statistics.spectra import CovarianceSpectrum

# The parts of estimators that are objects themselves.
PARTS: dict[type, Kind] = {
    part: record(part) for part in (Accumulated, CovarianceSpectrum, Deviations, InvariantCovariance, SymmetryModel)
}


def kind_of(value: Any) -> Kind | None:
    """How a fitted estimator of this library, or a part of one, is stored."""
    if type(value) in PARTS:
        return PARTS[type(value)]
    return kind_named(type(value).__name__) if isinstance(value, BaseEstimator) else None


def kind_named(name: str) -> Kind | None:
    """The kind of that name: those of the public estimators."""
    parts = {kind.name: kind for kind in PARTS.values()}
    if name in parts:
        return parts[name]
    cls = getattr(estimators, name, None) if name in estimators.__all__ else None
    if not isinstance(cls, type) or not issubclass(cls, BaseEstimator):
        return None
    return Kind(name, _state, lambda state: _restored(cls, state))


def _state(estimator: BaseEstimator) -> State:
    parameters = estimator.get_params(deep=False)
    fitted = {name: value for name, value in vars(estimator).items() if name not in parameters}
    if not any(name.endswith("_") for name in fitted):
        raise InputError(f"the {type(estimator).__name__} is not fitted: there is nothing to save yet")
    return {"parameters": parameters, "fitted": fitted}


def _restored(cls: type[BaseEstimator], state: State) -> BaseEstimator:
    estimator = cls(**state["parameters"])
    if not any(name.endswith("_") for name in state["fitted"]):
        raise InputError(f"the {cls.__name__} of the file is not fitted")
    vars(estimator).update(state["fitted"])
    return estimator
