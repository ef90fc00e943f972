"""Start systems: all complex critical points of one generic squared error on the Segre variety, by monodromy.

One point is known by construction. Carried around random loops in the space of linear forms it becomes others, and
since the pairs (data, critical point with nonzero tensor) form an irreducible variety, all of them. Complete means
that their number is the generic ED degree, which is exact and never exceeded by isolated solutions: that count is the
certificate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from equivariety.convolution import segre
from equivariety.convolution.chern import generic_ed_degree
from equivariety.convolution.entries import ComplexArray, FloatArray
from equivariety.convolution.homotopy import Data, Path, tensors
from equivariety.convolution.tracker import Tracked, TrackingOptions, track
from equivariety.errors import InputError

MAX_PATHS = 5000
MAX_LOOPS = 1000
PATHS_PER_ROUND = 120
"""Few points are carried around many loops at once: small batches would waste time on overhead."""
SAME_POINT_TOLERANCE = 1e-6
DEFAULT_SEED = 20260720


@dataclass(frozen=True, eq=False)
class StartSystem:
    """Generic complex data for filter sizes, with critical points in homogeneous coordinates (h, w_1, ..., w_L).

    It serves all architectures with these filter sizes and all data; `loops` tells how many monodromy loops it took.
    """

    filter_sizes: tuple[int, ...]
    data: Data
    points: ComplexArray
    expected: int
    loops: int

    @property
    def complete(self) -> bool:
        """Whether all critical points were found: their number is the generic ED degree."""
        return len(self.points) == self.expected


def generic_start(filter_sizes: Sequence[int], seed: int = DEFAULT_SEED) -> StartSystem:
    """Solve one generic squared error with filters of the given sizes.

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
    sizes = tuple(filter_sizes)
    expected = generic_ed_degree([size - 1 for size in sizes])
    if expected > MAX_PATHS:
        raise InputError(
            f"filter_sizes {sizes} lead to {expected} complex critical points: at most {MAX_PATHS} are tracked"
        )
    random = np.random.default_rng(seed)
    quadratic = _random_form(random, prod(sizes))
    points, linear = _first_pair(random, sizes, quadratic)
    base = Data(quadratic[None], linear[None])
    loops = 0
    while len(points) < expected and loops < MAX_LOOPS:
        number = max(1, PATHS_PER_ROUND // len(points))
        points = _around_loops(random, sizes, base, points, number)
        loops += number
    return StartSystem(sizes, base, points, expected, loops)


def distinct(keys: ComplexArray, tolerance: float = SAME_POINT_TOLERANCE) -> list[int]:
    """Indices of the first occurrence of every row, up to a relative tolerance.

    Rows are told apart by one generic linear form, so only rows whose values are close need to be compared.
    """
    if len(keys) == 0:
        return []
    direction = np.random.default_rng(DEFAULT_SEED).standard_normal(keys.shape[1])
    values = keys @ direction
    scale = np.linalg.norm(keys, axis=1) * np.linalg.norm(direction)
    kept: list[int] = []
    for index, value in enumerate(values):
        near = np.flatnonzero(np.abs(values[kept] - value) <= tolerance * scale[index])
        size = np.linalg.norm(keys[index])
        if not any(np.linalg.norm(keys[kept[i]] - keys[index]) <= tolerance * size for i in near):
            kept.append(index)
    return kept


def _random_form(random: np.random.Generator, size: int) -> ComplexArray:
    entries = _gaussian(random, (size, size))
    return np.asarray((entries + entries.T) / (2 * np.sqrt(size)))


def _first_pair(
    random: np.random.Generator, sizes: tuple[int, ...], quadratic: ComplexArray
) -> tuple[ComplexArray, ComplexArray]:
    """A random point and a random linear form for which it is critical: b = Q u + c with J^T c = 0."""
    filters = _gaussian(random, (1, sum(sizes)))
    derivative = segre.jacobian(filters, sizes)[0]
    tensor = derivative[:, : sizes[0]] @ filters[0, : sizes[0]]
    free = _gaussian(random, (len(tensor),)) * np.linalg.norm(tensor)
    tangent = derivative @ np.linalg.lstsq(derivative.T @ derivative, derivative.T @ free)[0]
    return np.insert(filters, 0, 1.0, axis=1), quadratic @ tensor + free - tangent


def _around_loops(
    random: np.random.Generator, sizes: tuple[int, ...], base: Data, points: ComplexArray, number: int
) -> ComplexArray:
    """Carry the points around several triangles of linear forms and add the new ones among the end points."""
    scale = np.linalg.norm(base.linear) / np.sqrt(base.linear.size)
    forms = [scale * _gaussian(random, (number, base.linear.shape[1])) for _ in range(2)]
    loop_of_path = np.repeat(np.arange(number), len(points))
    carried = np.tile(points, (number, 1))
    start = base
    for end in (*(Data(base.quadratic, form) for form in forms), base):
        result = track(Path(sizes, start, end).take(loop_of_path), carried, TrackingOptions())
        good = _good(result)
        carried, loop_of_path, start = result.points[good], loop_of_path[good], end
    everything = np.concatenate([points, carried])
    return everything[distinct(tensors(everything, sizes))]


def _good(result: Tracked) -> list[int]:
    return [int(i) for i in np.flatnonzero(result.arrived & (result.correction < SAME_POINT_TOLERANCE))]


def _gaussian(random: np.random.Generator, shape: tuple[int, ...]) -> ComplexArray:
    parts: FloatArray = random.standard_normal((2, *shape))
    return np.asarray(parts[0] + 1j * parts[1])
