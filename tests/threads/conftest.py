"""Tests that need several threads: each is run with two, and with more than there are cores.

They run in a process of their own, not beside the workers of pytest-xdist, whose libraries have one thread each.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from threadpoolctl import threadpool_limits

from equivariety.moments import chunks, compiled_sums
from equivariety.varieties import block_map, compiled_map
from equivariety.varieties.block_map import BlockMap
from equivariety.varieties.ways import Way
from threads.paths import CASES, Case

CORES = os.cpu_count() or 1


@pytest.fixture(params=[2, 2 * CORES + 1], ids=["two threads", "more threads than cores"])
def threads(request: pytest.FixtureRequest) -> Iterator[int]:
    """So many threads work."""
    with threadpool_limits(request.param, user_api="blas"):
        yield request.param


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Case:
    """An action with small chunks, so that threads meet often, and only the way that it stands for."""
    case = CASES[request.param]
    monkeypatch.setattr(chunks, "CHUNK_VALUES", 2**12)
    monkeypatch.setattr(block_map, "_DENSE_VALUES", 2**12)
    way = Way.DENSE if case.dense else Way.COMPILED if case.compiled else Way.BLOCKS
    monkeypatch.setattr(BlockMap, "way", lambda *_: way)
    if case.compiled:
        pytest.importorskip("numba", reason="compiled loops need the extra equivariety[fast]")
        monkeypatch.setattr(block_map, "COMPILED_ROWS", 64)
        monkeypatch.setattr(compiled_sums, "_ROWS_IN_PLACE", 1)
        for module in (compiled_sums, compiled_map):
            monkeypatch.setattr(module, "_FEWEST_VALUES", 0)
    else:
        for module in (compiled_sums, compiled_map):
            monkeypatch.setattr(module, "available", lambda: False)
    return case
