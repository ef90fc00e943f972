"""Dynamic mode decomposition of data with a symmetry."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted, validate_data

from equivariety.actions import Action
from equivariety.errors import InputError
from equivariety.estimators.validation import action_of, require_degree, require_labels
from equivariety.moments import Moments, data_moments
from equivariety.statistics.spectral import eigenvalues, modes
from equivariety.validation import whole_number
from equivariety.varieties.maps import EquivariantMaps
from equivariety.varieties.solution import Solution


class EquivariantDMD(BaseEstimator):
    """The equivariant linear dynamics x(t + 1) = A x(t) that fit snapshots best, of full or bounded rank.

    Least squares over the operators that commute with the group: the global optimum over all components. An irreducible
    is never cut, so that conjugate pairs of eigenvalues and all that the symmetry forces to be equal stay together.
    Nothing is centered.

    Parameters
    ----------
    action : Action, optional
        How the group permutes the variables; None stands for no symmetry, which gives exact DMD.
    rank : int, optional
        Largest rank of the operator; by default unbounded.

    Attributes
    ----------
    eigenvalues_ : complex ndarray of shape (n_features,)
        All of them, with multiplicity, of falling modulus. Their logarithms divided by the time step are the rates in
        continuous time.
    modes_ : complex ndarray of shape (n_features, n_features)
        Column j is an eigenvector for ``eigenvalues_[j]`` of length 1; computed on request.
    ranks_ : tuple of int
        Rank of every block.
    loss_ : float
        Mean squared error per entry of one-step forecasts.
    solution_ : Solution
    n_features_in_ : int

    Raises
    ------
    InputError
        If shapes do not fit, values are not finite, there is no pair of successive snapshots, or the rank is out of
        range.

    Notes
    -----
    Schmid, *Dynamic mode decomposition of numerical and experimental data* (2010); with cyclic groups it is the
    physics-informed DMD for shift-equivariant systems of Baddoo and others (2023).

    Examples
    --------
    A wave that travels around a ring of eight sensors, damped by one tenth in each step:

    >>> import equivariety as ev
    >>> x = np.array([1.0, 3.0, 0.0, 2.0, 0.0, 0.0, 1.0, 0.0])
    >>> X = np.array([0.9**t * np.roll(x, t) for t in range(4)])
    >>> model = ev.EquivariantDMD(ev.actions.cyclic(8)).fit(X)
    >>> np.abs(model.eigenvalues_).round(6).tolist()
    [0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9]
    >>> np.allclose(model.predict(X[:1], steps=3), X[3])
    True
    >>> model.operator().shape, model.modes_.shape
    ((8, 8), (8, 8))
    >>> batches = ev.EquivariantDMD(ev.actions.cyclic(8)).partial_fit(X[:2]).partial_fit(X[2:])
    >>> np.allclose(batches.operator(), model.operator())
    True
    """

    def __init__(self, action: Action | None = None, rank: int | None = None) -> None:
        self.action = action
        self.rank = rank

    def fit(self, X: Any, Y: Any | None = None) -> Self:
        """Fit to the successive rows of X; or to pairs, row i of X and what it becomes, row i of Y.

        Parameters
        ----------
        X : array_like of shape (samples, n_features)
        Y : array_like of shape (samples, n_features), optional
            A vector cannot be states of several variables: like every estimator without targets this one ignores the
            labels that scikit-learn's tools hand on.
        """
        return self._update(X, Y, fresh=True)

    def partial_fit(self, X: Any, Y: Any | None = None) -> Self:
        """Add more snapshots. Without Y the rows continue those of the last call."""
        return self._update(X, Y, fresh=not hasattr(self, "_moments"))

    def predict(self, X: Any, steps: int = 1) -> NDArray[Any]:
        """The states after some steps, shape (samples, n_features), from the rows of X."""
        check_is_fitted(self)
        steps = whole_number(steps, "steps", 0)
        state = validate_data(self, X, reset=False, dtype=[np.float64, np.float32])
        for _ in range(steps):
            state = self.solution_.apply(state)
        return np.asarray(state)

    def operator(self) -> NDArray[np.float64]:
        """A as a dense matrix, shape (n_features, n_features), acting on columns."""
        check_is_fitted(self)
        return self.solution_.matrix()

    @property
    def eigenvalues_(self) -> NDArray[np.complex128]:
        """All eigenvalues of the operator, with multiplicity, of falling modulus."""
        check_is_fitted(self)
        return eigenvalues(self.solution_)

    @property
    def modes_(self) -> NDArray[np.complex128]:
        """Eigenvectors as columns, in the order of ``eigenvalues_``."""
        check_is_fitted(self)
        return modes(self.solution_)

    def _update(self, X: Any, Y: Any | None, fresh: bool) -> Self:
        X = validate_data(self, X, dtype=[np.float64, np.float32], reset=fresh)
        action = action_of(self.action, "action", X.shape[1])
        require_degree(action, "action", "X", X.shape[1])
        require_labels(self, action)
        maps = EquivariantMaps(action) if fresh else self._maps
        if maps.domain != action:
            raise InputError("action must stay as it was in the first partial_fit: call fit to start anew")
        Y = None if Y is not None and np.ndim(Y) == 1 and X.shape[1] > 1 else Y
        before, after = self._pairs(X, Y, fresh)
        part = data_moments(maps, before, after)
        self._learn(maps, part if fresh else self._moments + part)
        self._last = X[-1:].copy() if Y is None else None
        return self

    def _pairs(self, X: NDArray[Any], Y: Any | None, fresh: bool) -> tuple[NDArray[Any], NDArray[Any]]:
        if Y is not None:
            Y = Y if np.ndim(Y) != 1 else np.reshape(Y, (-1, 1))
            Y = validate_data(self, Y, dtype=[np.float64, np.float32], reset=False)
            if len(Y) != len(X):
                raise InputError(f"Y must have as many rows as X: {len(X)}, not {len(Y)}")
            return X, Y
        if not fresh and self._last is not None:
            X = np.concatenate([self._last, X])
        if len(X) < 2:
            raise InputError(f"X must hold at least 2 successive snapshots, not {len(X)} (n_samples = {len(X)})")
        return X[:-1], X[1:]

    def _learn(self, maps: EquivariantMaps, moments: Moments) -> None:
        rank = maps.domain.degree if self.rank is None else whole_number(self.rank, "rank", 1, maps.domain.degree)
        self._maps, self._moments = maps, moments
        self.solution_: Solution = maps.bounded(rank).solve(moments)
        self.ranks_, self.loss_ = self.solution_.ranks, self.solution_.loss
