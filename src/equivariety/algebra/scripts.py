"""Ideals as scripts for Macaulay2, Singular, Sage and OSCAR that print the dimension and the degree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral

import numpy as np

from equivariety.algebra.ideals import Ideal, Minors
from equivariety.errors import InputError
from equivariety.isotypic.intertwiners import monomial_intertwiners
from equivariety.isotypic.spaces import Spaces


@dataclass(frozen=True)
class System:
    """How one computer algebra system writes what the scripts need; the templates are filled by str.format."""

    comment: str
    rational: str
    gaussian: str
    prime: str
    unit: str
    ring: str
    matrix: str
    row: str
    minors: str
    ideal: str
    zero: str
    figures: str


MACAULAY2 = System(
    comment="--",
    rational="kk = QQ",
    gaussian="kk = toField(QQ[i]/(i^2+1))",
    prime="kk = ZZ/{p}",
    unit="i = {root}_R",
    ring="R = kk[{names}]",
    matrix="{name} = matrix{{{rows}}}",
    row="{{{entries}}}",
    minors="minors({size}, {name})",
    ideal="{name} = {value}",
    zero="ideal(0_R)",
    figures='print("dimension " | toString dim I)\nprint("degree " | toString degree I)',
)

SINGULAR = System(
    comment="//",
    rational="ring R = 0, ({names}), dp;",
    gaussian="ring R = (0, i), ({names}), dp; minpoly = i^2 + 1;",
    prime="ring R = {p}, ({names}), dp;",
    unit="number i = {root};",
    ring="",
    matrix="matrix {name}[{m}][{n}] = {rows};",
    row="{entries}",
    minors="minor({name}, {size})",
    ideal="ideal {name} = {value};",
    zero="0",
    figures='ideal G = std(I);\nprint("dimension " + string(dim(G)));\nprint("degree " + string(mult(G)));\nquit;',
)

SAGE = System(
    comment="#",
    rational="from sage.all import *\nkk = QQ",
    gaussian="from sage.all import *\nkk = QuadraticField(-1, 'i')\ni = kk.gen()",
    prime="from sage.all import *\nkk = GF({p})",
    unit="i = kk({root})",
    ring="R = PolynomialRing(kk, '{names}', order='degrevlex')\nR.inject_variables(verbose=False)",
    matrix="{name} = matrix(R, {m}, {n}, [{rows}])",
    row="{entries}",
    minors="R.ideal({name}.minors({size}))",
    ideal="{name} = {value}",
    zero="R.ideal(0)",
    figures="print('dimension', I.dimension())\nprint('degree', abs(I.hilbert_series().numerator()(1)))",
)

OSCAR = System(
    comment="#",
    rational="using Oscar\nkk = QQ",
    gaussian="using Oscar\nkk, i = cyclotomic_field(4)",
    prime="using Oscar\nkk = GF({p})",
    unit="i = kk({root})",
    ring='R, ({names},) = graded_polynomial_ring(kk, split("{names}", ", "))',
    matrix="{name} = matrix(R, {m}, {n}, [{rows}])",
    row="{entries}",
    minors="ideal(R, minors({name}, {size}))",
    ideal="{name} = {value}",
    zero="ideal(R, [zero(R)])",
    figures='println("dimension ", dim(I))\nA, _ = quo(R, I)\nprintln("degree ", degree(A))',
)

SYSTEMS = {"macaulay2": MACAULAY2, "singular": SINGULAR, "sage": SAGE, "oscar": OSCAR}


def script(ideal: Ideal, system: str, characteristic: int = 0, remarks: Sequence[str] = ()) -> str:
    """A program, ready to run, that builds the ideal and prints its dimension and degree.

    Parameters
    ----------
    ideal : Ideal
    system : {"macaulay2", "singular", "sage", "oscar"}
    characteristic : int
        0 for the rational numbers (with i adjoined for blocks over C and H), or a prime p with p = 1 mod 4, over which
        Groebner bases are much faster; the figures then are those of the reduction, the same for all but few p.
    remarks : sequence of str
        Further lines for the comment at the top.

    Raises
    ------
    InputError
        If the system is unknown, or the characteristic is neither 0 nor such a prime.
    """
    syntax = _syntax(system)
    head = [ideal.title, f"These equations and figures are about {ideal.about}.", *remarks]
    lines = [f"{syntax.comment} {line}" for line in head]
    lines += _ring(syntax, ideal.variables, ideal.needs_imaginary_unit, characteristic)
    used = {(minors.block, conjugate) for product in ideal.products for minors in product
            for conjugate in _which(minors, ideal)}  # fmt: skip
    for block in ideal.blocks:
        for conjugate in (False, True):
            if (block.number, conjugate) in used:
                lines.append(_matrix(syntax, _matrix_name(block.number, conjugate), block.matrix(conjugate)))
    return "\n".join([*lines, *_ideals(syntax, ideal), syntax.figures]) + "\n"


def whole_matrix_script(maps: Spaces, rank: int, system: str, characteristic: int = 0) -> str:
    """A program for the minors of the whole matrix, in the values that equivariant matrices have on orbits of pairs.

    The minors cut out all complex points of rank at most r, but for groups with irreducibles over C of dimension above
    one their ideal is *not* radical: its degree counts some components several times. Prefer :func:`script`.

    Parameters
    ----------
    maps : EquivariantMaps
    rank : int
    system, characteristic
        As for :func:`script`.

    Raises
    ------
    InputError
        As for :func:`script`, or if fibres turn: entries are then no rational multiples of few variables.

    Examples
    --------
    >>> import equivariety as ev
    >>> print(ev.geometry.whole_matrix_script(ev.EquivariantMaps(ev.actions.cyclic(2)), 1, "singular"))
    // minors of size 2 of the whole equivariant matrix
    // WARNING: this ideal is not radical as soon as the group has irreducibles over C of
    // dimension above one; the degree then counts components with multiplicity.
    // The figures are about the scheme of all complex points that the minors define.
    ring R = 0, (x1, x2), dp;
    matrix Z[2][2] = x1, x2, x2, x1;
    ideal I = minor(Z, 2);
    ideal G = std(I);
    print("dimension " + string(dim(G)));
    print("degree " + string(mult(G)));
    quit;
    """
    syntax = _syntax(system)
    names, entries = _entries(maps)
    lines = [
        f"{syntax.comment} minors of size {rank + 1} of the whole equivariant matrix",
        f"{syntax.comment} WARNING: this ideal is not radical as soon as the group has irreducibles over C of",
        f"{syntax.comment} dimension above one; the degree then counts components with multiplicity.",
        f"{syntax.comment} The figures are about the scheme of all complex points that the minors define.",
        *_ring(syntax, names, False, characteristic),
        _matrix(syntax, "Z", entries),
        syntax.ideal.format(name="I", value=syntax.minors.format(size=rank + 1, name="Z")),
        syntax.figures,
    ]
    return "\n".join(lines) + "\n"


def _entries(maps: Spaces) -> tuple[list[str], list[list[str]]]:
    """A variable for each orbit on pairs that does not vanish, and the entries: a variable, its negative, or zero."""
    if maps.domain.monomial is None or maps.codomain.monomial is None:
        raise InputError("the whole matrix can be written in rational numbers for permutations with or without signs "
                         "only, not where vectors turn; the script of a component works for all actions")  # fmt: skip
    found = monomial_intertwiners(maps.codomain.monomial, maps.domain.monomial)
    surviving, numbers = np.unique(found.labels[found.signs != 0], return_inverse=True)
    names = [f"x{k + 1}" for k in range(surviving.size)]
    entries = np.full(found.labels.shape, "0", dtype=object)
    signs = np.where(found.signs[found.signs != 0] < 0, "-", "")
    entries[found.signs != 0] = [f"{sign}{names[k]}" for sign, k in zip(signs, numbers, strict=True)]
    return names, entries.tolist()


def _syntax(system: str) -> System:
    if system not in SYSTEMS:
        raise InputError(f"system must be one of {', '.join(SYSTEMS)}, not {system!r}")
    return SYSTEMS[system]


def _ring(syntax: System, variables: Sequence[str], imaginary: bool, characteristic: int) -> list[str]:
    names = ", ".join(variables)
    if characteristic == 0:
        lines = [syntax.gaussian if imaginary else syntax.rational, syntax.ring]
    else:
        root = _root_of_minus_one(characteristic)
        lines = [syntax.prime, syntax.ring, *([syntax.unit.replace("{root}", str(root))] if imaginary else [])]
    return [line.format(names=names, p=characteristic) for line in lines if line]


def _matrix(syntax: System, name: str, table: Sequence[Sequence[str]]) -> str:
    rows = ", ".join(syntax.row.format(entries=", ".join(row)) for row in table)
    return syntax.matrix.format(name=name, rows=rows, m=len(table), n=len(table[0]))


def _ideals(syntax: System, ideal: Ideal) -> list[str]:
    lines, names = [], {}
    for product in ideal.products:
        for minors in product:
            if minors not in names:
                names[minors] = (
                    f"J{minors.block + 1}k{minors.size}" + {"no": "", "yes": "c", "both": "b"}[minors.conjugate]
                )
                value = " + ".join(
                    syntax.minors.format(size=minors.size, name=_matrix_name(minors.block, conjugate))
                    for conjugate in _which(minors, ideal)
                )
                lines.append(syntax.ideal.format(name=names[minors], value=value))
    total = " + ".join("*".join(names[minors] for minors in product) for product in ideal.products)
    return [*lines, syntax.ideal.format(name="I", value=total or syntax.zero)]


def _which(minors: Minors, ideal: Ideal) -> tuple[bool, ...]:
    """Which matrices of the block the minors are taken of: the block, its conjugate, or both."""
    field = next(block.field for block in ideal.blocks if block.number == minors.block)
    if field != "C":
        return (False,)
    return {"no": (False,), "yes": (True,), "both": (False, True)}[minors.conjugate]


def _matrix_name(block: int, conjugate: bool) -> str:
    return f"{'W' if conjugate else 'Z'}{block + 1}"


def _root_of_minus_one(p: int) -> int:
    """A number whose square is -1 modulo p."""
    prime = isinstance(p, Integral) and p > 1 and all(p % k for k in range(2, int(p**0.5) + 1))
    if not prime or p % 4 != 1:
        raise InputError(f"characteristic must be 0 or a prime that is 1 modulo 4, such as 32009, not {p!r}")
    p = int(p)
    return next(power for power in (pow(k, (p - 1) // 4, p) for k in range(2, p)) if power * power % p == p - 1)
