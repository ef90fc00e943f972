"""Spectra of covariances: the eigenvalues of the blocks, which Gaussian statistics of symmetric data need.

The covariance averaged over the group is block diagonal in the isotypic basis. The block of an irreducible of real
dimension k, field D (real dimension d) and multiplicity r is a Hermitian r x r matrix over D; each of its eigenvalues
has real multiplicity k. Pooling the copies gives a block n k / d samples over D from n samples.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Ranks = Sequence[NDArray[np.intp]]
"""For each bundle the ranks of its members."""


@dataclass(frozen=True, eq=False)
class CovarianceSpectrum:
    """Eigenvalues of the blocks of one bundle: irreducibles of equal dimension, field and multiplicity."""

    dimension: int
    """Real dimension k of the irreducibles: how often each eigenvalue occurs in the whole covariance."""
    beta: int
    """Real dimension d of the field: 1, 2 or 4."""
    eigenvalues: Vector
    """Falling, shape (members, multiplicity)."""
    samples: Vector
    """Samples that count for each member: their number, less one where a mean was estimated. Shape (members,)."""

    @property
    def multiplicity(self) -> int:
        """Number r of copies of each irreducible."""
        return int(self.eigenvalues.shape[1])

    @property
    def size(self) -> int:
        """Number of irreducibles in the bundle."""
        return int(self.eigenvalues.shape[0])

    def divided_by(self, total: float) -> CovarianceSpectrum:
        """The spectrum of the scatter divided by another number than the samples that count."""
        return replace(self, eigenvalues=self.eigenvalues * (self.samples / total)[:, None])

    @property
    def block_parameters(self) -> int:
        """Real dimension of the Hermitian r x r matrices over D."""
        r = self.multiplicity
        return r + self.beta * r * (r - 1) // 2


def degree(spectra: Sequence[CovarianceSpectrum]) -> int:
    """Number of variables."""
    return sum(part.size * part.dimension * part.multiplicity for part in spectra)


def total_variance(spectra: Sequence[CovarianceSpectrum]) -> float:
    """Trace of the covariance."""
    return sum(part.dimension * float(part.eigenvalues.sum()) for part in spectra)


def eigenvalues_and_weights(spectra: Sequence[CovarianceSpectrum]) -> tuple[Vector, Vector]:
    """All eigenvalues, bundle by bundle, and how often each occurs."""
    values = np.concatenate([part.eigenvalues.ravel() for part in spectra])
    weights = np.concatenate([np.full(part.eigenvalues.size, float(part.dimension)) for part in spectra])
    return values, weights


def kept_terms(spectra: Sequence[CovarianceSpectrum], ranks: Ranks) -> NDArray[np.bool_]:
    """Which of all eigenvalues, bundle by bundle, the ranks keep."""
    return np.concatenate(
        [
            (np.arange(part.multiplicity) < np.asarray(chosen)[:, None]).ravel()
            for part, chosen in zip(spectra, ranks, strict=True)
        ]
    )
