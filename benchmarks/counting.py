"""Components counted, chosen and listed at ranks up to 100,000."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

import equivariety as ev
from equivariety.ranks import allocate
from equivariety.varieties.bounded import RankBounded

CASES: tuple[tuple[str, str, int], ...] = (
    ("rows of 28 x 28", "shift:28x28:axis=1", 99),
    ("rows of 256 x 256", "shift:256x256:axis=1", 10_000),
    ("rows of 1000 x 1000", "shift:1000x1000:axis=1", 100_000),
    ("symmetries of 512 x 512", "dihedral:512x512", 100_000),
    ("both shifts of 1000 x 1000", "shift:1000x1000", 100_000),
    ("one cycle of 1,000,000", "cyclic:1000000", 100_000),
)
LISTED = 100_000
SECONDS_OF_LISTING = 4


def counting() -> list[dict[str, Any]]:
    """One row for each case; the decomposition is made beforehand."""
    return [_case(*case) for case in CASES]


def _case(name: str, action: str, rank: int) -> dict[str, Any]:
    family = ev.EquivariantMaps(ev.actions.parse_action(action)).bounded(rank)
    costs = [bundle.dimension for bundle in family.maps.bundles]
    gains = spectra(family)
    real, complex_ = family.count_components(), family.count_components("C")
    listed, listing = _listing(family)
    return {
        "case": name,
        "rank": rank,
        "blocks": len(family.maps.largest_ranks),
        "real_digits": digits(real),
        "real": _fastest(family.count_components),
        "complex_digits": digits(complex_),
        "complex": _fastest(lambda: family.count_components("C")),
        "allocation": _fastest(lambda: allocate(gains, costs, rank)),
        "first": _fastest(lambda: next(family.components())),
        "listed": listed,
        "each": listing / max(listed, 1),
    }


def spectra(family: RankBounded) -> list[np.ndarray]:
    """Random falling gains for every block, as a fit would find them."""
    random = np.random.default_rng(0)
    largest = family.maps.largest_ranks
    shapes = [(len(bundle.members), int(largest[bundle.members[0]])) for bundle in family.maps.bundles]
    return [-np.sort(-random.random(shape), axis=1) for shape in shapes]


def digits(count: int) -> int:
    """Decimal digits; Python refuses to write out numbers of more than a few thousand."""
    number = int(count.bit_length() * np.log10(2))
    return number + (count >= 10**number)


def _listing(family: RankBounded) -> tuple[int, float]:
    """How many components were listed after the first one, and in how many seconds."""
    components = family.components()
    next(components)
    start, count = time.perf_counter(), 0
    for count, _ in enumerate(components, 1):
        if count == LISTED or time.perf_counter() - start > SECONDS_OF_LISTING:
            break
    return count, time.perf_counter() - start


def _fastest(task: Callable[[], object]) -> float:
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        task()
        seconds.append(time.perf_counter() - start)
    return min(seconds)
