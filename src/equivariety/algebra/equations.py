"""The ideals as polynomials of SymPy, for small cases: exact, with rational coefficients."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from itertools import combinations, product
from math import comb, prod
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equivariety.algebra.ideals import BlockVariables, Ideal, Minors
from equivariety.errors import InputError
from equivariety.extras import load_extra
from equivariety.isotypic import Bundle, field_named

MOST_POLYNOMIALS = 2000


class Matrices(Protocol):
    """A space of matrices with coordinates in blocks: the equivariant maps."""

    @property
    def bundles(self) -> tuple[Bundle, ...]:
        """The irreducibles that the blocks belong to."""

    def coordinates(self, M: ArrayLike) -> tuple[NDArray[np.float64], ...]:
        """The blocks of the projection of M: per bundle components (members, rows, cols, beta)."""


@dataclass(frozen=True, eq=False)
class Equations:
    """Polynomials in the coordinates of the blocks that generate a radical ideal.

    Entry (r, c) of block i is a<i>r<r>c<c> + i b<i>r<r>c<c> + j c... + k d..., with as many parts as the field has.
    """

    maps: Matrices
    variables: tuple[Any, ...]
    """SymPy symbols, all real."""
    polynomials: tuple[Any, ...]
    """SymPy expressions, expanded."""
    about: str
    """Which points the equations are about."""

    def __repr__(self) -> str:
        return f"<Equations: {len(self.polynomials)} polynomials in {len(self.variables)} variables>"

    def coordinates(self, M: ArrayLike) -> NDArray[np.float64]:
        """The values of the variables at the orthogonal projection of a matrix."""
        entries = []
        blocks: dict[int, NDArray[np.float64]] = {}
        for bundle, block in zip(self.maps.bundles, self.maps.coordinates(M), strict=True):
            blocks.update(zip(bundle.members.tolist(), block, strict=True))
        entries = [blocks[member].ravel() for member in sorted(blocks)]
        return np.concatenate([np.zeros(0), *entries])

    def evaluate(self, M: ArrayLike) -> NDArray[np.float64]:
        """The values of all polynomials at a matrix: zero on the variety."""
        sympy = load_extra("sympy", "algebra")

        function = sympy.lambdify(self.variables, self.polynomials, "numpy")
        return np.array(function(*self.coordinates(M)), dtype=np.float64).reshape(len(self.polynomials))


def equations(maps: Matrices, ideal: Ideal) -> Equations:
    """Generators of an ideal as SymPy polynomials.

    Raises
    ------
    InputError
        If there are more than 2000; scripts for computer algebra systems have no such bound.
    """
    sympy = load_extra("sympy", "algebra")

    count = sum(prod(_count(_block(ideal, minors), minors) for minors in factors) for factors in ideal.products)
    if count > MOST_POLYNOMIALS:
        raise InputError(f"the ideal has {count} generators, and at most {MOST_POLYNOMIALS} are written out; "
                         "`script` writes a program for a computer algebra system instead")  # fmt: skip
    variables = {name: sympy.Symbol(name, real=True) for name in ideal.variables}
    found: dict[Minors, list[Any]] = {}
    for factors in ideal.products:
        for minors in factors:
            if minors not in found:
                found[minors] = _minors(_block(ideal, minors), minors, variables)
    polynomials = [
        sympy.expand(reduce(lambda x, y: x * y, chosen))
        for factors in ideal.products
        for chosen in product(*(found[minors] for minors in factors))
    ]
    return Equations(maps, tuple(variables.values()), tuple(polynomials), ideal.about)


def _minors(block: BlockVariables, minors: Minors, variables: dict[str, Any]) -> list[Any]:
    """Real and imaginary parts of all minors, without those that vanish identically or occur before."""
    sympy = load_extra("sympy", "algebra")

    if minors.conjugate != "both" and block.field != "R":
        raise InputError("the equations of all complex points have no rational coefficients; use points='real', "
                         "or a script")  # fmt: skip
    names = {**variables, "i": sympy.I}
    matrix = sympy.Matrix([[sympy.sympify(entry, locals=names) for entry in row] for row in block.matrix()])
    rows, cols = matrix.shape
    parts: dict[Any, None] = {}
    for chosen_rows, chosen_cols in product(
        combinations(range(rows), minors.size), combinations(range(cols), minors.size)
    ):
        value = sympy.expand(matrix[list(chosen_rows), list(chosen_cols)].det(method="berkowitz"))
        imaginary = value.coeff(sympy.I)
        for part in (sympy.expand(value - sympy.I * imaginary), imaginary):
            if part != 0 and part not in parts and -part not in parts:
                parts[part] = None
    return list(parts)


def _count(block: BlockVariables, minors: Minors) -> int:
    rows, cols = field_named(block.field).complexified(block.rows, block.cols)
    number = comb(rows, minors.size) * comb(cols, minors.size)
    return number if block.field == "R" else 2 * number


def _block(ideal: Ideal, minors: Minors) -> BlockVariables:
    return next(block for block in ideal.blocks if block.number == minors.block)
