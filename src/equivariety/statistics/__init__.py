"""Statistics of data with a symmetry: likelihoods, noise, the choice of ranks and of the symmetry, tests."""

from equivariety.statistics.canonical import CanonicalCorrelations, canonical_correlations
from equivariety.statistics.learning import learning_coefficient
from equivariety.statistics.risk import ExpectedRisk, expected_risk
from equivariety.statistics.testing import SymmetryTest, symmetry_test

__all__ = [
    "CanonicalCorrelations",
    "ExpectedRisk",
    "SymmetryTest",
    "canonical_correlations",
    "expected_risk",
    "learning_coefficient",
    "symmetry_test",
]
