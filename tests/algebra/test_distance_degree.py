"""ED degrees of small systems against the literature, and against Macaulay2 and Singular."""

from __future__ import annotations

import subprocess

import pytest

import equivariety as ev
from computer_algebra import EXECUTABLES, need

sympy = pytest.importorskip("sympy")

KNOWN = [
    ("x**2 + y**2 - 1", 2),
    ("x**2 + 4*y**2 - 4", 4),
    ("y - x**2", 3),
    ("(x**2 + y**2 + x)**2 - x**2 - y**2", 3),  # the cardioid
    ("3*x**2 + x*y + 2*y**2 + x - 7", 4),  # a generic conic
    ("x*w - y*z", 2),  # 2 x 2 matrices of rank 1
    ("x**2 + y**2 + z**2 - 1", 2),
    ("x**2 + 3*y**2 + 5*z**2 - 1", 6),
    ("x**3 + 2*y**3 + x*y - 3", 9),
    (["x**2 + y**2 + z**2 - 1", "x + 2*y + 3*z - 1"], 2),  # a circle in space
    (["y - x**2", "z - x**3"], 5),
    (["y - x**2", "z - x**3", "x*z - y**2"], 5),  # more equations than the codimension
    (["x", "y - 2"], 1),
    (["x*y", "x*z"], 1),  # a plane and a line: the plane counts
    ("(x - y)**2*(x + y - 1)", 2),  # two lines, one of them given twice
    ("x**2 - 2", 2),
]


@pytest.mark.parametrize(("polynomials", "expected"), KNOWN)
def test_known_degrees(polynomials, expected):
    assert ev.algebra.ed_degree(polynomials) == expected


def test_sympy_polynomials_and_scaled_circles():
    x, y = sympy.symbols("x y")
    assert ev.algebra.ed_degree(x**2 + y**2 - sympy.Rational(1, 3)) == 2
    assert ev.algebra.ed_degree(sympy.Poly(x**2 + 4 * y**2 - 4)) == 4
    assert ev.algebra.ed_degree([sympy.Poly(x**2 + 4 * y**2 - 4), "x - y"]) == 2  # two points


@pytest.mark.parametrize(
    ("polynomials", "message"),
    [
        (["x", "x - 1"], "the variety is empty"),
        ("3", "at least one variable"),
        ([], "at least one polynomial"),
        ("x - x", "must not all be zero|at least one variable"),
        (["x**2", "y"], "must generate a radical ideal"),
        ("x**30 + y**30 - 1", "polynomials must be a small system: one of degrees .30. in 2 variables may have 900"),
        (3, "a polynomial must be a string or a SymPy expression, not int"),
    ],
)
def test_what_is_refused(polynomials, message):
    with pytest.raises(ev.InputError, match=message):
        ev.algebra.ed_degree(polynomials)


NOT_REDUCED = ("x**2 - 2", ["x*y", "x*z"], "(x - y)**2*(x + y - 1)")
"""Points on a line, components of several dimensions, and double ones: the script below is not made for them."""


def macaulay2(equations, codimension):
    """The definition over another prime: minors of the augmented Jacobian, saturated by those of the Jacobian."""
    text = ", ".join(equations).replace("**", "^")
    names = sorted({str(s) for e in equations for s in sympy.sympify(e).free_symbols})
    return f"""
R = ZZ/32003[{", ".join(names)}];
I = ideal({text});
J = transpose jacobian I;
u = matrix{{apply(numgens R, i -> random(ZZ/32003))}};
A = (vars R - u) || J;
C = saturate(I + minors({codimension + 1}, A), minors({codimension}, J));
print degree C;
exit 0
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("polynomials", "codimension"),
    [(p, 1 if isinstance(p, str) else 2) for p, _ in KNOWN if p not in NOT_REDUCED]
    + [
        (["a*e - b*d", "a*f - c*d", "b*f - c*e"], 2),
        ("x**4 + y**4 - 2*x*y + x - 3", 1),
        ("x**3 + y**3 + z**3 - 1 - x*y*z", 1),
        ("x**6 + y**6 - x - 3", 1),
    ],
)  # fmt: skip
def test_macaulay2_agrees(polynomials, codimension):
    need("macaulay2")
    equations = [polynomials] if isinstance(polynomials, str) else polynomials
    ended = subprocess.run(
        [EXECUTABLES["macaulay2"], "--silent", "--stop"], input=macaulay2(equations, codimension),
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    degree = int(next(line for line in ended.stdout.splitlines()[::-1] if line.strip().isdecimal()))
    assert ev.algebra.ed_degree(polynomials) == degree
