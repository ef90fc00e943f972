"""Linear regression among the equivariant or invariant maps, of full or bounded rank."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Self

import numpy as np
from array_api_compat import is_jax_array
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, MultiOutputMixin, RegressorMixin
from sklearn.metrics import r2_score
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from equivariety.actions import PermutationAction
from equivariety.errors import InputError
from equivariety.estimators.accumulation import Accumulated, shifted
from equivariety.estimators.larger_than_memory import row_by_row, training_data
from equivariety.estimators.validation import (
    action_of,
    beside,
    require_degree,
    validated_inputs,
    validated_targets,
    validated_weight,
    without_gradients,
)
from equivariety.isotypic.arrays import to_numpy
from equivariety.varieties.maps import EquivariantMaps, InvariantMaps


class _MapRegression(MultiOutputMixin, RegressorMixin, BaseEstimator, ABC):
    """Least squares over a space of maps; the subclasses say which."""

    rank: int | None
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

    def partial_fit(self, X: Any, y: Any, sample_weight: Any | None = None) -> Self:
        """Add a batch of samples to those seen so far, and fit to all of them."""
        return self._update(X, y, sample_weight, fresh=not hasattr(self, "_accumulated"))

    @row_by_row
    def predict(self, X: Any) -> Any:
        """Predictions of shape (samples, targets), or (samples,) if y was one-dimensional.

        Under scikit-learn's array-API dispatch they lie beside X, in its library and on its device, whichever those
        of the samples in ``fit`` were.
        """
        check_is_fitted(self)
        X = validated_inputs(self, X, reset=False)
        found = shifted(self.solution_.apply(X), np.atleast_1d(self.intercept_))
        return found[:, 0] if self._single else found

    def score(self, X: Any, y: Any, sample_weight: Any | None = None) -> float:
        """Coefficient of determination of the predictions, averaged over the targets; at most 1."""
        found = without_gradients(self.predict(X))
        if is_jax_array(found):
            found = to_numpy(found)  # scikit-learn writes into arrays, which those of JAX do not allow
        weight = validated_weight(sample_weight, found.shape[0])
        weight = None if weight is None else beside(weight, found)
        return float(r2_score(validated_targets(y, found), found, sample_weight=weight))

    @property
    def intercept_(self) -> NDArray[np.float64] | float:
        """What is added to the images of the linear part, shape (targets,), or a number if y was one-dimensional."""
        image = self.solution_.apply(self._accumulated.input_mean[None])[0]
        intercept: NDArray[np.float64] = self._accumulated.target_mean - image
        return float(intercept[0]) if self._single else intercept

    @property
    def coef_(self) -> NDArray[np.float64]:
        """The matrix of the map, shape (targets, features), or (features,) if y was one-dimensional."""
        matrix = self.solution_.matrix()
        return matrix[0] if self._single else matrix

    @abstractmethod
    def _maps(self, features: int, targets: int) -> EquivariantMaps:
        """The linear maps to choose from."""

    def _update(self, X: Any, y: Any, sample_weight: Any | None, fresh: bool) -> Self:
        data = training_data(self, X, sample_weight, reset=fresh, y=y)
        X, Y = data.first_inputs, data.first_targets
        if fresh:
            start = Accumulated.starting(self._maps(X.shape[1], Y.shape[1]), X, Y, self.fit_intercept)
        else:
            start = self._accumulated
            require_degree(start.maps.codomain, "the targets seen before", "y", Y.shape[1])
            maps = self._maps(X.shape[1], Y.shape[1])
            start.require_unchanged(maps, self.fit_intercept, "the actions and fit_intercept")
        family = start.maps.bounded(min(start.maps.shape) if self.rank is None else self.rank)
        accumulated = start.added(data.X, data.Y, data.weight)
        self.solution_ = accumulated.problem(data.X, data.Y, data.weight, alone=fresh).best(family.rank)
        self._accumulated, self._single = accumulated, data.single
        self.ranks_, self.loss_ = self.solution_.ranks, self.solution_.loss
        return self

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.array_api_support = True
        return tags


class EquivariantRegression(_MapRegression):
    """The equivariant affine map that minimizes the mean squared error, of full or bounded rank, in closed form.

    With a bounded rank it is the global optimum over all components of the rank-bounded equivariant maps (reduced-rank
    regression in every block, and an exact choice of the ranks).

    Parameters
    ----------
    domain : PermutationAction, optional
        How the group permutes the features; None stands for no symmetry on either side, which gives ordinary
        (reduced-rank) least squares.
    codomain : PermutationAction, optional
        How the same group, generator by generator, permutes the targets; by default as the features.
    rank : int, optional
        Largest rank of the linear part; by default unbounded.
    fit_intercept : bool
        Add a vector that the group fixes: constant on the orbits of the codomain, as equivariance demands.

    Attributes
    ----------
    coef_ : ndarray of shape (targets, features)
        Computed on request; (features,) if y was one-dimensional.
    intercept_ : ndarray of shape (targets,)
        A number if y was one-dimensional.
    ranks_ : tuple of int
        Rank of every block.
    loss_ : float
        Mean squared error per entry of y.
    solution_ : Solution
        Encoder, decoder, the spectrum of every block and its numerical rank.
    n_features_in_ : int

    Raises
    ------
    InputError
        From ``fit``: if the data do not fit the actions, are not finite (the row is named), or the rank is out of
        range.

    Notes
    -----
    For data of deficient rank the map of least norm. Memory does not depend on the number of samples. Blocks are solved
    on the host: fitted attributes are NumPy arrays, whatever array library the data come from.

    Examples
    --------
    The cyclic shift of five sensors, learned from two measurements:

    >>> import equivariety as ev
    >>> X = np.array([[1.0, 2.0, 0.0, 4.0, 3.0], [0.0, 1.0, 5.0, 0.0, 2.0]])
    >>> model = ev.EquivariantRegression(ev.actions.cyclic(5)).fit(X, np.roll(X, 1, axis=1))
    >>> model.predict([[1.0, 0.0, 0.0, 0.0, 0.0]]).round(6) + 0
    array([[0., 1., 0., 0., 0.]])
    """

    def __init__(
        self,
        domain: PermutationAction | None = None,
        codomain: PermutationAction | None = None,
        rank: int | None = None,
        fit_intercept: bool = True,
    ) -> None:
        self.domain = domain
        self.codomain = codomain
        self.rank = rank
        self.fit_intercept = fit_intercept

    def _maps(self, features: int, targets: int) -> EquivariantMaps:
        if self.domain is None and self.codomain is not None:
            raise InputError("domain must be given with a codomain, as an action of the same group")
        domain = action_of(self.domain, "domain", features)
        require_degree(domain, "domain", "X", features)
        codomain = domain if self.codomain is None and self.domain is not None else self.codomain
        codomain = action_of(codomain, "codomain", targets)
        require_degree(codomain, "codomain", "y", targets)
        return EquivariantMaps(domain, codomain)


class InvariantRegression(_MapRegression):
    """The affine map with invariant outputs that minimizes the mean squared error, of full or bounded rank.

    An invariant map sees only the sums over the orbits, so this is a regression on as many features as there are
    orbits, whatever the group; no orbit needs splitting.

    Parameters
    ----------
    action : PermutationAction, optional
        How the group permutes the features; None stands for no symmetry, which gives ordinary least squares.
    rank : int, optional
        Largest rank of the linear part; by default unbounded.
    fit_intercept : bool
        Add a constant vector.

    Attributes
    ----------
    coef_ : ndarray of shape (targets, features)
        Constant on orbits, computed on request; (features,) if y was one-dimensional.
    intercept_ : ndarray of shape (targets,)
        A number if y was one-dimensional.
    ranks_ : tuple of int
        The rank.
    loss_ : float
        Mean squared error per entry of y.
    solution_ : Solution
    n_features_in_ : int

    Raises
    ------
    InputError
        From ``fit``: if the data do not fit the action, are not finite (the row is named), or the rank is out of
        range.

    Examples
    --------
    >>> import equivariety as ev
    >>> X = np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 5.0], [2.0, 2.0, 1.0]])
    >>> model = ev.InvariantRegression(ev.PermutationAction.from_cycles("(1 2)", 3)).fit(X, [3.0, 6.0, 5.0])
    >>> model.coef_.round(6)
    array([1., 1., 1.])
    """

    def __init__(
        self, action: PermutationAction | None = None, rank: int | None = None, fit_intercept: bool = True
    ) -> None:
        self.action = action
        self.rank = rank
        self.fit_intercept = fit_intercept

    def _maps(self, features: int, targets: int) -> EquivariantMaps:
        action = action_of(self.action, "action", features)
        require_degree(action, "action", "X", features)
        return InvariantMaps(action, targets)
