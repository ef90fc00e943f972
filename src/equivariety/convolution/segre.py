"""The Segre-Veronese map of filters and its derivatives, for many points at once.

(w_1, ..., w_L) -> nu_{d_1}(w_1) (x) ... (x) nu_{d_L}(w_L), with nu_d the Veronese map. Every architecture with the same
filter sizes is this map followed by a linear one, which is why one start system serves all strides: linear networks
with all degrees one (overlapping entries are added), polynomial ones with degrees r^{L-1}, ..., r, 1. A batch of points
is an array of shape (points, sum of sizes), the filters side by side; a tensor is flattened, first factor slowest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.array_types import FloatArray
from equivariety.convolution import chern, veronese
from equivariety.tracking.coordinates import split


@dataclass(frozen=True)
class SegreVeronese:
    """The map for vectors of the given sizes; see `equivariety.tracking.Parameterization`.

    Examples
    --------
    >>> lift = SegreVeronese((2, 2), (1, 2))
    >>> lift.value(np.array([[1.0, 2.0, 3.0, 1.0]])).round(3).tolist()
    [[9.0, 4.243, 1.0, 18.0, 8.485, 2.0]]
    >>> lift.size, lift.expected_count
    (6, 14)
    """

    groups: tuple[int, ...]
    degrees: tuple[int, ...]

    @classmethod
    def segre(cls, sizes: Sequence[int]) -> SegreVeronese:
        """The Segre map, of degree one in every factor."""
        return cls(tuple(sizes), (1,) * len(sizes))

    @property
    def lengths(self) -> tuple[int, ...]:
        """Sizes of the factors of the tensor."""
        return tuple(veronese.length(size, d) for size, d in zip(self.groups, self.degrees, strict=True))

    @property
    def size(self) -> int:
        """Number of entries of the tensor."""
        return prod(self.lengths)

    @property
    def expected_count(self) -> int:
        """The generic ED degree of the image."""
        return chern.generic_ed_degree([size - 1 for size in self.groups], self.degrees)

    def value(self, points: NDArray[Any]) -> NDArray[Any]:
        """Tensors of shape (points, size)."""
        return tensor_product(self._factors(points), len(points))

    def jacobian(self, points: NDArray[Any]) -> NDArray[Any]:
        """Jacobians of shape (points, size, sum of the sizes)."""
        factors, count = self._factors(points), len(points)
        blocks = []
        for layer, derivative in enumerate(self._derivatives(points)):
            left = tensor_product(factors[:layer], count)
            right = tensor_product(factors[layer + 1 :], count)
            outer = left[:, :, None, None, None] * right[:, None, None, :, None]
            blocks.append((outer * derivative[:, None, :, None, :]).reshape(count, -1, self.groups[layer]))
        return np.concatenate(blocks, axis=2)

    def second_derivative(self, points: NDArray[Any], covector: NDArray[Any]) -> NDArray[Any]:
        """Second derivatives paired with a tensor per point, of shape (points, sum of sizes, sum of sizes)."""
        factors, derivatives = self._factors(points), self._derivatives(points)
        bounds = list(accumulate(self.groups, initial=0))
        result = np.zeros((len(points), bounds[-1], bounds[-1]), dtype=np.result_type(points, covector))
        for i, (vectors, degree) in enumerate(zip(split(points, self.groups), self.degrees, strict=True)):
            rows = slice(bounds[i], bounds[i + 1])
            if degree > 1:
                paired = _contract_all_but_one(covector, factors, i)
                result[:, rows, rows] = veronese.second_derivative(vectors, degree, paired)
            for j in range(i + 1, len(self.groups)):
                columns = slice(bounds[j], bounds[j + 1])
                mixed = _contract(covector, factors, i, j)
                block = derivatives[i].transpose(0, 2, 1) @ mixed @ derivatives[j]
                result[:, rows, columns] = block
                result[:, columns, rows] = block.transpose(0, 2, 1)
        return result

    def _factors(self, points: NDArray[Any]) -> list[NDArray[Any]]:
        parts = split(points, self.groups)
        return [veronese.value(w, d) for w, d in zip(parts, self.degrees, strict=True)]

    def _derivatives(self, points: NDArray[Any]) -> list[NDArray[Any]]:
        parts = split(points, self.groups)
        return [veronese.jacobian(w, d) for w, d in zip(parts, self.degrees, strict=True)]


def tensor_product(factors: Sequence[NDArray[Any]], count: int) -> NDArray[Any]:
    """Tensor products of the vectors of each of `count` points, of shape (count, product of their sizes)."""
    if not factors:
        return np.ones((count, 1))
    result, *rest = factors
    for values in rest:
        result = (result[:, :, None] * values[:, None, :]).reshape(count, -1)
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


def _contract_all_but_one(tensors: NDArray[Any], factors: Sequence[NDArray[Any]], kept: int) -> NDArray[Any]:
    """Pair a batch of tensors with all factors but one."""
    count = len(tensors)
    head, tail = tensor_product(factors[:kept], count), tensor_product(factors[kept + 1 :], count)
    grouped = tensors.reshape(count, head.shape[1], factors[kept].shape[1], tail.shape[1])
    grouped = (grouped * tail[:, None, None, :]).sum(axis=3)
    return (grouped * head[:, :, None]).sum(axis=1)


def _contract(tensors: NDArray[Any], factors: Sequence[NDArray[Any]], first: int, second: int) -> NDArray[Any]:
    """Pair a batch of tensors with all factors but two; the axes of those two are left."""
    count = len(tensors)
    head = tensor_product(factors[:first], count)
    middle = tensor_product(factors[first + 1 : second], count)
    tail = tensor_product(factors[second + 1 :], count)
    shape = (count, head.shape[1], factors[first].shape[1], middle.shape[1], factors[second].shape[1], tail.shape[1])
    grouped = (tensors.reshape(shape) * tail[:, None, None, None, None, :]).sum(axis=5)
    grouped = (grouped * middle[:, None, None, :, None]).sum(axis=3)
    return (grouped * head[:, :, None, None]).sum(axis=1)
