"""Ranks and widths of networks: validated once, with messages that name the block."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from equivariety.errors import InputError
from equivariety.varieties import Component, EquivariantMaps


def spread_rank(maps: EquivariantMaps, rank: int) -> tuple[int, ...]:
    """A total rank spread over the blocks as evenly as possible, the rest from the first block on.

    Examples
    --------
    >>> import equivariety as ev
    >>> spread_rank(ev.EquivariantMaps(ev.actions.image_shift((28, 28), axis=1)), 99)
    (4, 4, 4, 4, 4, 4, 4, 4, 3, 3, 3, 3, 3, 3, 3)
    """
    if isinstance(rank, bool) or int(rank) != rank or not 1 <= rank <= min(maps.shape):
        raise InputError(f"rank must be a whole number from 1 to {min(maps.shape)}, not {rank}")
    largest = np.array([block.largest_rank for block in maps.blocks])
    weights = np.array([block.irrep_dim for block in maps.blocks])
    ranks = np.zeros_like(largest)
    left = int(rank)
    while True:
        # One more for every block that still can and fits, in order; stops when nothing fits any more.
        grown = left
        for place in np.flatnonzero(ranks < largest).tolist():
            if weights[place] <= left:
                ranks[place] += 1
                left -= int(weights[place])
        if left == grown:
            return tuple(ranks.tolist())


def validated_widths(component: Component, depth: int, widths: Sequence[Sequence[int]] | None) -> list[tuple[int, ...]]:
    """Multiplicity of every block in each of the depth - 1 hidden spaces; by default the ranks."""
    if isinstance(depth, bool) or not isinstance(depth, int) or depth < 2:
        raise InputError(f"depth must be a whole number of at least 2 (encoder and decoder), not {depth!r}")
    if widths is None:
        return [component.ranks] * (depth - 1)
    given = [tuple(width) for width in widths]
    if len(given) != depth - 1:
        raise InputError(f"widths must have one entry for each of the {depth - 1} hidden spaces, not {len(given)}")
    for number, width in enumerate(given, start=1):
        _check_width(component, number, width)
    _check_bottleneck(component, given)
    return given


def _check_width(component: Component, number: int, width: tuple[Any, ...]) -> None:
    if len(width) != len(component.ranks):
        raise InputError(f"hidden space {number} must have one multiplicity for each of the {len(component.ranks)} "
                         f"blocks, not {len(width)}")  # fmt: skip
    for block, rank, multiplicity in zip(component.maps.blocks, component.ranks, width, strict=True):
        if int(multiplicity) != multiplicity or multiplicity < rank:
            raise InputError(f"hidden space {number} must hold block {block.label} at least {rank} times, the rank of "
                             f"the component, not {multiplicity}")  # fmt: skip


def _check_bottleneck(component: Component, widths: Sequence[tuple[int, ...]]) -> None:
    """A block of less than full rank must be cut to its rank somewhere, or the network leaves the component."""
    for place, (block, rank) in enumerate(zip(component.maps.blocks, component.ranks, strict=True)):
        narrowest = min(width[place] for width in widths)
        if narrowest > rank and rank < block.largest_rank:
            raise InputError(f"one hidden space must hold block {block.label} exactly {rank} times, the rank of the "
                             f"component; the narrowest holds it {narrowest} times")  # fmt: skip
