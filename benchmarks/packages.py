"""Packages for equivariant networks beside this library, each where it can be imported."""

from __future__ import annotations

import json
import subprocess
import sys
from statistics import median
from typing import Any

TURNS = 3
LAYERS = ("equivariety", "escnn", "symm-learning", "torch")
FITS = ("equivariety", "symm-learning")
MODULES = {"escnn": "escnn", "symm-learning": "symm_learning"}


def packages(interpreter: str) -> dict[str, dict[str, dict[str, Any] | None]]:
    """Layers and fits of every package; None for one that the interpreter cannot import.

    The packages take turns, every time in a fresh process; the figures are medians over the processes.
    """
    missing = {package for package, module in MODULES.items() if not installed(interpreter, module)}
    return {
        task: _in_turns(task, [package for package in names if package not in missing], interpreter)
        | dict.fromkeys(sorted(missing.intersection(names)))
        for task, names in (("layer", LAYERS), ("fits", FITS))
    }


def installed(interpreter: str, module: str) -> bool:
    """Whether an interpreter can import a module."""
    return subprocess.run([interpreter, "-c", f"import {module}"], capture_output=True, check=False).returncode == 0


def _in_turns(task: str, names: list[str], interpreter: str) -> dict[str, dict[str, Any] | None]:
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for _ in range(TURNS):
        for name in names:
            found[name].append(_run(task, name, interpreter if name in MODULES else sys.executable))
    return {name: _medians(results) for name, results in found.items()}


def _run(task: str, package: str, interpreter: str) -> dict[str, Any]:
    command = [interpreter, "-m", "benchmarks.package_tasks", task, package]
    finished = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(finished.stdout.splitlines()[-1]))


def _medians(results: list[dict[str, Any]]) -> dict[str, Any]:
    first = results[0]
    return {
        key: value if isinstance(value, str) else median(result[key] for result in results)
        for key, value in first.items()
    }
