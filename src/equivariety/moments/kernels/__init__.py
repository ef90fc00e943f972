"""Compiled loops for many small products; they need Numba, and everything works without them."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec


@cache
def available() -> bool:
    """Whether the compiled loops can be used: Numba is installed, and fits this Python and NumPy."""
    if find_spec("numba") is None:
        return False
    try:
        from equivariety.moments.kernels import compiled  # noqa: F401
    except ImportError:  # a Numba that is too old for NumPy, or for the loops
        return False
    return True
