"""Changes of basis: what they keep, and ED degrees counted by Macaulay2."""

import re
import subprocess

import numpy as np
import pytest

import equivariety as ev
from computer_algebra import need
from equivariety.geometry.similarity import conjugated, ed_degree_in_complex_basis, left_multiplied, right_multiplied
from equivariety.varieties import Component

PAIR = Component(ev.EquivariantMaps(ev.PermutationAction.from_cycles("(1 2)(3 4)")), (1, 1))


def fourier(length):
    """The unnormalized Vandermonde matrix of a cycle."""
    return np.exp(2j * np.pi * np.outer(range(length), range(length)) / length)


def test_what_carries_over():
    rng = np.random.default_rng(0)
    T = rng.standard_normal((4, 4))
    X = PAIR.nearest(rng.standard_normal((4, 4))).matrix()
    smaller = next(iter(PAIR.singular_locus())).nearest(X).matrix()
    for image, at in (
        (right_multiplied(PAIR, T), lambda M: M @ T),
        (left_multiplied(PAIR, T), lambda M: T @ M),
        (conjugated(PAIR, T), lambda M: np.linalg.solve(T, M @ T)),
    ):
        assert (image.dimension, image.degree) == (PAIR.dimension, PAIR.degree) == (6, 4)
        assert image.contains(at(X))
        assert not image.contains(at(rng.standard_normal((4, 4))))
        first, second = image.singular_locus()
        assert first.contains(at(smaller))
        assert not first.contains(at(X))
        assert {first.dimension, second.dimension} == {3}


def test_which_changes_of_basis_keep_the_ed_degree():
    rng = np.random.default_rng(1)
    T = rng.standard_normal((4, 4))
    orthogonal = np.linalg.qr(T)[0]
    equivariant = np.diag([1.0, 1.0, 2.0, 2.0])
    assert right_multiplied(PAIR, T).ed_degree == left_multiplied(PAIR, T).ed_degree == 4
    assert conjugated(PAIR, orthogonal).ed_degree == conjugated(PAIR, equivariant).ed_degree == 4
    for bad in (T, np.diag([1.0, 2.0, 1.0, 1.0])):
        assert not conjugated(PAIR, bad).keeps_ed_degree
        with pytest.raises(ev.InputError, match="norm couples the blocks"):
            _ = conjugated(PAIR, bad).ed_degree


def test_the_vandermonde_matrices_do_not_keep_it():
    component = Component(ev.EquivariantMaps(ev.PermutationAction.from_cycles("(1 2 3)(4 5 6)")), (0, 1))
    T2 = np.kron(np.eye(2), fourier(3))
    image = conjugated(component, T2)
    X = component.nearest(np.random.default_rng(2).standard_normal((6, 6))).matrix()
    assert image.contains(np.linalg.solve(T2, X @ T2))
    assert not image.keeps_ed_degree
    assert (component.ed_degree, ed_degree_in_complex_basis(component)) == (2, 4)


def count_critical_points(image_of, constraints, variables, tmp_path):
    """Degree of the ideal of Lagrange's equations for the squared distance to a random matrix, over Z/32003."""
    sympy = pytest.importorskip("sympy")
    need("macaulay2")
    rng = np.random.default_rng(3)
    image = image_of()
    U = sympy.Matrix(*image.shape, rng.integers(-50, 50, image.shape[0] * image.shape[1]).tolist())
    loss = sum(entry**2 for entry in image - U)
    multipliers = sympy.symbols(f"l1:{len(constraints) + 1}")
    lagrange = loss - sum(l * f for l, f in zip(multipliers, constraints, strict=True))
    ideal = [*constraints, *(sympy.expand(sympy.diff(lagrange, v)) for v in variables)]
    text = ", ".join(str(sympy.expand(polynomial)).replace("**", "^") for polynomial in ideal)
    path = tmp_path / "critical.m2"
    names = ", ".join(map(str, (*variables, *multipliers)))
    path.write_text(f'R = ZZ/32003[{names}]\nI = ideal({text})\nprint("found " | toString dim I | " " | degree I)\n')
    done = subprocess.run(["M2", "--script", str(path)], capture_output=True, text=True, timeout=300, check=True)
    dimension, degree = map(int, re.search(r"found (\d+) (\d+)", done.stdout).groups())
    assert dimension == 0
    return degree


@pytest.mark.slow
@pytest.mark.parametrize(("name", "expected"), [("identity", 4), ("times", 4), ("conjugated", 28), ("equivariant", 4)])
def test_two_real_blocks(name, expected, tmp_path):
    sympy = pytest.importorskip("sympy")
    a, b = sympy.symbols("a1:5"), sympy.symbols("b1:5")
    X = sympy.zeros(4, 4)
    for c in range(2):
        for d in range(2):
            same, opposite = sympy.Matrix([[1, 1], [1, 1]]), sympy.Matrix([[1, -1], [-1, 1]])
            X[2 * c : 2 * c + 2, 2 * d : 2 * d + 2] = a[2 * c + d] * same + b[2 * c + d] * opposite
    T = sympy.Matrix(4, 4, np.random.default_rng(4).integers(-9, 9, 16).tolist())
    D = sympy.diag(1, 1, 2, 2)
    left, right = {
        "identity": (sympy.eye(4), sympy.eye(4)), "times": (sympy.eye(4), T),
        "conjugated": (T.adjugate(), T), "equivariant": (D.adjugate(), D),
    }[name]  # fmt: skip
    constraints = [a[0] * a[3] - a[1] * a[2], b[0] * b[3] - b[1] * b[2]]
    assert count_critical_points(lambda: left * X * right, constraints, (*a, *b), tmp_path) == expected


@pytest.mark.slow
@pytest.mark.parametrize("change", ["none", "times"])
def test_a_complex_block(change, tmp_path):
    """The circulants x (2, -1, -1) + y (0, 1, -1) have the eigenvalue 3 x + i sqrt(3) y, up to the sign of i."""
    sympy = pytest.importorskip("sympy")
    x, y = sympy.symbols("x1:5"), sympy.symbols("y1:5")
    X = sympy.zeros(6, 6)
    for k in range(4):
        first = [2 * x[k], -x[k] + y[k], -x[k] - y[k]]
        for i in range(3):
            for j in range(3):
                X[3 * (k // 2) + i, 3 * (k % 2) + j] = first[(j - i) % 3]
    real = 3 * (x[0] * x[3] - x[1] * x[2]) - (y[0] * y[3] - y[1] * y[2])
    imaginary = x[0] * y[3] + y[0] * x[3] - x[1] * y[2] - y[1] * x[2]
    T = sympy.Matrix(6, 6, np.random.default_rng(5).integers(-9, 9, 36).tolist()) if change == "times" else sympy.eye(6)
    assert count_critical_points(lambda: X * T, [real, imaginary], (*x, *y), tmp_path) == 2


def test_errors():
    with pytest.raises(ev.InputError, match="T must be invertible, not of rank 1"):
        right_multiplied(PAIR, np.ones((4, 4)))
    with pytest.raises(ev.InputError, match=r"T must have shape \(4, 4\), not \(3, 3\)"):
        left_multiplied(PAIR, np.eye(3))
    with pytest.raises(ev.InputError, match="square"):
        conjugated(ev.InvariantMaps(ev.actions.cyclic(3), 2).bounded(1).component([1]), np.eye(3))
    with pytest.raises(ev.InputError, match=r"shape \(4, 4\), not \(2, 2\)"):
        right_multiplied(PAIR, np.eye(4)).contains(np.eye(2))
