"""Ties against brute force over all tuples."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from equivariety.ranks.ties import count_best


@st.composite
def problems(draw):
    blocks = draw(st.integers(1, 4))
    gains = [sorted(draw(st.lists(st.integers(0, 4), max_size=3)), reverse=True) for _ in range(blocks)]
    return gains, draw(st.lists(st.integers(1, 3), min_size=blocks, max_size=blocks)), draw(st.integers(0, 8))


@given(problems())
def test_count_by_brute_force(problem):
    gains, costs, budget = problem
    useful = [[gain for gain in block if gain > 0] for block in gains]
    totals = [
        sum(sum(block[:rank]) for block, rank in zip(useful, ranks, strict=True))
        for ranks in product(*(range(len(block) + 1) for block in useful))
        if sum(cost * rank for cost, rank in zip(costs, ranks, strict=True)) <= budget
    ]
    arrays = [np.array(block, dtype=np.float64) for block in gains]
    assert count_best(arrays, costs, budget, 1e-9) == totals.count(max(totals))


def test_equal_blocks_tie_in_astronomically_many_ways():
    assert count_best([np.ones(1)] * 200, [1] * 200, 100, 1e-9) > 10**58
