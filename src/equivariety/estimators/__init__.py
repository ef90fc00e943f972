"""The scikit-learn face: estimators that fit the best map of a symmetry in closed form."""

from equivariety.estimators.covariance import EquivariantCovariance
from equivariety.estimators.dynamics import EquivariantDMD
from equivariety.estimators.invariants import InvariantFeatures
from equivariety.estimators.pca import EquivariantPCA
from equivariety.estimators.regression import EquivariantRegression, InvariantRegression
from equivariety.estimators.regression_cv import EquivariantRegressionCV
from equivariety.estimators.scaler import InvariantScaler
from equivariety.estimators.standardized import BrokenSymmetryWarning
from equivariety.estimators.symmetry_search import SymmetrySearch

__all__ = [
    "BrokenSymmetryWarning",
    "EquivariantCovariance",
    "EquivariantDMD",
    "EquivariantPCA",
    "EquivariantRegression",
    "EquivariantRegressionCV",
    "InvariantFeatures",
    "InvariantRegression",
    "InvariantScaler",
    "SymmetrySearch",
]
