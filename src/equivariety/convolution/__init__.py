"""Linear and polynomial convolutional networks: function space, factorizations, critical points."""

from equivariety.convolution.chern import generic_ed_degree
from equivariety.convolution.critical_filters import CriticalFilter, CriticalFilters
from equivariety.convolution.critical_parameters import CriticalParameter, CriticalParameters
from equivariety.convolution.linear_network import LinearConvNet
from equivariety.convolution.membership import Membership
from equivariety.convolution.nearest import NearestFilter
from equivariety.convolution.polynomial_network import PolynomialConvNet
from equivariety.convolution.start import generic_start
from equivariety.convolution.theorem import TheoremReport, theorem_experiment
from equivariety.tracking import StartSystem

__all__ = [
    "CriticalFilter",
    "CriticalFilters",
    "CriticalParameter",
    "CriticalParameters",
    "LinearConvNet",
    "Membership",
    "NearestFilter",
    "PolynomialConvNet",
    "StartSystem",
    "TheoremReport",
    "generic_ed_degree",
    "generic_start",
    "theorem_experiment",
]
