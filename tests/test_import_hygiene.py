"""Importing the library pulls in no heavy package, and a test that proves that the test can fail."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = (
    "torch",
    "sklearn",
    "matplotlib",
    "sympy",
    "numba",
    "igraph",
    "flint",
    "networkx",
    "pandas",
    "dask",
    "jax",
    "typer",
    "marimo",
)
QUIET = ("equivariety", "equivariety.varieties", "equivariety.varieties.fitting", "equivariety.actions")


def heavy_after(code: str) -> list[str]:
    """The heavy packages that a fresh interpreter holds after running the code."""
    program = f"{code}\nimport sys\nprint(*[name for name in {HEAVY!r} if name in sys.modules])"
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()


@pytest.mark.parametrize("module", QUIET)
def test_the_import_is_light(module: str) -> None:
    assert heavy_after(f"import {module}") == []


def test_a_fit_needs_no_heavy_package_either() -> None:
    code = "import equivariety as ev; ev.EquivariantMaps(ev.actions.cyclic(6)).bounded(2).fit([[1, 2, 3, 4, 5, 6]])"
    assert heavy_after(code) == []


@pytest.mark.parametrize("module", ["sklearn", "matplotlib"])
def test_this_test_can_fail(module: str) -> None:
    assert module in heavy_after(f"import equivariety\nimport {module}")
    assert module in heavy_after(f"import equivariety.varieties, {module}")
