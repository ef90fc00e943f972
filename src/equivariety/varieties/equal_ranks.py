"""The neutral choice of block ranks, when no data say which component is best."""

from __future__ import annotations

import numpy as np

from equivariety.validation import whole_number
from equivariety.varieties.maps import EquivariantMaps


def equal_ranks(maps: EquivariantMaps, rank: int) -> tuple[int, ...]:
    """A total rank spread over the blocks as evenly as possible, the rest from the first block on.

    For one generator the blocks stand in the order of their frequencies, so the low ones get the rest.

    Examples
    --------
    >>> import equivariety as ev
    >>> equal_ranks(ev.EquivariantMaps(ev.actions.image_shift((28, 28), axis=1)), 99)
    (4, 4, 4, 4, 4, 4, 4, 4, 3, 3, 3, 3, 3, 3, 3)
    """
    left = whole_number(rank, "rank", 1, min(maps.shape))
    largest = np.array([block.largest_rank for block in maps.blocks])
    weights = np.array([block.irrep_dim for block in maps.blocks])
    ranks = np.zeros_like(largest)
    while True:
        # One more for every block that still can and fits, in order; stops when nothing fits any more.
        grown = left
        for place in np.flatnonzero(ranks < largest).tolist():
            if weights[place] <= left:
                ranks[place] += 1
                left -= int(weights[place])
        if left == grown:
            return tuple(ranks.tolist())
