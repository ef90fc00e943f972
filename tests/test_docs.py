"""The code in the documentation runs and prints what it says."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
DOCS = Path(__file__).parent.parent / "docs"


@pytest.mark.parametrize("name", sorted(page.name for page in DOCS.glob("*.md") if ">>>" in page.read_text()))
def test_examples_in_the_documentation(name, monkeypatch):
    monkeypatch.setenv("SCIPY_ARRAY_API", "1")  # as the page on estimators asks for
    result = doctest.testfile(str(DOCS / name), module_relative=False, optionflags=FLAGS)
    assert result.attempted > 0
    assert result.failed == 0
