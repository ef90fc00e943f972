"""Features for classifiers that do not change when the input is moved by the group."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from equivariety.actions import Action
from equivariety.estimators.pca import EquivariantPCA
from equivariety.statistics.invariants import invariant_features, invariants_of_block


class InvariantFeatures(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Invariant numbers of equivariant principal components, for classification and regression.

    Principal components of an equivariant analysis turn with the input; a classifier that has seen upright digits only
    does not know turned ones by them. These features are the same for an input and all its images under the group:
    components of the trivial irreducible, and in every other block the norms of the copies of the irreducible and
    their cross-moments Z Z^*, the "power spectrum" of the group.

    They separate inputs up to one unitary matrix in each isotypic component. So they are blind to how components of
    *different* irreducibles stand to each other (for shifts: to phases between frequencies), and to nothing else.

    Parameters
    ----------
    action : Action, optional
        How the group permutes the features; None stands for no symmetry, where all components are invariant.
    n_components : int, float, str, optional
        Of the principal components from which they are formed, as in :class:`EquivariantPCA`.
    center : bool
        Subtract the invariant part of the mean first.

    Attributes
    ----------
    pca_ : EquivariantPCA
    n_features_in_ : int

    Notes
    -----
    A block of rank q over a field of dimension d gives q + d q (q - 1) / 2 numbers. Apart from the trivial block they
    are quadratic in the input.

    Examples
    --------
    >>> import equivariety as ev
    >>> X = ev.datasets.digits()
    >>> turned = np.rot90(X.reshape(-1, 8, 8), axes=(1, 2)).reshape(-1, 64)
    >>> invariants = ev.InvariantFeatures(ev.actions.image_rotation(8), n_components=20).fit(X)
    >>> np.allclose(invariants.transform(X), invariants.transform(turned))
    True
    """

    def __init__(
        self,
        action: Action | None = None,
        n_components: int | float | str | None = None,
        center: bool = True,
    ) -> None:
        self.action = action
        self.n_components = n_components
        self.center = center

    def fit(self, X: Any, y: Any = None, sample_weight: Any | None = None) -> Self:
        """Fit the principal components."""
        X = validate_data(self, X, dtype=[np.float64, np.float32])
        pca = EquivariantPCA(self.action, self.n_components, center=self.center)
        self.pca_ = pca.fit(X, sample_weight=sample_weight)
        return self

    def transform(self, X: Any) -> NDArray[Any]:
        """Invariants of the rows of X, shape (samples, invariants)."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=[np.float64, np.float32], reset=False)
        maps = self.pca_.solution_.component.maps
        return invariant_features(self.pca_.transform(X), maps.blocks, self.pca_.ranks_, self._fixed)

    @property
    def _fixed(self) -> int | None:
        """The number of the trivial block."""
        maps = self.pca_.solution_.component.maps
        trivial = maps.domain_basis.trivial
        return None if trivial is None else int(maps.bundles[trivial].members[0])

    @property
    def _n_features_out(self) -> int:
        blocks, fixed = self.pca_.solution_.component.maps.blocks, self._fixed
        return sum(
            invariants_of_block(block, rank, number == fixed)
            for number, (block, rank) in enumerate(zip(blocks, self.pca_.ranks_, strict=True))
        )
