"""Laws of signed and vector actions on random generators, against dense linear algebra and the double cover."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import null_space

import equivariety as ev
from orthogonal_cases import action_of, orthogonal_case

NAMES = ["C5_vectors_6", "triangle_C3v_9", "C6v_vectors_7_random_gauge", "D4_vectors_3x3", "Q8_on_H2", "SL23_on_H"]


def random_signed(random, k, n):
    images = [random.permutation(n) for _ in range(k)]
    return ev.SignedPermutationAction(images, random.choice([1, -1], size=(k, n)))


def dense(action):
    return [action.matrix(g).toarray() for g in range(action.number_of_generators)]


def commutant_dimension(domain, codomain):
    """Null space of M T = T' M, solved as linear equations."""
    rows = [
        np.kron(np.eye(codomain.degree), T.T) - np.kron(S, np.eye(domain.degree))
        for T, S in zip(dense(domain), dense(codomain), strict=True)
    ]
    return null_space(np.concatenate(rows), rcond=1e-9).shape[1]


def blocks(maps):
    return Counter((b.irrep_dim, b.field, b.cols, b.rows) for b in maps.blocks)


@pytest.mark.parametrize("seed", range(200))
def test_the_double_cover_splits_into_even_and_odd_functions(seed):
    random = np.random.default_rng(seed)
    k, n = int(random.integers(1, 4)), int(random.integers(1, 9))
    action = random_signed(random, k, n)
    crossing = np.where(action.signs > 0, 0, n)
    cover = np.concatenate([action.images + crossing, action.images + n - crossing], axis=1)
    exchange = np.concatenate([np.arange(n, 2 * n), np.arange(n)])
    identity = np.arange(n)
    whole = ev.EquivariantMaps(ev.PermutationAction([*cover, exchange]))
    even = ev.EquivariantMaps(ev.PermutationAction([*action.images, identity]))
    odd = ev.EquivariantMaps(action)
    assert blocks(whole) == blocks(even) + blocks(odd)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 3), st.integers(1, 7), st.integers(1, 5))
def test_dimension_and_equivariance_between_random_signed_actions(seed, k, n, m):
    random = np.random.default_rng(seed)
    check(random_signed(random, k, n), random_signed(random, k, m))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([2, 3, 5]), st.sampled_from(["points", "components"]))
def test_dimension_and_equivariance_of_vectors_beside_signs(seed, sides, order):
    """A dihedral group on vectors with random frames at every point, and on signed points."""
    random = np.random.default_rng(seed)
    points = ev.actions.dihedral(sides)
    angle = 2 * np.pi / sides * random.integers(1, sides + 1)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    frames = np.linalg.qr(random.standard_normal((sides, 2, 2)))[0]
    matrices = [
        np.einsum("iab,bc,idc->iad", frames, each, frames[image])
        for each, image in zip((turn, np.diag([1.0, -1.0])), points.images, strict=True)
    ]
    vectors = points.on_vectors(matrices, order=order)
    signed = points.with_signs([[1] * sides, [-1] * sides])
    check(vectors, vectors)
    check(vectors, signed)
    check(signed + vectors, points)


def check(domain, codomain):
    maps = ev.EquivariantMaps(domain, codomain)
    assert maps.dimension == commutant_dimension(domain, codomain)
    for basis, action in ((maps.decomposition.domain, domain), (maps.decomposition.codomain, codomain)):
        Q, table = basis.matrix(), basis.coordinates
        np.testing.assert_allclose(Q.T @ Q, np.eye(action.degree), atol=1e-11)
        apart = (table.irreducible[:, None] != table.irreducible) | (table.number[:, None] != table.number)
        for T in dense(action):
            np.testing.assert_allclose((Q.T @ T @ Q)[apart], 0, atol=1e-10)
    M = maps.project(np.random.default_rng(0).standard_normal(maps.shape))
    assert float(ev.equivariance_error(M, domain, codomain)) < 1e-11
    F = domain.fixed_vectors.toarray()
    assert F.shape[1] == commutant_dimension(domain, ev.actions.trivial(1, like=domain))
    for T in dense(domain):
        np.testing.assert_allclose(T @ F, F, atol=1e-12)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("scale", [1e-8, 1.0, 1e8])
def test_estimators_commute_with_the_group(name, dtype, scale):
    action = action_of(orthogonal_case(name)["domain"])
    X = (scale * (1 + np.random.default_rng(0).standard_normal((40, action.degree)))).astype(dtype)
    model = ev.EquivariantPCA(action, n_components=min(4, action.degree)).fit(X)
    np.testing.assert_allclose(model.mean_, action.invariant_part(X.mean(axis=0, dtype=np.float64)), atol=1e-5 * scale)
    image = model.reconstruct(X) if hasattr(model, "reconstruct") else model.inverse_transform(model.transform(X))
    moved = action.apply(X).astype(dtype)
    again = (
        model.reconstruct(moved) if hasattr(model, "reconstruct") else model.inverse_transform(model.transform(moved))
    )
    np.testing.assert_allclose(again, action.apply(image), atol=1e-4 * scale)
    regression = ev.EquivariantRegression(action, rank=min(4, action.degree)).fit(X, X[:, ::-1])
    np.testing.assert_allclose(regression.predict(moved), action.apply(regression.predict(X)), atol=1e-3 * scale)


