"""Polynomials as text: nothing is run, decimals are exact, what is too large is refused before it is expanded."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

import equivariety as ev
from equivariety.algebra import parse_polynomial

sympy = pytest.importorskip("sympy")


@pytest.mark.parametrize("text", ["x", "-x + 3*y", "(x - 1/2)**3*y/7", "0.1*x**2", "1e-3 + x", "+x - -y", "2**3**2*x"])
def test_the_same_as_sympy_where_both_read(text):
    difference = parse_polynomial(text) - sympy.sympify(text, rational=True)
    assert sympy.expand(difference) == 0


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('touch owned')", "x.__class__", "exp(x)", "x if y else z", "[x]", "x; y", "lambda: x",
        "x and y", "'x'",
        "x[0]", "f'{x}'", "x := 3", "x == y", "", "x +", "1j*x", "x // y", "x % 2", "~x", "True", "a\nb",
        "x ^ 2", "sqrt(2)*x", "(" * 500 + "x" + ")" * 500, "0x10*x",
    ],
)  # fmt: skip
def test_nothing_else_is_read_or_run(text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ev.InputError):
        parse_polynomial(text)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x ^ 2", r"write \*\* for a power"),
        ("x**-1", "exponents in a polynomial must be whole numbers from 0 to 100"),
        ("x**(1/2)", "exponents in a polynomial"),
        ("x**y", "exponents in a polynomial"),
        ("x**101", "exponents in a polynomial"),
        ("(x**60)**2", "degree at most 100"),
        ("((9**99)**99)**99*x", "moderate coefficients"),
        ("1e999999999*x", "of moderate size"),
        ("1/x", "only numbers other than zero may divide"),
        ("x/0", "only numbers other than zero may divide"),
        ("x" * 10_001, "at most 10,000 characters"),
    ],
)
def test_errors_say_why(text, message):
    with pytest.raises(ev.InputError, match=message):
        parse_polynomial(text)


@given(st.text(alphabet="xy0123456789+-*/()., _[]'", max_size=30))
def test_any_text_is_a_polynomial_or_an_input_error(text):
    with suppress(ev.InputError):
        assert parse_polynomial(text).is_polynomial()


def test_names_are_those_given():
    x = sympy.Symbol("x", real=True)
    assert parse_polynomial("x**2", [x]) == x**2
    with pytest.raises(ev.InputError, match="in the variables x, not also in q"):
        parse_polynomial("x + q", [x])
