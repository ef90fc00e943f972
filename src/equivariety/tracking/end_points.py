"""From the start system to given data: all complex critical points of squared errors on one parameterized cone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from equivariety.errors import InputError
from equivariety.tolerances import (
    END_ZONE,
    REGULAR_TOLERANCE,
    SAME_POINT_TOLERANCE,
    SMALLEST_HEIGHT,
    SUSPICIOUS_DISTANCE,
)
from equivariety.tracking.coordinates import ComplexArray, distinct
from equivariety.tracking.monodromy import StartSystem
from equivariety.tracking.parameterization import Parameterization
from equivariety.tracking.predictor_corrector import Tracked, TrackingOptions, track
from equivariety.tracking.squared_errors import Path, SquaredErrors, images

PATHS_AT_ONCE = 4000
RETRIES = 3


@dataclass(frozen=True)
class Solutions:
    """Regular finite end points (homogeneous coordinates) and the number of other paths.

    `singular` paths end at infinity or in a point that is not an isolated regular solution (data that are not
    generic); `failed` ones got lost on the way, in spite of being tracked again with smaller steps.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> from equivariety.tracking import SquaredErrors
    >>> start = ev.convolution.generic_start([2, 2])
    >>> [found] = solve(start, [SquaredErrors(np.diag([1.0, 2, 3, 5])[None], np.array([[1.0, -1, 2, 1]]))])
    >>> found.points.shape[1], len(found.points) + found.singular + found.failed == start.expected
    (5, True)
    """

    points: ComplexArray
    singular: int
    failed: int


def solve(start: StartSystem, errors: Sequence[SquaredErrors]) -> list[Solutions]:
    """All complex critical points of each squared error, by tracking every point of the start system to it.

    Raises
    ------
    InputError
        If the start system is incomplete.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> from equivariety.tracking import SquaredErrors
    >>> start = ev.convolution.generic_start([2, 2])
    >>> random = np.random.default_rng(0)
    >>> A = random.standard_normal((6, 4))
    >>> [found] = solve(start, [SquaredErrors((A.T @ A)[None], random.standard_normal((1, 4)))])
    >>> len(found.points) == start.expected, found.singular, found.failed
    (True, 0, 0)
    """
    if not start.complete:
        raise InputError(f"start has {len(start.points)} of {start.expected} points: try another seed")
    group = max(1, PATHS_AT_ONCE // start.expected)
    solutions: list[Solutions] = []
    for first in range(0, len(errors), group):
        solutions += _solve_group(start, errors[first : first + group])
    return solutions


def _solve_group(system: StartSystem, errors: Sequence[SquaredErrors]) -> list[Solutions]:
    quadratic = np.repeat(np.concatenate([data.quadratic for data in errors]), system.expected, axis=0)
    linear = np.repeat(np.concatenate([data.linear for data in errors]), system.expected, axis=0)
    path = Path(system.map, system.data, SquaredErrors(quadratic, linear))
    starts = np.tile(system.points, (len(errors), 1))
    options = TrackingOptions()
    result = track(path, starts, options)
    for _ in range(RETRIES):
        again = _suspects(result, system.map, system.expected)
        if len(again) == 0:
            break
        options = options.tighter()
        result = _merge(result, track(path.take(again), starts[again], options), again)
    return [_collect(result, system.map, slice(i, i + system.expected)) for i in range(0, len(starts), system.expected)]


def _suspects(result: Tracked, map_: Parameterization, expected: int) -> NDArray[np.intp]:
    """Paths that got lost on the way, and all of any that share an end point: one of them must have jumped."""
    suspects: set[int] = {int(i) for i in np.flatnonzero(result.times < 1 - END_ZONE)}
    for first in range(0, len(result.times), expected):
        regular = first + np.flatnonzero(_regular(result)[first : first + expected])
        keys = images(map_, result.points[regular])
        kept = distinct(keys, SAME_POINT_TOLERANCE)
        for index in set(range(len(regular))) - set(kept):
            near = np.linalg.norm(keys - keys[index], axis=1) <= SUSPICIOUS_DISTANCE * np.linalg.norm(keys[index])
            suspects |= {int(i) for i in regular[near]}
    return np.array(sorted(suspects), dtype=np.intp)


def _merge(result: Tracked, again: Tracked, rows: NDArray[np.intp]) -> Tracked:
    points, times, correction = result.points.copy(), result.times.copy(), result.correction.copy()
    points[rows], times[rows], correction[rows] = again.points, again.times, again.correction
    return Tracked(points, times, correction)


def _regular(result: Tracked) -> NDArray[np.bool_]:
    height = np.abs(result.points[:, 0])
    return result.arrived & (result.correction <= REGULAR_TOLERANCE) & (height >= SMALLEST_HEIGHT)


def _collect(result: Tracked, map_: Parameterization, rows: slice) -> Solutions:
    regular, times = _regular(result)[rows], result.times[rows]
    ends = result.points[rows][regular]
    points = ends[distinct(images(map_, ends), SAME_POINT_TOLERANCE)]
    # Two paths never share a regular end point: one of them jumped, and its own end point is missing.
    failed = int(np.sum(times < 1 - END_ZONE)) + len(ends) - len(points)
    return Solutions(points, len(times) - len(points) - failed, failed)
