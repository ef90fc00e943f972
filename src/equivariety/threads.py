"""Tasks shared among threads, with results in the order of the items."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_threads(task: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
    """Results of the task in the order of the items; as many threads work as BLAS would use.

    Chunks in a cache of their own are better served by one core each than by all cores together. In threads other
    than the main one everything runs in place: the number of BLAS threads belongs to the whole process.
    """
    if len(items) == 1 or threading.current_thread() is not threading.main_thread():
        yield from map(task, items)
        return
    workers = max((library.num_threads for library in _blas().lib_controllers), default=1)
    if workers == 1:
        yield from map(task, items)
        return
    # This thread works too, so that one less has to be started.
    with _blas().limit(limits=1), ThreadPoolExecutor(workers - 1) as pool:
        yield from _in_order(pool, task, items, 2 * workers)


def in_kept_threads(task: Callable[[Item], object], items: Sequence[Item], workers: int) -> None:
    """Do a task for all items, in this and ``workers - 1`` further threads that are kept from call to call.

    For tasks of less than a millisecond, which starting a thread would delay, and which do not call BLAS.
    """
    if workers == 1 or len(items) == 1:
        for item in items:
            task(item)
        return
    waiting = deque(items)

    def work() -> None:
        while waiting:
            try:
                item = waiting.popleft()
            except IndexError:  # another thread took the last one
                return
            task(item)

    helpers = [_kept_pool(workers - 1).submit(work) for _ in range(min(workers, len(items)) - 1)]
    try:
        work()
    finally:
        waiting.clear()
        for helper in helpers:
            if not helper.cancel():
                wait([helper])
    for helper in helpers:
        if not helper.cancelled():
            helper.result()


@cache
def _kept_pool(workers: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(workers, thread_name_prefix="equivariety")


if hasattr(os, "register_at_fork"):  # threads do not live on in a forked process
    os.register_at_fork(after_in_child=_kept_pool.cache_clear)


@cache
def _blas() -> Any:
    """The libraries behind NumPy's products. Looking for them takes as long as a small fit."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController().select(user_api="blas")


@dataclass
class _Job(Generic[Item, Result]):
    """One item, and its result to come."""

    item: Item
    future: Future[Result]


def _in_order(
    pool: ThreadPoolExecutor, task: Callable[[Item], Result], items: Iterable[Item], ahead: int
) -> Iterator[Result]:
    """Results in order with at most ``ahead`` tasks begun, so that results do not pile up in memory."""
    waiting: deque[_Job[Item, Result]] = deque()
    for item in items:
        waiting.append(_Job(item, pool.submit(task, item)))
        if len(waiting) >= ahead:
            _help(task, waiting)
            yield waiting.popleft().future.result()
    while waiting:
        _help(task, waiting)
        yield waiting.popleft().future.result()


def _help(task: Callable[[Item], Result], waiting: Iterable[_Job[Item, Result]]) -> None:
    """Do what no thread of the pool has begun, until the first result is there."""
    jobs = list(waiting)
    for job in jobs:
        if jobs[0].future.done():
            return
        if job.future.cancel():
            job.future = Future()
            try:
                job.future.set_result(task(job.item))
            except Exception as error:  # it is raised when its turn comes
                job.future.set_exception(error)
