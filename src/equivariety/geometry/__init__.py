"""Geometry of the varieties: singular points, tangent spaces, critical points, fibres, equations."""

from equivariety.algebra.scripts import whole_matrix_script
from equivariety.blocks.generic_ed_degree import generic_ed_degree
from equivariety.geometry.attention import attention_dimension
from equivariety.geometry.enforcing import PathPoint, augmented, regularization_path, regularized
from equivariety.geometry.factors import as_factors, dense_component, random_factors
from equivariety.geometry.fibres import act, balanced_factors, fibre_dimension, same_fibre
from equivariety.geometry.networks import Judgement, LossDiagram, loss_on_data, loss_to_target
from equivariety.geometry.similarity import (
    TransformedComponent,
    after,
    conjugated,
    left_multiplied,
    right_multiplied,
    times,
)
from equivariety.geometry.stepwise import StepwiseDiagonalization, stepwise_diagonalization
from equivariety.geometry.tangent import TangentSpace, tangent_space
from equivariety.isotypic import realization
from equivariety.varieties.critical_points import CriticalPoint, CriticalPoints
from equivariety.varieties.family_critical_points import FamilyCriticalPoints
from equivariety.varieties.singular_locus import SingularLocus, block_ranks, components_containing, is_smooth

__all__ = [
    "CriticalPoint",
    "CriticalPoints",
    "FamilyCriticalPoints",
    "Judgement",
    "LossDiagram",
    "PathPoint",
    "SingularLocus",
    "StepwiseDiagonalization",
    "TangentSpace",
    "TransformedComponent",
    "act",
    "after",
    "as_factors",
    "attention_dimension",
    "augmented",
    "balanced_factors",
    "block_ranks",
    "components_containing",
    "conjugated",
    "dense_component",
    "fibre_dimension",
    "generic_ed_degree",
    "is_smooth",
    "left_multiplied",
    "loss_on_data",
    "loss_to_target",
    "random_factors",
    "realization",
    "regularization_path",
    "regularized",
    "right_multiplied",
    "same_fibre",
    "stepwise_diagonalization",
    "tangent_space",
    "times",
    "whole_matrix_script",
]
