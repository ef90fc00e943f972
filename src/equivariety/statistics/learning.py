"""Learning coefficients of rank-bounded maps: how many parameters a singular model really has."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from equivariety.errors import InputError
from equivariety.isotypic import field_named
from equivariety.validation import is_whole_number, shown
from equivariety.varieties.component import Component


def learning_coefficient(component: Component, true_ranks: Sequence[int] | None = None) -> tuple[Fraction, int]:
    """Learning coefficient (real log canonical threshold) of a component at maps of given ranks, and its multiplicity.

    The free energy of Bayesian learning grows like ``lambda log n - (multiplicity - 1) log log n``; in a regular model
    lambda is half the number of parameters. Where the true map has smaller ranks than the component allows, the
    two-layer network is singular and lambda is less.

    Over R the formula is that of Aoyagi and Watanabe (2005) for reduced-rank regression, block by block. The factor
    2 for C and 4 for H is derived by this library (see docs/statistics.md) and is marked so there.

    Parameters
    ----------
    component : Component
    true_ranks : sequence of int, optional
        Ranks of the blocks of the true map, at most those of the component; by default equal to them, the regular
        case.

    Returns
    -------
    coefficient : Fraction
    multiplicity : int

    Raises
    ------
    InputError
        If there is not one rank for each block, or one exceeds that of the component.

    Examples
    --------
    Rank at most 1 for 2 x 2 matrices, and the true map is zero: 1 instead of 3/2.

    >>> import equivariety as ev
    >>> component = ev.EquivariantMaps(ev.actions.trivial(2)).bounded(1).component([1])
    >>> ev.learning_coefficient(component, [0]), ev.learning_coefficient(component)
    ((Fraction(1, 1), 2), (Fraction(3, 2), 1))
    """
    true = _validated(component, component.ranks if true_ranks is None else true_ranks)
    total, multiplicity = Fraction(0), 1
    for block, bound, rank in zip(component.maps.blocks, component.ranks, true, strict=True):
        coefficient, order = real_block(block.rows - rank, block.cols - rank, bound - rank)
        total += field_named(block.field).beta * (Fraction(rank * (block.rows + block.cols - rank), 2) + coefficient)
        multiplicity += order - 1
    return total, multiplicity


def real_block(rows: int, cols: int, bound: int) -> tuple[Fraction, int]:
    """The coefficient of B A at zero, for real matrices B (rows x bound) and A (bound x cols).

    Examples
    --------
    >>> real_block(2, 2, 1)
    (Fraction(1, 1), 2)
    """
    q, p = min(bound, cols), max(bound, cols)
    corrections = [Fraction(p - q + 1, 2) + (q - i) - Fraction(rows, 2) for i in range(1, q + 1)]
    coefficient = Fraction(q * rows, 2) + sum((min(Fraction(0), c) for c in corrections), Fraction(0))
    return coefficient, 1 + sum(c == 0 for c in corrections)


def _validated(component: Component, ranks: Any) -> list[int]:
    given = list(ranks)
    if len(given) != len(component.ranks):
        raise InputError(f"true_ranks must have one entry for each of the {len(component.ranks)} blocks, "
                         f"not {len(given)}")  # fmt: skip
    for position, (rank, bound) in enumerate(zip(given, component.ranks, strict=True), start=1):
        if not is_whole_number(rank) or not 0 <= rank <= bound:
            raise InputError(f"true rank {position} must be a whole number from 0 to {bound}, the rank of the "
                             f"component, not {shown(rank)}")  # fmt: skip
    return [int(rank) for rank in given]
