"""Several threads give the bits that one thread gives, hundreds of times."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from equivariety.moments.samples import Samples
from threads.paths import PATHS, SHARED, TYPES, Arrays, Case

pytestmark = pytest.mark.threads


TIMES, SLOW_TIMES = int(os.environ.get("REPETITIONS", "40")), 3
"""Each with two threads and with more than there are cores."""

ROUNDING = {"float32": 1e-4, "float64": 1e-9, "uint8": 1e-4}


def differences(found: Arrays, expected: Arrays) -> list[float]:
    """Largest differences of the arrays that are not the same, bit for bit."""
    pairs = zip(found, expected, strict=True)
    return [float(np.abs(a - b).max()) for a, b in pairs if a.tobytes() != b.tobytes()]


def close(found: Arrays, expected: Arrays, dtype: str) -> bool:
    """Whether arrays agree up to rounding; wrong products are as large as the arrays."""
    pairs = zip(found, expected, strict=True)
    return all(np.allclose(a, b, rtol=0, atol=ROUNDING[dtype] * (1 + np.abs(b).max(initial=0))) for a, b in pairs)


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("path", SHARED)
def test_several_threads_give_the_bits_of_one(path: str, dtype: str, case: Case, threads: int) -> None:
    X = case.rows(dtype)
    with threadpool_limits(1, user_api="blas"):
        expected = PATHS[path](case, X)
    wrong = [found for found in (differences(PATHS[path](case, X), expected) for _ in range(TIMES)) if found]
    assert not wrong, f"{len(wrong)} of {TIMES} differ, by {max(wrong)}"


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("path", [path for path in PATHS if path not in SHARED])
def test_repetitions_give_the_same_bits(path: str, dtype: str, case: Case, threads: int) -> None:
    X = case.rows(dtype)
    expected = PATHS[path](case, X)
    wrong = [found for found in (differences(PATHS[path](case, X), expected) for _ in range(SLOW_TIMES)) if found]
    assert not wrong, f"{len(wrong)} of {SLOW_TIMES} differ, by {max(wrong)}"
    with threadpool_limits(1, user_api="blas"):
        one = PATHS[path](case, X)
    assert close(expected[:1], one[:1], dtype) or path == "estimator"


def test_these_tests_use_several_threads(case: Case, threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise they would compare one thread with itself."""
    seen: set[int] = set()
    rows_of = Samples.rows

    def noted(self: Samples, rows: slice) -> Any:
        seen.add(threading.get_ident())
        return rows_of(self, rows)

    monkeypatch.setattr(Samples, "rows", noted)
    for _ in range(100):
        PATHS["sums"](case, case.rows("float32"))
        if len(seen) > 1:
            return
    pytest.fail("one thread did all the work")


@pytest.mark.parametrize("dtype", TYPES)
def test_threads_of_the_user(dtype: str, case: Case, threads: int) -> None:
    """Several Python threads sum and encode at once, and the main thread with them.

    Theirs is the number of BLAS threads that the main one leaves them, which may change the rounding.
    """
    X = case.rows(dtype)
    with threadpool_limits(1, user_api="blas"):
        expected = {path: PATHS[path](case, X) for path in SHARED}
    with ThreadPoolExecutor(threads) as pool:
        tasks = [(path, pool.submit(PATHS[path], case, X)) for _ in range(8) for path in SHARED]
        mine = [differences(PATHS["sums"](case, X), expected["sums"]) for _ in range(20)]
        theirs = [close(task.result(), expected[path], dtype) for path, task in tasks]
    assert not any(mine)
    assert all(theirs), f"{theirs.count(False)} of {len(theirs)} are wrong"


def test_estimators_in_threads_of_the_user(case: Case, threads: int) -> None:
    """Many small estimators at once, as a server or a grid search fits them."""
    X = case.rows("float32")
    expected = PATHS["fit"](case, X)[0]
    with ThreadPoolExecutor(threads) as pool:
        found = list(pool.map(lambda _: PATHS["fit"](case, X)[0], range(10)))
    assert all(close([each], [expected], "float32") for each in found)
