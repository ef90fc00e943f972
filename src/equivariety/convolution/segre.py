"""The Segre map (w_1, ..., w_L) -> w_1 (x) ... (x) w_L and its derivatives, for many points at once.

Every architecture with the same filter sizes is this map followed by a linear one (overlapping entries are added),
which is why one start system serves all strides. A batch of points is an array of shape (points, sum of sizes), the
filters side by side; a tensor is flattened, first layer slowest.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.convolution.entries import FloatArray


def split(points: NDArray[Any], sizes: Sequence[int]) -> list[NDArray[Any]]:
    """The filters of each layer, as views of shape (points, k_l)."""
    bounds = list(accumulate(sizes, initial=0))
    return [points[:, start:stop] for start, stop in pairwise(bounds)]


def tensor_product(filters: Sequence[NDArray[Any]], count: int) -> NDArray[Any]:
    """Tensor products of the filters of each of `count` points, of shape (count, product of the sizes)."""
    if not filters:
        return np.ones((count, 1))
    result, *rest = filters
    for values in rest:
        result = (result[:, :, None] * values[:, None, :]).reshape(count, -1)
    return result


def jacobian(points: NDArray[Any], sizes: Sequence[int]) -> NDArray[Any]:
    """Jacobians of the Segre map, of shape (points, product of the sizes, sum of the sizes)."""
    filters, count = split(points, sizes), len(points)
    blocks = []
    for layer, size in enumerate(sizes):
        left = tensor_product(filters[:layer], count)
        right = tensor_product(filters[layer + 1 :], count)
        block = np.zeros((count, left.shape[1], size, right.shape[1], size), dtype=points.dtype)
        outer = left[:, :, None] * right[:, None, :]
        for index in range(size):
            block[:, :, index, :, index] = outer
        blocks.append(block.reshape(count, -1, size))
    return np.concatenate(blocks, axis=2)


def second_derivative(points: NDArray[Any], sizes: Sequence[int], covector: NDArray[Any]) -> NDArray[Any]:
    """Second derivatives of the Segre map paired with a tensor per point, of shape (points, sum, sum)."""
    filters, count, number = split(points, sizes), len(points), len(sizes)
    bounds = list(accumulate(sizes, initial=0))
    tensors = covector.reshape(count, *sizes)
    result = np.zeros((count, bounds[-1], bounds[-1]), dtype=np.result_type(points, covector))
    for first in range(number):
        for second in range(first + 1, number):
            block = _contract(tensors, filters, first, second)
            rows, columns = slice(bounds[first], bounds[first + 1]), slice(bounds[second], bounds[second + 1])
            result[:, rows, columns] = block
            result[:, columns, rows] = block.transpose(0, 2, 1)
    return result


def overlap_matrix(sizes: Sequence[int], steps: Sequence[int]) -> FloatArray:
    """The linear map from tensors to end-to-end filters, of shape (end-to-end size, product of the sizes).

    Entry (j_1, ..., j_L) of the tensor is added to entry sum_l j_l S_l of the filter.
    """
    positions = np.zeros(1, dtype=int)
    for size, step in zip(sizes, steps, strict=True):
        positions = (positions[:, None] + step * np.arange(size)[None, :]).ravel()
    matrix = np.zeros((positions[-1] + 1, len(positions)))
    matrix[positions, np.arange(len(positions))] = 1.0
    return matrix


def _contract(tensors: NDArray[Any], filters: Sequence[NDArray[Any]], first: int, second: int) -> NDArray[Any]:
    """Pair a batch of tensors with all filters but two; the axes of those two are left."""
    count = len(tensors)
    head = tensor_product(filters[:first], count)
    middle = tensor_product(filters[first + 1 : second], count)
    tail = tensor_product(filters[second + 1 :], count)
    shape = (count, head.shape[1], filters[first].shape[1], middle.shape[1], filters[second].shape[1], tail.shape[1])
    grouped = (tensors.reshape(shape) * tail[:, None, None, None, None, :]).sum(axis=5)
    grouped = (grouped * middle[:, None, None, :, None]).sum(axis=3)
    return (grouped * head[:, :, None, None]).sum(axis=1)
