"""The base class of all regressions over a space of equivariant maps."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from typing import Any, Self

import numpy as np
from array_api_compat import is_jax_array
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, MultiOutputMixin, RegressorMixin
from sklearn.metrics import r2_score
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from equivariety.errors import InputError
from equivariety.estimators.accumulation import Accumulated, updated
from equivariety.estimators.larger_than_memory import row_by_row, training_data
from equivariety.estimators.offsets import mapped_mean
from equivariety.estimators.validation import (
    action_of,
    moved_to,
    require_degree,
    require_fitted,
    validated_inputs,
    validated_targets,
    validated_weight,
    without_gradients,
)
from equivariety.isotypic.arrays import to_numpy
from equivariety.statistics.held_out import errors_on, ridge
from equivariety.statistics.ridge import effective_parameters, standard_errors
from equivariety.varieties.maps import EquivariantMaps
from equivariety.varieties.problem import DataProblem, Problem
from equivariety.varieties.second_look import Rows, readable_again
from equivariety.varieties.solution import Solution


class MapRegression(MultiOutputMixin, RegressorMixin, BaseEstimator, ABC):
    """Least squares over a space of maps; the subclasses say which."""

    fit_intercept: bool
    _accumulated: Accumulated

    def fit(self, X: Any, y: Any, sample_weight: Any | None = None) -> Self:
        """Fit to all samples at once.

        Parameters
        ----------
        X : array_like of shape (samples, features)
            Stored arrays (memory-mapped, zarr, HDF5), Dask arrays and data frames are read chunk by chunk. Under
            scikit-learn's array-API dispatch the arrays of every library stay where they are.
        y : array_like of shape (samples, targets), or (samples,) for one target
            It follows X to its library and device; beside Dask collections one in the same chunks.
        sample_weight : array_like of shape (samples,), optional
            Beside Dask collections also a Dask array or column in the chunks of X.
        """
        return self._update(X, y, sample_weight, fresh=True)

    @row_by_row
    def predict(self, X: Any) -> Any:
        """Predictions of shape (samples, targets), or (samples,) if y was one-dimensional.

        Under scikit-learn's array-API dispatch they lie beside X, in its library and on its device, whichever those
        of the samples in ``fit`` were.
        """
        require_fitted(self)
        X = validated_inputs(self, X, reset=False)
        found = self.solution_.apply(X, np.atleast_1d(self.intercept_))
        return found[:, 0] if self._single else found

    def score(self, X: Any, y: Any, sample_weight: Any | None = None) -> float:
        """Coefficient of determination of the predictions, averaged over the targets; at most 1."""
        found = without_gradients(self.predict(X))
        if is_jax_array(found):
            found = to_numpy(found)  # scikit-learn writes into arrays, which those of JAX do not allow
        weight = validated_weight(sample_weight, found.shape[0])
        weight = None if weight is None else moved_to(weight, found)
        return float(r2_score(validated_targets(y, found), found, sample_weight=weight))

    @property
    def intercept_(self) -> NDArray[np.float64] | float:
        """Vector added to the images of the linear part, shape (targets,), or a number if y was one-dimensional."""
        image = mapped_mean(self.solution_, self._accumulated.input_mean)
        intercept: NDArray[np.float64] = self._accumulated.target_mean - image
        return float(intercept[0]) if self._single else intercept

    @property
    def coef_(self) -> NDArray[np.float64]:
        """The matrix of the map, shape (targets, features), or (features,) if y was one-dimensional."""
        matrix = self.solution_.matrix()
        return matrix[0] if self._single else matrix

    @property
    def noise_variance_(self) -> float:
        """Variance of white noise in the targets, estimated by the residuals.

        Their sum of squares, divided by the number of entries less the effective parameters; for maps of full rank.
        """
        entries = self._accumulated.moments.weight * self._accumulated.moments.outputs
        free = entries - self.effective_parameters_
        if free <= 0:
            raise InputError(f"there are too few samples for the noise: {entries:g} entries of the targets for "
                             f"{self.effective_parameters_:g} parameters")  # fmt: skip
        return self.loss_ * entries / free

    @property
    def effective_parameters_(self) -> float:
        """Parameters that the data determine, the intercept included: the trace of the hat matrix; for full rank."""
        check_is_fitted(self)
        moments, maps = self._accumulated.moments, self._accumulated.maps
        self._require_full_rank()
        trivial = maps.codomain_basis.trivial
        intercept = 0 if trivial is None or not self.fit_intercept else maps.codomain_basis.multiplicities[trivial]
        return effective_parameters(maps, moments, self._penalty) + intercept

    @property
    def generalized_cross_validation_(self) -> float:
        """Estimate of the mean squared error per entry on new data (Golub, Heath and Wahba 1979); for full rank."""
        moments = self._accumulated.moments
        entries = moments.weight * moments.outputs
        return self.loss_ / (1 - self.effective_parameters_ / entries) ** 2

    @property
    def standard_errors_(self) -> NDArray[np.float64]:
        """Standard errors of ``coef_`` for white noise, shape (targets, features); full rank and alpha = 0."""
        if self._penalty:
            raise InputError(f"standard errors are known for alpha = 0, not for {self._penalty:g}")
        found = standard_errors(self._accumulated.maps, self._accumulated.moments, self.noise_variance_)
        return found[0] if self._single else found

    def _require_full_rank(self) -> None:
        largest = self._accumulated.maps.largest_ranks.tolist()
        if any(rank < min(bound, found) for rank, bound, found in
               zip(self.ranks_, largest, self.solution_.numerical_ranks, strict=True)):  # fmt: skip
            raise InputError("this is known for maps of full rank only: fit without rank")

    @abstractmethod
    def _maps(self, features: int, targets: int) -> EquivariantMaps:
        """The linear maps to choose from."""

    def _update(self, X: Any, y: Any, sample_weight: Any | None, fresh: bool) -> Self:
        data = training_data(self, X, sample_weight, reset=fresh, y=y)
        features, targets = data.first_inputs.shape[1], data.first_targets.shape[1]
        if not fresh:
            require_degree(self._accumulated.maps.codomain, "the targets seen before", "y", targets)
        accumulated = updated(
            self, data, self._maps(features, targets), self.fit_intercept, fresh, "the actions and fit_intercept"
        )
        self._accumulated, self._single = accumulated, data.single
        once = fresh and not self.fit_intercept and not self._penalty
        self._learn(accumulated, readable_again(data.X, data.Y, data.weight) if once else None)
        return self

    def _learn(self, accumulated: Accumulated, rows: Rows | None = None) -> None:
        maps, moments = accumulated.maps, accumulated.moments
        problem = Problem.of_data(maps, ridge(maps, moments, self._penalty), rows)
        self.solution_ = self._optimum(problem)
        if self._penalty:  # the loss is that of the map, without the penalty
            squared = errors_on(problem, moments).of(maps, self.solution_.ranks)
            loss = max(squared, 0.0) / (moments.weight * moments.outputs)
            self.solution_ = replace(self.solution_, loss=loss)
        self.ranks_, self.loss_ = self.solution_.ranks, self.solution_.loss

    @property
    @abstractmethod
    def _penalty(self) -> float:
        """The ridge penalty."""

    @abstractmethod
    def _optimum(self, problem: DataProblem) -> Solution:
        """The map to learn among all that the problem offers."""

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.array_api_support = True
        tags.input_tags.sparse = True
        return tags


def equivariant_maps(domain: Any, codomain: Any, features: int, targets: int) -> EquivariantMaps:
    """The equivariant maps between data of these sizes; None stands for no symmetry."""
    if domain is None and codomain is not None:
        raise InputError("domain must be given with a codomain, as an action of the same group")
    source = action_of(domain, "domain", features)
    require_degree(source, "domain", "X", features)
    target = source if codomain is None and domain is not None else codomain
    target = action_of(target, "codomain", targets)
    require_degree(target, "codomain", "y", targets)
    return EquivariantMaps(source, target)
