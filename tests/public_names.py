"""Every public name of the package, and every public method and property of its classes."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from typing import Any

MODULES = [
    *(f"equivariety.{name}" for name in ("actions", "algebra", "blocks", "convolution", "datasets", "estimators")),
    *(f"equivariety.{name}" for name in ("geometry", "isotypic", "models", "moments", "nn", "polynomial", "ranks")),
    *(f"equivariety.{name}" for name in ("statistics", "tracking", "varieties")),
]
# Modules without ``__all__``: what they define themselves is public.
FILES = [
    *(f"equivariety.{name}" for name in ("audit", "errors", "testing")),
    *(f"equivariety.plotting.{name}" for name in ("convolution", "images", "matrices", "polynomial", "spectra")),
    *(f"equivariety.plotting.{name}" for name in ("singular_points", "style", "training", "varieties", "weights")),
]


def public_objects() -> dict[str, Any]:
    """Functions, classes and constants by the name they are imported by, each once."""
    found: dict[int, tuple[str, Any]] = {}
    for module in MODULES:
        home = importlib.import_module(module)
        for name in home.__all__:
            found.setdefault(id(getattr(home, name)), (f"{module}.{name}", getattr(home, name)))
    for module in FILES:
        for name, value in vars(importlib.import_module(module)).items():
            own = (inspect.isfunction(value) or inspect.isclass(value)) and value.__module__ == module
            if own and not name.startswith("_"):
                found.setdefault(id(value), (f"{module}.{name}", value))
    return dict(found.values())


def public_members(owner: type) -> Iterator[tuple[str, Any]]:
    """Methods, class methods and properties that a class defines itself, as functions that carry a docstring."""
    for name, value in vars(owner).items():
        if name.startswith("_"):
            continue
        function = getattr(value, "fget", None) or getattr(value, "func", None) or getattr(value, "__func__", None)
        function = function or (value if inspect.isfunction(value) else None)
        if function is not None and (function.__module__ or "").startswith("equivariety"):
            yield name, function


def documented() -> Iterator[tuple[str, Any]]:
    """Every public object and every public member."""
    for name, value in public_objects().items():
        yield name, value
        if inspect.isclass(value):
            for member, function in public_members(value):
                yield f"{name}.{member}", function


def own_docstring(value: Any) -> str:
    """The docstring of an object itself, not that of the class it is an instance of."""
    if inspect.isclass(value):
        return inspect.cleandoc(value.__dict__.get("__doc__") or "")
    return inspect.getdoc(value) or ""
