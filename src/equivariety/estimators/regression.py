"""Linear regression among the equivariant or invariant maps, of full or bounded rank."""

from __future__ import annotations

from typing import Any, Self

from equivariety.actions import Action
from equivariety.estimators.map_regression import MapRegression, equivariant_maps
from equivariety.estimators.validation import action_of, require_degree
from equivariety.validation import amount
from equivariety.varieties.invariant_maps import InvariantMaps
from equivariety.varieties.maps import EquivariantMaps
from equivariety.varieties.problem import DataProblem
from equivariety.varieties.report import warn_if_unreachable
from equivariety.varieties.solution import Solution


class StreamedRegression(MapRegression):
    """Regressions of given rank and penalty, which can learn batch by batch."""

    rank: int | None
    alpha: float

    def partial_fit(self, X: Any, y: Any, sample_weight: Any | None = None) -> Self:
        """Add a batch of samples to those seen so far, and fit to all of them."""
        return self._update(X, y, sample_weight, fresh=not hasattr(self, "_accumulated"))

    @property
    def _penalty(self) -> float:
        return amount(self.alpha, "alpha")

    def _optimum(self, problem: DataProblem) -> Solution:
        solution = problem.best(min(problem.maps.shape) if self.rank is None else self.rank)
        if self.rank is not None and self.rank > problem.maps.largest_rank:
            warn_if_unreachable(problem.maps.report(), self.rank)
        return solution


class EquivariantRegression(StreamedRegression):
    """The equivariant affine map that minimizes the mean squared error, of full or bounded rank, in closed form.

    With a bounded rank it is the global optimum over all components of the rank-bounded equivariant maps (reduced-rank
    regression in every block, and an exact choice of the ranks).

    Parameters
    ----------
    domain : Action, optional
        How the group permutes the features; None stands for no symmetry on either side, which gives ordinary
        (reduced-rank) least squares.
    codomain : Action, optional
        How the same group, generator by generator, permutes the targets; by default as the features.
    rank : int, optional
        Largest rank of the linear part; by default unbounded.
    fit_intercept : bool
        Add a vector that the group fixes: constant on the orbits of the codomain, as equivariance demands.
    alpha : float
        Ridge penalty: alpha times the squared Frobenius norm of the map is added to the sum of squared errors. The
        optimum within a rank is still exact.

    Attributes
    ----------
    coef_ : ndarray of shape (targets, features)
        Computed on request; (features,) if y was one-dimensional.
    intercept_ : ndarray of shape (targets,)
        A number if y was one-dimensional.
    ranks_ : tuple of int
        Rank of every block.
    loss_ : float
        Mean squared error per entry of y, without the penalty.
    noise_variance_, effective_parameters_, generalized_cross_validation_ : float
        For maps of full rank; computed on request.
    standard_errors_ : ndarray of shape (targets, features)
        Of ``coef_`` for white noise; for maps of full rank without penalty, computed on request.
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

    >>> import numpy as np
    >>> import equivariety as ev
    >>> X = np.array([[1.0, 2.0, 0.0, 4.0, 3.0], [0.0, 1.0, 5.0, 0.0, 2.0]])
    >>> model = ev.EquivariantRegression(ev.actions.cyclic(5)).fit(X, np.roll(X, 1, axis=1))
    >>> model.predict([[1.0, 0.0, 0.0, 0.0, 0.0]]).round(6) + 0
    array([[0., 1., 0., 0., 0.]])
    """

    def __init__(
        self,
        domain: Action | None = None,
        codomain: Action | None = None,
        rank: int | None = None,
        fit_intercept: bool = True,
        alpha: float = 0.0,
    ) -> None:
        self.domain = domain
        self.codomain = codomain
        self.rank = rank
        self.fit_intercept = fit_intercept
        self.alpha = alpha

    def _maps(self, features: int, targets: int) -> EquivariantMaps:
        return equivariant_maps(self.domain, self.codomain, features, targets)


class InvariantRegression(StreamedRegression):
    """The affine map with invariant outputs that minimizes the mean squared error, of full or bounded rank.

    An invariant map sees only the sums over the orbits, so this is a regression on as many features as there are
    orbits, whatever the group; no orbit needs splitting.

    Parameters
    ----------
    action : Action, optional
        How the group permutes the features; None stands for no symmetry, which gives ordinary least squares.
    rank : int, optional
        Largest rank of the linear part; by default unbounded.
    fit_intercept : bool
        Add a constant vector.
    alpha : float
        Ridge penalty, as in :class:`EquivariantRegression`.

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
    >>> import numpy as np
    >>> import equivariety as ev
    >>> X = np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 5.0], [2.0, 2.0, 1.0]])
    >>> model = ev.InvariantRegression(ev.PermutationAction.from_cycles("(1 2)", 3)).fit(X, [3.0, 6.0, 5.0])
    >>> model.coef_.round(6)
    array([1., 1., 1.])
    """

    def __init__(
        self,
        action: Action | None = None,
        rank: int | None = None,
        fit_intercept: bool = True,
        alpha: float = 0.0,
    ) -> None:
        self.action = action
        self.rank = rank
        self.fit_intercept = fit_intercept
        self.alpha = alpha

    def _maps(self, features: int, targets: int) -> EquivariantMaps:
        action = action_of(self.action, "action", features)
        require_degree(action, "action", "X", features)
        return InvariantMaps(action, targets)
