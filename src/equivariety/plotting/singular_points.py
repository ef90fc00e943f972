"""The isolated singular points of a curve or surface inside a picture, found by a search of bounded length."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.extras import load_extra
from equivariety.tolerances import FLAT_SLOPE, ON_THE_BORDER, SAME_LIMIT

Points = NDArray[np.float64]
Box = Sequence[tuple[float, float]]

STARTS_PER_AXIS = {1: 101, 2: 25, 3: 11}
STEPS = 80
MOST_POINTS = 40
_CROWDED = 0.05
_LARGEST_DENOMINATOR = 64


def singular_points(expression: Any, symbols: Sequence[Any], box: Box | None = None) -> list[tuple[float, ...]]:
    """The isolated real points in a box where a polynomial vanishes with all its derivatives.

    Damped Gauss-Newton steps from a grid of starting points, a fixed number of them whatever the polynomial; a point is
    isolated if steps from points around it lead back to it. Points with small denominators are checked exactly.

    Parameters
    ----------
    expression : sympy.Expr
        A polynomial in the symbols.
    symbols : sequence of two or three sympy.Symbol
    box : pairs of (low, high), optional
        By default from -10 to 10.

    Examples
    --------
    >>> import sympy
    >>> x, y = sympy.symbols("x y", real=True)
    >>> singular_points(y**2 - x**2 * (x + 1), (x, y))
    [(0.0, 0.0)]
    """
    sides = np.array([(-10.0, 10.0)] * len(symbols) if box is None else box, dtype=np.float64)
    extent = float((sides[:, 1] - sides[:, 0]).max())
    starts = _grid(sides)
    system = _System(expression, symbols, starts)
    found = [system.exact(point, extent) for point in _distinct(system.limits(starts, extent), extent)]
    inside = [p for p in found if ((sides[:, 0] - ON_THE_BORDER <= p) & (p <= sides[:, 1] + ON_THE_BORDER)).all()]
    if len(inside) > MOST_POINTS:  # a curve of singular points, on which every start found another one
        inside = [p for p in inside if sum(np.abs(p - q).max() < _CROWDED * extent for q in inside) <= 2]
    return sorted(tuple(point.tolist()) for point in inside if _isolated(system, point, extent))


class _System:
    """The polynomial and its derivatives, which vanish together at singular points."""

    def __init__(self, expression: Any, symbols: Sequence[Any], sample: Points) -> None:
        sympy = load_extra("sympy", "algebra")

        self.symbols = list(symbols)
        self.equations = [expression, *(sympy.diff(expression, symbol) for symbol in symbols)]
        slopes = [sympy.diff(equation, symbol) for equation in self.equations for symbol in symbols]
        self._values = _vectorized(sympy.lambdify(self.symbols, self.equations, "numpy"))
        self._slopes = _vectorized(sympy.lambdify(self.symbols, slopes, "numpy"))
        # The largest values in the picture say what counts as zero; an equation that is zero everywhere stays so.
        largest = np.abs(self.values(sample)).max(axis=0)
        self.scale = np.where(largest > 0, largest, 1.0)

    def values(self, points: Points) -> Points:
        return self._values(points)

    def slopes(self, points: Points) -> Points:
        return self._slopes(points).reshape(len(points), len(self.equations), len(self.symbols))

    def limits(self, points: Points, extent: float) -> Points:
        """Where damped Gauss-Newton steps lead, of those that reach a common zero."""
        current = points.copy()
        if not len(points):
            return current
        scale = self.scale
        for step in range(STEPS):
            jacobian, residual = self.slopes(current) / scale[:, None], self.values(current) / scale
            normal = np.einsum("pij,pik->pjk", jacobian, jacobian)
            damping = 10.0 ** -min(4 + step / 4, 10) * np.trace(normal, axis1=1, axis2=2)
            normal += damping[:, None, None] * np.eye(len(self.symbols))
            slope = np.einsum("pij,pi->pj", jacobian, residual)
            # Where all slopes vanish there is nothing to follow; the pseudo-inverse then stands still.
            move = np.einsum("pjk,pk->pj", np.linalg.pinv(normal, hermitian=True), slope)
            length = np.linalg.norm(move, axis=1, keepdims=True)
            current -= move * (0.2 * extent / np.maximum(length, 0.2 * extent))
        residual = np.abs(self.values(current) / scale).max(axis=1)
        return current[np.isfinite(residual) & (residual < ON_THE_BORDER)]

    def exact(self, point: Points, extent: float) -> Points:
        """The point with small denominators nearby, if all equations vanish there exactly; else the point itself."""
        near = [Fraction(float(x)).limit_denominator(_LARGEST_DENOMINATOR) for x in point]
        rounded = np.array([float(x) for x in near])
        if np.abs(rounded - point).max() > 100 * SAME_LIMIT * extent:
            return point
        sympy = load_extra("sympy", "algebra")
        at = {s: sympy.Rational(x.numerator, x.denominator) for s, x in zip(self.symbols, near, strict=True)}
        return rounded if all(equation.subs(at) == 0 for equation in self.equations) else point


def _vectorized(function: Callable[..., Any]) -> Callable[[Points], Points]:
    def evaluated(points: Points) -> Points:
        return np.stack([np.broadcast_to(np.asarray(v, dtype=np.float64), len(points)) for v in function(*points.T)], 1)

    return evaluated


def _grid(sides: Points) -> Points:
    """Starting points that avoid the axes of symmetry, where derivatives vanish for other reasons."""
    count = STARTS_PER_AXIS[len(sides)]
    shares = (np.arange(count) + 0.4375) / count
    axes = [low + (high - low) * shares for low, high in sides]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(sides))


def _distinct(points: Points, extent: float) -> list[Points]:
    """One of the points that lie close together."""
    kept: list[Points] = []
    for point in points:
        if not any(np.abs(point - other).max() < 100 * SAME_LIMIT * extent for other in kept):
            kept.append(point)
    return kept


def _isolated(system: _System, point: Points, extent: float) -> bool:
    """Whether steps from beside the point lead back to it or away, and not to singular points beside it.

    Beside means along directions in which the derivatives do not change to first order; if there are none, the point
    is isolated (implicit function theorem).
    """
    slopes = system.slopes(point[None])[0]
    _, sigma, directions = np.linalg.svd(slopes)
    flat = directions[sigma <= FLAT_SLOPE * sigma[0]] if sigma[0] else directions
    radius = 0.02 * extent
    sides = np.concatenate([flat, -flat]) * radius
    distances = np.linalg.norm(system.limits(point + sides, extent) - point, axis=1)
    return not bool(((distances > 0.3 * radius) & (distances < 3 * radius)).any())
