"""The geometry of linear networks with symmetry, and the provably best such network for your data."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from equivariety.actions import Action as Action
    from equivariety.actions import OrthogonalAction as OrthogonalAction
    from equivariety.actions import PermutationAction as PermutationAction
    from equivariety.actions import SignedPermutationAction as SignedPermutationAction
    from equivariety.audit import equivariance_error as equivariance_error
    from equivariety.convolution import LinearConvNet as LinearConvNet
    from equivariety.convolution import PolynomialConvNet as PolynomialConvNet
    from equivariety.errors import InputError as InputError
    from equivariety.estimators import EquivariantCovariance as EquivariantCovariance
    from equivariety.estimators import EquivariantDMD as EquivariantDMD
    from equivariety.estimators import EquivariantPCA as EquivariantPCA
    from equivariety.estimators import EquivariantRegression as EquivariantRegression
    from equivariety.estimators import EquivariantRegressionCV as EquivariantRegressionCV
    from equivariety.estimators import InvariantFeatures as InvariantFeatures
    from equivariety.estimators import InvariantRegression as InvariantRegression
    from equivariety.estimators import InvariantScaler as InvariantScaler
    from equivariety.estimators import SymmetrySearch as SymmetrySearch
    from equivariety.models import load_model as load_model
    from equivariety.models import save_model as save_model
    from equivariety.polynomial import PolynomialNet as PolynomialNet
    from equivariety.statistics import expected_risk as expected_risk
    from equivariety.statistics import learning_coefficient as learning_coefficient
    from equivariety.statistics import symmetry_test as symmetry_test
    from equivariety.varieties import DeterminantalVariety as DeterminantalVariety
    from equivariety.varieties import EquivariantMaps as EquivariantMaps
    from equivariety.varieties import InvariantMaps as InvariantMaps
    from equivariety.varieties import SymmetricMaps as SymmetricMaps

__version__ = "0.2.0"

# Public names and the module each lives in. They load on first use, so that ``import equivariety`` is quick and
# never pulls in torch, scikit-learn or matplotlib.
_HOMES = {
    "Action": "equivariety.actions",
    "OrthogonalAction": "equivariety.actions",
    "SignedPermutationAction": "equivariety.actions",
    "DeterminantalVariety": "equivariety.varieties",
    "EquivariantCovariance": "equivariety.estimators",
    "EquivariantDMD": "equivariety.estimators",
    "EquivariantMaps": "equivariety.varieties",
    "EquivariantPCA": "equivariety.estimators",
    "EquivariantRegression": "equivariety.estimators",
    "EquivariantRegressionCV": "equivariety.estimators",
    "InputError": "equivariety.errors",
    "InvariantFeatures": "equivariety.estimators",
    "InvariantMaps": "equivariety.varieties",
    "InvariantRegression": "equivariety.estimators",
    "InvariantScaler": "equivariety.estimators",
    "PermutationAction": "equivariety.actions",
    "LinearConvNet": "equivariety.convolution",
    "PolynomialConvNet": "equivariety.convolution",
    "SymmetrySearch": "equivariety.estimators",
    "expected_risk": "equivariety.statistics",
    "learning_coefficient": "equivariety.statistics",
    "symmetry_test": "equivariety.statistics",
    "PolynomialNet": "equivariety.polynomial",
    "SymmetricMaps": "equivariety.varieties",
    "equivariance_error": "equivariety.audit",
    "load_model": "equivariety.models",
    "save_model": "equivariety.models",
}
_MODULES = (
    "actions",
    "algebra",
    "convolution",
    "datasets",
    "geometry",
    "nn",
    "polynomial",
    "statistics",
    "testing",
)

__all__ = [*_HOMES, *_MODULES]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    if name in _MODULES:
        return importlib.import_module(f"equivariety.{name}")
    raise AttributeError(f"module 'equivariety' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
