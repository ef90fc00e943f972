"""How much a symmetry saves: the expected excess risk of equivariant least squares."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from equivariety.isotypic import field_named
from equivariety.validation import amount, whole_number
from equivariety.varieties.maps import EquivariantMaps


@dataclass(frozen=True)
class ExpectedRisk:
    """The excess risk of least squares without a bound on the rank.

    It converts to the excess risk by ``float``.

    Examples
    --------
    >>> import equivariety as ev
    >>> risk = ev.expected_risk(ev.EquivariantMaps(ev.actions.cyclic(4)), n_samples=10, noise_variance=1.0)
    >>> round(float(risk), 3), risk.samples_needed, round(risk.samples_saved, 1)
    (0.472, 3, 28.9)
    """

    excess: float
    """Expected squared prediction error beyond the noise, summed over the outputs; infinite with too few samples."""
    samples: int
    samples_needed: int
    """Fewest samples for which the excess risk is finite."""
    samples_without_symmetry: float
    """How many samples ordinary least squares needs for the same excess risk."""

    @property
    def samples_saved(self) -> float:
        """Samples that the symmetry is worth."""
        return self.samples_without_symmetry - self.samples

    def __float__(self) -> float:
        return self.excess


def expected_risk(maps: EquivariantMaps, n_samples: int, noise_variance: float) -> ExpectedRisk:
    """Expected excess risk of equivariant least squares (full rank, no intercept), exactly.

    For inputs from any Gaussian distribution that the group leaves invariant, and outputs with white noise: block i,
    of irreducible dimension k over a field of dimension d, with m rows and c columns, contributes
    noise * m c k / (n k / d - c + 1 - 2 / d), the mean of the inverse of a Wishart matrix over the field. It depends
    neither on the covariance of the inputs nor on the true map.

    Parameters
    ----------
    maps : EquivariantMaps
        The maps to choose from.
    n_samples : int
    noise_variance : float
        Variance of the noise in each output.

    Returns
    -------
    ExpectedRisk
        Summed over the outputs; with the number of samples for which ordinary least squares does as well.

    Examples
    --------
    Ten measurements of a map between two rings of 8 sensors do as well as 79 without the symmetry:

    >>> import equivariety as ev
    >>> risk = ev.expected_risk(ev.EquivariantMaps(ev.actions.cyclic(8)), n_samples=10, noise_variance=1.5)
    >>> round(risk.excess, 9), round(risk.samples_without_symmetry, 2)
    (1.375, 78.82)
    """
    n = whole_number(n_samples, "n_samples", 1)
    noise = amount(noise_variance, "noise_variance")
    excess, needed = 0.0, 1
    for block in maps.blocks:
        if not block.rows or not block.cols:
            continue
        k, d, c = block.irrep_dim, field_named(block.field).beta, block.cols
        # Finite if n k / d - c + 1 - 2 / d > 0, in whole numbers n k > d (c - 1) + 2.
        needed = max(needed, (d * (c - 1) + 2) // k + 1)
        spread = (n * k - d * (c - 1) - 2) / d
        excess += noise * block.rows * c * k / spread if spread > 0 else inf
    m, p = maps.shape
    if noise == 0 or excess == 0:
        return ExpectedRisk(0.0 if n >= needed else inf, n, needed, float(n))
    return ExpectedRisk(excess, n, needed, p + 1 + m * p * noise / excess)
