"""Checks for tests of other people's code: raise AssertionError, with a message that says what is broken and where."""

from __future__ import annotations

from typing import Any

import numpy as np

from equivariety.actions import Action
from equivariety.audit import EquivarianceError, equivariance_error
from equivariety.tolerances import EPSILON, equivariance_cutoff


def assert_equivariant(
    subject: Any,
    domain: Action,
    codomain: Action | None = None,
    tolerance: float | None = None,
    seed: int = 0,
) -> None:
    """Assert that a matrix, a function or a torch module commutes with every generator.

    Parameters
    ----------
    subject, domain, codomain, seed
        As in :func:`equivariety.equivariance_error`.
    tolerance : float, optional
        Largest relative error; by default 64 sqrt(n) times the precision the subject computes in.

    Raises
    ------
    AssertionError
        With the error of every generator and, for linear maps, the worst block.

    Examples
    --------
    >>> import equivariety as ev
    >>> action = ev.actions.cyclic(3)
    >>> ev.testing.assert_equivariant(lambda rows: rows**2, action)
    >>> ev.testing.assert_equivariant([[1, 0, 0], [0, 1, 0], [0, 0, 2]], action)
    Traceback (most recent call last):
        ...
    AssertionError: not equivariant: relative error 0.577 at generator 1, above the tolerance 2.5e-14; worst block ...
    """
    error = equivariance_error(subject, domain, codomain, seed)
    allowed = equivariance_cutoff(domain.degree, _precision(subject)) if tolerance is None else tolerance
    if not error <= allowed:
        raise AssertionError(_message(error, allowed))


def _message(error: EquivarianceError, allowed: float) -> str:
    worst = error.generators.index(max(error.generators)) + 1
    text = f"not equivariant: relative error {float(error):.3g} at generator {worst}, above the tolerance {allowed:.2g}"
    if error.broken_by is not None:
        step = f"step {error.broken_by!r} breaks the symmetry"
        return f"{text}; {step}: its relative error is {error.steps[error.broken_by]:.3g}"
    if error.linear is None:
        return text
    block = max(error.linear.blocks, key=lambda candidate: candidate.error)
    return f"{text}; worst block {block.label}: {block.error:.3g} of {block.norm:.3g} is not equivariant"


def _precision(subject: Any) -> float:
    """Machine epsilon of the subject's own numbers: of the parameters of a module, of a floating array."""
    parameters = list(subject.parameters()) if hasattr(subject, "parameters") else [subject]
    sizes = [_epsilon(str(getattr(parameter, "dtype", "")).removeprefix("torch.")) for parameter in parameters]
    return max(sizes, default=EPSILON)


def _epsilon(name: str) -> float:
    if name == "bfloat16":
        return 2.0**-7
    return float(np.finfo(name).eps) if name in ("float16", "float32") else EPSILON
