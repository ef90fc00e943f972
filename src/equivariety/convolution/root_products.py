"""Products of roots and layers in floating point with unbounded exponents (python-flint).

Powers of roots leave the range of float64 soon: a root of modulus 1e-80 has the eighth power 1e-640. Nothing here is
certified; the numbers carry twice the digits of float64, so that results are as good as float64 can hold.

Errors are measured against the *envelope* of a filter: its logarithmic moduli, made concave. The envelope moves with
the filter under u(z) -> a u(c z), it bounds the terms that a coefficient is the sum of, up to a factor that depends on
the degree only (its slopes are the moduli of the roots, up to such a factor), and it is positive where coefficients
cancel to zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from equivariety.array_types import FloatArray
from equivariety.convolution.entries import ComplexArray, Filter
from equivariety.convolution.towers import INFINITY, START_PRECISION, RootTower
from equivariety.errors import InputError


def layer_polynomials(tower: RootTower, sharing: Sequence[Sequence[int]]) -> list[Any]:
    """Polynomials with the roots that a sharing gives to each layer: later ones monic, the first carries the scale."""
    from flint import acb_poly, ctx

    with ctx.workprec(START_PRECISION):
        polynomials = []
        for level, multiset in zip(tower.levels, sharing, strict=False):
            roots = [level.values[i] for i, m in enumerate(multiset) if i != INFINITY for _ in range(m)]
            polynomials.append(_middle(acb_poly.from_roots(roots)))
        return [tower.scale * polynomials[0], *polynomials[1:]]


def composed(polynomials: Sequence[Any], steps: Sequence[int]) -> Any:
    """The product of w_l(z^{S_l})."""
    from flint import acb_poly, ctx

    with ctx.workprec(START_PRECISION):
        product = acb_poly([1])
        for polynomial, step in zip(polynomials, steps, strict=True):
            product = _middle(product * _dilated(polynomial, step))
        return product


def relative_error(product: Any, values: FloatArray) -> float:
    """Largest difference of a polynomial and a nonzero float filter, relative to the envelope of the filter."""
    from flint import acb, ctx

    bounds = envelope([acb(float(x)) for x in values])
    with ctx.workprec(START_PRECISION):
        logs = [log_modulus(product[j] - acb(float(x))) for j, x in enumerate(values)]
    return float(
        np.exp(max(log - bound if log > -np.inf else -np.inf for log, bound in zip(logs, bounds, strict=True)))
    )


def scaled_jacobian(polynomials: Sequence[Any], sizes: Sequence[int], steps: Sequence[int]) -> ComplexArray:
    """Jacobian of the parameterization with rows and columns scaled by the envelopes of u and of the layers.

    Its rank is that of the Jacobian, but its entries are of moderate size whatever the moduli of the roots are.
    """
    rows = envelope(_coefficients(composed(polynomials, steps), 1 + _degree(sizes, steps)))
    columns = []
    for layer, (size, step) in enumerate(zip(sizes, steps, strict=True)):
        others = [*polynomials[:layer], *polynomials[layer + 1 :]]
        product = composed(others, [*steps[:layer], *steps[layer + 1 :]])
        own = envelope(_coefficients(polynomials[layer], size), (rows[-1] - rows[0]) * step / max(1, len(rows) - 1))
        for index in range(size):
            logs = own[index] - rows
            columns.append([_scaled(product, j - index * step, logs[j]) for j in range(len(rows))])
    matrix = np.array(columns, dtype=np.complex128).T
    return np.asarray(matrix / np.linalg.norm(matrix, axis=0))


def envelope(coefficients: Sequence[Any], slope: float | None = None) -> FloatArray:
    """The concave hull of the logarithmic moduli, continued with the mean slope beyond zeros at either end."""
    logs = np.array([log_modulus(x) for x in coefficients])
    corners: list[int] = []
    for index in np.flatnonzero(logs > -np.inf):
        while len(corners) > 1 and _below(logs, corners[-2], corners[-1], int(index)):
            corners.pop()
        corners.append(int(index))
    first, last = corners[0], corners[-1]
    if slope is None:
        slope = float(logs[last] - logs[first]) / (last - first) if last > first else 0.0
    places = np.arange(len(logs))
    inside = np.interp(places, corners, logs[corners])
    return np.asarray(inside + slope * (np.minimum(places - first, 0) + np.maximum(places - last, 0)))


def log_modulus(number: Any) -> float:
    """Logarithm of the modulus of the middle of a ball, -inf for zero."""
    middle = abs(number.mid())
    return float(middle.log()) if middle != 0 else -np.inf


def float_filter(polynomial: Any, size: int) -> ComplexArray:
    """The coefficients as a complex array.

    Raises
    ------
    InputError
        If one of them over- or underflows.
    """
    coefficients = _coefficients(polynomial, size)
    values = np.array([complex(x) for x in coefficients], dtype=np.complex128)
    if not np.all(np.isfinite(values)) or any(v == 0 and x != 0 for v, x in zip(values, coefficients, strict=True)):
        raise InputError("the filter must be scaled by u(z) -> a u(c z): entries of its factors exceed float64")
    return values


def is_zero(filter_: Filter) -> bool:
    """Whether every entry of the filter is zero."""
    return all(x == 0 for x in filter_)


def _below(logs: FloatArray, left: int, middle: int, right: int) -> bool:
    """Whether the middle corner lies on or below the line between its neighbors."""
    return bool((logs[middle] - logs[left]) * (right - left) <= (logs[right] - logs[left]) * (middle - left))


def _scaled(polynomial: Any, index: int, log: float) -> complex:
    from flint import arb

    return complex(polynomial[index] * arb(float(log)).exp()) if index >= 0 else 0j


def _coefficients(polynomial: Any, size: int) -> list[Any]:
    return [polynomial[i] for i in range(size)]


def _degree(sizes: Sequence[int], steps: Sequence[int]) -> int:
    return sum((size - 1) * step for size, step in zip(sizes, steps, strict=True))


def _dilated(polynomial: Any, step: int) -> Any:
    from flint import acb_poly

    spread = [0] * (step * polynomial.degree() + 1)
    spread[::step] = polynomial.coeffs()
    return acb_poly(spread)


def _middle(polynomial: Any) -> Any:
    from flint import acb_poly

    return acb_poly([x.mid() for x in polynomial.coeffs()])
