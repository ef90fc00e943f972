"""Standardization that keeps a symmetry: one mean and one scale for each orbit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from equivariety.actions import Action
from equivariety.estimators.accumulation import orbit_average
from equivariety.estimators.larger_than_memory import over_parts, row_by_row
from equivariety.estimators.validation import (
    action_of,
    require_degree,
    require_labels,
    validated_inputs,
    validated_weight,
)
from equivariety.isotypic.arrays import to_numpy
from equivariety.moments.chunks import row_chunks
from equivariety.tolerances import constant_feature_cutoff

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Deviations:
    """Weight, means and norms of the deviations from them, feature by feature. Norms: their squares can overflow."""

    weight: float
    samples: int
    mean: Vector
    norm: Vector

    @classmethod
    def of_rows(cls, rows: Vector, weight: Vector) -> Deviations:
        total = float(weight.sum())
        mean = weight @ (rows / total) if total else np.zeros(rows.shape[1])
        return cls(total, len(rows), mean, _norms((rows - mean) * np.sqrt(weight)[:, None]))

    def __add__(self, other: Deviations) -> Deviations:
        """Of both samples together (Chan, Golub and LeVeque 1983, with square roots taken)."""
        total = self.weight + other.weight
        samples = self.samples + other.samples
        if not self.weight or not other.weight:
            kept = self if self.weight else other
            return Deviations(total, samples, kept.mean, kept.norm)
        step = other.mean - self.mean
        between = np.abs(step) * np.sqrt(self.weight * (other.weight / total))
        norm = np.hypot(np.hypot(self.norm, other.norm), between)
        return Deviations(total, samples, self.mean + step * (other.weight / total), norm)


class InvariantScaler(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Subtract one mean and divide by one scale for each orbit, so that a symmetry of the data survives.

    ``StandardScaler`` divides every feature by a scale of its own. The group carries features to features of another
    scale then, and a model that is equivariant afterwards is not equivariant in the data. This scaler commutes with
    the group: scales are equal along every orbit, and only the part of the mean that the group fixes is subtracted
    (for permutations, the mean over each orbit).

    Parameters
    ----------
    action : Action, optional
        How the group acts on the features; None stands for no symmetry, which gives ``StandardScaler``.
    with_mean, with_std : bool
        Subtract the mean; divide by the scale.

    Attributes
    ----------
    mean_ : ndarray of shape (n_features,)
        The mean of the samples, projected to the vectors that the group fixes; zero without ``with_mean``.
    scale_ : ndarray of shape (n_features,)
        Root mean square of what is left, over all samples and all features of the orbit; 1 without ``with_std`` and
        where nothing varies.
    n_samples_seen_ : int
    n_features_in_ : int

    Raises
    ------
    InputError
        From ``fit``: if the data do not fit the action or are not finite.

    Examples
    --------
    >>> import equivariety as ev
    >>> X = np.random.default_rng(0).standard_normal((50, 4)) * [1, 2, 3, 4] + 5
    >>> scaler = InvariantScaler(ev.PermutationAction.from_cycles("(1 2)(3 4)")).fit(X)
    >>> bool(scaler.scale_[0] == scaler.scale_[1]), bool(scaler.scale_[1] == scaler.scale_[2])
    (True, False)
    >>> Z = scaler.transform(X)
    >>> np.allclose((Z[:, :2] ** 2).mean(), 1), np.allclose(scaler.inverse_transform(Z), X)
    (True, True)

    In a pipeline it keeps what ``StandardScaler`` breaks:

    >>> from sklearn.pipeline import make_pipeline
    >>> action = ev.actions.cyclic(4)
    >>> model = make_pipeline(InvariantScaler(action), ev.EquivariantPCA(action, n_components=2)).fit(X)
    >>> ev.equivariance_error(model, action) < 1e-12
    True
    >>> batches = InvariantScaler(action).partial_fit(X[:20]).partial_fit(X[20:])
    >>> np.allclose(batches.scale_, InvariantScaler(action).fit(X).scale_)
    True
    """

    def __init__(self, action: Action | None = None, with_mean: bool = True, with_std: bool = True) -> None:
        self.action = action
        self.with_mean = with_mean
        self.with_std = with_std

    def fit(self, X: Any, y: Any = None, sample_weight: Any | None = None) -> Self:
        """Learn means and scales; stored arrays (memory-mapped, zarr, HDF5) are read part by part.

        Parameters
        ----------
        X : array_like of shape (samples, features)
        y : ignored
        sample_weight : array_like of shape (samples,), optional
            For data in memory.
        """
        return self._update(X, sample_weight, fresh=True)

    def partial_fit(self, X: Any, y: Any = None, sample_weight: Any | None = None) -> Self:
        """Add a batch of samples to those seen so far."""
        return self._update(X, sample_weight, fresh=not hasattr(self, "_deviations"))

    @row_by_row
    def transform(self, X: Any) -> NDArray[Any]:
        """(X - mean_) / scale_, shape (samples, features); float32 stays float32."""
        check_is_fitted(self)
        X = _floating(validated_inputs(self, X, reset=False))
        return (X - self.mean_.astype(X.dtype)) / self.scale_.astype(X.dtype)

    @row_by_row
    def inverse_transform(self, X: Any) -> NDArray[Any]:
        """X * scale_ + mean_."""
        check_is_fitted(self)
        X = _floating(validated_inputs(self, X, reset=False))
        return X * self.scale_.astype(X.dtype) + self.mean_.astype(X.dtype)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def _update(self, X: Any, sample_weight: Any | None, fresh: bool) -> Self:
        found = over_parts(lambda part: self._of_part(part, sample_weight, fresh), X)
        self._learn(_total(found if fresh else [self._deviations, *found]))
        return self

    def _of_part(self, X: Any, sample_weight: Any | None, fresh: bool) -> Deviations:
        X = to_numpy(validated_inputs(self, X, reset=fresh))
        action = self._action(X.shape[1])
        require_degree(action, "action", "X", X.shape[1])
        require_labels(self, action)
        weight = validated_weight(sample_weight, len(X))
        weight = np.ones(len(X)) if weight is None else weight
        return _total(
            Deviations.of_rows(X[rows].astype(np.float64), weight[rows])
            for rows in row_chunks(len(X), X.shape[1], on_host=True)
        )

    def _learn(self, deviations: Deviations) -> None:
        self._deviations = deviations
        self.n_samples_seen_ = deviations.samples
        action = self._action(deviations.mean.size)
        fixed = orbit_average(action, deviations.mean)
        self.mean_ = fixed if self.with_mean else np.zeros_like(fixed)
        self.scale_ = _scales(action, deviations, fixed) if self.with_std else np.ones_like(fixed)

    def _action(self, features: int) -> Action:
        return action_of(self.action, "action", features)


