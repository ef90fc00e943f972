"""Maps of bounded rank: components counted and listed, and the nearest point among them."""

from __future__ import annotations

from itertools import islice, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import equivariety as ev
from cases import FAMILIES, pairs_of_actions, random_map
from equivariety.errors import InputError
from equivariety.ranks.counting import Slot, count_exact, count_maximal
from equivariety.ranks.listing import maximal_tuples

SLOTS = st.lists(st.builds(Slot, st.integers(1, 4), st.integers(0, 4)), min_size=1, max_size=4)


def all_maximal(slots, budget):
    """Every tuple within the budget that no slot can extend."""
    for ranks in product(*(range(slot.capacity + 1) for slot in slots)):
        left = budget - sum(rank * slot.weight for rank, slot in zip(ranks, slots, strict=True))
        if left >= 0 and all(r == s.capacity or s.weight > left for r, s in zip(ranks, slots, strict=True)):
            yield ranks, left


@settings(max_examples=200, deadline=None)
@given(SLOTS, st.integers(0, 25))
def test_counting_and_listing_agree_with_brute_force(slots, budget):
    every = dict(all_maximal(slots, budget))
    assert list(maximal_tuples(slots, budget)) == sorted(every, reverse=True)
    assert count_maximal(slots, budget) == len(every)
    exact = [ranks for ranks in sorted(every, reverse=True) if every[ranks] == 0]
    assert list(maximal_tuples(slots, budget, exact=True)) == exact
    assert count_exact(slots, budget) == len(exact)


@settings(max_examples=40, deadline=None)
@given(pairs_of_actions(6), st.integers(0, 6))
def test_components_of_random_groups(pair, rank):
    family = ev.EquivariantMaps(*pair).bounded(min(rank, *ev.EquivariantMaps(*pair).shape))
    components = list(family.components())
    assert len(components) == family.count_components()
    assert sum(c.rank == family.rank for c in components) == family.count_components(exact_rank=True)
    dimensions = [block.irrep_dim for block in family.maps.blocks]
    for component in components:
        used = sum(n * r for n, r in zip(dimensions, component.ranks, strict=True))
        assert component.rank == used <= family.rank
        for i, block in enumerate(family.maps.blocks):  # no rank can grow
            assert component.ranks[i] == block.largest_rank or used + dimensions[i] > family.rank


def test_the_talks_numbers():
    """72,425,986,088,826 components with a matrix of rank 99, and the first of all at once."""
    family = ev.EquivariantMaps(ev.actions.image_shift((28, 28), axis=1)).bounded(99)
    assert family.count_components(exact_rank=True) == 72_425_986_088_826
    assert family.count_components() == 72_425_986_088_826 + 354_817_320
    assert family.count_components("C", exact_rank=True) == 2_313_670_597_255_751_898_787_300_468
    assert len(list(islice(family.components(), 1000))) == 1000
    talk = family.component((13, 10, 9, 8, 7, 5, 3, 1, 0, 0, 0, 0, 0, 0, 0))
    assert (talk.rank, talk.parameters) == (99, 5544)
    assert ev.EquivariantMaps(ev.actions.trivial(784)).bounded(99).component((99,)).parameters == 155_232


def test_small_known_counts():
    rotation = ev.EquivariantMaps(ev.actions.image_rotation(3)).bounded(3)
    assert rotation.count_components(exact_rank=True) == 5
    cyclic = ev.EquivariantMaps(ev.actions.cyclic(3)).bounded(2)
    assert (cyclic.count_components(), cyclic.count_components(exact_rank=True)) == (2, 1)
    two_by_two = ev.EquivariantMaps(ev.actions.image_rotation(2)).bounded(2)
    assert (two_by_two.count_components("C"), two_by_two.count_components()) == (6, 2)


@settings(max_examples=40, deadline=None)
@given(pairs_of_actions(5), st.integers(0, 5), st.integers(0, 99))
def test_the_nearest_point_is_the_nearest_of_all_components(pair, rank, seed):
    maps = ev.EquivariantMaps(*pair)
    family = maps.bounded(min(rank, *maps.shape))
    U = np.random.default_rng(seed).standard_normal(maps.shape)
    best = family.nearest(U)
    distances = [component.nearest(U).distance for component in family.components()]
    assert best.distance == pytest.approx(min(distances))
    M = best.matrix()
    assert np.linalg.norm(M - U) == pytest.approx(best.distance)
    assert maps.contains(M)
    assert family.contains(M)
    assert best.component.contains(M)
    assert np.linalg.matrix_rank(M, tol=1e-9) <= family.rank


