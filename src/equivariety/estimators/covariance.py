"""Maximum-likelihood covariance of Gaussian data with a symmetry."""

from __future__ import annotations

from math import log
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted, validate_data

from equivariety.actions import Action
from equivariety.errors import InputError
from equivariety.estimators.validation import action_of, require_degree, require_labels, validated_weight
from equivariety.moments import data_moments
from equivariety.statistics.gaussian import covariance_parameters, samples_needed
from equivariety.statistics.invariant_covariance import InvariantCovariance
from equivariety.statistics.shrinkage import ledoit_wolf_shares, shrunk
from equivariety.varieties.maps import EquivariantMaps

Vector = NDArray[np.float64]


class EquivariantCovariance(BaseEstimator):
    """The likeliest Gaussian distribution among those whose covariance is invariant under a group.

    The covariance is the sample covariance averaged over the group: fewer parameters, so that it is regular and precise
    with far fewer samples than without the symmetry.

    Parameters
    ----------
    action : Action, optional
        How the group permutes the variables; None stands for no symmetry, which gives the empirical covariance. As in
        scikit-learn that one may be singular; then it has no density.
    mean : {"invariant", "free", "zero"}
        The mean lies in the space that the group fixes (the only choice for which the distribution itself is
        invariant), may be any vector, or is zero.
    shrinkage : None, "ledoit-wolf" or float in [0, 1]
        Shrink every block towards a multiple of the identity, by the estimated best share or by a given one. Then it
        is not the maximum of the likelihood, but regular with any number of samples.

    Attributes
    ----------
    location_ : ndarray of shape (n_features,)
    covariance_, precision_ : ndarray of shape (n_features, n_features)
        Divided by the number of samples; computed on request.
    n_parameters_ : int
        Free real parameters of covariance and mean.
    log_likelihood_ : float
        Natural logarithm of the density of the training data, summed over the samples.
    shrinkage_ : tuple of float
        Share of every block, in the order of ``EquivariantMaps(action).blocks``; zeros without shrinkage.
    n_samples_, samples_needed_ : int
        Number of samples, and fewest samples for which the maximum of the likelihood exists.
    n_features_in_ : int

    Raises
    ------
    InputError
        From ``fit``: if the data do not fit the action, a parameter is unknown, or there are fewer samples than the
        maximum of the likelihood needs (the message says how many).

    Notes
    -----
    Block i, of irreducible dimension k and multiplicity r over a field of real dimension d, needs n k >= r d samples
    (one more where a mean is subtracted), and has r + d r (r - 1) / 2 parameters. Blocks are solved alone: no matrix of
    size n_features x n_features is formed before one is asked for.

    Examples
    --------
    Four samples of eight sensors on a ring are enough:

    >>> import equivariety as ev
    >>> X = np.random.default_rng(0).standard_normal((4, 8))
    >>> model = ev.EquivariantCovariance(ev.actions.cyclic(8)).fit(X)
    >>> model.covariance_.shape, model.n_parameters_, model.samples_needed_
    ((8, 8), 6, 2)
    >>> (model.precision_.shape, model.score_samples(X).shape,
    ...  bool(np.isclose(model.score(X), model.score_samples(X).mean())))
    ((8, 8), (4,), True)
    >>> model.mahalanobis(X).shape, bool(np.isfinite([model.aic(X), model.bic(X)]).all())
    ((4,), True)
    """

    def __init__(
        self,
        action: Action | None = None,
        mean: Literal["invariant", "free", "zero"] = "invariant",
        shrinkage: float | Literal["ledoit-wolf"] | None = None,
    ) -> None:
        self.action = action
        self.mean = mean
        self.shrinkage = shrinkage

    def fit(self, X: Any, y: Any = None, sample_weight: Any | None = None) -> Self:
        """Fit to the rows of X.

        Parameters
        ----------
        X : array_like of shape (samples, features)
        y : ignored
        sample_weight : array_like of shape (samples,), optional
            A weight of 2 counts as a repeated row.
        """
        X = validate_data(self, X, dtype=np.float64)
        self._require_parameters()
        weight = validated_weight(sample_weight, len(X))
        action = action_of(self.action, "action", X.shape[1])
        require_degree(action, "action", "X", X.shape[1])
        require_labels(self, action)
        maps = EquivariantMaps(action)
        self.location_ = self._mean_of(X, weight, action)
        moments = data_moments(maps, X - self.location_, None, weight)
        covariance = InvariantCovariance.of_moments(maps, moments)
        self._learn(maps, covariance, X, moments.weight)
        return self

    def score_samples(self, X: Any) -> Vector:
        """Natural logarithm of the density at every row of X."""
        return self._regular().log_densities(self._centered(X))

    def score(self, X: Any, y: Any = None, sample_weight: Any | None = None) -> float:
        """Mean of :meth:`score_samples`: the held-out log-likelihood for a model selection."""
        densities = self.score_samples(X)
        return float(np.average(densities, weights=validated_weight(sample_weight, len(densities))))

    def mahalanobis(self, X: Any) -> Vector:
        """Squared Mahalanobis distances of the rows of X from the location."""
        return self._regular().squared_distances(self._centered(X))

    def aic(self, X: Any) -> float:
        """Akaike's information criterion on X; lower is better."""
        return float(-2 * self.score_samples(X).sum() + 2 * self.n_parameters_)

    def bic(self, X: Any) -> float:
        """Bayesian information criterion on X; lower is better."""
        densities = self.score_samples(X)
        return float(-2 * densities.sum() + log(len(densities)) * self.n_parameters_)

    @property
    def covariance_(self) -> NDArray[np.float64]:
        """The dense covariance, divided by the number of samples."""
        check_is_fitted(self)
        return self.covariance_in_blocks_.matrix()

    @property
    def precision_(self) -> NDArray[np.float64]:
        """The inverse of the covariance."""
        return self._regular().precision()

    def _regular(self) -> InvariantCovariance:
        check_is_fitted(self)
        if not self.covariance_in_blocks_.is_regular:
            raise InputError(self._refusal(self.n_samples_))
        return self.covariance_in_blocks_

    def _learn(self, maps: EquivariantMaps, covariance: InvariantCovariance, X: Vector, samples: float) -> None:
        self.n_samples_ = len(X)
        counted = self._counted(maps, samples)
        spectra = covariance.spectra(counted)
        self.samples_needed_ = samples_needed(spectra, samples)
        shares = self._shares(covariance, X - self.location_)
        covariance = covariance if shares is None else shrunk(covariance, shares)
        regular = covariance.is_regular
        if not regular and self.action is not None:
            raise InputError(self._refusal(self.n_samples_))
        self.covariance_in_blocks_ = covariance
        self.shrinkage_ = _in_order(maps, shares)
        mean_parameters = {"zero": 0, "free": X.shape[1], "invariant": maps.domain.fixed_dimension}
        self.n_parameters_ = covariance_parameters(spectra) + mean_parameters[self.mean]
        self.log_likelihood_ = float(self.score_samples(X).sum()) if regular else np.inf

    def _shares(self, covariance: InvariantCovariance, centered: Vector) -> list[Vector] | None:
        if self.shrinkage is None:
            return None
        if self.shrinkage == "ledoit-wolf":
            return ledoit_wolf_shares(covariance, centered)
        return [np.full(bundle.size, float(self.shrinkage)) for bundle in covariance.maps.bundles]

    def _refusal(self, samples: int) -> str:
        if self.shrinkage is not None:
            return (f"X leaves a whole isotypic component undetermined, with {samples} samples, so that the covariance "
                    "is singular even after shrinkage")  # fmt: skip
        if samples < self.samples_needed_:
            return (f"X must have at least {self.samples_needed_} samples for a regular covariance with this symmetry, "
                    f'not {samples}; shrinkage="ledoit-wolf" needs fewer')  # fmt: skip
        return ('X must vary in all directions for a regular covariance, but some combination of its columns is '
                'constant; shrinkage="ledoit-wolf" helps unless a whole isotypic component is constant')  # fmt: skip

    def _counted(self, maps: EquivariantMaps, samples: float) -> list[Vector]:
        """Samples that count in each block."""
        counted = [np.full(bundle.size, samples - (self.mean == "free")) for bundle in maps.bundles]
        trivial = maps.domain_basis.trivial
        if self.mean == "invariant" and trivial is not None:
            counted[trivial][0] -= 1
        return counted

    def _mean_of(self, X: Vector, weight: Vector | None, action: Action) -> Vector:
        if self.mean == "zero":
            return np.zeros(X.shape[1])
        mean = np.average(X, axis=0, weights=weight)
        return mean if self.mean == "free" else action.invariant_part(mean)

    def _centered(self, X: Any) -> Vector:
        check_is_fitted(self)
        return validate_data(self, X, dtype=np.float64, reset=False) - self.location_

    def _require_parameters(self) -> None:
        if self.mean not in ("invariant", "free", "zero"):
            raise InputError(f"mean must be 'invariant', 'free' or 'zero', not {self.mean!r}")
        number = isinstance(self.shrinkage, int | float) and not isinstance(self.shrinkage, bool)
        if self.shrinkage is not None and self.shrinkage != "ledoit-wolf" and not (number and 0 <= self.shrinkage <= 1):
            raise InputError(f"shrinkage must be None, 'ledoit-wolf' or a share from 0 to 1, not {self.shrinkage!r}")


def _in_order(maps: EquivariantMaps, shares: list[Vector] | None) -> tuple[float, ...]:
    """Shares in the order of the blocks."""
    result = np.zeros(len(maps.blocks))
    if shares is not None:
        for bundle, share in zip(maps.bundles, shares, strict=True):
            result[bundle.members] = share
    return tuple(result.tolist())
