"""Rank allocation with three and more distinct costs, against the plain table and at large budgets."""

from __future__ import annotations

import time

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from equivariety.ranks import allocate
from equivariety.ranks.allocation import _concave_convolution


@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(1, 40))
@settings(max_examples=60, deadline=None)
def test_concave_convolution(seed: int, size: int, terms: int) -> None:
    random = np.random.default_rng(seed)
    values = random.integers(0, 9, size).astype(float)  # many ties
    gains = np.concatenate([[0.0], np.cumsum(np.sort(random.integers(0, 5, terms))[::-1])]).astype(float)
    plain = [max(values[j - k] + gains[k] for k in range(min(j, terms) + 1)) for j in range(size)]
    found, counts = _concave_convolution(values, gains)
    np.testing.assert_array_equal(found, plain)
    np.testing.assert_array_equal(values[np.arange(size) - counts] + gains[counts], plain)


def best_by_table(gains: list[np.ndarray], costs: list[int], budget: int) -> float:
    """The plain knapsack over single terms; optimal since the terms of a block fall."""
    value = np.zeros(budget + 1)
    for bundle, cost in zip(gains, costs, strict=True):
        for block in bundle:
            sums = np.concatenate([[0.0], np.cumsum(block)])
            value = np.array(
                [max(value[b - k * cost] + sums[k] for k in range(min(b // cost, block.size) + 1))
                 for b in range(budget + 1)]
            )  # fmt: skip
    return float(value[budget])


@given(st.integers(0, 2**32 - 1), st.integers(0, 30))
@settings(max_examples=40, deadline=None)
def test_four_costs(seed: int, budget: int) -> None:
    random = np.random.default_rng(seed)
    costs = [1, 2, 3, 5]
    gains = [-np.sort(-random.random((random.integers(1, 3), random.integers(1, 4))), axis=1) for _ in costs]
    ranks = allocate(gains, costs, budget)
    used = sum(int(r.sum()) * cost for r, cost in zip(ranks, costs, strict=True))
    found = sum(float(g[i, :k].sum()) for g, r in zip(gains, ranks, strict=True) for i, k in enumerate(r))
    assert used <= budget
    np.testing.assert_allclose(found, best_by_table(gains, costs, budget), atol=1e-12)


def test_a_budget_of_a_hundred_thousand() -> None:
    random = np.random.default_rng(0)
    costs = [1, 2, 3, 4, 6]
    gains = [-np.sort(-random.random((400, 100)), axis=1) for _ in costs]
    start = time.perf_counter()
    ranks = allocate(gains, costs, 100_000)
    assert time.perf_counter() - start < 20  # the plain table of counts takes minutes
    assert sum(int(r.sum()) * cost for r, cost in zip(ranks, costs, strict=True)) == 100_000