@pytest.mark.parametrize("name", FAMILIES)
def test_no_random_point_is_nearer(name):
    maps = FAMILIES[name]
    rng = np.random.default_rng(0)
    U = rng.standard_normal(maps.shape)
    best = maps.bounded(min(maps.shape) // 2).nearest(U)
    np.testing.assert_array_equal(np.asarray(best), best.matrix())
    for size in (1, 1e-2, 1e-4) * 10:
        factors = [
            type(f)(f.source, f.target, tuple(b + size * rng.standard_normal(b.shape) for b in f.blocks))
            for f in (best.decoder, best.encoder)
        ]
        assert np.linalg.norm((factors[0] @ factors[1]).matrix() - U) >= best.distance * (1 - 1e-12)
    far = random_map(maps, best.ranks, rng).matrix()
    multiple = np.sum(far * U) / max(np.sum(far**2), 1e-300)
    assert np.linalg.norm(multiple * far - U) >= best.distance


def test_a_map_of_too_large_rank_is_not_contained():
    maps = FAMILIES["rotation"]
    M = random_map(maps, (1, 1, 1), np.random.default_rng(0)).matrix()
    assert maps.bounded(4).contains(M)
    assert not maps.bounded(3).contains(M)
    assert maps.bounded(3).contains(M, tolerance=1e6)
    assert not maps.bounded(4).contains(np.eye(9)[::-1])


@pytest.mark.parametrize("name", FAMILIES)
def test_features_of_a_factorization_carry_the_group(name):
    """The group acts on the hidden space by orthogonal matrices, irreducible by irreducible."""
    maps = FAMILIES[name]
    point = maps.bounded(min(maps.shape) // 2).nearest(np.random.default_rng(0).standard_normal(maps.shape))
    D = point.decoder.matrix()
    np.testing.assert_allclose(D.T @ D, np.eye(D.shape[1]), atol=1e-12)
    sizes = [block.irrep_dim * rank for block, rank in zip(maps.blocks, point.ranks, strict=True)]
    block_of = np.repeat(np.arange(len(sizes)), sizes)
    assert D.shape[1] == sum(sizes) == point.component.rank
    for g in range(len(maps.codomain.images)):
        hidden = D.T @ maps.codomain.matrix(g) @ D
        np.testing.assert_allclose(hidden @ hidden.T, np.eye(len(hidden)), atol=1e-10)
        np.testing.assert_allclose(hidden[block_of[:, None] != block_of], 0, atol=1e-10)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda maps: maps.bounded(-1), "rank must be a whole number from 0 to 5, not -1"),
        (lambda maps: maps.bounded(6), "rank must be a whole number from 0 to 5, not 6"),
        (lambda maps: maps.bounded(2.5), "rank must be a whole number from 0 to 5, not 2.5"),
        (lambda maps: maps.bounded(True), "rank must be a whole number from 0 to 5, not True"),
        (lambda maps: maps.bounded(None), "rank must be a whole number from 0 to 5, not None"),
        (lambda maps: maps.bounded("a"), "rank must be a whole number from 0 to 5, not 'a'"),
        (lambda maps: maps.bounded(float("nan")), "rank must be a whole number from 0 to 5, not nan"),
        (lambda maps: maps.bounded([2]), r"rank must be a whole number from 0 to 5, not \[2\]"),
        (
            lambda maps: maps.bounded(2).component(3),
            "ranks must be a sequence of 3 whole numbers, one for each block, not 3",
        ),
        (lambda maps: maps.bounded(2).component(None), "one for each block, not None"),
        (lambda maps: maps.bounded(2).component(("a", 0, 0)), "rank 1 must be a whole number from 0 to 2 .*, not 'a'"),
        (lambda maps: maps.bounded(2).count_components("H"), "field must be 'R' or 'C', not 'H'"),
        (lambda maps: maps.bounded(2).component((1, 0)), "ranks must have one entry for each of the 3 blocks, not 2"),
        (
            lambda maps: maps.bounded(5).component((3, 0, 0)),
            r"rank 1 must be a whole number from 0 to 2 \(block \(1, 1\)\), not 3",
        ),
        (
            lambda maps: maps.bounded(2).component((1, 1, 0)),
            r"ranks must use at most the rank 2 in all \(sum of irrep_dim \* rank\), not 3",
        ),
        (lambda maps: maps.bounded(2).nearest(np.ones(5)), r"the matrix must have shape \(5, 5\), not \(5,\)"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(InputError, match=message):
        call(FAMILIES["one permutation"])
