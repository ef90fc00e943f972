"""Pictures of varieties: what is drawn is on the variety, and wrong input is named."""

import numpy as np
import pytest

import equivariety as ev
from equivariety.plotting.singular_points import singular_points
from equivariety.plotting.varieties import (
    THICKNESS,
    curve,
    family_slice,
    path_picture,
    projection,
    surface,
    triangle_curve,
)

pytest.importorskip("sympy")
pytest.importorskip("skimage")


def vertices(axes):
    return [np.concatenate([path.vertices for path in c.get_paths()]) for c in axes.collections if c.get_paths()]


def test_points_of_a_curve_satisfy_its_equation():
    figure = curve("y**2 - x**2*(x + 1)")
    (axes,) = figure.axes
    x, y = vertices(axes)[0].T
    np.testing.assert_allclose(y**2, x**2 * (x + 1), atol=2e-3)
    assert [tuple(line.get_xydata()[0]) for line in axes.lines] == [(0.0, 0.0)]  # the node


def test_the_curve_of_the_talk_in_the_triangle():
    (axes,) = triangle_curve("p0*p2 - (p0 + p1)*p1").axes
    x, y = vertices(axes)[0].T
    p2 = y / np.sqrt(0.75)
    p1 = x - p2 / 2
    p0 = 1 - p1 - p2
    np.testing.assert_allclose(p0 * p2, (p0 + p1) * p1, atol=1e-4)
    assert min(p0.min(), p1.min(), p2.min()) > -1e-9
    assert p2.max() > 0.99
    assert p0.max() > 0.99


def test_a_surface_by_marching_cubes():
    (axes,) = surface("z**2 - x**2 - y**2").axes
    points = (
        axes.collections[0]._vec[:3].T
        if hasattr(axes.collections[0], "_vec")
        else axes.collections[0]._faces.reshape(-1, 3)
    )
    x, y, z = points.T[:3]
    np.testing.assert_allclose(z**2, x**2 + y**2, atol=0.02)
    assert len(axes.lines) == 1  # the singular point


def test_isolated_singular_points():
    sympy = pytest.importorskip("sympy")
    x, y, z = symbols = sympy.symbols("x y z", real=True)
    assert singular_points(z**2 - x**2 - y**2, symbols) == [(0.0, 0.0, 0.0)]
    assert singular_points(x**2 + y**2 - 1, (x, y)) == []
    assert singular_points(y**2 - x**3, (x, y)) == [(0.0, 0.0)]  # a cusp, where the derivatives are of low rank
    cayley = 1 - x**2 - y**2 - z**2 + 2 * x * y * z
    assert singular_points(cayley, symbols) == [
        (-1.0, -1.0, 1.0),
        (-1.0, 1.0, -1.0),
        (1.0, -1.0, -1.0),
        (1.0, 1.0, 1.0),
    ]
    roman = x**2 * y**2 + y**2 * z**2 + z**2 * x**2 - x * y * z
    assert singular_points(roman, symbols, [(-1, 1)] * 3) == []  # three lines of them
    assert singular_points(x * y, symbols) == []  # a line of them: not isolated


def test_the_search_for_singular_points_is_bounded():
    """SymPy's solve hangs for ten minutes on this heart; its two isolated singular points are at the poles."""
    x, y, z = symbols = pytest.importorskip("sympy").symbols("x y z", real=True)
    heart = (x**2 + 9 * y**2 / 4 + z**2 - 1) ** 3 - x**2 * z**3 - 9 * y**2 * z**3 / 80
    assert singular_points(heart, symbols, [(-2, 2)] * 3) == [(0.0, 0.0, -1.0), (0.0, 0.0, 1.0)]


@pytest.mark.parametrize("picture", [curve, surface, triangle_curve])
def test_text_is_never_run(picture, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ev.InputError, match="a polynomial must consist of numbers, names"):
        picture("__import__('os').system('touch owned')")
    assert not list(tmp_path.iterdir())


def test_tubes_of_a_slice_lie_around_the_components():
    maps = ev.EquivariantMaps(ev.PermutationAction.from_cycles("(1 2 3)"))
    family = maps.bounded(1)
    (axes,) = family_slice(family).axes
    from equivariety.plotting.varieties import _directions

    mesh = axes.collections[0]
    points = mesh._vec[:3].T if hasattr(mesh, "_vec") else mesh._faces.reshape(-1, 3)
    for parameters in points[:: max(1, len(points) // 30)]:
        M = np.tensordot(parameters, _directions(family, None), 1)
        assert family.nearest(M).distance == pytest.approx(THICKNESS, rel=0.3)


def test_a_plane_slice_and_the_path():
    maps = ev.EquivariantMaps(ev.PermutationAction.from_cycles("(1 2)"))
    (axes,) = family_slice(maps.bounded(1)).axes
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [
        "ranks (1, 0), dimension 1", "ranks (0, 1), dimension 1", "singular locus"
    ]  # fmt: skip
    path = [ev.geometry.PathPoint(weight, 1 + weight, 1 / weight, np.eye(2)) for weight in (0.1, 1.0)]
    left, _ = path_picture(path, 2.0).axes
    np.testing.assert_allclose(left.lines[0].get_ydata(), [1.1, 2.0])


def test_a_projection_of_unit_points():
    maps = ev.EquivariantMaps(ev.PermutationAction.from_cycles("(1 2)", degree=3))
    component = maps.bounded(2).component((1, 1))
    invariant, last = np.array([1.0, 1, 0]) / np.sqrt(2), np.array([0.0, 0, 1])
    directions = [np.outer(a, b) for a, b in ((invariant, invariant), (last, last), (invariant, last))]
    (axes,) = projection(component, directions, samples=300).axes
    x, y, z = (np.asarray(values) for values in axes.collections[0]._offsets3d)
    assert (x**2 + y**2 + z**2 <= 1 + 1e-12).all()
    # of a matrix of rank 1 and norm at most 1 the fourth entry is x y / z
    assert (x**2 + y**2 + z**2 + (x * y / z) ** 2 <= 1 + 1e-9).all()


def test_errors():
    with pytest.raises(ev.InputError, match="variables x y, not also in q"):
        curve("x + q")
    maps = ev.EquivariantMaps(ev.actions.cyclic(5))
    with pytest.raises(ev.InputError, match="do not have dimension 2 or 3 but 5"):
        family_slice(maps.bounded(1))
    with pytest.raises(ev.InputError, match=r"shape \(2 or 3, 5, 5\), not \(4, 5, 5\)"):
        family_slice(maps.bounded(1), np.zeros((4, 5, 5)))
    with pytest.raises(ev.InputError, match="direction 2 must be equivariant, not at the distance"):
        family_slice(maps.bounded(1), [np.eye(5), np.diag(range(5))])
    many = ev.EquivariantMaps(ev.actions.image_shift((4, 8), axis=1))
    with pytest.raises(ev.InputError, match="at most 12 components are drawn, not"):
        family_slice(many.bounded(8), [np.eye(32), np.ones((32, 32))])
