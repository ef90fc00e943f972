"""Tasks in threads: results and errors come in the order of the items, and the calling thread works too."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from threadpoolctl import threadpool_limits

from equivariety.threads import in_threads

WORKERS = 3


@pytest.fixture(autouse=True)
def _several_threads() -> Iterator[None]:
    """Also where the whole process was given one."""
    with threadpool_limits(WORKERS, user_api="blas"):
        yield


def test_results_come_in_order() -> None:
    assert list(in_threads(lambda number: number**2, range(50))) == [number**2 for number in range(50)]


def test_all_threads_work_and_this_one_too() -> None:
    """Nobody finishes before all are there; a thread that does not come breaks the barrier, and the test."""
    barrier = threading.Barrier(WORKERS)

    def task(number: int) -> int:
        if number < WORKERS:
            barrier.wait(timeout=60)
        return threading.get_ident()

    found = list(in_threads(task, range(WORKERS)))
    assert len(set(found)) == WORKERS
    assert threading.get_ident() in found


def test_blas_has_one_thread_meanwhile() -> None:
    from threadpoolctl import threadpool_info

    def threads_of_blas(_: int) -> set[int]:
        return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}

    assert all(found == {1} for found in in_threads(threads_of_blas, range(8)))
    assert threads_of_blas(0) == {WORKERS}


def test_threads_of_the_user_work_in_place() -> None:
    """The number of BLAS threads belongs to the whole process, so that only its main thread changes it."""
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.extend(in_threads(lambda _: threading.get_ident(), range(8))))
    thread.start()
    thread.join()
    assert len(found) == 8
    assert set(found) == {thread.ident}


def test_results_do_not_pile_up() -> None:
    """No task begins that is further ahead than two for each thread."""
    begun: list[int] = []

    def task(number: int) -> int:
        begun.append(number)
        return number

    for number in in_threads(task, range(40)):
        assert max(begun) < number + 2 * WORKERS


def test_errors_come_in_their_turn() -> None:
    """Item 0 waits until another one has failed; its result is given all the same, and then the first error."""
    failed = threading.Event()

    def task(number: int) -> int:
        if number == 0:
            assert failed.wait(timeout=60), "no other thread works"
            return 0
        failed.set()
        raise ValueError(f"item {number}")

    results = in_threads(task, range(8))
    assert next(results) == 0
    with pytest.raises(ValueError, match=r"item 1$"):
        next(results)
