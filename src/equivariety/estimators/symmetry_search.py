"""Which symmetry do the data have? A search over groups of permutations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import validate_data

from equivariety.actions import Action, PermutationAction
from equivariety.errors import InputError
from equivariety.statistics.local_search import best_neighbors
from equivariety.statistics.samples import centered_scatter
from equivariety.statistics.search import (
    Criterion,
    Evidence,
    SymmetryModel,
    distinct,
    evidence_of,
    probabilities,
    score,
    scored,
    scored_cyclic,
)
from equivariety.statistics.subgroups import (
    LARGEST_CYCLIC,
    LARGEST_LATTICE,
    all_cyclic,
    all_models,
    cyclic_generators,
    elements_of,
)


class SymmetrySearch(BaseEstimator):
    """Finds the group of permutations under which the covariance of Gaussian data is most likely invariant.

    Candidates are compared by the posterior of Graczyk, Ishi, Kolodziejek and Massam (2022), which R's gips uses for
    cyclic groups, or by BIC or AIC. Groups that allow the same covariances are one model and are compared once.

    Parameters
    ----------
    candidates : {"cyclic", "subgroups"} or sequence of actions
        All cyclic groups of permutations (exhaustive up to 9 variables), all groups (all models up to 6 variables),
        or the given ones. Beyond these sizes a local search by transpositions runs, with random restarts.
    within : PermutationAction, optional
        Only subgroups of this group; its elements are listed, so it should have at most some thousands.
    criterion : {"posterior", "bic", "aic"}
    mean : {"free", "zero"}
        Whether a mean is subtracted.
    delta : float
        Shape of the prior, as in gips.
    prior_scale : float, optional
        The prior matrix is this number times the identity; by default the mean variance of the data.
    seed : int
        For the local search.

    Attributes
    ----------
    best_action_ : Action
    best_model_, runner_up_ : SymmetryModel
        Scores of the best model and of the second one (None if there is only one candidate).
    margin_ : float
        By how much the best model leads, in units of log probability (half a unit of BIC or AIC). Below about 3 the
        runner-up is nearly as likely: do not rely on the answer alone.
    table_ : list of SymmetryModel
        All models that were compared, best first.
    probabilities_ : ndarray
        Probability of each of them, in this order, given that one of them is true.
    exhaustive_ : bool
        Whether every candidate was compared, or a local search chose which.
    n_features_in_ : int

    Raises
    ------
    InputError
        From ``fit``: if parameters are unknown or improper, candidates have another degree than X, there are too few
        samples for every candidate, or too many groups (the message says how many).

    Examples
    --------
    >>> import equivariety as ev
    >>> rng = np.random.default_rng(0)
    >>> ring = rng.standard_normal((300, 5))
    >>> X = ring + 0.6 * np.roll(ring, 1, axis=1)
    >>> search = ev.SymmetrySearch(mean="zero").fit(X)
    >>> search.best_action_.cycles(), bool(search.probabilities_[0] > 0.9)
    ('(1 2 3 4 5)', True)
    """

    def __init__(
        self,
        candidates: Literal["cyclic", "subgroups"] | Sequence[Action] = "cyclic",
        within: PermutationAction | None = None,
        criterion: Criterion = "posterior",
        mean: Literal["free", "zero"] = "free",
        delta: float = 3.0,
        prior_scale: float | None = None,
        seed: int = 0,
    ) -> None:
        self.candidates = candidates
        self.within = within
        self.criterion = criterion
        self.mean = mean
        self.delta = delta
        self.prior_scale = prior_scale
        self.seed = seed

    def fit(self, X: Any, y: Any = None) -> Self:
        """Compare the candidates on the samples, the rows of X."""
        X = validate_data(self, X, dtype=np.float64, ensure_min_samples=2)
        self._require_choices()
        evidence = evidence_of(X, centered_scatter(X, self.mean), self.mean, self.delta, self.prior_scale)
        models, self.exhaustive_ = self._models(evidence, X.shape[1])
        self._learn(models)
        return self

    def _models(self, evidence: Evidence, degree: int) -> tuple[list[SymmetryModel], bool]:
        if not isinstance(self.candidates, str):
            return list(scored(evidence, distinct(self._given(degree)))), True
        if self.within is not None:
            elements = cyclic_generators(elements_of(self._of_degree(self.within, "within", degree, PermutationAction)))
            if self.candidates == "cyclic":
                return list(scored_cyclic(evidence, elements)), True
            return self._all(evidence, elements), True
        if self.candidates == "cyclic" and degree <= LARGEST_CYCLIC:
            return list(scored_cyclic(evidence, all_cyclic(degree))), True
        if self.candidates == "subgroups" and degree <= LARGEST_LATTICE:
            return self._all(evidence, all_cyclic(degree)), True
        joins = self.candidates == "subgroups"
        return best_neighbors(evidence, self.criterion, joins, np.random.default_rng(self.seed)), False

    def _all(self, evidence: Evidence, generators: NDArray[np.intp]) -> list[SymmetryModel]:
        actions: Iterable[PermutationAction] = (PermutationAction(images) for images, _ in all_models(generators))
        return list(scored(evidence, actions))

    def _learn(self, models: list[SymmetryModel]) -> None:
        self.table_ = sorted(models, key=lambda model: -score(model, self.criterion))
        if not np.isfinite(score(self.table_[0], self.criterion)):
            raise InputError("X has too few samples for every candidate: no likelihood has a maximum; "
                             'use criterion="posterior"')  # fmt: skip
        self.probabilities_ = probabilities(self.table_, self.criterion)
        self.best_model_ = self.table_[0]
        self.best_action_ = self.best_model_.action
        self.runner_up_ = self.table_[1] if len(self.table_) > 1 else None
        self.margin_ = np.inf
        if self.runner_up_ is not None:
            self.margin_ = score(self.best_model_, self.criterion) - score(self.runner_up_, self.criterion)

    def _given(self, degree: int) -> list[Action]:
        given = list(self.candidates)
        if not given:
            raise InputError("candidates must not be empty")
        return [self._of_degree(action, f"candidate {number}", degree, Action) for number, action in enumerate(given)]

    def _of_degree(self, action: Any, name: str, degree: int, kind: Any) -> Any:
        if not isinstance(action, kind):
            raise InputError(f"{name} must be of type {kind.__name__}, not {type(action).__name__}")
        if action.degree != degree:
            raise InputError(f"{name} must have degree {degree}, the number of columns of X, not {action.degree}")
        return action

    def _require_choices(self) -> None:
        choices = {"criterion": ("posterior", "bic", "aic"), "mean": ("free", "zero")}
        if isinstance(self.candidates, str):
            choices["candidates"] = ("cyclic", "subgroups")
        for name, known in choices.items():
            if getattr(self, name) not in known:
                raise InputError(f"{name} must be one of {', '.join(map(repr, known))}, not {getattr(self, name)!r}")
        if self.prior_scale is not None and not self.prior_scale > 0:
            raise InputError(f"prior_scale must be positive, not {self.prior_scale!r}")
