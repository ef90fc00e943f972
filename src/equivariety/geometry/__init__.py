"""Geometry of the varieties: singular points, tangent spaces, critical points, fibres, equations."""

from equivariety.geometry.critical import CriticalPoint, CriticalPoints
from equivariety.geometry.factors import as_factors, dense_component, random_factors
from equivariety.geometry.landscapes import FamilyCriticalPoints
from equivariety.geometry.networks import Judgement, LossDiagram, loss_on_data, loss_to_target
from equivariety.geometry.ranks import block_ranks, components_containing
from equivariety.geometry.singular import SingularLocus, is_smooth
from equivariety.geometry.tangent import TangentSpace, tangent_space

__all__ = [
    "CriticalPoint",
    "CriticalPoints",
    "FamilyCriticalPoints",
    "Judgement",
    "LossDiagram",
    "SingularLocus",
    "TangentSpace",
    "as_factors",
    "block_ranks",
    "components_containing",
    "dense_component",
    "is_smooth",
    "loss_on_data",
    "loss_to_target",
    "random_factors",
    "tangent_space",
]
