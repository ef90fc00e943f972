"""From the start system to given data: all complex critical points of squared errors of one architecture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from equivariety.convolution.entries import ComplexArray
from equivariety.convolution.homotopy import Data, Path, tensors
from equivariety.convolution.objective import SquaredError
from equivariety.convolution.start import StartSystem, distinct, generic_start
from equivariety.convolution.tracker import Tracked, TrackingOptions, track
from equivariety.errors import InputError

if TYPE_CHECKING:
    from equivariety.convolution.architecture import LinearConvNet

PATHS_AT_ONCE = 4000
RETRIES = 3
END_ZONE = 1e-3
"""A path that stalls in this last part of the way approaches a singular end point or one at infinity."""
REGULAR_TOLERANCE = 1e-9
"""An end point is regular if Newton's method corrects it by less than this."""
SUSPICIOUS_DISTANCE = 1e-3
"""Paths that end this close to a shared end point, relative to its norm, are tracked again."""
SMALLEST_HEIGHT = 1e-7
"""An end point with a smaller coordinate h is taken to be at infinity."""


@dataclass(frozen=True)
class Solutions:
    """Regular finite end points (homogeneous coordinates) and the number of other paths.

    `singular` paths end at infinity or in a point that is not an isolated regular solution (data that are not
    generic); `failed` ones got lost on the way, in spite of being tracked again with smaller steps.
    """

    points: ComplexArray
    singular: int
    failed: int


def solve(net: LinearConvNet, errors: Sequence[SquaredError], start: StartSystem | None = None) -> list[Solutions]:
    """All complex critical points of each squared error, by tracking every point of the start system to it.

    Raises
    ------
    InputError
        If the start system is for other filter sizes, is incomplete, or there are too many paths.
    """
    system = generic_start(net.filter_sizes) if start is None else start
    if system.filter_sizes != net.filter_sizes:
        raise InputError(f"start is for filter sizes {system.filter_sizes}, not {net.filter_sizes}")
    if not system.complete:
        raise InputError(f"start has {len(system.points)} of {system.expected} points: try another seed")
    group = max(1, PATHS_AT_ONCE // system.expected)
    solutions: list[Solutions] = []
    for first in range(0, len(errors), group):
        solutions += _solve_group(net, errors[first : first + group], system)
    return solutions


def _solve_group(net: LinearConvNet, errors: Sequence[SquaredError], system: StartSystem) -> list[Solutions]:
    lifted = [error.lifted(net) for error in errors]
    quadratic = np.repeat(np.concatenate([data.quadratic for data in lifted]), system.expected, axis=0)
    linear = np.repeat(np.concatenate([data.linear for data in lifted]), system.expected, axis=0)
    path = Path(system.filter_sizes, system.data, Data(quadratic, linear))
    starts = np.tile(system.points, (len(errors), 1))
    options = TrackingOptions()
    result = track(path, starts, options)
    for _ in range(RETRIES):
        again = _suspects(result, net, system.expected)
        if len(again) == 0:
            break
        options = options.tighter()
        result = _merge(result, track(path.take(again), starts[again], options), again)
    return [_collect(result, net, slice(i, i + system.expected)) for i in range(0, len(starts), system.expected)]


def _suspects(result: Tracked, net: LinearConvNet, expected: int) -> NDArray[np.intp]:
    """Paths that got lost on the way, and all of any that share an end point: one of them must have jumped."""
    suspects: set[int] = {int(i) for i in np.flatnonzero(result.times < 1 - END_ZONE)}
    for first in range(0, len(result.times), expected):
        regular = first + np.flatnonzero(_regular(result)[first : first + expected])
        keys = tensors(result.points[regular], net.filter_sizes)
        kept = distinct(keys)
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


def _collect(result: Tracked, net: LinearConvNet, rows: slice) -> Solutions:
    regular, times = _regular(result)[rows], result.times[rows]
    ends = result.points[rows][regular]
    points = ends[distinct(tensors(ends, net.filter_sizes))]
    # Two paths never share a regular end point: one of them jumped, and its own end point is missing.
    failed = int(np.sum(times < 1 - END_ZONE)) + len(ends) - len(points)
    return Solutions(points, len(times) - len(points) - failed, failed)
