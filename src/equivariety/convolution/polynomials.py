"""Filters as polynomials: u(z) = prod_l w_l(z^{S_l}), with S_1 = 1 and S_l = s_1 ... s_{l-1}.

The coefficient of z^j is entry j of the filter, the layer is y_i = sum_j w_j x_{i s + j}, and composing layers
multiplies polynomials. Every function works on float arrays, complex arrays and object arrays of fractions alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def dilate(values: Sequence[Any] | NDArray[Any], step: int) -> NDArray[Any]:
    """Coefficients of w(z^step): `step - 1` zeros between neighbouring entries."""
    entries = np.asarray(values)
    spread = np.zeros(step * (len(entries) - 1) + 1, dtype=entries.dtype)
    spread[::step] = entries
    return spread


def product_filter(filters: Sequence[NDArray[Any]], steps: Sequence[int]) -> NDArray[Any]:
    """The end-to-end filter of layers with numerical filters; `steps` are the S_l."""
    result = dilate(filters[0], steps[0])
    for values, step in zip(filters[1:], steps[1:], strict=True):
        result = np.convolve(result, dilate(values, step))
    return result


def parameterization_jacobian(filters: Sequence[NDArray[Any]], steps: Sequence[int]) -> NDArray[Any]:
    """Jacobian of (w_1, ..., w_L) -> u, of shape (end-to-end size, sum of the filter sizes).

    The columns of layer l are the coefficients of z^{j S_l} prod_{m != l} w_m(z^{S_m}).
    """
    columns = []
    for layer, values in enumerate(filters):
        for index in range(len(values)):
            unit = np.zeros_like(values)
            unit[index] = 1
            columns.append(product_filter([*filters[:layer], unit, *filters[layer + 1 :]], steps))
    return np.stack(columns, axis=1)


def toeplitz_matrix(values: NDArray[Any], stride: int, input_length: int) -> NDArray[Any]:
    """Matrix of y_i = sum_j u_j x_{i stride + j} on inputs of the given length, without padding."""
    rows = (input_length - len(values)) // stride + 1
    matrix = np.zeros((rows, input_length), dtype=values.dtype)
    for row in range(rows):
        matrix[row, row * stride : row * stride + len(values)] = values
    return matrix


def circulant_matrix(values: NDArray[Any], stride: int, input_length: int) -> NDArray[Any]:
    """Matrix of y_i = sum_j u_j x_{(i stride + j) mod n} on periodic inputs of length n, a multiple of the stride."""
    rows = input_length // stride
    matrix = np.zeros((rows, input_length), dtype=values.dtype)
    for row in range(rows):
        for index, entry in enumerate(values):
            matrix[row, (row * stride + index) % input_length] += entry
    return matrix
