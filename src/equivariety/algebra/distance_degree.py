"""The Euclidean distance degree of a variety that is given by a few polynomials."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations
from math import comb, prod
from typing import Any

import numpy as np

from equivariety.algebra.expressions import parse_polynomial
from equivariety.errors import InputError
from equivariety.extras import load_extra

MODULUS = 2**31 - 1
"""A prime: the counts over it agree with those over the rational numbers but for a few choices of random numbers."""
LARGEST_SYSTEM = 200
"""Critical points that a generic system of these degrees would have; Groebner bases beyond take minutes."""
_MOST_VARIABLES = 10

Monomial = tuple[int, ...]


def ed_degree(polynomials: Any) -> int:
    """The number of complex critical points of the squared distance from a variety to a generic point.

    The variety is the set of common zeros; of several components those of the largest dimension count. Its critical
    points are the smooth points x at which u - x is a combination of the gradients.

    Parameters
    ----------
    polynomials : str or SymPy polynomial, or a sequence of them
        With rational coefficients; several of them must generate a radical ideal. The variables are all names that
        occur.

    Raises
    ------
    InputError
        If the text is no polynomial, the variety is empty, the equations hold some component several times, or the
        system is too large.

    Notes
    -----
    J. Draisma, E. Horobet, G. Ottaviani, B. Sturmfels, R. Thomas, *The Euclidean Distance Degree of an Algebraic
    Variety* (2016). Solutions are counted without solving, by a Groebner basis for one random point u modulo a prime:
    the ideal of all polynomials, the equations u - x = sum_i lambda_i grad g_i for c random combinations g_i of them,
    c the codimension, and a maximal minor of the gradients that must not vanish. An exact computation, whose random
    choices are wrong with a probability of about one in a hundred million.

    Examples
    --------
    >>> ed_degree("x**2 + y**2 - 1"), ed_degree("x**2 + 4*y**2 - 4")
    (2, 4)
    >>> ed_degree("(x**2 + y**2 + x)**2 - x**2 - y**2")
    3
    """
    equations, variables = _system(polynomials)
    if not equations:
        raise InputError("polynomials must not all be zero: the variety is the whole space")
    _refuse_large([equation.total_degree() for equation in equations], len(variables))
    dimension = _dimension(_leading(equations, variables))
    if dimension < 0:
        raise InputError("polynomials must have a common zero: the variety is empty")
    leading = _leading(*_critical_system(equations, variables, len(variables) - dimension))
    if _dimension(leading) < 0:
        raise InputError("polynomials must generate a radical ideal: their gradients are dependent on the variety")
    return _count_standard(leading)


def _system(polynomials: Any) -> tuple[list[Any], list[Any]]:
    """The polynomials over the integers modulo the prime, and their variables in the order of their names."""
    sympy = load_extra("sympy", "algebra")

    given = [polynomials] if isinstance(polynomials, str) or not isinstance(polynomials, Iterable) else polynomials
    expressions = [_expression(entry, sympy) for entry in given]
    if not expressions:
        raise InputError("polynomials must be at least one polynomial, not none")
    variables = sorted(set().union(*(entry.free_symbols for entry in expressions)), key=str)
    if not variables:
        raise InputError("polynomials must have at least one variable")
    try:
        rational = [sympy.Poly(entry, *variables, domain="QQ") for entry in expressions]
    except (sympy.PolynomialError, sympy.CoercionFailed) as error:
        raise InputError(f"polynomials must have rational coefficients: {error}") from error
    if len(rational) == 1:
        rational = [rational[0].sqf_part()]
    integral = [entry.clear_denoms(convert=True)[1] for entry in rational if not entry.is_zero]
    return [entry.set_modulus(MODULUS) for entry in integral], variables


def _expression(entry: Any, sympy: Any) -> Any:
    if isinstance(entry, sympy.Poly):
        return entry.as_expr()
    return entry if isinstance(entry, sympy.Expr) else parse_polynomial(entry)


def _refuse_large(degrees: Sequence[int], variables: int) -> None:
    """Raise an error beyond what a Groebner basis in Python does in seconds."""
    largest = max(degrees, default=0)
    codimension = min(len(degrees), variables)
    expected = prod(sorted(degrees)[-codimension:]) * sum(
        (largest - 1) ** i * comb(i + codimension - 1, i) for i in range(variables - codimension + 1)
    )
    if variables > _MOST_VARIABLES or expected > LARGEST_SYSTEM:
        raise InputError(
            f"polynomials must be a small system: one of degrees {list(degrees)} in {variables} variables may have "
            f"{expected:,} critical points, more than {LARGEST_SYSTEM} (and at most {_MOST_VARIABLES} variables); use "
            "Macaulay2 or Singular"
        )


def _critical_system(equations: Sequence[Any], variables: Sequence[Any], codimension: int) -> tuple[list[Any], Any]:
    """The equations of the critical points in the variables, multipliers and the inverse of a minor."""
    sympy = load_extra("sympy", "algebra")

    random = np.random.default_rng(0)
    multipliers = [sympy.Dummy(f"lambda{i}") for i in range(codimension)]
    inverse = sympy.Dummy("inverse")
    gradients = [
        [combination.diff(v).as_expr() for v in variables]
        for combination in _combinations(equations, codimension, random)
    ]
    normal = [
        variable
        - _draw(random)
        + sum(weight * gradient[j] for weight, gradient in zip(multipliers, gradients, strict=True))
        for j, variable in enumerate(variables)
    ]
    system = [equation.as_expr() for equation in equations] + normal
    unknowns = [*multipliers, *variables]
    if codimension > 1:  # a single gradient does not vanish where u - x is a multiple of it
        matrix = sympy.Matrix(gradients)
        minors = [
            matrix[:, list(columns)].det(method="berkowitz")
            for columns in combinations(range(len(variables)), codimension)
        ]
        system.append(inverse * sum(_draw(random) * minor for minor in minors) - 1)
        unknowns = [inverse, *unknowns]
    return [sympy.Poly(entry, *unknowns, modulus=MODULUS) for entry in system], unknowns


def _combinations(equations: Sequence[Any], count: int, random: np.random.Generator) -> list[Any]:
    if len(equations) == count:
        return list(equations)
    return [sum((_draw(random) * equation for equation in equations[1:]), equations[0]) for _ in range(count)]


def _draw(random: np.random.Generator) -> int:
    return int(random.integers(1, MODULUS))


def _leading(equations: Sequence[Any], variables: Sequence[Any]) -> list[Monomial]:
    """Leading monomials of a Groebner basis."""
    sympy = load_extra("sympy", "algebra")

    basis = sympy.groebner([entry.as_expr() for entry in equations], *variables, order="grevlex", modulus=MODULUS)
    return [max(entry.monoms(), key=_graded_reverse) for entry in basis.polys]


def _graded_reverse(monomial: Monomial) -> tuple[int, ...]:
    """Sort key of the order: total degree, then the smaller exponent of the last variable."""
    return (sum(monomial), *(-exponent for exponent in reversed(monomial)))


def _dimension(leading: Sequence[Monomial]) -> int:
    """Dimension of the zeros: the largest set of variables in which no leading monomial lies; -1 if there are none."""
    supports = [{place for place, exponent in enumerate(monomial) if exponent} for monomial in leading]
    if any(not support for support in supports):
        return -1
    count = len(leading[0])
    return max(
        size
        for size in range(count)
        for chosen in combinations(range(count), size)
        if not any(support <= set(chosen) for support in supports)
    )


def _count_standard(leading: Sequence[Monomial]) -> int:
    """Number of monomials that no leading one divides: solutions with multiplicity."""
    if _dimension(leading) > 0:
        raise InputError("polynomials must have finitely many critical points for a generic point")
    count, layer = 0, {(0,) * len(leading[0])}
    while layer:
        count += len(layer)
        grown = {(*m[:j], m[j] + 1, *m[j + 1 :]) for m in layer for j in range(len(m))}
        layer = {m for m in grown if not any(all(a >= b for a, b in zip(m, lead, strict=True)) for lead in leading)}
    return count
