"""An invariant covariance in blocks: its dense form, inverse and densities."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log, pi
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.blocks.linear_algebra import adjoint, eigen
from equivariety.moments import Moments
from equivariety.statistics.spectra import CovarianceSpectrum
from equivariety.varieties.block_map import BlockMap
from equivariety.varieties.maps import EquivariantMaps

Vector = NDArray[np.float64]
Blocks = tuple[NDArray[np.float64], ...]


@dataclass(frozen=True, eq=False)
class InvariantCovariance:
    """A covariance that commutes with a group, given by its blocks."""

    maps: EquivariantMaps
    blocks: Blocks
    """Per bundle the components (members, multiplicity, multiplicity, beta) of Hermitian matrices over the field."""

    @classmethod
    def of_moments(cls, maps: EquivariantMaps, moments: Moments) -> InvariantCovariance:
        """The second moments averaged over the group, divided by the sum of the weights."""
        return cls(maps, tuple(gram / (moments.weight * bundle.dimension)
                               for gram, bundle in zip(moments.inner, maps.bundles, strict=True)))  # fmt: skip

    def spectra(self, samples: Sequence[Vector]) -> list[CovarianceSpectrum]:
        """Eigenvalues of the blocks, with the samples that count for each."""
        return [
            CovarianceSpectrum(bundle.dimension, bundle.field.beta, np.maximum(values, 0.0), counted)
            for bundle, (values, _), counted in zip(self.maps.bundles, self._eigen, samples, strict=True)
        ]

    def matrix(self) -> NDArray[np.float64]:
        """The dense covariance, shape (variables, variables)."""
        return _symmetric(self._map(self.blocks).matrix())

    @property
    def is_regular(self) -> bool:
        """Whether all eigenvalues are positive to working precision."""
        return all(
            bool((values > np.maximum(values[:, :1], 0) * values.shape[1] * np.finfo(np.float64).eps).all())
            for values, _ in self._eigen
        )

    def precision(self) -> NDArray[np.float64]:
        """The inverse, dense."""
        return _symmetric(self._inverse.matrix())

    def squared_distances(self, centered: NDArray[np.float64]) -> Vector:
        """Mahalanobis distances x^T Sigma^-1 x of the rows, squared."""
        return np.asarray(np.einsum("ij,ij->i", centered, self._inverse.apply(centered)), dtype=np.float64)

    def log_densities(self, centered: NDArray[np.float64]) -> Vector:
        """Natural logarithms of the Gaussian density at the rows."""
        p = centered.shape[1]
        determinant = sum(
            bundle.dimension * float(np.log(values).sum())
            for bundle, (values, _) in zip(self.maps.bundles, self._eigen, strict=True)
        )
        return -0.5 * (self.squared_distances(centered) + p * log(2 * pi) + determinant)

    def with_eigenvalues(self, change: Callable[[int, Vector], Vector]) -> InvariantCovariance:
        """Eigenvalues of every bundle, shape (members, multiplicity), changed; eigenvectors stay."""
        return InvariantCovariance(
            self.maps, tuple(self._recombined(number, change(number, values))
                             for number, (values, _) in enumerate(self._eigen)))  # fmt: skip

    @cached_property
    def _eigen(self) -> list[tuple[Any, Any]]:
        return [
            eigen(bundle.field.pack(block), bundle.field)
            for bundle, block in zip(self.maps.bundles, self.blocks, strict=True)
        ]

    @cached_property
    def _inverse(self) -> BlockMap:
        return self._map(self.with_eigenvalues(lambda _, values: 1.0 / values).blocks)

    def _recombined(self, number: int, values: Vector) -> NDArray[np.float64]:
        field, vectors = self.maps.bundles[number].field, self._eigen[number][1]
        scale = np.concatenate([values] * field.width, axis=-1)
        return field.unpack((vectors * scale[:, None, :]) @ adjoint(vectors))

    def _map(self, blocks: Blocks) -> BlockMap:
        return self.maps.from_coordinates(blocks)


def _symmetric(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    return (matrix + matrix.T) / 2
