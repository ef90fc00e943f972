"""Real points of varieties: curves and surfaces of polynomials, curves in a triangle, slices of rank-bounded families.

Pictures show the real points. A component of small dimension inside a slice is drawn as a thin tube or sheet around it:
the points at a small distance, which the closed form of the nearest point gives exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from equivariety.array_types import FloatArray
from equivariety.errors import InputError
from equivariety.geometry.enforcing import PathPoint
from equivariety.plotting.level_sets import Box, add_level, axes_in_space, equation_text, mark_singular, parsed, tex
from equivariety.plotting.slices import is_surface, sides_in_slice
from equivariety.plotting.style import BLUE, GRAY, GREEN, ORANGE, PURPLE, RED, SKY, YELLOW, house_style, new_figure
from equivariety.varieties.bounded import RankBounded
from equivariety.varieties.component import Component
from equivariety.varieties.maps import EquivariantMaps

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CURVE_GRID, SURFACE_GRID = 301, 61
THICKNESS = 0.025
"""Radius of a tube or sheet, relative to the extent of the picture."""
COMPONENT_COLORS = (BLUE, GREEN, PURPLE, SKY, YELLOW, GRAY)
"""Colors of the components of a family, in turn; red is kept for singular points."""
MOST_COMPONENTS = 12


def curve(polynomial: Any, box: Box = ((-2, 2), (-2, 2)), names: str = "x y") -> Figure:
    """The real points of a plane curve, its singular points marked.

    Parameters
    ----------
    polynomial : str or sympy.Expr
        In two variables.
    box : pair of (low, high)
    names : str
        The two variables.

    Raises
    ------
    InputError
        If the polynomial has other variables.

    Examples
    --------
    >>> len(curve("y**2 - x**2*(x + 1)").axes)
    1
    """
    function, expression, symbols = parsed(polynomial, names)
    ticks = [np.linspace(low, high, CURVE_GRID) for low, high in box]
    with house_style():
        figure = new_figure(4.2, 4.0)
        axes = figure.add_subplot()
        axes.contour(*ticks, function(*np.meshgrid(*ticks)), levels=[0.0], colors=BLUE, linewidths=1.6)
        mark_singular(axes, expression, symbols, box)
        axes.set(xlabel=f"${symbols[0]}$", ylabel=f"${symbols[1]}$", aspect="equal", title=equation_text(expression))
    return figure


def triangle_curve(polynomial: Any, names: str = "p0 p1 p2") -> Figure:
    """The points of a plane projective curve with nonnegative coordinates of sum 1, in a triangle.

    Parameters
    ----------
    polynomial : str or sympy.Expr
        Homogeneous in three variables.
    names : str
        The three variables: the vertices at the lower left, the lower right and the top.

    Examples
    --------
    >>> figure = triangle_curve("p0*p2 - p1**2")
    >>> len(figure.axes)
    1
    """
    function, expression, symbols = parsed(polynomial, names)
    corners = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, np.sqrt(0.75)]])
    first, second = np.meshgrid(np.linspace(0, 1, CURVE_GRID), np.linspace(0, 1, CURVE_GRID))
    # (first, second) -> barycentric coordinates covers the triangle without cutting cells at its border.
    weights = np.stack([(1 - first) * (1 - second), first * (1 - second), second])
    x, y = np.tensordot(corners.T, weights, 1)
    with house_style():
        figure = new_figure(4.6, 4.2)
        axes = figure.add_subplot()
        axes.contour(x, y, function(*weights), levels=[0.0], colors=BLUE, linewidths=1.8)
        axes.plot(*np.concatenate([corners, corners[:1]]).T, color=GRAY, linewidth=1.0)
        places = (("right", "top"), ("left", "top"), ("center", "bottom"))
        for corner, symbol, (across, along) in zip(corners, symbols, places, strict=True):
            gap = (0, 4 if along == "bottom" else -4)
            axes.annotate(f"${tex(symbol)} = 1$", corner, ha=across, va=along, xytext=gap, textcoords="offset points")
        axes.set(aspect="equal", title=equation_text(expression))
        axes.axis("off")
    return figure


def surface(polynomial: Any, box: Box = ((-1, 1),) * 3, names: str = "x y z") -> Figure:
    """The real points of a surface in space, by marching cubes, its isolated singular points marked.

    Parameters
    ----------
    polynomial : str or sympy.Expr
        In three variables.
    box : three pairs of (low, high)
    names : str
        The three variables.

    Examples
    --------
    >>> surface("x**2 + y**2 - z**2").axes[0].name
    '3d'
    """
    function, expression, symbols = parsed(polynomial, names)
    ticks = [np.linspace(low, high, SURFACE_GRID) for low, high in box]
    with house_style():
        figure = new_figure(4.8, 4.4)
        axes = axes_in_space(figure)
        add_level(axes, function(*np.meshgrid(*ticks, indexing="ij")), 0.0, ticks, BLUE, 0.75)
        mark_singular(axes, expression, symbols, box)
        axes.set(
            title=equation_text(expression),
            **{f"{axis}label": f"${s}$" for axis, s in zip("xyz", symbols, strict=True)},
        )
        axes.set_box_aspect([high - low for low, high in box])
    return figure


def family_slice(
    family: RankBounded, directions: Any | None = None, origin: Any | None = None, extent: float = 1.0
) -> Figure:
    """The components of a rank-bounded family in the plane or space origin + sum t_k directions_k, |t_k| <= extent.

    One color for each component, red for the singular locus of the family.

    Parameters
    ----------
    family : RankBounded
    directions : array_like of shape (2 or 3, m, n), optional
        Equivariant matrices; by default an orthonormal basis of all of them, if that has 2 or 3 members.
    origin : array_like of shape (m, n), optional
    extent : float

    Raises
    ------
    InputError
        If there are not 2 or 3 directions, one of them is not equivariant, or there are more than 12 components.

    Examples
    --------
    >>> import equivariety as ev
    >>> family = ev.EquivariantMaps(ev.actions.cyclic(3)).bounded(1)
    >>> family_slice(family).axes[0].name
    '3d'
    """
    basis = _directions(family, directions)
    start = np.zeros(family.maps.shape) if origin is None else family.maps.project(origin)
    if family.count_components() > MOST_COMPONENTS:
        raise InputError(f"at most {MOST_COMPONENTS} components are drawn, not {family.count_components()}")
    size = CURVE_GRID if len(basis) == 2 else SURFACE_GRID
    ticks = [np.linspace(-extent, extent, size)] * len(basis)
    parameters = np.stack(np.meshgrid(*ticks, indexing="ij"), axis=-1)
    colors = COMPONENT_COLORS * MOST_COMPONENTS
    members = list(zip(family.components(), colors, strict=False))
    members += [(component, RED) for component in family.singular_locus()]
    tails = _tails(family.maps, start, basis, parameters)
    with house_style():
        figure = new_figure(5.0, 4.4)
        axes: Any = axes_in_space(figure) if len(basis) == 3 else figure.add_subplot()
        for component, color in members:
            distances = _distances(component, tails)
            level = THICKNESS * extent * (1.0 if color != RED else 2.2)
            if len(basis) == 3 and is_surface(component):
                distances, level = distances * sides_in_slice(component, start, basis, parameters), 0.0
            if len(basis) == 3:
                add_level(axes, distances, level, ticks, color, 0.55 if color != RED else 1.0)
            else:
                axes.contourf(*ticks, distances.T, levels=[-1.0, level], colors=[color])
        _label_slice(axes, family, members, len(basis))
    return figure


def projection(component: Component, directions: Any, samples: int = 4000, seed: int = 0) -> Figure:
    """Random points of norm 1 on a component, projected to the span of 2 or 3 equivariant matrices.

    Parameters
    ----------
    component : Component
    directions : array_like of shape (2 or 3, m, n)
        Equivariant matrices; coordinates are the inner products with them.
    samples, seed : int
        Number of points, and the seed of the random parameters they come from.

    Raises
    ------
    InputError
        If there are not 2 or 3 directions, or one of them is not equivariant.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> component = ev.EquivariantMaps(ev.actions.cyclic(3)).bounded(2).component((0, 1))
    >>> shift = np.roll(np.eye(3), 1, axis=1)
    >>> figure = projection(component, [np.eye(3), shift], samples=100)
    >>> len(figure.axes)
    1
    """
    basis = _directions(component.maps.bounded(min(component.rank, min(component.maps.shape))), directions)
    rng = np.random.default_rng(seed)
    coordinates, norms = np.zeros((samples, len(basis))), np.zeros(samples)
    steps = [component.maps.coordinates(direction) for direction in basis]
    for number, bundle in enumerate(component.maps.bundles):
        for position, member in enumerate(bundle.members.tolist()):
            rank, (_, rows, cols, beta) = component.ranks[member], steps[0][number].shape
            left = bundle.field.pack(rng.standard_normal((samples, rows, rank, beta)))
            right = bundle.field.pack(rng.standard_normal((samples, rank, cols, beta)))
            points = bundle.field.unpack(left @ right)
            norms += bundle.dimension * (points**2).sum(axis=(1, 2, 3))
            step = np.stack([blocks[number][position] for blocks in steps])
            coordinates += bundle.dimension * np.einsum("srcb,krcb->sk", points, step)
    with house_style():
        figure = new_figure(4.6, 4.4)
        axes: Any = axes_in_space(figure) if len(basis) == 3 else figure.add_subplot()
        axes.scatter(*(coordinates / np.sqrt(np.where(norms > 0, norms, 1.0))[:, None]).T, s=2, color=BLUE, alpha=0.4)
        axes.set(title=f"projection of ranks {component.ranks}, norm 1", xlabel="$t_1$", ylabel="$t_2$", aspect="equal")
    return figure


def path_picture(path: Sequence[PathPoint], hard_wired: float) -> Figure:
    """Loss and squared distance from the symmetry along a regularization path, against the hard-wired optimum.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> X = np.random.default_rng(0).standard_normal((20, 3))
    >>> maps = ev.InvariantMaps(ev.actions.cyclic(3), outputs=2)
    >>> path = ev.geometry.regularization_path(maps, 1, X, X[:, :2], [0.1, 1.0, 10.0])
    >>> figure = path_picture(path, maps.bounded(1).fit(X, X[:, :2]).loss)
    >>> len(figure.axes)
    2
    """
    weights = [point.weight for point in path]
    with house_style():
        figure = new_figure(6.4, 2.8)
        left, right = figure.subplots(1, 2)
        left.semilogx(weights, [point.loss for point in path], "o-", color=BLUE, markersize=3, label="regularized")
        left.axhline(hard_wired, color=GREEN, linestyle="--", label="hard-wired")
        left.set(xlabel="weight of the penalty", ylabel="mean squared error")
        figure.legend(loc="outside lower center", ncols=2)
        right.loglog(weights, [point.penalty for point in path], "o-", color=ORANGE, markersize=3)
        right.set(xlabel="weight of the penalty", ylabel="squared distance to symmetry")
    return figure


def _directions(family: RankBounded, given: Any | None) -> FloatArray:
    maps = family.maps
    if given is None:
        from equivariety.geometry.tangent import tangent_space

        whole = Component(maps, tuple(block.largest_rank for block in maps.blocks))
        if maps.dimension not in (2, 3):
            raise InputError(
                f"directions must be given where the maps do not have dimension 2 or 3 but {maps.dimension}"
            )
        return tangent_space(whole, np.zeros(maps.shape)).basis()
    basis = np.asarray(given, dtype=np.float64)
    if basis.ndim != 3 or len(basis) not in (2, 3) or basis.shape[1:] != maps.shape:
        raise InputError(f"directions must have shape (2 or 3, {maps.shape[0]}, {maps.shape[1]}), not {basis.shape}")
    for number, direction in enumerate(basis, start=1):
        if not maps.contains(direction):
            raise InputError(f"direction {number} must be equivariant, not at the distance "
                             f"{maps.distance(direction):.3g} from equivariance")  # fmt: skip
    return basis


def _tails(
    maps: EquivariantMaps, origin: FloatArray, basis: FloatArray, parameters: FloatArray
) -> dict[int, FloatArray]:
    """For each block and all points of a slice the squared norms beyond each rank, shape (..., largest rank + 1)."""
    start = maps.coordinates(origin)
    steps = [maps.coordinates(direction) for direction in basis]
    flat = parameters.reshape(-1, len(basis))
    result = {}
    for number, bundle in enumerate(maps.bundles):
        for position, member in enumerate(bundle.members.tolist()):
            parts = np.stack([start[number][position], *(blocks[number][position] for blocks in steps)])
            # Rows and columns that are zero everywhere have no singular values; most slices have many.
            used = np.abs(parts).max(axis=(0, 3), initial=0.0) > 0
            kept = parts[:, used.any(axis=1)][:, :, used.any(axis=0)]
            points = kept[0] + np.tensordot(flat, kept[1:], 1)
            tails = np.zeros((len(flat), parts.shape[1] + 1))
            if kept.size:
                # The working form has every singular value over H twice.
                sigma = np.linalg.svd(bundle.field.pack(points), compute_uv=False)[:, :: bundle.field.width]
                found = bundle.dimension * np.cumsum(sigma[:, ::-1] ** 2, axis=1)[:, ::-1]
                tails[:, : found.shape[1]] = found
            result[member] = tails.reshape(*parameters.shape[:-1], -1)
    return result


def _distances(component: Component, tails: dict[int, FloatArray]) -> FloatArray:
    """Distances from the component to all points of a slice: what truncated singular value decompositions cut off."""
    return np.asarray(np.sqrt(sum(tail[..., component.ranks[member]] for member, tail in tails.items())))


def _label_slice(axes: Any, family: RankBounded, members: Sequence[Any], dimensions: int) -> None:
    from matplotlib.patches import Patch

    handles = [Patch(color=color, label=f"ranks {c.ranks}, dimension {c.dimension}")
               for c, color in members if color != RED]  # fmt: skip
    if any(color == RED for _, color in members):
        handles.append(Patch(color=RED, label="singular locus"))
    axes.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, -0.08), ncols=2, fontsize=8)
    axes.set(title=f"equivariant maps of rank at most {family.rank}", xlabel="$t_1$", ylabel="$t_2$")
    if dimensions == 3:
        axes.set_zlabel("$t_3$")
        axes.set_box_aspect([1, 1, 1])
    else:
        axes.set_aspect("equal")
