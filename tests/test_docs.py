"""The code in the documentation runs and prints what it says."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
DOCS = Path(__file__).parent.parent / "docs"


@pytest.mark.parametrize("name", ["geometry.md", "groups.md"])
def test_examples_in_the_documentation(name):
    result = doctest.testfile(str(DOCS / name), module_relative=False, optionflags=FLAGS)
    assert result.attempted > 0
    assert result.failed == 0
