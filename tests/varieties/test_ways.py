"""Every way to apply a map gives the images that its dense matrix gives, and the choice is one of sizes alone."""

from __future__ import annotations

import gc
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import equivariety as ev
from cases import FAMILIES, random_map
from equivariety.varieties import kept_matrices, ways
from equivariety.varieties.block_map import BlockMap
from equivariety.varieties.kept_matrices import KeptMatrices
from equivariety.varieties.ways import Way
from orthogonal_cases import orthogonal_cases, sides

ROUNDING = {"float32": 1e-5, "float64": 1e-13}


def in_way(way, map, X):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BlockMap, "way", lambda *_: way)
        return map.apply(X)


def dense(map):
    """The matrix, column by column through the blocks, whatever its shape."""
    return in_way(Way.BLOCKS, map, np.eye(map.shape[1])).T


def require_all_ways_agree(map, dtype, samples, seed=0, scale=1.0):
    X = (scale * np.random.default_rng(seed).standard_normal((samples, map.shape[1]))).astype(dtype)
    expected = X.astype(np.float64) @ dense(map).T
    atol = ROUNDING[dtype] * np.sqrt(map.shape[1]) * (np.abs(expected).max(initial=0) + scale * np.finfo(dtype).tiny)
    for found in (map.apply(X), *(in_way(way, map, X) for way in Way)):
        assert found.dtype == dtype
        np.testing.assert_allclose(found, expected, rtol=0, atol=atol)


@pytest.mark.parametrize("name", FAMILIES)
@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 1000), dtype=st.sampled_from(["float32", "float64"]), samples=st.sampled_from([0, 1, 7, 90]))
def test_all_ways_agree(name, seed, dtype, samples):
    maps, rng = FAMILIES[name], np.random.default_rng(seed)
    ranks = [int(rng.integers(0, slot.capacity + 1)) for slot in maps.slots]
    solution = maps.bounded(min(maps.shape)).nearest(random_map(maps, ranks, rng).matrix())
    for map in (random_map(maps, ranks, rng), solution.encoder, solution.decoder):
        require_all_ways_agree(map, dtype, samples, seed)
        require_all_ways_agree(map.adjoint, dtype, samples, seed)


@pytest.mark.parametrize("case", orthogonal_cases(), ids=lambda case: case["name"])
def test_all_ways_agree_for_signs_and_vectors(case):
    maps = ev.EquivariantMaps(*sides(case))
    target = np.random.default_rng(1).standard_normal(maps.shape)
    solution = maps.bounded(min(maps.shape)).nearest(target)
    for map in (solution.encoder, solution.decoder):
        require_all_ways_agree(map, "float64", 20)


@pytest.mark.parametrize("scale", [1e-30, 1e30])
def test_all_ways_agree_at_all_scales(scale):
    maps = FAMILIES["repeated orbits"]
    map = random_map(maps, [slot.capacity for slot in maps.slots], np.random.default_rng(0))
    for dtype in ROUNDING:
        require_all_ways_agree(map, dtype, 30, scale=scale)


@pytest.mark.parametrize("name", FAMILIES)
def test_adjoints_are_transposed(name):
    maps = FAMILIES[name]
    map = random_map(maps, [slot.capacity for slot in maps.slots], np.random.default_rng(0))
    np.testing.assert_allclose(dense(map.adjoint), dense(map).T, atol=1e-12)
    np.testing.assert_allclose(map.matrix(), dense(map), atol=1e-12)


def test_whole_maps_give_what_encoder_and_decoder_give():
    maps = ev.EquivariantMaps(ev.actions.image_shift((6, 8), axis=1))
    X = np.random.default_rng(0).standard_normal((50, 48))
    for rank in (3, 48):
        solution = maps.bounded(rank).fit(X)
        expected = X @ dense(solution.encoder).T @ dense(solution.decoder).T
        np.testing.assert_allclose(solution.apply(X), expected, atol=1e-12)
    assert solution._is_whole(50, X.dtype)


