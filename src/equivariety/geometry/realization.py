"""Complex and quaternionic matrices as real ones."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.errors import InputError
from equivariety.isotypic.fields import field_named


def realization(z: Any, field: str = "C") -> NDArray[np.float64]:
    """The real matrix of a complex number or matrix: a + ib becomes [[a, -b], [b, a]].

    The map R of arXiv 2309.13736: it respects sums and products, and the conjugate transpose becomes the transpose. A
    matrix of rank r over C becomes one of rank 2 r.

    Parameters
    ----------
    z : number, or array_like of shape (rows, cols)
        For ``field="H"`` an array_like of shape (4,) or (rows, cols, 4): the coefficients of 1, i, j, k.
    field : {"C", "H"}
        A quaternion becomes the 4 x 4 matrix of the multiplication by it from the left.

    Returns
    -------
    ndarray of shape (2 rows, 2 cols), or (4 rows, 4 cols)

    Raises
    ------
    InputError
        If the shape is another one, or a number is not finite.

    Examples
    --------
    >>> realization(1 + 2j)
    array([[ 1., -2.],
           [ 2.,  1.]])
    >>> bool(np.all(realization(2j) @ realization(3j) == realization(-6)))
    True
    >>> realization([[1, 1j]])
    array([[ 1.,  0.,  0., -1.],
           [ 0.,  1.,  1.,  0.]])
    """
    given = np.asarray(z)
    if field not in ("C", "H") or given.dtype.kind not in ("fiubc" if field == "C" else "fiub"):
        raise InputError(f"z must hold numbers and field be 'C' or 'H', not {given.dtype} and {field!r}")
    components = np.stack([given.real, given.imag], axis=-1) if field == "C" else given
    if components.ndim == 1:
        components = components[None, None]
    if components.ndim != 3 or components.shape[-1] != (2 if field == "C" else 4):
        expected = "a number or have two dimensions" if field == "C" else "of shape (4,) or (rows, cols, 4)"
        raise InputError(f"z must be {expected}, not of shape {given.shape}")
    if not np.isfinite(components).all():
        raise InputError("z must hold finite numbers: it contains NaN or infinity")
    return np.asarray(field_named(field).realize(components.astype(np.float64)) + 0.0)
