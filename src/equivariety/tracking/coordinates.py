"""Points of a product of projective spaces: groups of coordinates, each up to scaling.

Unknowns are h, w_1, ..., w_L, where u = phi(w_1, ..., w_L) / h: (h, w_1) counts up to scaling, and so does each w_l,
l > 1, together with h. Solutions may run to infinity (h = 0) without leaving that compact space.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

ComplexArray: TypeAlias = NDArray[np.complex128]


def split(points: NDArray[Any], sizes: Sequence[int]) -> list[NDArray[Any]]:
    """The groups of coordinates of each point, as views of shape (points, size)."""
    bounds = list(accumulate(sizes, initial=0))
    return [points[:, start:stop] for start, stop in pairwise(bounds)]


def normalize(points: ComplexArray, groups: Sequence[int], degrees: Sequence[int]) -> ComplexArray:
    """Scale (h, w_1), w_2, ..., w_L to norm one without changing u: scaling w_l, l > 1, scales h by the d_l-th power.

    `groups` are the sizes of (h, w_1), w_2, ..., w_L.
    """
    head, *later = split(points, groups)
    lengths = [np.linalg.norm(part, axis=1, keepdims=True) for part in later]
    head = head.copy()
    for length, degree in zip(lengths, degrees[1:], strict=True):
        head[:, :1] /= length**degree
    unit = [part / length for part, length in zip(later, lengths, strict=True)]
    return np.concatenate([head / np.linalg.norm(head, axis=1, keepdims=True), *unit], axis=1)


def tangent_frame(points: ComplexArray, groups: Sequence[int]) -> ComplexArray:
    """Orthonormal bases of the complement of each (normalized) group, as a block-diagonal matrix per point."""
    bounds = list(accumulate(groups, initial=0))
    frame = np.zeros((len(points), bounds[-1], bounds[-1] - len(groups)), dtype=np.complex128)
    column = 0
    for part, start, size in zip(split(points, groups), bounds, groups, strict=False):
        frame[:, start : start + size, column : column + size - 1] = _complement(part)
        column += size - 1
    return frame


def distinct(keys: ComplexArray, tolerance: float) -> list[int]:
    """Indices of the first occurrence of every row, up to a relative tolerance.

    Rows are told apart by one generic linear form, so only rows whose values are close need to be compared.
    """
    if len(keys) == 0:
        return []
    direction = np.random.default_rng(0).standard_normal(keys.shape[1])
    values = keys @ direction
    scale = np.linalg.norm(keys, axis=1) * np.linalg.norm(direction)
    kept: list[int] = []
    for index, value in enumerate(values):
        near = np.flatnonzero(np.abs(values[kept] - value) <= tolerance * scale[index])
        size = np.linalg.norm(keys[index])
        if not any(np.linalg.norm(keys[kept[i]] - keys[index]) <= tolerance * size for i in near):
            kept.append(index)
    return kept


def _complement(vectors: ComplexArray) -> ComplexArray:
    """Columns 2, 3, ... of the Householder reflection that sends each unit vector to the first axis."""
    phase = np.where(vectors[:, 0] == 0, 1, vectors[:, 0])
    mirror = vectors.copy()
    mirror[:, 0] += phase / np.abs(phase)
    mirror /= np.linalg.norm(mirror, axis=1, keepdims=True)
    reflection = np.eye(vectors.shape[1]) - 2 * mirror[:, :, None] * mirror[:, None, :].conj()
    return np.asarray(reflection[:, :, 1:], dtype=np.complex128)
