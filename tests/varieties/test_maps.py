"""The linear space of equivariant maps: its basis, its dimension, its projection, its coordinates."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import equivariety as ev
from cases import FAMILIES, pairs_of_actions, random_map
from equivariety.errors import InputError
from referees import pair_orbits

NAMES = pytest.mark.parametrize("name", FAMILIES)


def full_ranks(maps):
    return tuple(block.largest_rank for block in maps.blocks)


def assert_equivariant(maps, M, tolerance=1e-12):
    for g in range(len(maps.domain.images)):
        moved = maps.codomain.matrix(g) @ M - M @ maps.domain.matrix(g)
        assert np.abs(moved).max() <= tolerance * max(1.0, np.abs(M).max())


@settings(max_examples=300, deadline=None)
@given(pairs_of_actions(9))
def test_dimension_is_the_number_of_orbits_on_pairs(pair):
    maps = ev.EquivariantMaps(*pair)
    numbers = pair_orbits(maps.codomain.images, maps.domain.images)
    assert maps.dimension == numbers.max() + 1
    assert maps.largest_rank <= min(maps.shape)
    M = random_map(maps, full_ranks(maps), np.random.default_rng(0)).matrix()
    assert_equivariant(maps, M)
    assert np.linalg.matrix_rank(M) == maps.largest_rank
    # The projection is the mean over the orbits of pairs: found without the basis.
    U = np.random.default_rng(1).standard_normal(maps.shape)
    means = np.bincount(numbers.ravel(), U.ravel()) / np.bincount(numbers.ravel())
    np.testing.assert_allclose(maps.project(U), means[numbers], atol=1e-10)
    assert maps.contains(means[numbers])
    assert maps.distance(U) == pytest.approx(np.linalg.norm(U - means[numbers]), abs=1e-10)


@NAMES
def test_the_change_of_basis_is_orthogonal(name):
    for action, basis in (
        (FAMILIES[name].domain, FAMILIES[name].decomposition.domain),
        (FAMILIES[name].codomain, FAMILIES[name].decomposition.codomain),
    ):
        Q = basis.matrix()
        np.testing.assert_allclose(Q.T @ Q, np.eye(action.degree), atol=1e-12)
        x = np.random.default_rng(0).standard_normal((3, action.degree))
        np.testing.assert_allclose(basis.synthesize(basis.analyze(x)), x, atol=1e-12)
        norm = sum((part**2).sum() for part in basis.analyze(x))
        assert norm == pytest.approx((x**2).sum())


@NAMES
def test_coordinates_and_maps_correspond(name):
    maps = FAMILIES[name]
    found = random_map(maps, full_ranks(maps), np.random.default_rng(2))
    M = found.matrix()
    assert_equivariant(maps, M)
    for block, again in zip(found.blocks, maps.coordinates(M), strict=True):
        np.testing.assert_allclose(again, block, atol=1e-10)
    weights = [bundle.dimension for bundle in maps.bundles]
    norm = sum(weight * (block**2).sum() for weight, block in zip(weights, found.blocks, strict=True))
    assert norm == pytest.approx((M**2).sum())


@NAMES
def test_a_map_applies_without_its_matrix(name):
    maps = FAMILIES[name]
    found = random_map(maps, full_ranks(maps), np.random.default_rng(3))
    X = np.random.default_rng(4).standard_normal((7, maps.domain.degree))
    np.testing.assert_allclose(found.apply(X), X @ found.matrix().T, atol=1e-10)
    single = found.apply(X.astype(np.float32))
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, X @ found.matrix().T, atol=1e-3)
    np.testing.assert_array_equal(np.asarray(found), found.matrix())
    with pytest.raises(InputError, match=rf"X must have shape \(samples, {maps.domain.degree}\), not"):
        found.apply(np.ones((2, maps.domain.degree + 1)))


@settings(max_examples=30, deadline=None)
@given(pairs_of_actions(6), st.integers(0, 3))
def test_composition_is_the_product_of_matrices(pair, seed):
    first, second = ev.EquivariantMaps(*pair), ev.EquivariantMaps(pair[1], pair[0])
    M, N = (
        maps.project(np.random.default_rng(seed).standard_normal(maps.shape)) for maps in (first, second)
    )  # fmt: skip
    assert ev.EquivariantMaps(pair[0]).contains(N @ M)
    both = ev.EquivariantMaps(pair[0])
    A, B = (both.from_coordinates(both.coordinates(matrix)) for matrix in (N @ M, (N @ M).T))
    np.testing.assert_allclose((A @ B).matrix(), N @ M @ M.T @ N.T, atol=1e-10)


def test_invariant_maps_are_equivariant_maps_to_a_trivial_action():
    for text, degree in (("(1 3 4)(2 5)", 7), ("(1 2 3 4); (1 3)(5 6)", None)):
        action = ev.PermutationAction.from_cycles(text, degree)
        invariant = ev.InvariantMaps(action, outputs=3)
        general = ev.EquivariantMaps(action, ev.actions.trivial(3, like=action))
        U = np.random.default_rng(0).standard_normal(invariant.shape)
        np.testing.assert_allclose(invariant.project(U), general.project(U), atol=1e-12)
        assert invariant.dimension == general.dimension == 3 * len(action.orbits())
        for rank in range(4):
            for kind in ("R", "C"):
                counts = [maps.bounded(rank).count_components(kind) for maps in (invariant, general)]
                assert counts[0] == counts[1] == 1
            assert invariant.bounded(rank).nearest(U).distance == pytest.approx(
                general.bounded(rank).nearest(U).distance
            )


def test_the_papers_example():
    """Kohn, Sattelberger, Shahverdi: (1 3 4)(2 5) on five points."""
    maps = FAMILIES["one permutation"]
    assert [(b.label, b.field, b.irrep_dim, b.rows) for b in maps.blocks] == [
        ((1, 1), "R", 1, 2),
        ((3, 2), "C", 2, 1),
        ((2, 1), "R", 1, 1),
    ]
    assert [b.eigenvalue for b in maps.blocks] == pytest.approx([1, np.exp(4j * np.pi / 3), -1])
    assert maps.dimension == 7
    assert len(maps.domain.orbits()) == 2


def test_rotation_of_images():
    maps = FAMILIES["rotation"]
    assert [(b.label, b.field, b.cols) for b in maps.blocks] == [((1, 1), "R", 3), ((4, 3), "C", 2), ((2, 1), "R", 2)]
    # In the basis of the library the rotation is I_3, two blocks [[0, -1], [1, 0]] and -I_2.
    Q = maps.domain_basis.matrix()
    T = Q.T @ maps.domain.matrix() @ Q
    expected = np.zeros((9, 9))
    expected[:3, :3], expected[7:, 7:] = np.eye(3), -np.eye(2)
    for start in (3, 5):
        expected[start : start + 2, start : start + 2] = [[0, -1], [1, 0]]
    np.testing.assert_allclose(T, expected, atol=1e-12)


def test_shift_of_28_by_28_images():
    maps = ev.EquivariantMaps(ev.actions.image_shift((28, 28), axis=1))
    labels = [(1, 1), (28, 27), (14, 13), (28, 25), (7, 6), (28, 23), (14, 11), (4, 3)]
    assert [block.label for block in maps.blocks][:8] == labels
    assert maps.blocks[-1].label == (2, 1)
    assert len(maps.blocks) == 15
    assert {block.cols for block in maps.blocks} == {28}
    assert maps.dimension == 28**3


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ev.EquivariantMaps("cyclic:3"), "domain must be an Action, not str"),
        (
            lambda: ev.EquivariantMaps(ev.actions.cyclic(3), 3),
            "codomain must be an Action, not int",
        ),
        (
            lambda: ev.EquivariantMaps(ev.actions.cyclic(3), ev.actions.image_shift((2, 2))),
            "the same generators in the same order: the domain has 1, the codomain has 2",
        ),
        (lambda: FAMILIES["rotation"].project(np.ones((9, 8))), r"the matrix must have shape \(9, 9\), not \(9, 8\)"),
        (lambda: FAMILIES["rotation"].project(np.full((9, 9), 1j)), "the matrix must be real, not of type complex128"),
        (lambda: FAMILIES["rotation"].contains(np.full((9, 9), np.nan)), "finite numbers: row 0 contains NaN"),
        (lambda: ev.InvariantMaps(ev.actions.cyclic(3), 0), "outputs must be a whole number of at least 1, not 0"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_contains_takes_a_tolerance():
    maps = FAMILIES["rotation"]
    M = random_map(maps, full_ranks(maps), np.random.default_rng(5)).matrix()
    M[0, 1] += 1e-3
    assert not maps.contains(M)
    assert maps.contains(M, tolerance=1e-2)
