"""Critical points of the distance to plane curves, against solved equations."""

from __future__ import annotations

import numpy as np
import pytest
import sympy

from equivariety.errors import InputError
from equivariety.plotting.distances import critical_points_of_distance, distance_picture

BOX = ((-3, 3), (-3, 3))


def solved(polynomial, u):
    """The same by elimination: real zeros of the curve and the determinant of gradient and u - x."""
    x, y = sympy.symbols("x y")
    f = sympy.sympify(polynomial)
    u = [sympy.Rational(str(value)) for value in u]
    system = [f, sympy.diff(f, x) * (u[1] - y) - sympy.diff(f, y) * (u[0] - x)]
    eliminant = sympy.Poly(sympy.resultant(*system, y), x)
    points = []
    for root in sympy.Poly(eliminant, x).nroots(n=30, maxsteps=200):
        if abs(sympy.im(root)) > 1e-12:
            continue
        for other in sympy.Poly(system[0].subs(x, sympy.re(root)), y).nroots(n=30, maxsteps=200):
            residual = abs(system[1].subs({x: sympy.re(root), y: other}))
            if abs(sympy.im(other)) < 1e-10 and residual < 1e-8:
                points.append((float(sympy.re(root)), float(sympy.re(other))))
    return np.array(sorted(points))


@pytest.mark.parametrize(
    ("polynomial", "u"),
    [
        ("x**2 + y**2 - 1", (0.4, 0.3)),
        ("x**2 + 4*y**2 - 4", (0.4, 0.2)),
        ("x**2 + 4*y**2 - 4", (1.5, 0.9)),
        ("y - x**2", (0.3, 2.5)),
        ("y - x**2", (0.3, -1.5)),
        ("x**2 - y**2 - 1", (0.2, 0.5)),
        ("x*y - 1", (0.7, 0.4)),
    ],
)
def test_critical_points_solve_the_equations(polynomial, u):
    np.testing.assert_allclose(critical_points_of_distance(polynomial, u, BOX), solved(polynomial, u), atol=1e-9)


def test_the_evolute_of_the_ellipse_is_the_known_one():
    figure = distance_picture("x**2 + 4*y**2 - 4", (0.4, 0.2), ((-2.6, 2.6), (-3.4, 3.4)))
    drawn = figure.axes[0].lines[0].get_xydata()
    # (a x)^(2/3) + (b y)^(2/3) = (a^2 - b^2)^(2/3) with a = 2, b = 1
    values = np.cbrt((2 * drawn[:, 0]) ** 2) + np.cbrt(drawn[:, 1] ** 2)
    np.testing.assert_allclose(values, np.cbrt(9.0), rtol=1e-3)
    feet = [line for line in figure.axes[0].lines if len(line.get_xdata()) == 2]
    assert len(feet) == 4
    assert figure.axes[0].get_title("left") == "4 of 4 critical points are real"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("x + z", (0, 0)), "variables x y"),
        (("x + y", (0,)), "two finite numbers"),
        (("x + y", (0, np.nan)), "two finite numbers"),
        (("x + y", (0, 0), BOX, "x y z"), "two variables"),
    ],
)
def test_other_arguments_are_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        distance_picture(*arguments)
