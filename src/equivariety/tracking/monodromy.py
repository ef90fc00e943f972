"""Start systems: all complex critical points of one generic squared error on a parameterized cone, by monodromy.

One point is known by construction. Carried around random loops in the space of linear forms it becomes others, and
since the pairs (data, critical point with nonzero image) form an irreducible variety, all of them. Complete means
that their number is the expected one, which is exact and never exceeded by isolated solutions: that count is the
certificate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from equivariety.array_types import FloatArray
from equivariety.errors import InputError
from equivariety.tolerances import SAME_POINT_TOLERANCE
from equivariety.tracking.coordinates import ComplexArray, distinct
from equivariety.tracking.parameterization import Parameterization
from equivariety.tracking.predictor_corrector import Tracked, TrackingOptions, track
from equivariety.tracking.squared_errors import Path, SquaredErrors, images

MAX_PATHS = 5000
MAX_LOOPS = 1000
PATHS_PER_ROUND = 120
"""Few points are carried around many loops at once: small batches would waste time on overhead."""
DEFAULT_SEED = 20260720


@dataclass(frozen=True, eq=False)
class StartSystem:
    """Generic complex data for a parameterization, with critical points in homogeneous coordinates (h, w_1, ..., w_L).

    It serves all data; `loops` tells how many monodromy loops it took.

    Examples
    --------
    >>> import equivariety as ev
    >>> start = ev.convolution.generic_start([2, 2])
    >>> start.filter_sizes, start.expected, len(start.points), start.complete
    ((2, 2), 6, 6, True)
    """

    map: Parameterization
    data: SquaredErrors
    points: ComplexArray
    loops: int

    @property
    def filter_sizes(self) -> tuple[int, ...]:
        """Sizes of the groups of unknowns: for convolutional networks the filter sizes."""
        return self.map.groups

    @property
    def expected(self) -> int:
        """The number of critical points there are."""
        return self.map.expected_count

    @property
    def complete(self) -> bool:
        """Whether all critical points were found."""
        return len(self.points) == self.expected


def refuse_many_paths(expected: int, what: str) -> None:
    """Raise `InputError` if there are more than 5000 critical points to track; `what` names whose they are.

    Examples
    --------
    >>> refuse_many_paths(10**6, "these filter sizes")
    Traceback (most recent call last):
        ...
    equivariety.errors.InputError: these filter sizes lead to 1000000 complex critical points: at most 5000 are tracked
    """
    if expected > MAX_PATHS:
        raise InputError(f"{what} lead to {expected} complex critical points: at most {MAX_PATHS} are tracked")


def solve_generic(map_: Parameterization, seed: int = DEFAULT_SEED) -> StartSystem:
    """Find the critical points of one generic squared error; see `StartSystem.complete`.

    Examples
    --------
    >>> import equivariety as ev
    >>> start = ev.convolution.generic_start([2, 2])
    >>> solve_generic(start.map, seed=1).complete
    True
    """
    random = np.random.default_rng(seed)
    quadratic = _random_form(random, map_.size)
    points, linear = _first_pair(random, map_, quadratic)
    base = SquaredErrors(quadratic[None], linear[None])
    loops = 0
    while len(points) < map_.expected_count and loops < MAX_LOOPS:
        number = max(1, PATHS_PER_ROUND // len(points))
        points = _around_loops(random, map_, base, points, number)
        loops += number
    return StartSystem(map_, base, points, loops)


def _random_form(random: np.random.Generator, size: int) -> ComplexArray:
    entries = _gaussian(random, (size, size))
    return np.asarray((entries + entries.T) / (2 * np.sqrt(size)))


def _first_pair(
    random: np.random.Generator, map_: Parameterization, quadratic: ComplexArray
) -> tuple[ComplexArray, ComplexArray]:
    """A random point and a random linear form for which it is critical: b = Q u + c with J^T c = 0."""
    vectors = _gaussian(random, (1, sum(map_.groups)))
    derivative, image = map_.jacobian(vectors)[0], map_.value(vectors)[0]
    free = _gaussian(random, image.shape) * np.linalg.norm(image)
    tangent = derivative @ np.linalg.lstsq(derivative.T @ derivative, derivative.T @ free)[0]
    return np.insert(vectors, 0, 1.0, axis=1), quadratic @ image + free - tangent


def _around_loops(
    random: np.random.Generator, map_: Parameterization, base: SquaredErrors, points: ComplexArray, number: int
) -> ComplexArray:
    """Carry the points around several triangles of linear forms and add the new ones among the end points."""
    scale = np.linalg.norm(base.linear) / np.sqrt(base.linear.size)
    forms = [scale * _gaussian(random, (number, base.linear.shape[1])) for _ in range(2)]
    loop_of_path = np.repeat(np.arange(number), len(points))
    carried = np.tile(points, (number, 1))
    start = base
    for end in (*(SquaredErrors(base.quadratic, form) for form in forms), base):
        result = track(Path(map_, start, end).take(loop_of_path), carried, TrackingOptions())
        good = _good(result)
        carried, loop_of_path, start = result.points[good], loop_of_path[good], end
    everything = np.concatenate([points, carried])
    return everything[distinct(images(map_, everything), SAME_POINT_TOLERANCE)]


def _good(result: Tracked) -> list[int]:
    return [int(i) for i in np.flatnonzero(result.arrived & (result.correction < SAME_POINT_TOLERANCE))]


def _gaussian(random: np.random.Generator, shape: tuple[int, ...]) -> ComplexArray:
    parts: FloatArray = random.standard_normal((2, *shape))
    return np.asarray(parts[0] + 1j * parts[1])
