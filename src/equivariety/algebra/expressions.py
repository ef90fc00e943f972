"""Polynomials written as text: read by a grammar of their own, since SymPy's reader runs what it is given."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from equivariety.errors import InputError
from equivariety.extras import load_extra
from equivariety.validation import abbreviated

LONGEST_TEXT = 10_000
LARGEST_DEGREE = 100
_MOST_BITS = 10_000
_FORM = "numbers, names, + - * / ** and parentheses"


@dataclass(frozen=True)
class _Term:
    """A value, with bounds on its degree and on the size of its coefficients that hold before it is expanded."""

    value: Any
    degree: int
    bits: int


def parse_polynomial(text: str, variables: Sequence[Any] | None = None) -> Any:
    """Read a polynomial with rational coefficients: numbers, names, ``+ - * / **`` and parentheses, nothing else.

    Parameters
    ----------
    text : str
        Decimal fractions are exact: 0.1 is 1/10. Only numbers divide; exponents are whole numbers.
    variables : sequence of sympy.Symbol, optional
        What names may stand for; by default every name is a new symbol.

    Returns
    -------
    sympy.Expr

    Raises
    ------
    InputError
        If the text is anything else, or a polynomial of degree above 100.

    Examples
    --------
    >>> parse_polynomial("(x + 1)**2 / 2 - 0.1*y")
    -y/10 + (x + 1)**2/2
    >>> parse_polynomial("__import__('os').getcwd()")
    Traceback (most recent call last):
        ...
    equivariety.errors.InputError: a polynomial must consist of numbers, names, + - * / ** and parentheses, not ...
    """
    if not isinstance(text, str):
        raise InputError(f"a polynomial must be a string or a SymPy expression, not {type(text).__name__}")
    if len(text) > LONGEST_TEXT:
        raise InputError(f"a polynomial must have at most {LONGEST_TEXT:,} characters, not {len(text):,}")
    try:
        tree = ast.parse(text.strip(), mode="eval")
        known = None if variables is None else {str(symbol): symbol for symbol in variables}
        return _Reader(text.strip(), known).read(tree.body).value
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"a polynomial must consist of {_FORM}, not {abbreviated(text)}") from error


class _Reader:
    """Walks the syntax tree; whatever is not named here is refused."""

    def __init__(self, text: str, known: dict[str, Any] | None) -> None:
        self.text, self.known = text, known
        self.sympy = load_extra("sympy", "algebra")

    def read(self, node: ast.expr) -> _Term:
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            return self._number(ast.get_source_segment(self.text, node) or "")
        if isinstance(node, ast.Name):
            return _Term(self._symbol(node.id), 1, 1)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.UAdd | ast.USub):
            inner = self.read(node.operand)
            return inner if isinstance(node.op, ast.UAdd) else _Term(-inner.value, inner.degree, inner.bits)
        if isinstance(node, ast.BinOp):
            return self._checked(self._binary(node))
        raise InputError(f"a polynomial must consist of {_FORM}, not {abbreviated(self.text)}")

    def _number(self, literal: str) -> _Term:
        digits = literal.replace("_", "")
        mantissa, _, exponent = digits.lower().partition("e")
        if not mantissa.replace(".", "").isdecimal() or len(mantissa) > 300 or abs(int(exponent or 0)) > 300:
            raise InputError(
                f"numbers in a polynomial must be decimal and of moderate size, not {abbreviated(literal)}"
            )
        value = self.sympy.Rational(digits)
        return _Term(value, 0, int(abs(value.p)).bit_length() + int(value.q).bit_length())

    def _symbol(self, name: str) -> Any:
        if self.known is None:
            return self.sympy.Symbol(name)
        if name not in self.known:
            raise InputError(f"the polynomial must be in the variables {' '.join(self.known)}, not also in {name}")
        return self.known[name]

    def _binary(self, node: ast.BinOp) -> _Term:
        if isinstance(node.op, ast.Pow):
            return self._power(node)
        left, right = self.read(node.left), self.read(node.right)
        if isinstance(node.op, ast.Add | ast.Sub):
            value = left.value + right.value if isinstance(node.op, ast.Add) else left.value - right.value
            return _Term(value, max(left.degree, right.degree), left.bits + right.bits + 1)
        if isinstance(node.op, ast.Mult):
            return _Term(left.value * right.value, left.degree + right.degree, left.bits + right.bits)
        if isinstance(node.op, ast.Div):
            if right.degree or right.value == 0:
                raise InputError(f"only numbers other than zero may divide in a polynomial: {abbreviated(self.text)}")
            return _Term(left.value / right.value, left.degree, left.bits + right.bits)
        hint = "; write ** for a power" if isinstance(node.op, ast.BitXor) else ""
        raise InputError(f"a polynomial must consist of {_FORM}, not {abbreviated(self.text)}{hint}")

    def _power(self, node: ast.BinOp) -> _Term:
        base, exponent = self.read(node.left), self.read(node.right)
        if exponent.degree or not exponent.value.is_Integer or not 0 <= exponent.value <= LARGEST_DEGREE:
            raise InputError(f"exponents in a polynomial must be whole numbers from 0 to {LARGEST_DEGREE}: "
                             f"{abbreviated(self.text)}")  # fmt: skip
        power = int(exponent.value)
        self._checked(_Term(None, base.degree * power, base.bits * power))
        return _Term(base.value**power, base.degree * power, base.bits * power)

    def _checked(self, term: _Term) -> _Term:
        if term.degree > LARGEST_DEGREE or term.bits > _MOST_BITS:
            raise InputError(f"a polynomial must have degree at most {LARGEST_DEGREE} and moderate coefficients: "
                             f"{abbreviated(self.text)}")  # fmt: skip
        return term
