"""Reference values of polynomial networks, and an implementation that judges the library: symbols, no residues.

tests/reference/polynomial_networks.json was computed by other programs (ranks modulo primes over random points,
Macaulay2 1.21 and Singular 4.3.1); its "conventions" say what each number is.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import sympy

import equivariety as ev

REFERENCE = json.loads((Path(__file__).parent / "reference" / "polynomial_networks.json").read_text())


def signed(generators: Any) -> ev.SignedPermutationAction:
    """The action (P x)_i = sign x_image of 1-based images with signs."""
    given = np.array(generators)
    return ev.SignedPermutationAction(np.abs(given) - 1, np.sign(given))


def matrices(generators: Any) -> list[Any]:
    """Signed permutation matrices of 1-based signed images."""
    found = []
    for row in generators:
        matrix = sympy.zeros(len(row))
        for i, image in enumerate(row):
            matrix[i, abs(image) - 1] = 1 if image > 0 else -1
        found.append(matrix)
    return found


def equivariant_basis(domain: list[Any], codomain: list[Any]) -> list[Any]:
    """Matrices M with M P = Q M, as the null space of the linear system in all entries."""
    m, n = codomain[0].rows, domain[0].rows
    system = sympy.Matrix.vstack(*(
        sympy.kronecker_product(sympy.eye(m), P.T) - sympy.kronecker_product(Q, sympy.eye(n))
        for P, Q in zip(domain, codomain, strict=True)
    ))  # fmt: skip
    return [sympy.Matrix(m, n, list(vector)) for vector in system.nullspace()]


def brute_dimension(layers: list[Any], powers: list[int], seed: int = 0) -> int:
    """Rank over Q of the derivative of all coefficients of the outputs, at random integer weights."""
    chance = random.Random(seed)
    groups = [matrices(generators) for generators in layers]
    sources = [
        [P.applyfunc(abs) for P in group] if power % 2 == 0 else group
        for group, power in zip(groups, [1, *powers], strict=False)
    ]
    bases = [equivariant_basis(a, b) for a, b in zip(sources, groups[1:], strict=True)]
    symbols = [sympy.symbols(f"w{number}_0:{len(basis)}") for number, basis in enumerate(bases)]
    point = {symbol: chance.randint(-50, 50) for layer in symbols for symbol in layer}
    inputs = sympy.symbols(f"x0:{groups[0][0].rows}")
    fixed = [sum((point[s] * B for s, B in zip(layer, basis, strict=True)), sympy.zeros(*_shape(a, b)))
             for layer, basis, a, b in zip(symbols, bases, groups[:-1], groups[1:], strict=True)]  # fmt: skip
    columns = []
    for number, basis in enumerate(bases):
        for direction in basis:
            columns.append(_derivative(fixed, number, direction, powers, inputs))
    keys = sorted({key for column in columns for key in column})
    table = [[column.get(key, 0) for column in columns] for key in keys]
    return int(sympy.Matrix(table).rank()) if table and columns else 0


def _shape(domain: list[Any], codomain: list[Any]) -> tuple[int, int]:
    return codomain[0].rows, domain[0].rows


def _derivative(fixed: list[Any], number: int, direction: Any, powers: list[int], inputs: Any) -> dict[Any, Any]:
    """Coefficients of the derivative of the outputs when one layer moves in a direction: dual numbers."""
    values = [(sympy.Poly(x, *inputs), sympy.Poly(0, *inputs)) for x in inputs]
    for layer, matrix in enumerate(fixed):
        moved = direction if layer == number else sympy.zeros(*matrix.shape)
        values = [_row(matrix, moved, i, values, inputs) for i in range(matrix.rows)]
        if layer < len(powers):
            s = powers[layer]
            values = [(value**s, s * value ** (s - 1) * slope) for value, slope in values]
    return {
        (output, monomial): coefficient
        for output, (_, slope) in enumerate(values)
        for monomial, coefficient in slope.terms()
        if coefficient
    }


def _row(matrix: Any, moved: Any, i: int, values: Any, inputs: Any) -> Any:
    value = slope = sympy.Poly(0, *inputs)
    for j, (v, d) in enumerate(values):
        value = value + matrix[i, j] * v
        slope = slope + matrix[i, j] * d + moved[i, j] * v
    return value, slope
