"""A vectorized predictor-corrector: many solution paths at once, each with its own step size.

Prediction by the classical Runge-Kutta method, correction by Newton's method. A step is accepted if Newton's method
contracts to the tolerance within two iterations, and halved otherwise. Paths that stall before the end are reported,
not guessed: close to the end they approach a singular solution or one at infinity, elsewhere they failed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from equivariety.array_types import FloatArray
from equivariety.tolerances import LARGEST_NEWTON_CORRECTION, REFINED, TRACKING_TOLERANCE
from equivariety.tracking.coordinates import ComplexArray, tangent_frame
from equivariety.tracking.squared_errors import Path, equations

NEWTON_ITERATIONS = 2
ENDGAME_ITERATIONS = 4
MAX_ITERATIONS = 4000
MAX_REFINEMENTS = 10


@dataclass(frozen=True)
class TrackingOptions:
    """Step sizes in time (0 to 1) and the tolerance on Newton corrections of points with groups of norm one.

    Examples
    --------
    >>> options = TrackingOptions()
    >>> options.tighter().largest_step < options.largest_step
    True
    """

    first_step: float = 0.05
    largest_step: float = 0.2
    smallest_step: float = 1e-12
    tolerance: float = TRACKING_TOLERANCE
    largest_correction: float = LARGEST_NEWTON_CORRECTION
    growth_after: int = 3

    def tighter(self) -> TrackingOptions:
        """Options for paths to be tracked again with more care."""
        return TrackingOptions(
            self.first_step / 10,
            self.largest_step / 10,
            self.smallest_step,
            self.tolerance / 100,
            self.largest_correction / 10,
        )


@dataclass(frozen=True)
class Tracked:
    """End points of paths, in homogeneous coordinates, and how far in time each came (1: arrived).

    `correction` is the size of the last Newton correction, an estimate of the error of an arrived point.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> from equivariety.tracking import Path, SquaredErrors
    >>> start = ev.convolution.generic_start([2, 2])
    >>> path = Path(start.map, start.data, SquaredErrors(np.diag([1.0, 2, 3, 5])[None], np.array([[1.0, -1, 2, 1]])))
    >>> tracked = track(path, start.points, TrackingOptions())
    >>> tracked.arrived.sum().item(), tracked.times.shape, bool(tracked.correction.max() < 1e-6)
    (6, (6,), True)
    """

    points: ComplexArray
    times: FloatArray
    correction: FloatArray

    @property
    def arrived(self) -> NDArray[np.bool_]:
        """Which paths reached the end."""
        return self.times >= 1.0


def track(path: Path, points: ComplexArray, options: TrackingOptions) -> Tracked:
    """Track all start points along the path; one row of `points` for each path.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> from equivariety.tracking import Path, SquaredErrors
    >>> start = ev.convolution.generic_start([2, 2])
    >>> path = Path(start.map, start.data, SquaredErrors(np.diag([1.0, 2, 3, 5])[None], np.array([[1.0, -1, 2, 1]])))
    >>> tracked = track(path, start.points, TrackingOptions())
    >>> tracked.points.shape == start.points.shape
    True
    """
    # Predictions near singular points may overflow; such steps are refused, so the warnings would mislead.
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        return _track(path, path.normalize(points), options)


def _track(path: Path, points: ComplexArray, options: TrackingOptions) -> Tracked:
    count = len(points)
    times, steps, streak = np.zeros(count), np.full(count, options.first_step), np.zeros(count, dtype=int)
    for _ in range(MAX_ITERATIONS):
        active = np.flatnonzero((times < 1) & (steps >= options.smallest_step))
        if len(active) == 0:
            break
        advance = np.minimum(steps[active], 1 - times[active])
        moved, good = _step(path.take(active), points[active], times[active], advance, options)
        winners, losers = active[good], active[~good]
        points[winners] = moved[good]
        times[winners] = np.where(advance[good] == 1 - times[winners], 1.0, times[winners] + advance[good])
        streak[winners] += 1
        streak[losers] = 0
        steps[losers] /= 2
        grown = winners[streak[winners] >= options.growth_after]
        steps[grown] = np.minimum(2 * steps[grown], options.largest_step)
        streak[grown] = 0
    return _polish(path, points, times)


def newton_correction(path: Path, points: ComplexArray, times: FloatArray) -> tuple[ComplexArray, FloatArray]:
    """One Newton step of every path in its own tangent frame: the new points and the sizes of the steps."""
    frame = tangent_frame(points, path.groups)
    system = equations(path, points, times, frame)
    correction = _solve(system.jacobian, system.residual)
    moved = path.normalize(points - _lift(frame, correction))
    return moved, np.linalg.norm(correction, axis=1)


def refine(path: Path, point: ComplexArray) -> tuple[ComplexArray, float]:
    """Newton's method at the end of the path from one point: the refined point and the last correction.

    Examples
    --------
    >>> import equivariety as ev
    >>> from equivariety.tracking import Path
    >>> start = ev.convolution.generic_start([2, 2])
    >>> point, correction = refine(Path(start.map, start.data, start.data), start.points[0])
    >>> correction < 1e-10
    True
    """
    current, correction = point[None], np.inf
    for _ in range(MAX_REFINEMENTS):
        current, sizes = newton_correction(path, current, np.ones(1))
        correction = float(sizes[0])
        if correction <= REFINED:
            break
    return current[0], correction


def _step(
    path: Path, points: ComplexArray, times: FloatArray, advance: FloatArray, options: TrackingOptions
) -> tuple[ComplexArray, NDArray[np.bool_]]:
    frame = tangent_frame(points, path.groups)
    moved = points + _lift(frame, _runge_kutta(path, points, times, advance, frame))
    first, last = np.zeros(0), np.zeros(0)
    for iteration in range(NEWTON_ITERATIONS):
        system = equations(path, moved, times + advance, frame)
        correction = _solve(system.jacobian, system.residual)
        moved = moved - _lift(frame, correction)
        last = np.linalg.norm(correction, axis=1)
        if iteration == 0:
            first = last
    good = (first <= options.largest_correction) & (last <= options.tolerance) & np.isfinite(last)
    moved[~good] = points[~good]
    return path.normalize(moved), good


def _runge_kutta(
    path: Path, points: ComplexArray, times: FloatArray, advance: FloatArray, frame: ComplexArray
) -> ComplexArray:
    """Local coordinates of the predicted points."""
    total = np.zeros((len(points), frame.shape[2]), dtype=np.complex128)
    slope = np.zeros_like(total)
    for fraction, weight in ((0.0, 1 / 6), (0.5, 1 / 3), (0.5, 1 / 3), (1.0, 1 / 6)):
        shift = (fraction * advance)[:, None] * slope
        system = equations(path, points + _lift(frame, shift), times + fraction * advance, frame)
        slope = -_solve(system.jacobian, system.time_derivative)
        total += weight * advance[:, None] * slope
    return total


def _polish(path: Path, points: ComplexArray, times: FloatArray) -> Tracked:
    correction = np.full(len(points), np.inf)
    arrived = np.flatnonzero(times >= 1)
    if len(arrived):
        ends = path.take(arrived)
        for _ in range(ENDGAME_ITERATIONS):
            points[arrived], correction[arrived] = newton_correction(ends, points[arrived], times[arrived])
    return Tracked(points, times, correction)


def _lift(frame: ComplexArray, local: ComplexArray) -> ComplexArray:
    return np.asarray((frame @ local[:, :, None])[:, :, 0])


def _solve(matrices: ComplexArray, right: ComplexArray) -> ComplexArray:
    """Solve one small linear system per path; a singular one gives NaN, so its step is refused."""
    try:
        return np.asarray(np.linalg.solve(matrices, right[:, :, None])[:, :, 0])
    except np.linalg.LinAlgError:
        singular = np.linalg.matrix_rank(matrices) < matrices.shape[1]
        result = np.full_like(right, np.nan)
        result[~singular] = np.linalg.solve(matrices[~singular], right[~singular][:, :, None])[:, :, 0]
        return result
