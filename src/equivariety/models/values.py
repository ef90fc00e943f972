"""Plain values, arrays and objects of this library as JSON and arrays: nothing else is written, and nothing is run.

Numbers, texts and lists stand for themselves; everything else is an object whose ``"kind"`` says what it is. Objects of
this library are those of a closed list, each taken apart into named values and put together from them by one function
(:class:`Kind`). An object that occurs twice is written once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.errors import InputError

State = dict[str, Any]

# Types that both NumPy and safetensors know.
_NUMBERS = "biuf"


@dataclass(frozen=True)
class Kind:
    """How objects of one class are taken apart and put together."""

    name: str
    state: Callable[[Any], State]
    restore: Callable[[State], Any]


@dataclass
class Writer:
    """Collects the arrays of one file while values become JSON."""

    kind_of: Callable[[Any], Kind | None]
    tensors: dict[str, NDArray[Any]] = field(default_factory=dict)
    _known: dict[int, int] = field(default_factory=dict)
    _kept: list[Any] = field(default_factory=list)

    def encode(self, value: Any, name: str) -> Any:
        """The value as JSON; ``name`` says where it stands, for arrays and messages.

        Raises
        ------
        InputError
            If a value is neither plain nor of a known kind.
        """
        if value is None or isinstance(value, (bool, int, str)):
            return value
        if isinstance(value, (np.bool_, np.integer, np.floating)):
            return self.encode(value.item(), name)
        if isinstance(value, float):
            return value if isfinite(value) else {"kind": "float", "value": repr(value)}
        if isinstance(value, (complex, np.complexfloating)):
            return {"kind": "complex", "parts": [self.encode(part, name) for part in (value.real, value.imag)]}
        if isinstance(value, np.ndarray):
            return self._array(value, name)
        if isinstance(value, list):
            return [self.encode(item, f"{name}.{number}") for number, item in enumerate(value)]
        if isinstance(value, tuple):
            return {"kind": "tuple", "items": self.encode(list(value), name)}
        if type(value) is dict and all(isinstance(key, str) for key in value):
            return {"kind": "dict", "items": {key: self.encode(item, f"{name}.{key}") for key, item in value.items()}}
        return self._object(value, name)

    def _array(self, value: NDArray[Any], name: str) -> Any:
        if value.dtype.kind in "OU" and all(isinstance(item, str) for item in value.ravel()):
            return {"kind": "names", "items": value.ravel().tolist(), "shape": list(value.shape)}
        if value.dtype.kind == "c" and value.dtype.itemsize == 16:
            parts = np.stack([value.real, value.imag], axis=-1)
            return {"kind": "complex array", "parts": self._array(parts, name)}
        if value.dtype.kind not in _NUMBERS or value.dtype.itemsize > 8:
            raise InputError(
                f"{name or 'the model'} holds an array of type {value.dtype}, which no model file can hold"
            )
        self.tensors[name] = value.astype(value.dtype.newbyteorder("="), copy=False)
        return {"kind": "array", "tensor": name}

    def _object(self, value: Any, name: str) -> Any:
        if id(value) in self._known:
            return {"kind": "same", "number": self._known[id(value)]}
        kind = self.kind_of(value)
        if kind is None:
            raise InputError(f"{name or 'model'} is of type {type(value).__name__}, which no model file can hold")
        prefix = f"{name}." if name else ""
        state = {key: self.encode(part, f"{prefix}{key}") for key, part in kind.state(value).items()}
        self._known[id(value)] = len(self._known)
        self._kept.append(value)  # so that no other object gets its identity
        return {"kind": kind.name, "state": state}


@dataclass
class Reader:
    """Makes values from JSON and the arrays of one file."""

    kind_named: Callable[[str], Kind | None]
    tensors: Mapping[str, NDArray[Any]]
    _found: list[Any] = field(default_factory=list)

    def decode(self, node: Any) -> Any:
        """The value that a node of the description stands for; a KeyError, TypeError or ValueError if it is none."""
        if node is None or isinstance(node, (bool, int, float, str)):
            return node
        if isinstance(node, list):
            return [self.decode(item) for item in node]
        match node["kind"]:
            case "float":
                return float(node["value"])
            case "complex":
                return complex(*self.decode(node["parts"]))
            case "array":
                return self.tensors[node["tensor"]]
            case "complex array":
                parts = self.decode(node["parts"])
                return parts[..., 0] + 1j * parts[..., 1]
            case "names":
                return np.array([str(item) for item in node["items"]], dtype=object).reshape(node["shape"])
            case "tuple":
                return tuple(self.decode(node["items"]))
            case "dict":
                return {key: self.decode(item) for key, item in node["items"].items()}
            case "same":
                return self._found[node["number"]]
        return self._object(node)

    def _object(self, node: Mapping[str, Any]) -> Any:
        kind = self.kind_named(node["kind"])
        if kind is None:
            raise ValueError(f"this version knows no {node['kind']!r}")
        value = kind.restore({key: self.decode(part) for key, part in node["state"].items()})
        self._found.append(value)
        return value


def require_array(value: Any, name: str, kind: str, shape: tuple[int, ...] | None = None) -> NDArray[Any]:
    """A stored array of the type that was written, and of the given shape.

    Raises
    ------
    InputError
        If it is something else, or holds NaN or infinity.
    """
    if not isinstance(value, np.ndarray) or value.dtype != np.dtype(kind):
        found = value.dtype if isinstance(value, np.ndarray) else type(value).__name__
        raise InputError(f"{name} must hold numbers of type {np.dtype(kind)}, not {found}")
    if shape is not None and value.shape != shape:
        raise InputError(f"{name} must have shape {shape}, not {value.shape}")
    if not np.isfinite(value).all():
        raise InputError(f"{name} must hold finite numbers: it contains NaN or infinity")
    return value
