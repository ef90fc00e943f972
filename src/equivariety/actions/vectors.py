"""Vectors on points: while a generator permutes the points, a matrix turns what stands on each of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from equivariety.actions.action import Action, simplest
from equivariety.actions.fibres import Fibres, unfolded
from equivariety.actions.matrices import orthogonal, snapped
from equivariety.array_types import FloatArray
from equivariety.errors import InputError


def on_vectors(points: Action, matrices: Any, order: str) -> Action:
    """See :meth:`PermutationAction.on_vectors`."""
    assert points.monomial is not None
    images, signs = points.monomial
    n = points.degree
    given = _one_for_each_generator(matrices, len(images), n)
    d = given[0].shape[-1]
    if order not in ("points", "components"):
        raise InputError(f"order must be 'points' (coordinate {d} i + c) or 'components' (coordinate {n} c + i), "
                         f"not {order!r}")  # fmt: skip
    turned = np.stack([np.broadcast_to(each, (n, d, d)) for each in given]) * signs[:, :, None, None]
    place = np.arange(n * d, dtype=np.intp)
    coordinates = place.reshape(n, d) if order == "points" else place.reshape(d, n).T.copy()
    return simplest([unfolded(Fibres(coordinates, images, turned))], n * d)


def _one_for_each_generator(matrices: Any, count: int, n: int) -> list[FloatArray]:
    """For each generator its matrix (d, d), or one for each point (n, d, d): orthogonal, of one size d."""
    whole = np.ndim(matrices) == 2 if isinstance(matrices, np.ndarray) else _is_one_matrix(matrices)
    given = [matrices] if whole and count == 1 else list(matrices)
    if len(given) != count:
        raise InputError(f"matrices must hold one entry for each of the {count} generators, not {len(given)}")
    found = [_validated(each, number, n) for number, each in enumerate(given, start=1)]
    sizes = {each.shape[-1] for each in found}
    if len(sizes) > 1:
        raise InputError(f"matrices must all have one size d x d, not {sorted(sizes)}")
    return found


def _is_one_matrix(matrices: Any) -> bool:
    return isinstance(matrices, Sequence) and len(matrices) > 0 and np.ndim(matrices[0]) == 1


def _validated(matrix: Any, number: int, n: int) -> FloatArray:
    given = np.asarray(matrix)
    expected = f"a d x d matrix or an array of shape ({n}, d, d), one matrix for each point"
    square = given.ndim in (2, 3) and given.shape[-1] == given.shape[-2] and given.shape[-1] > 0
    if not square or (given.ndim == 3 and given.shape[0] != n):
        raise InputError(f"matrices of generator {number} must be {expected}, not of shape {given.shape}")
    if given.dtype.kind not in "fiub":
        raise InputError(f"matrices of generator {number} must be real, not of type {given.dtype}")
    return snapped(orthogonal(given.astype(np.float64), f"the matrix of generator {number}"))
