"""Fair timings: all competitors take turns in every round, so that a busy machine slows all of them alike."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_info

PAUSE = 0.15
"""Seconds between two tasks. Idle worker threads of OpenBLAS keep spinning for some 25 ms after their last product and
take time from whatever runs next: our fit took 126 ms right after another task, 93 ms after a pause."""


@dataclass(frozen=True)
class Timing:
    """Seconds of one task over the rounds."""

    task: str
    median: float
    fastest: float
    slowest: float
    rounds: int
    processor: float
    """Least processor time of all threads together: what is left of it on a busy machine too."""


def race(tasks: dict[str, Callable[[], object]], rounds: int) -> dict[str, Timing]:
    """Time the tasks round by round, with pauses, after one round that is not counted unless it is the only one."""
    seconds: dict[str, list[float]] = {name: [] for name in tasks}
    processor: dict[str, list[float]] = {name: [] for name in tasks}
    for number in range(rounds + 1):
        for name, task in tasks.items():
            time.sleep(PAUSE)
            start, used = time.perf_counter(), time.process_time()
            task()
            if number or rounds == 1:
                seconds[name].append(time.perf_counter() - start)
                processor[name].append(time.process_time() - used)
        if rounds == 1:
            break
    return {
        name: Timing(name, float(np.median(values)), min(values), max(values), len(values), min(processor[name]))
        for name, values in seconds.items()
    }


def machine() -> dict[str, str]:
    """What the figures depend on."""
    names = ("numpy", "scipy", "numba", "scikit-learn", "torch", "equivariety")
    blas = next((entry for entry in threadpool_info() if entry["user_api"] == "blas"), {})
    return {
        "processor": _processor(),
        "cores": str(len(os.sched_getaffinity(0))),
        "load": f"{os.getloadavg()[0]:.1f}",
        "blas": f"{blas.get('internal_api', 'unknown')} {blas.get('version', '')} ({blas.get('architecture', '')}, "
        f"{blas.get('num_threads', 1)} threads)",
        "python": platform.python_version(),
        "versions": ", ".join(f"{name} {_version(name)}" for name in names),
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor())


def _version(name: str) -> str:
    try:
        return version(name)
    except ModuleNotFoundError:
        return "from source"
