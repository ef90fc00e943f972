"""Several threads give the bits that one thread gives, hundreds of times."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from equivariety.moments.samples import Samples
from threads.paths import PATHS, TYPES, Arrays, Case

pytestmark = pytest.mark.threads


def differences(found: Arrays, expected: Arrays) -> list[float]:
    """Largest differences of the arrays that are not the same, bit for bit."""
    pairs = zip(found, expected, strict=True)
    return [float(np.abs(a - b).max()) for a, b in pairs if a.tobytes() != b.tobytes()]


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("path", PATHS)
def test_several_threads_are_as_good_as_one(path: str, dtype: str, case: Case, threads: int) -> None:
    way, times = PATHS[path]
    X = case.rows(dtype)
    with threadpool_limits(1, user_api="blas"):
        expected = way(case, X)
    wrong = [found for found in (differences(way(case, X), expected) for _ in range(times)) if found]
    assert not wrong, f"{len(wrong)} of {times} differ, by {max(wrong)}"


def test_these_tests_use_several_threads(case: Case, threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise they would compare one thread with itself."""
    seen: set[int] = set()
    inputs = Samples.inputs

    def noted(self: Samples, rows: slice) -> np.ndarray:
        seen.add(threading.get_ident())
        return inputs(self, rows)

    monkeypatch.setattr(Samples, "inputs", noted)
    for _ in range(100):
        PATHS["sums"][0](case, case.rows("float32"))
        if len(seen) > 1:
            return
    pytest.fail("one thread did all the work")


@pytest.mark.parametrize("dtype", TYPES)
def test_threads_of_the_user(dtype: str, case: Case, threads: int) -> None:
    """Several Python threads fit, sum and encode at once, and the main thread with them."""
    X = case.rows(dtype, 120)
    ways = [way for way, _ in PATHS.values()]
    with threadpool_limits(1, user_api="blas"):
        expected = [way(case, X) for way in ways]
    with ThreadPoolExecutor(threads) as pool:
        tasks = [(number, pool.submit(way, case, X)) for _ in range(20) for number, way in enumerate(ways)]
        mine = [differences(ways[0](case, X), expected[0]) for _ in range(20)]
        theirs = [differences(task.result(), expected[number]) for number, task in tasks]
    wrong = [found for found in mine + theirs if found]
    assert not wrong, f"{len(wrong)} of {len(mine + theirs)} differ, by {max(wrong)}"
