"""Forward and backward passes of a network modulo a prime, and ranks of Jacobians there.

A nonzero minor modulo a prime is nonzero over the integers, so the rank modulo a prime never exceeds the rank over the
rational numbers. The functions F -> c . F(x) at random points (x, c) are generic evaluations of the polynomial
c . F(x), which has one output; so one row is computed for each point, by one backward pass.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from equivariety.errors import InputError
from equivariety.polynomial.spaces import WeightSpace

Residues = NDArray[np.int64]

PRIMES = (2**31 - 1, 2**31 - 19)
"""Products of two residues fit into 64 bits."""

MOST_ENTRIES = 25_000_000
"""Entries of a Jacobian up to which its rank is computed: about a gigabyte, half a minute."""

_CHUNK = 2**23  # products of one chunk of rows that are held at once


@dataclass(frozen=True, eq=False)
class Passes:
    """Values of the forward pass of some inputs (rows), kept for the backward pass."""

    activations: tuple[Residues, ...]
    """What enters each layer of weights."""
    forms: tuple[Residues, ...]
    """What leaves each layer of weights, before the power."""


def forward(weights: Sequence[Residues], powers: Sequence[int], inputs: Residues, prime: int) -> Passes:
    """All layers on the rows of ``inputs``."""
    activations, forms = [inputs], []
    for number, weight in enumerate(weights):
        forms.append(multiply(activations[-1], weight.T, prime))
        if number < len(powers):
            activations.append(power(forms[-1], powers[number], prime))
    return Passes(tuple(activations), tuple(forms))


def backward(
    weights: Sequence[Residues], powers: Sequence[int], passes: Passes, covectors: Residues, prime: int
) -> tuple[Residues, ...]:
    """Derivatives of c . F(x) by the forms of every layer, for the covectors c of shape (points, outputs)."""
    found = [covectors]
    for number in range(len(powers), 0, -1):
        exponent = powers[number - 1]
        slope = power(passes.forms[number - 1], exponent - 1, prime) * (exponent % prime) % prime
        found.append(multiply(found[-1], weights[number], prime) * slope % prime)
    return tuple(reversed(found))


def jacobian(
    spaces: Sequence[WeightSpace],
    weights: Sequence[Residues],
    powers: Sequence[int],
    inputs: Residues,
    covectors: Residues,
    prime: int,
) -> Residues:
    """Derivatives of c . F(x) by all coefficients of the weights, one row for each point (x, c)."""
    passes = forward(weights, powers, inputs, prime)
    slopes = backward(weights, powers, passes, covectors, prime)
    found = np.empty((len(inputs), sum(space.dimension for space in spaces)), dtype=np.int64)
    stop = 0
    for space, slope, activation in zip(spaces, slopes, passes.activations, strict=True):
        start, stop = stop, stop + space.dimension
        for rows in _chunks(len(inputs), space.shape[0] * space.shape[1]):
            products = slope[rows, :, None] * activation[rows, None, :] % prime
            found[rows, start:stop] = space.contract(products.reshape(len(products), -1), prime)
    return found


def rank(matrix: Residues, prime: int) -> int:
    """Rank of a matrix of residues."""
    from flint import nmod_mat

    rows, columns = matrix.shape
    return int(nmod_mat(rows, columns, matrix.ravel().tolist(), prime).rank()) if matrix.size else 0


def refuse_large(parameters: int, points: int) -> None:
    """Raise an error if the Jacobian at so many points is too large."""
    if parameters * points > MOST_ENTRIES:
        raise InputError(f"the Jacobian by {parameters:,} parameters at {points:,} points has {parameters * points:,} "
                         f"entries, and ranks are computed for at most {MOST_ENTRIES:,}")  # fmt: skip


def multiply(left: Residues, right: Residues, prime: int) -> Residues:
    """Matrix product of residues: halves of 16 bits, whose sums are exact in double precision up to 2^20 terms."""
    (left_high, left_low), (right_high, right_low) = _halves(left), _halves(right)
    high = (left_high @ right_high).astype(np.int64) % prime
    middle = (left_high @ right_low + left_low @ right_high).astype(np.int64)
    low = (left_low @ right_low).astype(np.int64)
    return np.asarray((((((high << 16) + middle) % prime) << 16) + low) % prime)


def _halves(values: Residues) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return (values >> 16).astype(np.float64), (values & 0xFFFF).astype(np.float64)


def power(values: Residues, exponent: int, prime: int) -> Residues:
    """Entries to a power, by repeated squaring."""
    result, square = np.ones_like(values), values
    while exponent:
        if exponent & 1:
            result = result * square % prime
        square = square * square % prime
        exponent >>= 1
    return result


def _chunks(rows: int, width: int) -> Iterator[slice]:
    step = max(1, _CHUNK // max(width, 1))
    return (slice(start, start + step) for start in range(0, rows, step))
