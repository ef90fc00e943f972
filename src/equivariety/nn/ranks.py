"""Widths of networks: validated once, with messages that name the block."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from equivariety.errors import InputError
from equivariety.validation import is_whole_number, shown
from equivariety.varieties import Component


def validated_widths(component: Component, depth: int, widths: Sequence[Sequence[int]] | None) -> list[tuple[int, ...]]:
    """Multiplicity of every block in each of the depth - 1 hidden spaces; by default the ranks."""
    if isinstance(depth, bool) or not isinstance(depth, int) or depth < 2:
        raise InputError(f"depth must be a whole number of at least 2 (encoder and decoder), not {depth!r}")
    if widths is None:
        return [component.ranks] * (depth - 1)
    try:
        given = [tuple(width) for width in widths]
    except TypeError as error:
        raise InputError("widths must be a sequence of sequences, the multiplicities of the blocks in each hidden "
                         f"space, not {widths!r}") from error  # fmt: skip
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
        if not is_whole_number(multiplicity) or multiplicity < rank:
            raise InputError(f"hidden space {number} must hold block {block.label} at least {rank} times, the rank of "
                             f"the component, not {shown(multiplicity)}")  # fmt: skip


def _check_bottleneck(component: Component, widths: Sequence[tuple[int, ...]]) -> None:
    """A block of less than full rank must be cut to its rank somewhere, or the network leaves the component."""
    for place, (block, rank) in enumerate(zip(component.maps.blocks, component.ranks, strict=True)):
        narrowest = min(width[place] for width in widths)
        if narrowest > rank and rank < block.largest_rank:
            raise InputError(f"one hidden space must hold block {block.label} exactly {rank} times, the rank of the "
                             f"component; the narrowest holds it {narrowest} times")  # fmt: skip
