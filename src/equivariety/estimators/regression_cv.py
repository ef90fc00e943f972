"""Equivariant regression that chooses its component and its penalty by cross-validation, in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import check_cv
from sklearn.utils import Tags

from equivariety.actions import Action
from equivariety.errors import InputError
from equivariety.estimators.accumulation import Accumulated
from equivariety.estimators.map_regression import MapRegression, equivariant_maps
from equivariety.estimators.validation import require_labels, validated_pair, validated_weight
from equivariety.isotypic.arrays import to_numpy
from equivariety.moments import Moments
from equivariety.moments.chunks import as_floating
from equivariety.statistics.held_out import HeldOutError, cross_validated, ridge
from equivariety.statistics.ridge import leave_one_out
from equivariety.validation import amount, is_whole_number, whole_number
from equivariety.varieties.maps import EquivariantMaps
from equivariety.varieties.problem import DataProblem, Problem
from equivariety.varieties.solution import Solution


class EquivariantRegressionCV(MapRegression):
    """Equivariant regression whose block ranks and penalty are chosen by cross-validation, over *all* components.

    The data are read once: moments of the folds add up to those of every training set, and the held-out error is a sum
    over the blocks, so that the best of all components is found block by block, for every penalty.

    Parameters
    ----------
    domain, codomain : Action, optional
        As in :class:`EquivariantRegression`.
    ranks : None, int or sequence of int
        Which ranks to choose from: all tuples of block ranks, those of total rank at most a number, or one given tuple.
    alphas : sequence of float
        Penalties to choose from.
    cv : int, splitter, iterable or "loo"
        As in scikit-learn; the test sets must hold every sample once. ``"loo"`` leaves out one sample after the other
        in closed form, for maps of full rank: it chooses the penalty only.
    fit_intercept : bool

    Attributes
    ----------
    ranks_ : tuple of int
        The chosen rank of every block.
    alpha_ : float
        The chosen penalty.
    cv_losses_ : ndarray of shape (penalties,)
        Cross-validated mean squared error per entry of y, for each penalty with the ranks that are best for it.
    cv_ranks_ : tuple of tuples
        These ranks.
    coef_, intercept_, loss_, solution_, n_features_in_
        As in :class:`EquivariantRegression`, of the fit to all samples.

    Raises
    ------
    InputError
        From ``fit``: as in :class:`EquivariantRegression`, and if the test sets do not hold every sample once.

    Examples
    --------
    A map of low rank behind noise; cross-validation cuts what the noise adds:

    >>> import equivariety as ev
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((60, 12))
    >>> Y = X.reshape(60, 3, 4).mean(axis=2).repeat(4, axis=1) + rng.standard_normal((60, 12))
    >>> action = 3 * ev.actions.cyclic(4)
    >>> ev.EquivariantRegressionCV(action).fit(X, Y).ranks_
    (3, 0, 0)
    """

    def __init__(
        self,
        domain: Action | None = None,
        codomain: Action | None = None,
        ranks: int | Sequence[int] | None = None,
        alphas: Sequence[float] = (0.0,),
        cv: Any = 5,
        fit_intercept: bool = True,
    ) -> None:
        self.domain = domain
        self.codomain = codomain
        self.ranks = ranks
        self.alphas = alphas
        self.cv = cv
        self.fit_intercept = fit_intercept

    def fit(self, X: Any, y: Any, sample_weight: Any | None = None) -> Self:
        """Choose ranks and penalty, then fit to all samples.

        Parameters
        ----------
        X : array_like of shape (samples, features)
            In memory.
        y : array_like of shape (samples, targets), or (samples,) for one target
        sample_weight : array_like of shape (samples,), optional
            Weighs training and held-out errors alike.
        """
        alphas = self._validated_alphas()
        X, y = validated_pair(self, X, y, reset=True)
        X, Y = (to_numpy(as_floating(data)) for data in (X, y if y.ndim == 2 else y[:, None]))
        weight = validated_weight(sample_weight, len(X))
        maps = self._maps(X.shape[1], Y.shape[1])
        require_labels(self, maps.domain)
        start = Accumulated.starting(maps, X, Y, self.fit_intercept)
        if isinstance(self.cv, str):
            whole = start.added(X, Y, weight)
            self._leave_one_out(whole, X, Y, weight, alphas)
        else:
            folds = [start.added(X[rows], Y[rows], None if weight is None else weight[rows])
                     for rows in self._test_sets(X, y)]  # fmt: skip
            whole = _sum(folds)
            self._cross_validate(maps, [fold.given for fold in folds], alphas)
        best = int(np.argmin(self.cv_losses_))
        self.alpha_ = alphas[best]
        self._accumulated, self._single, self._chosen = whole, y.ndim == 1, self.cv_ranks_[best]
        self._learn(whole)
        return self

    def _maps(self, features: int, targets: int) -> EquivariantMaps:
        return equivariant_maps(self.domain, self.codomain, features, targets)

    @property
    def _penalty(self) -> float:
        return self.alpha_

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = False  # folds are rows in memory
        return tags

    def _optimum(self, problem: DataProblem) -> Solution:
        return problem.at(self._chosen)

    def _cross_validate(self, maps: EquivariantMaps, folds: list[Moments], alphas: list[float]) -> None:
        errors = [cross_validated(maps, folds, alpha, self.fit_intercept) for alpha in alphas]
        self.cv_ranks_ = tuple(self._best(maps, error) for error in errors)
        entries = sum(fold.weight for fold in folds) * maps.codomain.degree
        losses = [error.of(maps, ranks) / entries for error, ranks in zip(errors, self.cv_ranks_, strict=True)]
        self.cv_losses_ = np.array(losses)

    def _best(self, maps: EquivariantMaps, error: HeldOutError) -> tuple[int, ...]:
        if self.ranks is None or is_whole_number(self.ranks):
            budget = None if self.ranks is None else whole_number(self.ranks, "ranks", 0, min(maps.shape))
            return error.best_ranks(maps, budget)
        return maps.bounded(min(maps.shape)).component(self.ranks).ranks  # type: ignore[arg-type]

    def _leave_one_out(
        self, whole: Accumulated, X: NDArray[Any], Y: NDArray[Any], weight: Any, alphas: list[float]
    ) -> None:
        if self.cv != "loo":
            raise InputError(f"cv must be a number of folds, a splitter of scikit-learn or 'loo', not {self.cv!r}")
        if self.ranks is not None or weight is not None:
            raise InputError("cv='loo' is for maps of full rank and samples without weights: leave ranks and "
                             "sample_weight out, or use folds")  # fmt: skip
        maps, moments = whole.maps, whole.moments
        centered = X - whole.input_mean, Y - whole.target_mean
        losses = []
        for alpha in alphas:
            problem = Problem.of_data(maps, ridge(maps, moments, alpha))
            blocks = maps.coordinates(problem.at(tuple(maps.largest_ranks.tolist())).matrix())
            losses.append(leave_one_out(maps, blocks, moments, *centered, alpha, self.fit_intercept).mean())
        self.cv_losses_ = np.array(losses) / maps.codomain.degree
        self.cv_ranks_ = (tuple(maps.largest_ranks.tolist()),) * len(alphas)

    def _test_sets(self, X: NDArray[Any], y: Any) -> list[NDArray[np.intp]]:
        if is_whole_number(self.cv) and not 2 <= self.cv <= len(X):
            raise InputError(f"cv must be a number of folds from 2 to the number of samples, n_samples = {len(X)}, "
                             f"not {self.cv}")  # fmt: skip
        sets = [np.asarray(test) for _, test in check_cv(self.cv).split(X, y)]
        if not np.array_equal(np.sort(np.concatenate(sets)), np.arange(len(X))):
            raise InputError("the test sets of cv must hold every sample once, so that moments of folds add up: "
                             "use KFold, GroupKFold or a PredefinedSplit")  # fmt: skip
        return sets

    def _validated_alphas(self) -> list[float]:
        alphas = [amount(alpha, "alpha") for alpha in np.ravel(np.asarray(self.alphas, dtype=object))]
        if not alphas:
            raise InputError("alphas must hold at least one penalty")
        return alphas


def _sum(folds: list[Accumulated]) -> Accumulated:
    total = folds[0].given
    for fold in folds[1:]:
        total = total + fold.given
    return replace(folds[0], total=total)
