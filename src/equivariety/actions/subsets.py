"""Actions on subsets of points, as mere sets or oriented."""

from __future__ import annotations

from itertools import chain, combinations

import numpy as np
from numpy.typing import NDArray

from equivariety.actions import operations
from equivariety.actions.action import Action, signed_or_plain
from equivariety.errors import InputError
from equivariety.validation import is_whole_number, shown


def on_subsets(points: Action, size: int, oriented: bool) -> Action:
    """See :meth:`PermutationAction.on_subsets`."""
    assert points.monomial is not None
    images, signs = points.monomial
    n = points.degree
    if not is_whole_number(size) or not 1 <= size <= n:
        raise InputError(f"size of the subsets must be from 1 to the degree {n}, not {shown(size)}")
    subsets = np.fromiter(chain.from_iterable(combinations(range(n), int(size))), dtype=np.intp).reshape(-1, int(size))
    moved = images[:, subsets]
    found = signs[:, subsets].prod(axis=2)
    if oriented:
        found = found * np.stack([_sorting_signs(each) for each in moved])
    return signed_or_plain(operations.on_subsets(images, int(size)), found.astype(np.int8))


def _sorting_signs(tuples: NDArray[np.intp]) -> NDArray[np.intp]:
    """The sign of the permutation that sorts each row: by the parity of its inversions."""
    size = tuples.shape[1]
    inversions = sum(
        (tuples[:, i] > tuples[:, j] for i in range(size) for j in range(i + 1, size)),
        start=np.zeros(len(tuples), dtype=np.intp),
    )
    return np.where(inversions % 2 == 1, -1, 1)