def test_few_features_of_many_rows_are_dense_products_and_many_are_not():
    maps = ev.EquivariantMaps(ev.actions.image_shift((64, 64)))
    target = np.random.default_rng(0).standard_normal(4096)
    few = maps.bounded(8).nearest(np.diag(target))
    assert few.encoder.way(10_000, np.float32) is Way.DENSE
    assert few.decoder.way(1) is Way.DENSE
    large = ev.EquivariantMaps(ev.actions.image_shift((128, 128)))
    huge = large.from_coordinates(_ones(large))
    assert huge.way(1) is Way.BLOCKS  # its matrix would have 2 GiB


def _ones(maps):
    return tuple(np.ones((bundle.size, 1, 1, bundle.field.beta)) for bundle in maps.bundles)


def test_the_choice_depends_on_nothing_but_sizes_and_is_the_same_after_a_pickle():
    maps = ev.EquivariantMaps(ev.actions.image_shift((28, 28), axis=1))
    solutions = [maps.bounded(99).fit(np.random.default_rng(seed).standard_normal((200, 784))) for seed in (0, 0)]
    solutions.append(pickle.loads(pickle.dumps(solutions[0])))
    for samples in (1, 100, 10_000, 1_000_000):
        for dtype in (np.float32, np.float64):
            assert len({solution.encoder.way(samples, dtype) for solution in solutions}) == 1


def test_rows_of_one_call_go_one_way_and_repetitions_give_the_same_bits():
    maps = ev.EquivariantMaps(ev.actions.image_shift((8, 8), axis=1))
    X = np.random.default_rng(0).standard_normal((3000, 64))
    solution = maps.bounded(12).fit(X)
    np.testing.assert_array_equal(solution.encoder.apply(X), solution.encoder.apply(X))
    again = maps.bounded(12).fit(X)
    np.testing.assert_array_equal(solution.encoder.apply(X), again.encoder.apply(X))


def test_other_types_and_libraries_take_the_blocks():
    torch = pytest.importorskip("torch")
    maps = FAMILIES["two shifts"]
    solution = maps.bounded(5).nearest(np.random.default_rng(0).standard_normal(maps.shape))
    X = np.random.default_rng(0).standard_normal((10, 12))
    expected = X @ solution.encoder.matrix().T
    np.testing.assert_allclose(solution.encoder.apply(torch.from_numpy(X)).numpy(), expected, atol=1e-12)
    assert solution.encoder.way(10, ">f8") is Way.BLOCKS
    np.testing.assert_allclose(solution.encoder.apply(X.astype(">f8")), expected, atol=1e-12)
    longer = solution.encoder.apply(X.astype(np.longdouble))
    assert longer.dtype == np.longdouble
    np.testing.assert_allclose(longer.astype(float), expected, atol=1e-12)


def test_kept_matrices_are_bounded_and_go_with_their_maps():
    class Owner:
        pass

    def made():
        return np.ones((4, 2))

    kept, owners = KeptMatrices(most_bytes=200), [Owner() for _ in range(4)]
    first = kept.matrix(owners[0], np.dtype("f8"), made)
    assert kept.matrix(owners[0], np.dtype("f8"), made) is first
    assert kept.matrix(owners[0], np.dtype("f4"), made).dtype == np.float32
    for owner in owners[1:]:
        kept.matrix(owner, np.dtype("f8"), made)
    assert kept.bytes <= 200
    assert kept.matrix(owners[0], np.dtype("f8"), made) is not first  # the oldest one made room
    del owner
    owners.clear()
    gc.collect()
    assert kept.bytes == 0


def test_matrices_too_large_to_be_kept_are_not_made():
    largest = ways._LARGEST_MATRIX // 8
    costs = ways.Costs(largest, 2, largest, 0, 1, None)
    assert set(costs.all(1, np.dtype("f8"))) == {Way.BLOCKS}
    assert set(costs.all(1, np.dtype("f4"))) == {Way.BLOCKS, Way.DENSE}
    assert ways._LARGEST_MATRIX <= kept_matrices._MOST_BYTES
