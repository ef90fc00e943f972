"""Make the notebook of a page: its text as Markdown cells, its examples as code cells, what they print left to Jupyter.

``python docs/notebooks/from_page.py`` writes ``talk.ipynb`` from ``../talk.md`` and so on; a test holds them in step.
"""

from __future__ import annotations

import doctest
import hashlib
import json
import re
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
PAGES = ("talk", "engineer", "researcher")
_CODE = re.compile(r"^```python\n(.*?)^```$\n?", re.M | re.S)


def notebook_of(page: str) -> dict[str, Any]:
    """The notebook of the text of a page, as JSON: cells in order, names from their contents, no outputs."""
    cells, position = [], 0
    for found in _CODE.finditer(page):
        cells += _text(page[position : found.start()])
        cells.append(_cell("code", _code(found.group(1))))
        position = found.end()
    cells += _text(page[position:])
    for number, cell in enumerate(cells):
        cell["id"] = hashlib.sha256(f"{number}{''.join(cell['source'])}".encode()).hexdigest()[:8]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def _text(part: str) -> list[dict[str, Any]]:
    """Links and pictures as seen from the folder of the notebooks."""
    part = re.sub(r"\{\w+\}`~?([\w.]+)`", r"`\1`", part)  # references of the site
    moved = re.sub(r"\]\((?!https?://|#)", "](../", part.strip())
    return [_cell("markdown", moved)] if moved else []


def _code(examples: str) -> str:
    """The examples as a program; the last value of a cell is shown, earlier ones are printed."""
    parts = doctest.DocTestParser().get_examples(examples)
    lines = []
    for number, example in enumerate(parts):
        source = example.source.rstrip("\n")
        if example.exc_msg is not None:
            indented = "\n".join("    " + line for line in source.splitlines())
            source = f"try:\n{indented}\nexcept Exception as error:\n    print(error)"
        elif example.want and number < len(parts) - 1:
            source = f"print({source})" if "\n" not in source and "#" not in source else _printed(source)
        lines.append(source)
    return "\n".join(lines)


def _printed(source: str) -> str:
    """An expression over several lines, or with a remark behind it, inside ``print``."""
    return f"print(\n{source}\n)"


def _cell(kind: str, source: str) -> dict[str, Any]:
    lines = source.splitlines(keepends=True)
    shared: dict[str, Any] = {"cell_type": kind, "metadata": {}, "source": lines}
    return shared if kind == "markdown" else shared | {"execution_count": None, "outputs": []}


def text_of(name: str) -> str:
    """The file of the notebook of a page."""
    page = (FOLDER.parent / f"{name}.md").read_text(encoding="utf-8")
    return json.dumps(notebook_of(page), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for name in PAGES:
        (FOLDER / f"{name}.ipynb").write_text(text_of(name), encoding="utf-8")
