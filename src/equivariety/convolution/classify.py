"""Kinds of critical parameters: pure or spurious, and the index of the Hessian."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from equivariety.convolution import segre
from equivariety.convolution.entries import FloatArray
from equivariety.convolution.objective import SquaredError
from equivariety.convolution.polynomials import parameterization_jacobian, product_filter

if TYPE_CHECKING:
    from equivariety.convolution.architecture import LinearConvNet

Kind: TypeAlias = Literal["zero", "pure", "spurious"]
GRADIENT_TOLERANCE = 1e-8
"""The gradient vanishes on a tangent space if its cosine with it, or it itself relative to b, is below this."""
RANK_TOLERANCE = 1e-8
HESSIAN_TOLERANCE = 1e-9
"""Eigenvalues of the Hessian below this fraction of the largest one count as zero."""


def is_pure(net: LinearConvNet, error: SquaredError, filters: Sequence[FloatArray]) -> bool:
    """Whether the gradient vanishes on the tangent space of the function space at a smooth point.

    The tangent space is that of the reduced architecture, whose function space has the same Zariski closure: the image
    of its Jacobian where that has full rank. For stride one it is the whole filter space.
    """
    jacobian = parameterization_jacobian(reduced_filters(net, filters), net.reduced().steps)
    left, singular, _ = np.linalg.svd(jacobian, full_matrices=False)
    rank = int(np.sum(singular > RANK_TOLERANCE * singular[0]))
    if rank < net.dimension:
        return False
    gradient = error.gradient(product_filter(filters, net.steps))
    scale = float(np.linalg.norm(error.linear))
    return float(np.linalg.norm(left[:, :rank].T @ gradient)) <= GRADIENT_TOLERANCE * scale


def reduced_filters(net: LinearConvNet, filters: Sequence[FloatArray]) -> list[FloatArray]:
    """Filters of the reduced architecture: the products of each block, balanced to equal norms."""
    merged: list[FloatArray] = []
    position = 0
    for block in net.blocks:
        layers = filters[position : position + len(block)]
        values = product_filter(layers, [1] * len(block))
        merged.append(values / np.linalg.norm(values))
        position += len(block)
    return merged


def hessian_index(net: LinearConvNet, error: SquaredError, filters: Sequence[FloatArray]) -> tuple[int, bool]:
    """Number of negative eigenvalues of the Hessian in the parameters, and whether it is degenerate.

    One zero eigenvalue per layer but one is owed to the scalings of the layers; more make it degenerate.
    """
    eigenvalues = np.linalg.eigvalsh(parameter_hessian(net, error, filters))
    zero = HESSIAN_TOLERANCE * float(np.max(np.abs(eigenvalues)))
    negative = int(np.sum(eigenvalues < -zero))
    null = int(np.sum(np.abs(eigenvalues) <= zero))
    return negative, null > len(filters) - 1


def parameter_hessian(net: LinearConvNet, error: SquaredError, filters: Sequence[FloatArray]) -> FloatArray:
    """Hessian of the squared error in the parameters, of shape (sum of sizes, sum of sizes)."""
    point = np.concatenate(filters)[None]
    overlap = segre.overlap_matrix(net.filter_sizes, net.steps)
    derivative = overlap @ segre.jacobian(point, net.filter_sizes)[0]
    gradient = error.gradient(product_filter(filters, net.steps))
    curvature = segre.second_derivative(point, net.filter_sizes, (gradient @ overlap)[None])[0]
    hessian: FloatArray = 2 * derivative.T @ error.quadratic @ derivative + curvature
    return hessian
