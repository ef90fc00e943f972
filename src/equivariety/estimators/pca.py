"""Principal component analysis that respects a symmetry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from equivariety.actions import Action
from equivariety.errors import InputError
from equivariety.estimators.accumulation import Accumulated, updated
from equivariety.estimators.component_choice import block_spectra, chosen_ranks, require_n_components
from equivariety.estimators.larger_than_memory import over_parts, row_by_row, training_data
from equivariety.estimators.offsets import encoded_mean
from equivariety.estimators.probabilistic_pca import ProbabilisticPCA
from equivariety.estimators.validation import (
    action_of,
    require_degree,
    require_fitted,
    validated_features,
    validated_inputs,
)
from equivariety.isotypic.arrays import constant, namespace, on_host, widest_float
from equivariety.moments.chunks import row_chunks
from equivariety.tolerances import EPSILON
from equivariety.validation import is_whole_number
from equivariety.varieties.maps import EquivariantMaps
from equivariety.varieties.problem import Problem
from equivariety.varieties.second_look import Rows, readable_again


class EquivariantPCA(ProbabilisticPCA, ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """The best linear autoencoder among the equivariant ones with a bottleneck of given size, in closed form.

    It minimizes the mean squared reconstruction error over all components of the rank-bounded equivariant maps: the
    global optimum. Nothing is assumed of the data; they need not be closed under the group.

    Features turn with the input: they are equivariant, not invariant. A classifier that must not see how the input is
    turned needs :class:`InvariantFeatures`.

    Parameters
    ----------
    action : Action, optional
        How the group permutes the features; None stands for no symmetry, which gives ordinary PCA.
    n_components : int, float, str, optional
        Largest rank of the reconstruction; by default the number of features. A share between 0 and 1: the fewest
        components that explain more than this share of the squared deviation. Or how to choose among *all* components
        of the variety, exactly: ``"bic"`` and ``"aic"`` by these criteria of the probabilistic model, ``"threshold"``
        what exceeds noise in each block (Gavish and Donoho 2014), ``"mle"`` by Minka's evidence (as in scikit-learn
        without a symmetry; with one among the tuples that are optimal for some noise level).
    ranks : sequence of int, optional
        Fixes the rank of every block, in the order of ``EquivariantMaps(action).blocks``; by default the best ones.
    center : bool
        Subtract the mean, averaged over each orbit, first. (The rest of the mean must stay: without it the affine
        reconstruction would not be equivariant.)
    whiten : bool
        Divide features by their standard deviations; all features of one irreducible by the same number, so that they
        stay equivariant.

    Attributes
    ----------
    n_components_ : int
        Number of features that ``transform`` gives: the rank. It can be less than ``n_components``, since an
        irreducible of dimension 2 takes two at once.
    ranks_ : tuple of int
        Rank of every block.
    components_ : ndarray of shape (n_components_, n_features)
        Orthonormal rows, except that rows beyond the numerical rank of the data are zero; computed on request.
    explained_variance_ratio_ : ndarray of shape (n_components_,)
        Share of the total squared deviation from ``mean_``. Features that span one irreducible share what they
        explain together in equal parts, since only the sum does not depend on the choice of a basis.
    explained_variance_, singular_values_ : ndarray of shape (n_components_,)
    noise_variance_ : float
        Mean variance of what is left out.
    n_parameters_ : int
        Free real parameters of the probabilistic model.
    mean_ : ndarray of shape (n_features,)
        What is subtracted; constant on orbits.
    loss_ : float
        Mean squared reconstruction error per entry.
    solution_ : Solution
        Encoder, decoder, the spectrum of every block and its numerical rank.
    n_features_in_ : int

    Raises
    ------
    InputError
        From ``fit``: if the data do not fit the action, are not finite (the row is named), or a parameter is out of
        range.

    Notes
    -----
    Memory is that of the moments (the sum of the squares of the block sizes) and one chunk of rows, whatever the
    number of samples. Moments add, so ``partial_fit`` on batches gives what ``fit`` gives on all of them. Blocks are
    solved on the host: fitted attributes are NumPy arrays, whatever array library the data come from.

    Examples
    --------
    >>> import equivariety as ev
    >>> X = ev.datasets.digits()
    >>> pca = ev.EquivariantPCA(ev.actions.image_shift((8, 8), axis=1), n_components=12).fit(X)
    >>> pca.ranks_, pca.transform(X).shape
    ((2, 2, 2, 1, 0), (1797, 12))
    >>> round(pca.explained_share(X), 3)
    0.739

    The five blocks are the horizontal frequencies 0 to 4; the best reconstruction with 12 numbers keeps two vertical
    patterns of each of the three lowest, and one of the fourth.

    >>> np.allclose(pca.inverse_transform(pca.transform(X)), pca.inverse_transform(pca.fit_transform(X)))
    True
    >>> pca.get_feature_names_out().tolist()[:3], pca.components_.shape, pca.explained_variance_ratio_.shape
    (['block0_0', 'block0_1', 'block1_0'], (12, 64), (12,))
    >>> batches = ev.EquivariantPCA(ev.actions.image_shift((8, 8), axis=1), n_components=12)
    >>> batches = batches.partial_fit(X[:900]).partial_fit(X[900:])
    >>> batches.ranks_ == pca.ranks_
    True
    """

    def __init__(
        self,
        action: Action | None = None,
        n_components: int | float | str | None = None,
        ranks: Sequence[int] | None = None,
        center: bool = True,
        whiten: bool = False,
    ) -> None:
        self.action = action
        self.n_components = n_components
        self.ranks = ranks
        self.center = center
        self.whiten = whiten

    def fit(self, X: Any, y: Any = None, sample_weight: Any | None = None) -> Self:
        """Fit to all samples at once.

        Parameters
        ----------
        X : array_like of shape (samples, features)
            Numbers of any kind; bytes of images are converted chunk by chunk. Stored arrays (memory-mapped, zarr,
            HDF5), Dask arrays and data frames are read chunk by chunk, too. Under scikit-learn's array-API dispatch the
            arrays of every library stay where they are.
        y : ignored
        sample_weight : array_like of shape (samples,), optional
            Beside Dask collections also a Dask array or column in the chunks of X.
        """
        return self._update(X, sample_weight, fresh=True)

    def partial_fit(self, X: Any, y: Any = None, sample_weight: Any | None = None) -> Self:
        """Add a batch of samples to those seen so far, and fit to all of them."""
        return self._update(X, sample_weight, fresh=not hasattr(self, "_accumulated"))

    @row_by_row
    def transform(self, X: Any) -> Any:
        """Features of the rows of X, shape (samples, n_components_), grouped by block; float32 stays float32.

        Under scikit-learn's array-API dispatch they lie beside X, in its library and on its device, whichever those
        of the samples in ``fit`` were.
        """
        require_fitted(self)
        X = validated_inputs(self, X, reset=False)
        features = self.solution_.encoder.apply(X, -encoded_mean(self.solution_, self.mean_))
        return features / constant(self._scale, features) if self.whiten else features

    @row_by_row
    def inverse_transform(self, X: Any) -> Any:
        """Reconstructions, shape (samples, n_features), from features of shape (samples, n_components_)."""
        require_fitted(self)
        features = validated_features(X)
        if features.shape[1] != self.n_components_:
            raise InputError(f"X must have {self.n_components_} columns, the number of components, "
                             f"not {features.shape[1]}")  # fmt: skip
        if self.whiten:
            features = features * constant(self._scale, features)
        return self.solution_.decoder.apply(features, self.mean_)

    def plan(self, samples: int, dtype: Any = np.float64) -> dict[str, str]:
        """How ``transform`` and ``inverse_transform`` would compute so many rows of a NumPy array of this type.

        ``"dense"``: one product with a matrix that is kept; ``"blocks"``: through the isotypic blocks; ``"compiled"``:
        the same by compiled loops. Chosen by sizes alone, so that it is the same in every run.

        Examples
        --------
        >>> import equivariety as ev
        >>> pca = ev.EquivariantPCA(ev.actions.cyclic(6), n_components=2).fit([[1.0, 2.0, 0.0, 3.0, 1.0, 1.0]] * 2)
        >>> pca.plan(samples=1000)
        {'transform': 'dense', 'inverse_transform': 'dense'}
        """
        require_fitted(self)
        encoder, decoder = self.solution_.encoder, self.solution_.decoder
        return {
            "transform": encoder.way(samples, dtype).value,
            "inverse_transform": decoder.way(samples, dtype).value,
        }

    @property
    def _scale(self) -> NDArray[np.float64]:
        """Standard deviations that whitening divides by; features without variance stay zero."""
        scale = np.sqrt(self.explained_variance_)
        return np.maximum(scale, EPSILON * max(float(scale.max(initial=0.0)), np.finfo(np.float64).tiny / EPSILON))

    def explained_share(self, X: Any) -> float:
        """Share of the squared deviation from ``mean_`` that the reconstruction explains, at most 1.

        0 if X does not deviate at all. It never falls as components are added: choose their number by :meth:`score`.
        """
        check_is_fitted(self)
        total, missed = (sum(part) for part in zip(*over_parts(self._squares, X), strict=True))
        return 1.0 - missed / total if total else 0.0

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Names ``block{i}_{j}``: feature j of block i, both counted from 0."""
        super().get_feature_names_out(input_features)  # checks the names of the inputs
        sizes = self._block_sizes()
        names = [f"block{block}_{feature}" for block, size in enumerate(sizes) for feature in range(size)]
        return np.array(names, dtype=object)

    @property
    def explained_variance_ratio_(self) -> NDArray[np.float64]:
        """Share of every feature in the total squared deviation from ``mean_``."""
        total = self._accumulated.moments.target_norm
        blocks = self.solution_.component.maps.blocks
        shares = [
            np.repeat(gains[:rank] / block.irrep_dim, block.irrep_dim)
            for gains, rank, block in zip(self.solution_.spectrum, self.ranks_, blocks, strict=True)
        ]
        return np.concatenate(shares) / total if total > 0 else np.zeros(self.n_components_)

    @property
    def components_(self) -> NDArray[np.float64]:
        """The encoder as a dense matrix, shape (n_components_, n_features)."""
        return self.solution_.encoder.matrix()

    def _squares(self, X: Any) -> tuple[float, float]:
        """The squared deviation from ``mean_``, and the part of it that the reconstruction misses."""
        X = on_host(validated_inputs(self, X, reset=False))
        xp, mean = namespace(X), self.mean_
        total = missed = 0.0
        for rows in row_chunks(X.shape[0], X.shape[1], on_host=isinstance(X, np.ndarray)):
            values = xp.asarray(X[rows, ...], dtype=widest_float(X))
            centered = values - constant(mean, values)
            total += float(xp.sum(centered**2))
            missed += float(xp.sum((centered - self.solution_.apply(centered)) ** 2))
        return total, missed

    @property
    def _n_features_out(self) -> int:
        return self.n_components_

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.array_api_support = True
        tags.input_tags.sparse = True
        return tags

    def _block_sizes(self) -> list[int]:
        """Number of features of every block."""
        blocks = self.solution_.component.maps.blocks
        return [block.irrep_dim * rank for block, rank in zip(blocks, self.ranks_, strict=True)]

    def _update(self, X: Any, sample_weight: Any | None, fresh: bool) -> Self:
        data = training_data(self, X, sample_weight, reset=fresh)
        features = data.first_inputs.shape[1]
        require_n_components(self.n_components, features)
        action = action_of(self.action, "action", features)
        require_degree(action, "action", "X", features)
        accumulated = updated(self, data, EquivariantMaps(action), self.center, fresh, "action and center")
        self._learn(accumulated, readable_again(data.X, None, data.weight) if fresh and not self.center else None)
        return self

    def _learn(self, accumulated: Accumulated, rows: Rows | None) -> None:
        problem = Problem.of_data(accumulated.maps, accumulated.moments, rows)
        spectra = block_spectra(problem, accumulated.moments.weight, self.center)
        if self.ranks is None:
            ranks = chosen_ranks(problem, self.n_components, spectra, accumulated.moments.weight)
        else:
            ranks = self._given_ranks(accumulated.maps)
        self._accumulated, self._spectra = accumulated, spectra
        self.solution_ = problem.at(ranks)
        self.ranks_ = self.solution_.ranks
        self.n_components_ = self.solution_.component.rank
        self.loss_ = self.solution_.loss

    def _given_ranks(self, maps: EquivariantMaps) -> tuple[int, ...]:
        """The parameter ``ranks``, within the number of components if that is one."""
        number = is_whole_number(self.n_components)
        bound = int(self.n_components) if number else maps.domain.degree  # type: ignore[arg-type]
        return maps.bounded(bound).component(self.ranks).ranks  # type: ignore[arg-type]
