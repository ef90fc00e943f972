"""Start systems of convolutional networks: they depend on the filter sizes (and the power) only."""

from __future__ import annotations

from collections.abc import Sequence

from equivariety.convolution.segre import SegreVeronese
from equivariety.errors import InputError
from equivariety.tracking import StartSystem, refuse_many_paths, solve_generic
from equivariety.tracking.monodromy import DEFAULT_SEED


def generic_start(filter_sizes: Sequence[int], seed: int = DEFAULT_SEED) -> StartSystem:
    """Solve one generic squared error of linear networks with filters of the given sizes.

    Raises
    ------
    InputError
        If there are more than 5000 critical points to track.

    Examples
    --------
    >>> start = generic_start([2, 2])
    >>> len(start.points), start.complete
    (6, True)
    """
    return start_for(SegreVeronese.segre(filter_sizes), None, f"filter_sizes {tuple(filter_sizes)}", seed)


def start_for(lift: SegreVeronese, given: StartSystem | None, what: str, seed: int = DEFAULT_SEED) -> StartSystem:
    """The given start system if it is for this lift, or a new one; `what` names the architecture in errors."""
    if given is None:
        refuse_many_paths(lift.expected_count, what)
        return solve_generic(lift, seed)
    if given.map != lift:
        raise InputError(f"start is for filter sizes {_described(given.map)}, not {_described(lift)}")
    return given


def _described(lift: object) -> str:
    if not isinstance(lift, SegreVeronese):
        return "of another kind of network"
    if set(lift.degrees) == {1}:
        return str(lift.groups)
    return f"{lift.groups} in degrees {lift.degrees}"
