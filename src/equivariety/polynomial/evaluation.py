"""Weights and inputs as users give them, and the network evaluated on them, exactly or in floating point."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.errors import InputError
from equivariety.polynomial.modular import Residues
from equivariety.polynomial.spaces import WeightSpace
from equivariety.tolerances import EPSILON
from equivariety.validation import shown

Array = NDArray[Any]
"""Of type float64, or of type object with Python integers and fractions."""


def read_array(values: Any, name: str) -> Array:
    """Numbers as float64, or as exact Python integers and fractions where all of them are exact.

    Raises
    ------
    InputError
        If they form no array, are no real numbers, or are not finite.
    """
    try:
        given = np.asarray(values)
    except ValueError as error:
        raise InputError(f"{name} must be an array of numbers, with rows of one length") from error
    if given.dtype.kind in "iu":
        return given.astype(object)
    if given.dtype.kind == "f":
        if not np.isfinite(given).all():
            raise InputError(f"{name} must hold finite numbers: it contains NaN or infinity")
        return given.astype(np.float64)
    if given.dtype.kind != "O":
        raise InputError(f"{name} must hold numbers, not values of type {given.dtype}")
    exact = [isinstance(value, int | Fraction | np.integer) for value in given.ravel()]
    if all(exact):
        return np.array([value if isinstance(value, Fraction) else int(value) for value in given.ravel()], dtype=object
                        ).reshape(given.shape)  # fmt: skip
    try:
        return given.astype(np.float64)
    except (TypeError, ValueError) as error:
        wrong = next(value for value in given.ravel() if not isinstance(value, int | float | Fraction | np.number))
        raise InputError(f"{name} must hold numbers, not {shown(wrong)}") from error


def read_weights(spaces: Sequence[WeightSpace], weights: Any) -> list[Array]:
    """One matrix for each layer, after checking shapes and equivariance.

    Raises
    ------
    InputError
        If their number or a shape is wrong, or a matrix is not equivariant.
    """
    if not isinstance(weights, Iterable):
        raise InputError(f"weights must be {len(spaces)} matrices, one for each layer, not {shown(weights)}")
    given = [read_array(matrix, f"the weights of layer {number}") for number, matrix in enumerate(weights, start=1)]
    if len(given) != len(spaces):
        raise InputError(f"weights must be {len(spaces)} matrices, one for each layer, not {len(given)}")
    for number, (space, matrix) in enumerate(zip(spaces, given, strict=True), start=1):
        if matrix.shape != space.shape:
            raise InputError(f"the weights of layer {number} must have shape {space.shape}, not {matrix.shape}")
        if not _is_equivariant(space, matrix):
            raise InputError(f"the weights of layer {number} must commute with the actions before and after it")
    return given


def _is_equivariant(space: WeightSpace, matrix: Array) -> bool:
    if space.is_dense:
        return True
    difference = matrix - space.matrix(space.coefficients(matrix))
    if matrix.dtype == object:
        return not difference.any()
    return float(np.abs(difference).max()) <= 64 * EPSILON * float(np.abs(matrix).max())


def read_inputs(x: Any, width: int) -> Array:
    """One input of shape (width,), or several as rows."""
    given = read_array(x, "x")
    if given.ndim not in (1, 2) or given.shape[-1] != width:
        raise InputError(f"x must have shape ({width},) or (samples, {width}), not {given.shape}")
    return given


def evaluate(weights: Sequence[Array], powers: Sequence[int], inputs: Array) -> Array:
    """All layers; exact if weights and inputs are."""
    if any(array.dtype != object for array in (*weights, inputs)):
        weights, inputs = [weight.astype(np.float64) for weight in weights], inputs.astype(np.float64)
    values = inputs
    for number, weight in enumerate(weights):
        values = values @ weight.T
        if number < len(powers):
            values = values ** powers[number]
    return values


def residues(matrix: Array, prime: int, name: str) -> Residues:
    """Rational numbers modulo a prime; floating-point numbers are the fractions that they are.

    Raises
    ------
    InputError
        If the prime divides a denominator.
    """
    try:
        entries = [_residue(Fraction(value), prime) for value in matrix.ravel().tolist()]
    except ValueError as error:
        raise InputError(f"{name} must have no denominator divisible by the prime {prime}") from error
    return np.array(entries, dtype=np.int64).reshape(matrix.shape)


def _residue(value: Fraction, prime: int) -> int:
    return value.numerator * pow(value.denominator, -1, prime) % prime
