"""The scikit-learn face: estimators that fit the best map of a symmetry in closed form."""

from equivariety.estimators.pca import EquivariantPCA
from equivariety.estimators.regression import EquivariantRegression, InvariantRegression

__all__ = ["EquivariantPCA", "EquivariantRegression", "InvariantRegression"]
