"""Libraries that only some uses need: loaded when they are, with a message that names the extra to install."""

from __future__ import annotations

import importlib
from typing import Any


def load_extra(module: str, extra: str) -> Any:
    """Import a module of an optional dependency.

    Raises
    ------
    ModuleNotFoundError
        If it is not installed; the message says which extra brings it.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as missing:
        raise ModuleNotFoundError(
            f"this needs {module}, which is not installed: pip install 'equivariety[{extra}]'", name=module
        ) from missing
