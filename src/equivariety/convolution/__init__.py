"""Linear convolutional networks: function space, factorizations, critical points."""

from equivariety.convolution.architecture import LinearConvNet
from equivariety.convolution.chern import generic_ed_degree
from equivariety.convolution.critical import CriticalPoint, CriticalPoints
from equivariety.convolution.membership import Membership
from equivariety.convolution.nearest import NearestFilter
from equivariety.convolution.start import StartSystem, generic_start
from equivariety.convolution.theorem import TheoremReport, theorem_experiment

__all__ = [
    "CriticalPoint",
    "CriticalPoints",
    "LinearConvNet",
    "Membership",
    "NearestFilter",
    "StartSystem",
    "TheoremReport",
    "generic_ed_degree",
    "generic_start",
    "theorem_experiment",
]
