"""JSON for programs, tables for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from equivariety.isotypic.irreducible import Label


def print_json(result: dict[str, Any] | list[Any]) -> None:
    """One JSON document on standard output; integers keep all their digits."""
    print(json.dumps(result, ensure_ascii=False))


def print_json_list(rows: Iterable[dict[str, Any]]) -> None:
    """One JSON list, written entry by entry, so that no list of any length is held in memory."""
    print("[", end="")
    for number, row in enumerate(rows):
        print(", " if number else "", json.dumps(row, ensure_ascii=False), sep="", end="")
    print("]")


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """A plain table, numbers to the right."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, title_style="bold")
    for position, name in enumerate(columns):
        numeric = all(isinstance(row[position], int | float) or row[position] == "" for row in rows)
        table.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(as_text(value) for value in row))
    # When the output is a file or a pipe, nothing may be cut to the width of a screen that is not there.
    width = None if sys.stdout.isatty() else 160
    Console(width=width).print(table)


def print_facts(facts: dict[str, Any]) -> None:
    """Names and values, one a line."""
    width = max(len(name) for name in facts)
    for name, value in facts.items():
        print(f"{name:<{width}}  {as_text(value)}")


def as_text(value: Any) -> str:
    """Integers with separators, floats with six digits."""
    if isinstance(value, bool) or value is None:
        return {None: "-", True: "yes", False: "no"}[value]
    if isinstance(value, int):
        return short_integer(value)
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list | tuple):
        return " ".join(str(entry) for entry in value)
    return str(value)


def short_integer(value: int) -> str:
    """All digits up to 40, then the leading ones and the number of digits.

    Examples
    --------
    >>> short_integer(72425986088826)
    '72,425,986,088,826'
    >>> short_integer(10**100)
    '1.000e+100 (101 digits; all of them with --json)'
    """
    digits = str(abs(value))
    if len(digits) <= 40:
        return f"{value:,}"
    return f"{digits[0]}.{digits[1:4]}e+{len(digits) - 1} ({len(digits)} digits; all of them with --json)"


def label_text(label: Label) -> str:
    """(l, m) and frequencies in parentheses, names as they are."""
    return label if isinstance(label, str) else "(" + ",".join(str(part) for part in label) + ")"


def character_text(character: tuple[float, ...]) -> str:
    """Traces of the generators, to three digits."""
    return "(" + ", ".join(f"{round(value, 3) + 0.0:g}" for value in character) + ")"
