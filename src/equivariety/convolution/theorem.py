"""The theorem on critical points, as an experiment on random data.

With all strides above one and generic data, every critical point of the squared error is zero or a smooth interior
point of the function space (Kohn, Montufar, Shahverdi, Trager, arXiv 2304.05752). With a stride of one between layers
that fails: there are spurious critical points, where layers share roots, and points on the boundary.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from equivariety.convolution.architecture import LinearArchitecture
from equivariety.convolution.critical_filters import CriticalFilters, describe_solutions, solve_errors
from equivariety.convolution.objective import SquaredError, squared_error
from equivariety.errors import InputError
from equivariety.tracking import StartSystem

EXTRA_SAMPLES = 3
MAX_PATHS = 1_000_000


@dataclass(frozen=True)
class TheoremReport:
    """Critical points of many random data sets, counted by kind and region.

    `exceptions` counts the real nonzero critical points that are not smooth interior points of the function space:
    spurious ones, and those on the boundary. `data_sets_with_exceptions` counts the data sets that have one.
    `incomplete` counts the data sets whose number of complex critical points differs from the expected one.

    Examples
    --------
    >>> import equivariety as ev
    >>> report = ev.convolution.theorem_experiment(ev.LinearConvNet([2, 2], [2, 1]), trials=5)
    >>> report.applies, report.exceptions, report.incomplete
    (True, 0, 0)
    """

    net: LinearArchitecture
    trials: int
    seed: int
    kinds: dict[str, int]
    regions: dict[str, int]
    indices: dict[int, int]
    exceptions: int
    data_sets_with_exceptions: int
    spurious_minima: int
    incomplete: int

    @property
    def applies(self) -> bool:
        """Whether the theorem makes a statement: no stride of one before the last layer."""
        return all(stride > 1 for stride in self.net.strides[:-1])


def theorem_experiment(
    net: LinearArchitecture, trials: int, seed: int = 0, start: StartSystem | None = None
) -> TheoremReport:
    """Find and classify all critical points for Gaussian data sets, three samples more than the filter has entries.

    Raises
    ------
    InputError
        If the number of trials is not positive, the seed is negative, or there are too many paths to track.

    Examples
    --------
    >>> from equivariety.convolution import LinearConvNet
    >>> theorem_experiment(LinearConvNet([2, 2], [2, 1]), trials=5).exceptions
    0
    """
    if not isinstance(trials, int) or trials < 1:
        raise InputError(f"trials must be a positive integer, not {trials!r}")
    if not isinstance(seed, int) or seed < 0:
        raise InputError(f"seed must be a non-negative integer, not {seed!r}")
    paths = trials * net.generic_ed_degree
    if paths > MAX_PATHS:
        raise InputError(f"trials must be smaller: {trials} of them track {paths} paths, at most {MAX_PATHS} are")
    errors = random_errors(net, trials, seed)
    found = [
        describe_solutions(net, error, end) for error, end in zip(errors, solve_errors(net, errors, start), strict=True)
    ]
    return _report(net, seed, found)


def random_errors(net: LinearArchitecture, number: int, seed: int) -> list[SquaredError]:
    """Squared errors of Gaussian patches and targets."""
    random = np.random.default_rng(seed)
    samples = net.size + EXTRA_SAMPLES
    data = [(random.standard_normal((samples, net.size)), random.standard_normal(samples)) for _ in range(number)]
    return [squared_error(net, X, y) for X, y in data]


def _report(net: LinearArchitecture, seed: int, found: list[CriticalFilters]) -> TheoremReport:
    real = [point for result in found for point in result.real]
    zeros = [result.zero for result in found if result.zero is not None]
    odd = [sum(point.kind != "pure" or point.region != "interior" for point in result.real) for result in found]
    return TheoremReport(
        net,
        len(found),
        seed,
        {"zero": len(zeros), "pure": 0, "spurious": 0, **Counter(point.kind for point in real)},
        {"interior": 0, "boundary": 0, **Counter(point.region for point in real)},
        dict(sorted(Counter(point.index for point in real).items())),
        sum(odd),
        sum(count > 0 for count in odd),
        sum(point.kind == "spurious" and point.is_minimum for point in real),
        sum(not result.generic for result in found),
    )
