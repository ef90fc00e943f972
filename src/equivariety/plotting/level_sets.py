"""Zero sets of polynomials and level sets of grids, drawn: what pictures of curves, surfaces and slices share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from equivariety.algebra.expressions import parse_polynomial
from equivariety.array_types import FloatArray
from equivariety.errors import InputError
from equivariety.extras import load_extra
from equivariety.plotting.singular_points import singular_points
from equivariety.plotting.style import RED

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Box = Sequence[tuple[float, float]]


def parsed(polynomial: Any, names: str) -> tuple[Callable[..., FloatArray], Any, tuple[Any, ...]]:
    """A polynomial as a function of arrays, as an expression of SymPy, and its symbols in the order of the names."""
    sympy = load_extra("sympy", "algebra")

    symbols = sympy.symbols(names, real=True)
    expression = parse_polynomial(polynomial, symbols) if isinstance(polynomial, str) else sympy.sympify(polynomial)
    # Expressions made elsewhere have symbols of their own by these names.
    own = {symbol: known for symbol in expression.free_symbols for known in symbols if str(known) == str(symbol)}
    foreign = expression.free_symbols - set(own)
    if foreign:
        raise InputError(f"the polynomial must be in the variables {names}, not also in {', '.join(map(str, foreign))}")
    expression = expression.subs(own)
    compiled = sympy.lambdify(symbols, expression, "numpy")

    def function(*values: FloatArray) -> FloatArray:
        return np.broadcast_to(np.asarray(compiled(*values), dtype=np.float64), values[0].shape)

    return function, expression, tuple(symbols)


def equation_text(expression: Any) -> str:
    """The equation "expression = 0", typeset."""
    sympy = load_extra("sympy", "algebra")

    return f"${sympy.latex(expression)} = 0$"


def tex(symbol: Any) -> str:
    """A symbol as TeX writes it."""
    sympy = load_extra("sympy", "algebra")

    return str(sympy.latex(symbol))


def mark_singular(axes: Any, expression: Any, symbols: Sequence[Any], box: Box) -> None:
    """Mark the singular points of a curve or surface inside a box."""
    for point in singular_points(expression, symbols, box):
        axes.plot(*([x] for x in point), "o", color=RED, zorder=10)


def axes_in_space(figure: Figure) -> Any:
    """Axes in space with few ticks, on which later things are drawn over earlier ones, so that points stay visible."""
    from matplotlib.ticker import MaxNLocator

    axes: Any = figure.add_subplot(projection="3d", computed_zorder=False)
    for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
        axis.set_major_locator(MaxNLocator(4))
    return axes


def add_level(
    axes: Any, values: FloatArray, level: float, ticks: Sequence[FloatArray], color: str, opacity: float
) -> None:
    """Add the surface where the values reach a level, shaded; nothing if they do not."""
    if not values.min() < level < values.max():
        return
    from matplotlib.colors import LightSource
    from mpl_toolkits.mplot3d.art3d import Poly3DCollection

    measure = load_extra("skimage.measure", "plot3d")

    spacing = tuple(float(axis[1] - axis[0]) for axis in ticks)
    marching_cubes: Any = measure.marching_cubes
    vertices, faces, _, _ = marching_cubes(values, level, spacing=spacing)
    vertices = vertices + np.array([axis[0] for axis in ticks])
    mesh = Poly3DCollection(
        vertices[faces], facecolors=color, shade=True, lightsource=LightSource(315, 45), linewidths=0, alpha=opacity
    )
    axes.add_collection3d(mesh)
    for axis, name in zip(ticks, "xyz", strict=True):
        getattr(axes, f"set_{name}lim")(axis[0], axis[-1])
