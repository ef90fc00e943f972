"""Geometry of the varieties: singular points, tangent spaces, critical points, fibres, equations."""

from equivariety.geometry.ranks import block_ranks, components_containing
from equivariety.geometry.singular import SingularLocus, is_smooth
from equivariety.geometry.tangent import TangentSpace, tangent_space

__all__ = [
    "SingularLocus",
    "TangentSpace",
    "block_ranks",
    "components_containing",
    "is_smooth",
    "tangent_space",
]
