"""Shrinkage of an invariant covariance towards a multiple of the identity in every block."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.statistics.invariant_covariance import InvariantCovariance

_CHUNK = 1 << 22  # numbers in the Gram matrices of the samples of one chunk


def shrunk(covariance: InvariantCovariance, shares: list[NDArray[np.float64]]) -> InvariantCovariance:
    """(1 - share) S + share * mean(eigenvalues) I in every block; one share for each member of each bundle."""

    def change(number: int, values: NDArray[np.float64]) -> NDArray[np.float64]:
        share = shares[number][:, None]
        return (1 - share) * values + share * values.mean(axis=1, keepdims=True)

    return covariance.with_eigenvalues(change)


def ledoit_wolf_shares(covariance: InvariantCovariance, centered: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """For each block the share that minimizes the expected squared error, estimated from the samples.

    Ledoit and Wolf, *A well-conditioned estimator for large-dimensional covariance matrices* (2004), applied to the
    averaged block of each sample, over its field. The target, one variance for each irreducible, is invariant too.
    """
    bundles, basis = covariance.maps.bundles, covariance.maps.domain_basis
    spread = [np.zeros(bundle.size) for bundle in bundles]
    widest = max(bundle.size * block.shape[1] ** 2 * bundle.field.beta
                 for bundle, block in zip(bundles, covariance.blocks, strict=True))  # fmt: skip
    step = max(1, _CHUNK // widest)
    for start in range(0, len(centered), step):
        for total, bundle, part in zip(spread, bundles, basis.analyze(centered[start : start + step]), strict=True):
            total += _squared_norms(part, bundle)
    n = len(centered)
    shares = []
    for total, block in zip(spread, covariance.blocks, strict=True):
        norm = (block**2).sum(axis=(1, 2, 3))
        trace = np.einsum("bii->b", block[..., 0]) / block.shape[1]
        distance = norm - block.shape[1] * trace**2
        noise = np.minimum((total / n - norm) / n, distance)
        shares.append(np.where(distance > 0, noise / np.where(distance > 0, distance, 1.0), 0.0))
    return shares


def _squared_norms(part: Any, bundle: Any) -> NDArray[np.float64]:
    """Sum over samples of the squared norm of the averaged block of one sample, for each member."""
    field = bundle.field
    columns = field.pack(np.moveaxis(part, 2, 3))  # working form of (multiplicity, copies) over the field
    gram = field.unpack(columns @ np.conj(np.swapaxes(columns, -1, -2))) / bundle.dimension
    return np.asarray((gram**2).sum(axis=(0, 2, 3, 4)), dtype=np.float64)
