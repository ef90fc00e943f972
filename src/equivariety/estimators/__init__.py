"""The scikit-learn face: estimators that fit the best map of a symmetry in closed form."""

from equivariety.estimators.covariance import EquivariantCovariance
from equivariety.estimators.pca import EquivariantPCA
from equivariety.estimators.regression import EquivariantRegression, InvariantRegression
from equivariety.estimators.symmetry_search import SymmetrySearch

__all__ = [
    "EquivariantCovariance",
    "EquivariantPCA",
    "EquivariantRegression",
    "InvariantRegression",
    "SymmetrySearch",
]
