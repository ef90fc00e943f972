"""The output of a polynomial convolutional network as a polynomial in its filters and its inputs, exactly.

It has degree r^{L - l} in the filter of layer l and degree r^{L - 1} in the inputs, so it is a linear function of the
Segre-Veronese tensor of the filters: that linear map, from tensors to forms in the inputs, is the *projection*.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import Any

import numpy as np

from equivariety.array_types import FloatArray
from equivariety.convolution import veronese
from equivariety.convolution.segre import SegreVeronese

Exponents = tuple[int, ...]


@dataclass(frozen=True)
class Expansion:
    """The terms: exponents of the filter entries (first layer first), of the inputs, and the coefficient."""

    filter_sizes: tuple[int, ...]
    terms: tuple[tuple[Exponents, Exponents, int], ...]

    @property
    def monomials(self) -> tuple[Exponents, ...]:
        """Exponents of the monomials in the inputs that occur."""
        return tuple(sorted({inputs for _, inputs, _ in self.terms}, reverse=True))

    def coefficients(self, entries: Sequence[Any]) -> dict[Exponents, Any]:
        """Coefficients of the monomials in the inputs for given filter entries, side by side."""
        result: dict[Exponents, Any] = dict.fromkeys(self.monomials, 0)
        for filters, inputs, coefficient in self.terms:
            result[inputs] += coefficient * prod(w**e for w, e in zip(entries, filters, strict=True) if e)
        return result

    def jacobian(self, entries: Sequence[Any]) -> list[list[Any]]:
        """Derivatives of the coefficients (rows) by the filter entries (columns)."""
        rows = {inputs: [0] * len(entries) for inputs in self.monomials}
        for filters, inputs, coefficient in self.terms:
            for index, exponent in enumerate(filters):
                if exponent:
                    lowered = (*filters[:index], exponent - 1, *filters[index + 1 :])
                    factor = prod(w**e for w, e in zip(entries, lowered, strict=True) if e)
                    rows[inputs][index] += coefficient * exponent * factor
        return list(rows.values())

    def projection(self, lift: SegreVeronese) -> FloatArray:
        """Matrix from tensors of the lift, whose groups are the layers from the last to the first, to coefficients."""
        rows = {inputs: row for row, inputs in enumerate(self.monomials)}
        places = [
            {exponents: place for place, exponents in enumerate(veronese.monomials(size, degree))}
            for size, degree in zip(lift.groups, lift.degrees, strict=True)
        ]
        matrix = np.zeros((len(rows), lift.size))
        for filters, inputs, coefficient in self.terms:
            parts = list(_parts(filters, self.filter_sizes))[::-1]
            column = 0
            for part, place, length in zip(parts, places, lift.lengths, strict=True):
                column = column * length + place[part]
            weight = prod(float(veronese.multinomial(part)) ** 0.5 for part in parts)
            matrix[rows[inputs], column] += coefficient / weight
        return matrix


@lru_cache(maxsize=64)
def expand(filter_sizes: tuple[int, ...], strides: tuple[int, ...], power: int) -> Expansion:
    """The terms of one output.

    Examples
    --------
    >>> for term in expand((2, 1), (1, 1), 2).terms:  # v (a x + b y)^2
    ...     print(term)
    ((2, 0, 1), (2, 0), 1)
    ((1, 1, 1), (1, 1), 2)
    ((0, 2, 1), (0, 2), 1)
    """
    from flint import fmpz_mpoly_ctx

    size = _inputs(filter_sizes, strides)
    filters = [f"w{layer}_{j}" for layer, k in enumerate(filter_sizes) for j in range(k)]
    variables = fmpz_mpoly_ctx.get([*filters, *(f"x{i}" for i in range(size))], "lex").gens()
    signal = list(variables[len(filters) :])
    for layer, (values, stride) in enumerate(zip(_parts(variables, filter_sizes), strides, strict=False)):
        count = (len(signal) - len(values)) // stride + 1
        signal = [sum(w * signal[i * stride + j] for j, w in enumerate(values)) for i in range(count)]
        if layer + 1 < len(filter_sizes):
            signal = [output**power for output in signal]
    terms = ((tuple(int(e) for e in key), int(value)) for key, value in signal[0].to_dict().items())
    cut = len(filters)
    return Expansion(filter_sizes, tuple((key[:cut], key[cut:], value) for key, value in terms))


def evaluate_monomials(monomials: Sequence[Exponents], inputs: FloatArray) -> FloatArray:
    """The monomials at every row of the inputs, of shape (samples, monomials)."""
    exponents = np.array(monomials)
    table = inputs[:, :, None] ** np.arange(int(exponents.max()) + 1)
    result = np.ones((len(inputs), len(exponents)))
    for variable in range(inputs.shape[1]):
        result = result * table[:, variable, exponents[:, variable]]
    return result


def _inputs(filter_sizes: Sequence[int], strides: Sequence[int]) -> int:
    size = 1
    for k, stride in zip(reversed(filter_sizes), reversed(strides), strict=True):
        size = (size - 1) * stride + k
    return size


def _parts(entries: Sequence[Any], sizes: Sequence[int]) -> Iterator[Any]:
    start = 0
    for size in sizes:
        yield entries[start : start + size]
        start += size
