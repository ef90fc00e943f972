"""Tasks in threads: results and errors come in the order of the items."""

from __future__ import annotations

import threading

import pytest

from equivariety.threads import in_threads


def test_results_come_in_order() -> None:
    assert list(in_threads(lambda number: number**2, range(50))) == [number**2 for number in range(50)]


def test_errors_come_in_their_turn() -> None:
    """Item 0 waits until another one has failed; its result is given all the same, and then the first error."""
    failed = threading.Event()

    def task(number: int) -> int:
        if number == 0:
            failed.wait(timeout=5)
            return 0
        failed.set()
        raise ValueError(f"item {number}")

    results = in_threads(task, range(8))
    assert next(results) == 0
    with pytest.raises(ValueError, match=r"item 1$"):
        next(results)
