"""The trap of features that were standardized one by one, seen in the data."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.actions import Action
from equivariety.tolerances import STANDARDIZED

# Columns that are copied at a time.
_COLUMNS = 64


class BrokenSymmetryWarning(UserWarning):
    """Warns that an earlier step, such as StandardScaler, very likely broke the symmetry of the data.

    Examples
    --------
    >>> import warnings
    >>> import numpy as np
    >>> import equivariety as ev
    >>> from sklearn.preprocessing import StandardScaler
    >>> X = StandardScaler().fit_transform(np.random.default_rng(0).standard_normal((50, 4)) * [1, 2, 3, 4])
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     _ = ev.EquivariantPCA(ev.actions.cyclic(4)).fit(X)
    >>> [warning.category.__name__ for warning in caught]
    ['BrokenSymmetryWarning']
    """


def warn_if_standardized(action: Action, X: Any) -> None:
    """Warn of data in memory whose features have mean 0 and variance 1 each, one by one.

    Only ``StandardScaler`` and its like give such data. Since the group carries features to each other, their scales
    must agree; data that hold every image of every sample under the group are the exception, where nothing breaks.
    Usually the first feature decides, so that the question costs one column.
    """
    if not isinstance(X, np.ndarray) or X.dtype.kind != "f" or len(X) < 2:
        return
    moved = np.flatnonzero(np.bincount(action.orbit_labels)[action.orbit_labels] > 1)
    varying = moved[X[0, moved] != X[1, moved]]
    if not varying.size or not _standardized(X[:, varying[:1]]):
        return
    if not all(_standardized(X[:, moved[start : start + _COLUMNS]]) for start in range(0, moved.size, _COLUMNS)):
        return
    warnings.warn(
        "every feature of X has mean 0 and variance 1, as StandardScaler leaves them: one scale for each feature "
        "breaks the symmetry that maps features to each other. InvariantScaler(action) keeps it, and "
        "equivariance_error(pipeline, action) says which step breaks it",
        BrokenSymmetryWarning,
        stacklevel=4,
    )


def _standardized(columns: NDArray[Any]) -> bool:
    """Whether all columns that vary have mean 0 and variance 1; values that are not finite are found elsewhere."""
    with np.errstate(all="ignore"):
        mean, variance = columns.mean(axis=0, dtype=np.float64), columns.var(axis=0, dtype=np.float64)
    constant = (columns == columns[:1]).all(axis=0)
    apart = np.where(constant, 0.0, np.abs(variance - 1.0))
    return bool((np.abs(mean) <= STANDARDIZED).all() and (apart <= STANDARDIZED).all())