@pytest.mark.parametrize("length", [3, 128, 1000])
def test_a_twisted_cycle_has_half_shifted_frequencies_at_every_length(length):
    signs = np.ones(length, dtype=int)
    signs[-1] = -1
    action = ev.actions.cyclic(length).with_signs(signs)
    maps = ev.EquivariantMaps(action)
    assert maps.dimension == length
    assert [b.field for b in maps.blocks].count("R") == length % 2
    basis = maps.decomposition.domain
    X = np.random.default_rng(0).standard_normal((2, length))
    parts = basis.analyze(X)
    np.testing.assert_allclose(basis.synthesize(parts), X, atol=1e-12)
    for part, turned, bundle in zip(parts, basis.analyze(action.apply(X)), basis.bundles, strict=True):
        for position, member in enumerate(bundle.members):
            value = maps.blocks[member].eigenvalue
            if bundle.field.beta == 2:
                before, after = (p[:, position, 0, 0, 0] + 1j * p[:, position, 0, 0, 1] for p in (part, turned))
                np.testing.assert_allclose(after, before * np.conj(value), atol=1e-10)


def test_many_samples_take_the_same_way_as_few():
    """Loops compiled for permutations must not be taken for signs."""
    action = ev.actions.image_shift((8, 16), axis=1).with_signs(np.tile([1] * 15 + [-1], 8))
    X = np.random.default_rng(0).standard_normal((20000, 128))
    maps = ev.EquivariantMaps(action)
    M = maps.bounded(30).fit(X).matrix()
    few = maps.problem(X[:, :], X).best(30).matrix() if hasattr(maps, "problem") else M
    np.testing.assert_allclose(M, few, atol=1e-8)
    assert float(ev.equivariance_error(M, action)) < 1e-12


@pytest.mark.filterwarnings("ignore:the group fixes no vector")
def test_sides_that_share_no_irreducible_have_the_zero_map_only():
    odd, even = ev.SignedPermutationAction([0], [-1]), ev.actions.trivial(3)
    X, Y = np.ones((4, 1)), np.ones((4, 3))
    maps = ev.EquivariantMaps(odd, even)
    assert maps.dimension == 0
    np.testing.assert_array_equal(maps.project(np.ones((3, 1))), 0)
    assert maps.bounded(1).fit(X, Y).loss == 1.0
    assert maps.bounded(1).nearest(np.ones((3, 1))).distance == pytest.approx(3**0.5)
    assert float(ev.equivariance_error(np.ones((3, 1)), odd, even)) == 2.0
    np.testing.assert_allclose(ev.EquivariantRegression(odd, even).fit(X, Y).predict(X), Y)
    np.testing.assert_allclose(ev.InvariantRegression(odd).fit(X, Y[:, 0]).predict(X), 1)


@pytest.mark.parametrize("name", [*NAMES, "antiperiodic_x_4x3", "C60_Ih_180", "benzene_D6h_36"])
def test_files_keep_signs_and_frames(name, tmp_path):
    action = action_of(orthogonal_case(name)["domain"])
    X = np.random.default_rng(0).standard_normal((12, action.degree))
    solution = ev.EquivariantMaps(action).bounded(min(5, action.degree)).fit(X)
    ev.save_model(tmp_path / "model.safetensors", solution)
    model = ev.load_model(tmp_path / "model.safetensors")
    np.testing.assert_array_equal(model.matrix(), solution.matrix())
    assert model.component.maps.domain == action


@pytest.mark.parametrize(
    ("turn", "labels"), [(1 / 5, {(5, 3), (5, 4), (1, 1)}), (0.1234567, None), (1 / 2, {(2, 1), (1, 1)})]
)
def test_one_rotation_is_labeled_by_its_angles(turn, labels):
    """Eigenvalues of the matrix itself, and frequencies as on cycles: m / l from 1/2 to 1."""
    c, s = np.cos(2 * np.pi * turn), np.sin(2 * np.pi * turn)
    whole = np.eye(5)
    whole[:2, :2] = [[c, -s], [s, c]]
    whole[2:4, 2:4] = whole[:2, :2] @ whole[:2, :2]
    frame = np.linalg.qr(np.random.default_rng(0).standard_normal((5, 5)))[0]
    action = ev.OrthogonalAction([frame @ whole @ frame.T])
    found = ev.EquivariantMaps(action).blocks
    if labels is None:
        assert {type(block.label) for block in found} == {str, tuple}  # (1, 1) for what is fixed
        return
    assert {block.label for block in found} == labels
    values = np.linalg.eigvals(whole)
    assert all(np.abs(values - block.eigenvalue).min() < 1e-6 for block in found)
    assert ev.InvariantMaps(action).blocks[0].label == (1, 1)
