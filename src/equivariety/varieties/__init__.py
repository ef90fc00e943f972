"""Function spaces: equivariant maps, their rank-bounded varieties and components, and the best map for data."""

from equivariety.blocks import Block
from equivariety.varieties.block_map import BlockMap
from equivariety.varieties.bounded import RankBounded
from equivariety.varieties.component import Component
from equivariety.varieties.determinantal import DeterminantalVariety
from equivariety.varieties.hidden_space import HiddenSpace
from equivariety.varieties.invariant_maps import InvariantMaps
from equivariety.varieties.maps import EquivariantMaps
from equivariety.varieties.problem import Curve, Problem
from equivariety.varieties.solution import FactoredMap, NearestPoint, Solution
from equivariety.varieties.symmetric import SymmetricMaps
from equivariety.varieties.symmetric_determinantal import SymmetricDeterminantalVariety
from equivariety.varieties.weight_sharing import WeightPattern, block_pattern, orbit_pattern

__all__ = [
    "Block",
    "BlockMap",
    "Component",
    "Curve",
    "DeterminantalVariety",
    "EquivariantMaps",
    "FactoredMap",
    "HiddenSpace",
    "InvariantMaps",
    "NearestPoint",
    "Problem",
    "RankBounded",
    "Solution",
    "SymmetricDeterminantalVariety",
    "SymmetricMaps",
    "WeightPattern",
    "block_pattern",
    "orbit_pattern",
]
