"""Principal components as a Gaussian model: covariance, density, information criteria."""

from __future__ import annotations

from math import log, pi
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from equivariety.estimators.accumulation import Accumulated
from equivariety.estimators.larger_than_memory import over_parts
from equivariety.estimators.validation import validated_inputs, validated_weight, without_gradients
from equivariety.isotypic.arrays import constant, namespace, to_numpy, widest_float
from equivariety.moments.chunks import row_chunks
from equivariety.statistics.probabilistic import ProbabilisticModel, fitted_model
from equivariety.statistics.spectra import CovarianceSpectrum
from equivariety.tolerances import EPSILON
from equivariety.varieties.solution import Solution

Vector = NDArray[np.float64]


class ProbabilisticPCA:
    """The Gaussian model of fitted principal components: a covariance of low rank plus white noise."""

    solution_: Solution
    ranks_: tuple[int, ...]
    n_components_: int
    _accumulated: Accumulated
    _spectra: list[CovarianceSpectrum]
    """One for each block, divided by the degrees of freedom of the block."""

    @property
    def mean_(self) -> Vector:
        """Vector subtracted from every row, shape (n_features,); fixed by the group."""
        return self._accumulated.input_mean

    @property
    def explained_variance_(self) -> Vector:
        """Variance along every component, shape (n_components_,).

        Divided by n - 1 in the block of the trivial irreducible if the data are centered, by n in the others, whose
        means are not subtracted: unbiased in all blocks, and scikit-learn's without a symmetry.
        """
        return self._per_feature([part.eigenvalues[0] for part in self._spectra])

    @property
    def singular_values_(self) -> Vector:
        """Roots of the sums of squares along every component, shape (n_components_,)."""
        return self._per_feature([np.sqrt(part.eigenvalues[0] * part.samples[0]) for part in self._spectra])

    @property
    def noise_variance_(self) -> float:
        """Mean variance of the directions that are left out, among those that the samples determine; 0 if none is."""
        left = directions = 0.0
        for part, rank in zip(self._spectra, self.ranks_, strict=True):
            count = min(part.multiplicity, int(self._samples * part.dimension // part.beta))
            left += part.dimension * float(part.eigenvalues[0, rank:count].sum())
            directions += part.dimension * max(count - rank, 0)
        return left / directions if directions else 0.0

    @property
    def n_parameters_(self) -> int:
        """Free real parameters of the probabilistic model: covariance, and mean if the data are centered."""
        return self._likeliest.parameters + self._accumulated.mean_parameters

    def get_covariance(self) -> NDArray[np.float64]:
        """Covariance of the model, shape (n_features, n_features): kept variances plus white noise."""
        check_is_fitted(self)
        noise = self.noise_variance_
        above = np.maximum(self.explained_variance_ - noise, 0.0)
        axes = self.solution_.encoder.matrix()
        return np.asarray((axes.T * above) @ axes + noise * np.eye(axes.shape[1]))

    def get_precision(self) -> NDArray[np.float64]:
        """Inverse of :meth:`get_covariance`; directions without variance get that of rounding errors."""
        check_is_fitted(self)
        variances, noise = self._regular(self.explained_variance_, self.noise_variance_)
        kept = self.explained_variance_ > 0
        axes = self.solution_.encoder.matrix()[kept]
        precision = (axes.T / variances[kept]) @ axes
        if len(axes) < axes.shape[1]:
            precision += (np.eye(axes.shape[1]) - axes.T @ axes) / noise
        return np.asarray(precision)

    def score_samples(self, X: Any) -> Any:
        """Natural logarithm of the density of the model at every row of X, shape (samples,)."""
        check_is_fitted(self)
        parts = self._densities(X, *self._regular(self.explained_variance_, self.noise_variance_))
        return parts[0] if len(parts) == 1 else np.concatenate([to_numpy(part) for part in parts])

    def score(self, X: Any, y: Any = None, sample_weight: Any | None = None) -> float:
        """Mean of :meth:`score_samples`: the log-likelihood of held-out data can choose ranks and actions."""
        densities = without_gradients(self.score_samples(X))
        xp, weight = namespace(densities), validated_weight(sample_weight, densities.shape[0])
        if weight is None:
            return float(xp.mean(densities))
        return float(xp.sum(densities * constant(weight / weight.sum(), densities)))

    def aic(self, X: Any) -> float:
        """Akaike's information criterion of the likeliest model of these ranks on X; lower is better."""
        densities = self._largest_densities(X)
        return float(-2 * densities.sum() + 2 * self.n_parameters_)

    def bic(self, X: Any) -> float:
        """Bayesian information criterion of the likeliest model of these ranks on X; lower is better."""
        densities = self._largest_densities(X)
        return float(-2 * densities.sum() + log(len(densities)) * self.n_parameters_)

    @property
    def _samples(self) -> float:
        return self._accumulated.moments.weight

    @property
    def _likeliest(self) -> ProbabilisticModel:
        """The likeliest model of these ranks."""
        spectra = [part.divided_by(self._samples) for part in self._spectra]
        return fitted_model(spectra, [np.array([rank]) for rank in self.ranks_], self._samples)

    def _largest_densities(self, X: Any) -> Vector:
        """Logarithms of the density of the likeliest model, whose variances are divided by the number of samples."""
        check_is_fitted(self)
        variances = self._per_feature([part.divided_by(self._samples).eigenvalues[0] for part in self._spectra])
        parts = self._densities(X, *self._regular(variances, self._likeliest.noise_variance))
        return np.concatenate([to_numpy(part).astype(np.float64) for part in parts])

    def _per_feature(self, values: list[Vector]) -> Vector:
        """Numbers of every block, the same for all features of one irreducible."""
        kept = [np.repeat(numbers[:rank], part.dimension)
                for numbers, rank, part in zip(values, self.ranks_, self._spectra, strict=True)]  # fmt: skip
        return np.concatenate(kept)

    def _regular(self, variances: Vector, noise: float) -> tuple[Vector, float]:
        """Variances that have a density: none is below the noise, nor below rounding errors of the largest one."""
        largest = max(float(variances.max(initial=0.0)), noise)
        noise = max(noise, EPSILON * largest, float(np.finfo(np.float64).tiny))
        return np.maximum(variances, noise), noise

    def _densities(self, X: Any, variances: Vector, noise: float) -> list[Any]:
        """Logarithms of the Gaussian density, part by part."""
        return over_parts(lambda part: self._density_of_rows(part, variances, noise), X)

    def _density_of_rows(self, X: Any, variances: Vector, noise: float) -> Any:
        X = validated_inputs(self, X, reset=False)
        xp, found = namespace(X), []
        # Axes beyond the numerical rank of the data are zero: what lies there counts as noise.
        kept = self.explained_variance_ > 0
        free = X.shape[1] - int(kept.sum())
        constants = X.shape[1] * log(2 * pi) + float(np.log(variances[kept]).sum()) + free * log(noise)
        for rows in row_chunks(X.shape[0], X.shape[1], on_host=isinstance(X, np.ndarray)):
            values = xp.astype(X[rows, ...], widest_float(X))
            centered = values - constant(self.mean_, values)
            features = self.solution_.encoder.apply(centered)
            distance = xp.vecdot(features, features / constant(variances, features))
            if free:
                rest = centered - self.solution_.decoder.apply(features)
                distance = distance + xp.vecdot(rest, rest) / noise
            found.append(-0.5 * (distance + constants))
        return found[0] if len(found) == 1 else xp.concat(found)
