"""The combinatorics of critical points by brute force over all subsets of terms."""

from collections import Counter
from itertools import combinations, product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from equivariety.blocks.critical_levels import Landscape, Levels, levels

BLOCKS = st.builds(
    lambda multiplicities, rank, beta: Levels(
        tuple(float(2 ** (len(multiplicities) - k)) for k in range(len(multiplicities))),
        tuple(multiplicities),
        min(rank, sum(multiplicities)),
        beta,
    ),
    st.lists(st.integers(1, 3), min_size=1, max_size=4),
    st.integers(0, 5),
    st.sampled_from([1, 2, 4]),
)


def brute_force(block):
    """Selections of terms up to exchange within a level: what they cut off, Morse index, dimension by definition."""
    terms = [(level, value) for level, (value, m) in enumerate(zip(block.values, block.multiplicities, strict=True))
             for _ in range(m)]  # fmt: skip
    found = {}
    for kept in combinations(range(len(terms)), block.rank):
        rest = [k for k in range(len(terms)) if k not in kept]
        key = tuple(sum(terms[k][0] == level for k in kept) for level in range(len(block.values)))
        negative = sum(terms[b][1] > terms[a][1] for a in kept for b in rest)
        flat = sum(terms[b][1] == terms[a][1] for a in kept for b in rest)
        found[key] = (sum(terms[k][1] for k in rest), block.beta * negative, block.beta * flat)
    return found


@given(BLOCKS)
@settings(max_examples=40, deadline=None)
def test_one_block(block):
    expected = brute_force(block)
    assert block.selections == len(expected)
    assert block.finite == all(flat == 0 for _, _, flat in expected.values())
    for counts, (cut, index, dimension) in expected.items():
        assert (block.cut(counts), block.morse_index(counts), block.dimension(counts)) == (cut, index, dimension)
        assert len(block.index_set(counts)) == block.rank
    assert block.first == min(expected, key=lambda counts: expected[counts][0])


@given(st.lists(BLOCKS, min_size=1, max_size=3))
@settings(max_examples=20, deadline=None)
def test_products_in_order(blocks):
    landscape = Landscape(tuple(blocks))
    tables = [brute_force(block) for block in blocks]
    listed = list(landscape.by_cut())
    cuts = [cut for cut, _ in listed]
    assert cuts == sorted(cuts)
    assert {chosen for _, chosen in listed} == set(product(*tables))
    assert len(listed) == landscape.families
    dimensions = Counter(
        sum(table[counts][2] for table, counts in zip(tables, chosen, strict=True)) for _, chosen in listed
    )
    assert landscape.dimensions() == dict(dimensions)
    assert landscape.finite == (set(dimensions) == {0})


def test_levels_join_gains_within_rounding_and_drop_zeros():
    noisy = np.array([4.0, 1.0 + 1e-13, 1.0, 1e-25])
    assert levels(noisy, 1, 2).multiplicities == (1, 2)
    assert levels(np.zeros(3), 1, 1).terms == 0
    assert levels(np.zeros(0), 0, 1) == Levels((), (), 0, 1)
    assert Landscape((levels(np.array([1.0]), 2, 1),)).families == 0
