"""All complex critical points of a squared error on a parameterized cone, by tracking paths.

A *parameterization* is a map from vectors w_1, ..., w_L that is homogeneous in each of them, with a known number of
critical points for generic data. `generic_start` solves one generic problem by monodromy until that number is reached;
`solve` carries the points to given data. Nothing here knows where the parameterization comes from.
"""

from equivariety.tracking.end_points import Solutions, solve
from equivariety.tracking.monodromy import StartSystem, refuse_many_paths, solve_generic
from equivariety.tracking.parameterization import Parameterization
from equivariety.tracking.predictor_corrector import Tracked, TrackingOptions, refine, track
from equivariety.tracking.squared_errors import Path, SquaredErrors

__all__ = [
    "Parameterization",
    "Path",
    "Solutions",
    "SquaredErrors",
    "StartSystem",
    "Tracked",
    "TrackingOptions",
    "refine",
    "refuse_many_paths",
    "solve",
    "solve_generic",
    "track",
]
