"""Compiled loops for many small products; they need Numba, and everything works without them."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from typing import Any


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


def runs(trial: Callable[[], Any]) -> bool:
    """Whether compiled code runs on a first row; if not, a warning says why, and the library's products take over.

    Compilation may be switched off (``NUMBA_DISABLE_JIT``), or the cache of compiled code may be damaged.
    """
    try:
        trial()
    except Exception as error:  # whatever a compiler or its cache may raise
        warnings.warn(
            f"the compiled loops cannot be used ({type(error).__name__}: {error}); "
            "products of matrices are used instead, which takes longer",
            RuntimeWarning,
            stacklevel=2,
        )
        return False
    return True
