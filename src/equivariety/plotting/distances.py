"""The nearest point problem of a plane curve: the critical points of the distance, and the evolute where they meet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from equivariety.algebra.expressions import parse_polynomial
from equivariety.errors import InputError
from equivariety.extras import load_extra
from equivariety.plotting.style import BLUE, GRAY, ORANGE, RED, house_style, new_figure
from equivariety.tolerances import SAME_DISTANCE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Points = NDArray[np.float64]
Box = Sequence[tuple[float, float]]

_GRID = 401
_NEWTON_STEPS = 8


def distance_picture(
    polynomial: Any, point: Sequence[float], box: Box = ((-2, 2), (-2, 2)), names: str = "x y"
) -> Figure:
    """A plane curve, its evolute, and the normals of the curve through a point: one for each critical point.

    The critical points of the distance from ``point`` are those where the normal of the curve passes through it. Their
    number is constant where the point does not cross the evolute, the curve of the centers of curvature, and never
    more than the ED degree (Draisma, Horobet, Ottaviani, Sturmfels, Thomas 2016), which counts complex ones too.

    Parameters
    ----------
    polynomial : str or sympy.Expr
        In two variables.
    point : pair of float
    box : pair of (low, high)
        What is drawn, and where critical points are looked for.
    names : str
        The two variables.

    Raises
    ------
    InputError
        If the polynomial has other variables, or the point is not a pair of numbers.

    Examples
    --------
    >>> figure = distance_picture("x**2 + 4*y**2 - 4", (0.4, 0.2), ((-2.6, 2.6), (-3.4, 3.4)))
    >>> figure.axes[0].get_title("left")
    '4 of 4 critical points are real'
    """
    from equivariety.algebra.distance_degree import ed_degree

    curve = _Curve(polynomial, names)
    u = _pair(point)
    found = curve.critical_points(u, box)
    ticks = [np.linspace(low, high, _GRID) for low, high in box]
    with house_style():
        figure = new_figure(5.0, 4.6)
        axes = figure.add_subplot()
        axes.contour(*ticks, curve.value(*np.meshgrid(*ticks)), levels=[0.0], colors=BLUE, linewidths=1.8)
        for branch in curve.branches(box):
            axes.plot(*curve.evolute(branch).T, color=ORANGE, linewidth=1.1)
        for foot in found:
            axes.plot(*np.stack([u, foot]).T, color=GRAY, linewidth=0.9)
        axes.plot(*found.T, "o", color=BLUE, markersize=5)
        axes.plot(*u, "o", color=RED, markersize=6, zorder=5)
        axes.annotate("$u$", tuple(u.tolist()), xytext=(5, 5), textcoords="offset points", color=RED)
        axes.set(
            xlim=box[0], ylim=box[1], aspect="equal", xlabel=f"${curve.symbols[0]}$", ylabel=f"${curve.symbols[1]}$"
        )
        axes.set_title(f"{len(found)} of {ed_degree(curve.expression)} critical points are real")
        _legend(axes)
    return figure


def critical_points_of_distance(polynomial: Any, point: Sequence[float], box: Box, names: str = "x y") -> Points:
    """The real critical points of the distance from a point to a plane curve, inside a box; shape (number, 2).

    They are found where the normal through the points of the drawn curve passes the point from one side to the other,
    and made precise by Newton's method; critical points at which it only touches, on the evolute, can be missed.

    Examples
    --------
    >>> critical_points_of_distance("x**2 + y**2 - 1", (3, 0), ((-2, 2), (-2, 2))).round(6) + 0
    array([[-1.,  0.],
           [ 1.,  0.]])
    """
    return _Curve(polynomial, names).critical_points(_pair(point), box)


class _Curve:
    """A polynomial in two variables with its derivatives as functions."""

    def __init__(self, polynomial: Any, names: str) -> None:
        sympy = load_extra("sympy", "algebra")
        symbols = sympy.symbols(names, real=True)
        if len(symbols) != 2:
            raise InputError(f"names must be two variables, not {names!r}")
        given = parse_polynomial(polynomial, symbols) if isinstance(polynomial, str) else sympy.sympify(polynomial)
        known = {str(symbol): symbol for symbol in symbols}
        if not {str(symbol) for symbol in given.free_symbols} <= set(known):
            raise InputError(f"the polynomial must be in the variables {names}, not also in others")
        self.symbols: tuple[Any, ...] = symbols
        self.expression = given.subs({symbol: known[str(symbol)] for symbol in given.free_symbols})
        orders = ((0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (0, 2))
        self._derivatives = {order: self._compiled(order) for order in orders}

    def _compiled(self, order: tuple[int, int]) -> Callable[..., Points]:
        sympy = load_extra("sympy", "algebra")
        expression = self.expression
        for symbol, times in zip(self.symbols, order, strict=True):
            expression = expression.diff(symbol, times)
        compiled = sympy.lambdify(self.symbols, expression, "numpy")
        return lambda x, y: np.broadcast_to(np.asarray(compiled(x, y), dtype=np.float64), np.shape(x))

    def value(self, x: Any, y: Any) -> Points:
        return self._derivatives[0, 0](x, y)

    def gradient(self, points: Points) -> Points:
        return np.stack([self._derivatives[order](*points.T) for order in ((1, 0), (0, 1))], axis=-1)

    def hessian(self, points: Points) -> Points:
        xx, xy, yy = (self._derivatives[order](*points.T) for order in ((2, 0), (1, 1), (0, 2)))
        return np.stack([np.stack([xx, xy], axis=-1), np.stack([xy, yy], axis=-1)], axis=-2)

    def branches(self, box: Box) -> list[Points]:
        """The curve in the box as polygons."""
        from contourpy import contour_generator

        x, y = (np.linspace(low, high, _GRID) for low, high in box)
        lines: Any = contour_generator(x=x, y=y, z=self.value(*np.meshgrid(x, y))).lines(0.0)
        return [np.asarray(line) for line in lines]

    def evolute(self, points: Points) -> Points:
        """Centers of curvature; not a number where the curve is flat."""
        slope, second = self.gradient(points), self.hessian(points)
        along = np.stack([-slope[:, 1], slope[:, 0]], axis=-1)
        bend = np.einsum("ni,nij,nj->n", along, second, along)
        with np.errstate(divide="ignore", invalid="ignore"):
            factor = (slope**2).sum(axis=1) / bend
        factor[~np.isfinite(factor)] = np.nan
        return points - factor[:, None] * slope

    def critical_points(self, u: Points, box: Box) -> Points:
        found = [self._refined(start, u) for branch in self.branches(box) for start in self._crossings(branch, u)]
        sides = np.array(box)
        inside = [p for p in found if p is not None and ((sides[:, 0] <= p) & (p <= sides[:, 1])).all()]
        size, distinct = float((sides[:, 1] - sides[:, 0]).max()), list[Points]()
        for point in sorted(inside, key=tuple):
            if all(np.linalg.norm(point - other) > SAME_DISTANCE * size for other in distinct):
                distinct.append(point)
        return np.array(distinct).reshape(-1, 2)

    def _turning(self, points: Points, u: Points) -> Points:
        """The determinant of the gradient and u - x, zero where the normal passes through u."""
        slope, step = self.gradient(points), u - points
        return slope[:, 0] * step[:, 1] - slope[:, 1] * step[:, 0]

    def _crossings(self, branch: Points, u: Points) -> Points:
        signs = np.sign(self._turning(branch, u))
        here = np.flatnonzero((signs[:-1] * signs[1:] < 0) | (signs[:-1] == 0))
        return branch[here]

    def _refined(self, start: Points, u: Points) -> Points | None:
        """The critical point near a start, by Newton's method; None where it goes astray."""
        point = start.copy()
        for _ in range(_NEWTON_STEPS):
            slope, second = self.gradient(point[None])[0], self.hessian(point[None])[0]
            step = u - point
            turning = np.array([second[0] * step[1] - second[1] * step[0]])[0] + np.array([slope[1], -slope[0]])
            values = np.array([self.value(*point), self._turning(point[None], u)[0]])
            matrix = np.stack([slope, turning])
            if abs(np.linalg.det(matrix)) <= np.finfo(np.float64).eps * np.linalg.norm(matrix) ** 2:
                return None
            point = point - np.linalg.solve(matrix, values)
        return point if np.isfinite(point).all() else None


def _pair(point: Any) -> Points:
    u = np.asarray(point, dtype=np.float64)
    if u.shape != (2,) or not np.isfinite(u).all():
        raise InputError(f"point must be two finite numbers, not {point!r}")
    return u


def _legend(axes: Any) -> None:
    from matplotlib.lines import Line2D

    entries = ((BLUE, "curve, critical points"), (ORANGE, "evolute"), (GRAY, "normals through $u$"))
    handles = [Line2D([], [], color=color, label=text) for color, text in entries]
    axes.figure.legend(handles=handles, loc="outside lower center", ncols=3, fontsize=8)
