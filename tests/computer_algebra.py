"""Computer algebra systems that judge our results; tests that need one that is not installed are skipped."""

from __future__ import annotations

import shutil

import pytest

EXECUTABLES = {"macaulay2": "M2", "singular": "Singular"}


def need(program: str) -> None:
    """Skip the running test if the program is missing: it is a separate installation, which no package brings."""
    if shutil.which(EXECUTABLES[program]) is None:
        pytest.skip(f"{program} is not installed: a separate program, which no package brings; CI installs it")
