"""Progress of long work, on standard error and only when somebody looks."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from equivariety.errors import InputError

if TYPE_CHECKING:
    from equivariety.moments import Moments
    from equivariety.varieties import EquivariantMaps

STEPS = 50

Part = TypeVar("Part")


def tracked(parts: Sequence[Part]) -> Iterable[Part]:
    """The parts of the work, with a progress bar when standard error is a terminal."""
    if not sys.stderr.isatty():
        return parts
    from rich.console import Console
    from rich.progress import track

    return track(parts, "samples", console=Console(stderr=True), transient=True)


def moments_with_progress(maps: EquivariantMaps, X: Any, Y: Any | None = None, quiet: bool = False) -> Moments:
    """Moments of all samples in one pass, with a progress bar when standard error is a terminal."""
    from equivariety.moments import data_moments

    if quiet or not sys.stderr.isatty():
        return data_moments(maps, X, Y)
    total: Moments | None = None
    step = max(1, -(-len(X) // STEPS))
    for start in tracked(range(0, len(X), step)):
        rows = slice(start, start + step)
        try:
            part = data_moments(maps, X[rows], None if Y is None else Y[rows])
        except InputError:
            # Only the whole pass knows the row number to report.
            return data_moments(maps, X, Y)
        total = part if total is None else total + part
    return total if total is not None else data_moments(maps, X, Y)
