"""Docstrings are prose: names that end in an underscore and bars around a norm mean what they say, not reST markup."""

from __future__ import annotations

import re
from typing import Any

# What stands between backticks, or is a footnote, stays; the rest may hold ``mean_`` and ``|x|``.
_KEPT = re.compile(r"(``.*?``|:\w+:`.*?`|`[^`]*`_?|\*\*.*?\*\*|\[\d+\]_)")
_UNDERSCORE = re.compile(r"(?<=\w)_(?=[\s,.;:)\]]|$)")


def escape_prose(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Escape what docutils would take for references, line by line, outside of examples."""
    for number, line in enumerate(lines):
        if not line.lstrip().startswith((">>>", "...", "..")):
            parts = [part if _KEPT.fullmatch(part) else _escaped(part) for part in _KEPT.split(line)]
            lines[number] = "".join(parts)


def _escaped(prose: str) -> str:
    """A lone star, as in ``*shape``, opens no emphasis; two of them may."""
    prose = _UNDERSCORE.sub(r"\\_", prose).replace("|", r"\|")
    return prose.replace("*", r"\*") if prose.count("*") % 2 else prose


def skip_foreign(app: Any, what: str, name: str, obj: Any, skip: bool, options: Any) -> bool | None:
    """Leave out what other libraries put on our classes: what scikit-learn, torch and Python's own classes offer."""
    function = getattr(obj, "fget", None) or getattr(obj, "func", None) or obj
    owner = getattr(function, "__objclass__", function)
    module = getattr(owner, "__module__", None) or ""
    return None if module.startswith(("equivariety", "builtins.property")) else True


def setup(app: Any) -> dict[str, bool]:
    app.connect("autodoc-process-docstring", escape_prose, priority=900)
    app.connect("autodoc-skip-member", skip_foreign)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