def _scales(action: Action, deviations: Deviations, fixed: Vector) -> Vector:
    """Root mean squares of the deviations from the fixed part of the mean, over orbits."""
    spread = np.hypot(deviations.norm / np.sqrt(deviations.weight), deviations.mean - fixed)
    labels = action.orbit_labels
    largest, magnitude = (_largest(values, labels) for values in (spread, np.abs(deviations.mean)))
    unit = np.where(largest > 0, largest, 1.0)
    scale = unit * np.sqrt(np.bincount(labels, weights=(spread / unit[labels]) ** 2) / np.bincount(labels))
    constant = scale <= constant_feature_cutoff(magnitude, deviations.samples)
    return np.where(constant, 1.0, scale)[labels]


def _largest(values: Vector, labels: NDArray[np.intp]) -> Vector:
    """The largest value of each orbit; none is negative."""
    result = np.zeros(labels.max() + 1)
    np.maximum.at(result, labels, values)
    return result


def _total(parts: Iterable[Deviations]) -> Deviations:
    return reduce(Deviations.__add__, parts)


def _floating(X: Any) -> NDArray[Any]:
    values = to_numpy(X)
    return values if values.dtype.kind == "f" else values.astype(np.float64)


def _norms(columns: Vector) -> Vector:
    """Euclidean norms of the columns, of any magnitude."""
    largest = np.abs(columns).max(axis=0, initial=0.0)
    unit = np.where(largest > 0, largest, 1.0)
    return unit * np.sqrt(((columns / unit) ** 2).sum(axis=0))
