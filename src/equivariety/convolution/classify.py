"""Whether critical filters of linear networks are pure or spurious."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

import numpy as np

from equivariety.array_types import FloatArray
from equivariety.convolution.architecture import LinearArchitecture
from equivariety.convolution.objective import SquaredError
from equivariety.convolution.polynomials import parameterization_jacobian, product_filter
from equivariety.tolerances import CRITICAL_GRADIENT_TOLERANCE, TANGENT_RANK_TOLERANCE

Kind: TypeAlias = Literal["zero", "pure", "spurious"]


def is_pure(net: LinearArchitecture, error: SquaredError, filters: Sequence[FloatArray]) -> bool:
    """Whether the gradient vanishes on the tangent space of the function space at a smooth point.

    The tangent space is that of the reduced architecture, whose function space has the same Zariski closure: the image
    of its Jacobian where that has full rank. For stride one it is the whole filter space.
    """
    jacobian = parameterization_jacobian(reduced_filters(net, filters), net.reduced().steps)
    left, singular, _ = np.linalg.svd(jacobian, full_matrices=False)
    rank = int(np.sum(singular > TANGENT_RANK_TOLERANCE * singular[0]))
    if rank < net.dimension:
        return False
    gradient = error.gradient(product_filter(filters, net.steps))
    scale = float(np.linalg.norm(error.linear))
    return float(np.linalg.norm(left[:, :rank].T @ gradient)) <= CRITICAL_GRADIENT_TOLERANCE * scale


def reduced_filters(net: LinearArchitecture, filters: Sequence[FloatArray]) -> list[FloatArray]:
    """Filters of the reduced architecture: the products of each block, balanced to equal norms."""
    merged: list[FloatArray] = []
    position = 0
    for block in net.blocks:
        layers = filters[position : position + len(block)]
        values = product_filter(layers, [1] * len(block))
        merged.append(values / np.linalg.norm(values))
        position += len(block)
    return merged
