"""No public name without a docstring, an example that runs, and a place in the reference."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from public_names import documented, own_docstring, public_members, public_objects

PAGES = Path(__file__).parent.parent / "docs" / "api"


def examples_for(name, value):
    """Code of the examples that may show a name: its own, or those of the class it belongs to and of its bases."""
    texts = [own_docstring(value)]
    owner = public_objects().get(name.rsplit(".", 1)[0])
    if inspect.isclass(owner):
        member = name.rsplit(".", 1)[1]
        texts += [text for base in owner.__mro__ for text in _docstrings_that_use(base, member)]
    return "\n".join(line for text in texts for line in text.splitlines() if line.startswith((">>>", "...")))


def _docstrings_that_use(owner, member):
    texts = [own_docstring(owner), *(own_docstring(function) for _, function in public_members(owner))]
    return [text for text in texts if re.search(rf"(>>>|\.\.\.) .*\.{member}\b", text)]


@pytest.mark.parametrize(("name", "value"), list(documented()), ids=[name for name, _ in documented()])
def test_every_public_name_has_an_example(name, value):
    assert examples_for(name, value), f"{name} has no example"


def test_every_public_name_is_said_to_be_something():
    silent = [name for name, value in public_objects().items() if not own_docstring(value)]
    assert silent == []


def test_every_public_object_has_a_page_in_the_reference():
    listed = set()
    for page in PAGES.glob("*.md"):
        module = ""
        for line in page.read_text().splitlines():
            found = re.fullmatch(r"\.\. currentmodule:: (\S+)|   (\w+)", line)
            module = (found and found.group(1)) or module
            if found and found.group(2):
                listed.add(f"{module}.{found.group(2)}")
    resolved = {id(_resolved(name)) for name in listed}
    missing = [name for name, value in public_objects().items() if id(value) not in resolved]
    assert missing == []


def _resolved(name):
    import importlib

    module, attribute = name.rsplit(".", 1)
    return getattr(importlib.import_module(module), attribute)


def test_every_page_is_in_the_table_of_contents():
    docs = PAGES.parent
    listed = {"index"}
    for page in docs.glob("*.md"):
        for contents in re.findall(r"```\{toctree\}\n(.*?)```", page.read_text(), flags=re.S):
            listed.update(line for line in contents.splitlines() if line and not line.startswith(":"))
    assert {page.stem for page in docs.glob("*.md")} <= listed
