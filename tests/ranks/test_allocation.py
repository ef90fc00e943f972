"""The choice of ranks against every choice there is."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equivariety.ranks import allocate

BUNDLES = st.lists(
    st.tuples(
        st.sampled_from([1, 2, 3, 4, 6]),  # cost of a term
        st.integers(1, 3),  # blocks
        st.integers(0, 3),  # terms
    ),
    min_size=1,
    max_size=3,
)


@settings(max_examples=200, deadline=None)
@given(BUNDLES, st.integers(0, 20), st.integers(0, 10_000), st.booleans())
def test_the_allocation_is_the_best_of_all(bundles, budget, seed, ties):
    rng = np.random.default_rng(seed)
    costs = [cost for cost, _, _ in bundles]
    gains = [-np.sort(-_values(rng, (blocks, terms), ties), axis=1) for _, blocks, terms in bundles]
    found = allocate(gains, costs, budget)
    blocks = [(row, cost) for bundle, cost in zip(gains, costs, strict=True) for row in bundle]
    ranks = np.concatenate(found)
    assert len(ranks) == len(blocks)
    spent = sum(rank * cost for rank, (_, cost) in zip(ranks, blocks, strict=True))
    assert spent <= budget
    assert _gain(ranks, blocks) == pytest.approx(max(_gain(tuple_, blocks) for tuple_ in _affordable(blocks, budget)))
    for rank, (row, cost) in zip(ranks, blocks, strict=True):
        assert rank == len(row) or spent + cost > budget, "no block can take another term"


def _values(rng, shape, ties):
    return rng.integers(0, 3, shape).astype(float) if ties else rng.random(shape)


def _affordable(blocks, budget):
    for ranks in product(*(range(len(row) + 1) for row, _ in blocks)):
        if sum(rank * cost for rank, (_, cost) in zip(ranks, blocks, strict=True)) <= budget:
            yield ranks


def _gain(ranks, blocks):
    return sum(row[:rank].sum() for rank, (row, _) in zip(ranks, blocks, strict=True))


def test_greedy_by_gain_per_unit_would_be_wrong():
    """Gain 5 for one unit is the best ratio, yet two units at 9 beat it."""
    assert [ranks.tolist() for ranks in allocate([np.array([[5.0]]), np.array([[9.0]])], [1, 2], 2)] == [[0], [1]]


def test_many_blocks_take_no_time():
    gains = -np.sort(-np.random.default_rng(0).random((5000, 30)), axis=1)
    (ranks,) = allocate([gains], [2], 1001)
    assert ranks.sum() == 500
    assert gains[ranks > 0, 0].min() >= np.sort(gains.ravel())[-500]
