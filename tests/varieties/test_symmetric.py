"""Symmetric equivariant maps: dimensions and degrees of the reference, landscapes by Hessians and by descent."""

from __future__ import annotations

import subprocess
from itertools import combinations
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import equivariety as ev
from cases import PAIRS
from computer_algebra import need
from equivariety.varieties import SymmetricDeterminantalVariety
from polynomial_cases import REFERENCE

ACTIONS = {name: domain for name, (domain, codomain) in PAIRS.items() if codomain in (None, domain)}
QUATERNIONS = ev.PermutationAction.from_cycles("(1 2 5 6)(3 4 7 8); (1 3 5 7)(2 8 6 4)")


@pytest.mark.parametrize("case", REFERENCE["symmetric_determinantal"],
                         ids=lambda c: f"{c['field']} {c['size']} {c['rank']}")  # fmt: skip
def test_varieties_of_the_reference(case):
    variety = SymmetricDeterminantalVariety(case["rank"], case["size"], case["field"])
    assert variety.dimension == case["real_dimension"]
    for name in ("degree", "ed_degree", "generic_ed_degree"):
        assert getattr(variety, name) == case[name], name


@pytest.mark.parametrize("case", REFERENCE["symmetric_equivariant_maps"], ids=lambda case: case["group"])
def test_maps_of_the_reference(case):
    maps = ev.SymmetricMaps(ev.PermutationAction(np.array(case["generators"]) - 1))
    assert maps.dimension == case["dimension"]
    assert sorted([b.field, b.size] for b in maps.blocks) == sorted(case["blocks"])


@pytest.mark.parametrize("action", ACTIONS.values(), ids=ACTIONS)
def test_dimension_counts_orbits_on_pairs_and_those_that_are_their_own_reverse(action):
    n = action.degree
    labels = (action**2).orbit_labels.reshape(n, n)
    own_reverse = np.unique(labels[labels == labels.T]).size
    assert 2 * ev.SymmetricMaps(action).dimension == labels.max() + 1 + own_reverse


TURN = ev.OrthogonalAction([[0.6, 0.8], [-0.8, 0.6]])
KINDS = {
    "signed": 2 * ev.SignedPermutationAction([1, 0, 2], [1, -1, -1]),
    "angle of infinite order": 2 * TURN + ev.actions.trivial(1),
    "vectors on a triangle": ev.actions.cyclic(3).on_vectors([[[-0.5, 0.75**0.5], [-(0.75**0.5), -0.5]]]),
}


@pytest.mark.parametrize("action", KINDS.values(), ids=KINDS)
def test_signed_and_orthogonal_actions(action):
    """The dimension is that of the null space of T M T^t = M = M^t; the nearest map lies there, and no better one."""
    n = action.degree
    T = action.matrix().toarray()
    flip = np.eye(n * n)[np.arange(n * n).reshape(n, n).T.ravel()]
    system = np.vstack([np.kron(T, T) - np.eye(n * n), flip - np.eye(n * n)])
    maps = ev.SymmetricMaps(action)
    assert maps.dimension == n * n - np.linalg.matrix_rank(system, tol=1e-9)
    U = np.random.default_rng(0).standard_normal((n, n))
    point = maps.bounded(n).nearest(U)
    null = np.linalg.svd(system)[2][n * n - maps.dimension :]
    np.testing.assert_allclose(point.matrix().ravel(), null.T @ (null @ U.ravel()), atol=1e-12)
    for rank in range(1, n):
        found = maps.bounded(rank).nearest(U)
        assert maps.contains(found.matrix())
        assert sum(found.signature) <= rank
        assert found.value == pytest.approx(brute_nearest(maps, U, rank, positive=False))


def tangent_dimension(field, n, rank, seed=0):
    """Dimension of {B^* D A + A^* D B}: the tangent space at a generic A^* D A, over R, C or H as real matrices."""
    random = np.random.default_rng(seed)
    realize = ev.isotypic.fields.field_named(field)
    A = random.standard_normal((rank, n, realize.beta))
    D = np.diag(np.repeat(random.choice([-1.0, 1.0], rank), realize.beta))
    full = realize.realize(A)
    columns = []
    for index in np.ndindex(A.shape):
        B = np.zeros(A.shape)
        B[index] = 1.0
        step = realize.realize(B)
        columns.append((step.T @ D @ full + full.T @ D @ step).ravel())
    return np.linalg.matrix_rank(np.array(columns))


@pytest.mark.parametrize("field", ["R", "C", "H"])
def test_dimension_is_that_of_the_tangent_space(field):
    for n in range(1, 4):
        for rank in range(1, n + 1):
            assert SymmetricDeterminantalVariety(rank, n, field).dimension == tangent_dimension(field, n, rank)


def target_with(action_name, eigenvalues):
    """A symmetric equivariant matrix whose block of the given field has the given eigenvalues, and that block."""
    size = len(eigenvalues)
    base = {"R": ev.actions.trivial(1), "C": ev.actions.cyclic(3), "H": QUATERNIONS}[action_name]
    maps = ev.SymmetricMaps(size * base)
    block = next(number for number, b in enumerate(maps.blocks) if b.field == action_name)
    random = np.random.default_rng(0)
    parts = [np.zeros((b.size, m.cols, m.cols, b.field.beta)) for b, m in
             ((bundle, maps.maps.blocks[int(bundle.members[0])]) for bundle in maps.maps.bundles)]  # fmt: skip
    for part, bundle in zip(parts, maps.maps.bundles, strict=True):
        if block in bundle.members:
            field = bundle.field
            raw = field.pack(random.standard_normal((size, size, field.beta)))
            unitary = np.linalg.qr(raw)[0] if field.name != "H" else quaternionic_unitary(raw)
            values = np.concatenate([eigenvalues] * field.width)
            part[list(bundle.members).index(block)] = field.unpack((unitary * values) @ np.conj(unitary.T))
    return maps, block, maps.maps.from_coordinates(parts).matrix()


def quaternionic_unitary(raw):
    """The unitary factor of the polar decomposition keeps the quaternionic form."""
    left, _, right = np.linalg.svd(raw)
    return left @ right


@pytest.mark.parametrize("case", REFERENCE["symmetric_landscapes"],
                         ids=lambda c: f"{c['field']} {c['eigenvalues']} {c['rank']}")  # fmt: skip
def test_landscapes_of_the_reference(case):
    maps, block, U = target_with(case["field"], case["eigenvalues"])
    ranks = [0] * len(maps.blocks)
    ranks[block] = case["rank"]
    weight = maps.blocks[block].irrep_dim
    component = maps.bounded(weight * case["rank"]).component(ranks)
    points = component.critical_points(U)
    assert component.dimension == case["dimension"]
    assert points.count == len(list(points)) == case["critical_points"]

    def kept(point):
        return str(np.round(point.eigenvalues()[::weight], 9).tolist())

    assert {kept(point): point.morse_index for point in points} == _by_falling(case["morse_indices"])
    minima = component.local_minima(U)
    assert sorted(map(kept, minima)) == sorted(_by_falling(dict.fromkeys(map(str, case["local_minima"]), 0)))
    assert len({point.signature for point in minima}) == len(minima)


def _by_falling(table):
    return {str(sorted(eval(key), reverse=True)): value for key, value in table.items()}


def hessian_index(field, D, A, U):
    """Negative eigenvalues of the second derivative of ||A^* D A - U||^2 in A, by differences."""
    start = A.ravel()

    def loss(values):
        full = field.realize(values.reshape(A.shape))
        return float(((full.T @ np.kron(D, np.eye(field.beta)) @ full - U) ** 2).sum()) / field.beta

    h, n = 1e-3, start.size
    steps = h * np.eye(n)
    table = np.array([
        [loss(start + a + b) - loss(start + a - b) - loss(start - a + b) + loss(start - a - b) for b in steps]
        for a in steps
    ]) / (4 * h * h)  # fmt: skip
    values = np.linalg.eigvalsh(table)
    assert not ((values > -0.5) & (values < -0.01)).any()
    return int((values < -0.25).sum())


@pytest.mark.parametrize("name", ["R", "C", "H"])
@pytest.mark.parametrize("rank", [1, 2])
def test_morse_indices_are_those_of_hessians_of_a_factorization(name, rank):
    """U diagonal, so that the rows of A are scaled unit vectors; A -> A^* D A is a submersion onto rank exactly r."""
    field = ev.isotypic.fields.field_named(name)
    eigenvalues = [4.0, 2.0, -1.0, -3.0][: 3 if name == "H" else 4]
    maps, block, U = target_with(name, eigenvalues)
    ranks = [0] * len(maps.blocks)
    ranks[block] = rank
    component = maps.bounded(rank * maps.blocks[block].irrep_dim).component(ranks)
    found = {tuple(np.round(p.eigenvalues()[:: maps.blocks[block].irrep_dim], 6)): p.morse_index
             for p in component.critical_points(U)}  # fmt: skip
    diagonal = np.kron(np.diag(eigenvalues), np.eye(field.beta))
    for chosen in combinations(range(len(eigenvalues)), rank):
        values = np.array([eigenvalues[k] for k in chosen])
        A = np.zeros((rank, len(eigenvalues), field.beta))
        A[range(rank), chosen, 0] = np.sqrt(np.abs(values))
        index = hessian_index(field, np.diag(np.sign(values)), A, diagonal)
        assert found[tuple(np.sort(values)[::-1])] == index


def test_descent_on_a_quadratic_network_ends_in_the_minimum_of_its_signature():
    """M = A^T D A with fixed signs D reaches one local minimum, the one of its signature."""
    U = np.diag([5.0, 2.0, -1.0, -4.0])
    family = ev.SymmetricMaps(ev.actions.trivial(4)).bounded(2)
    minima = {point.signature: point.value for point in family.local_minima(U)}
    assert minima == pytest.approx({(2, 0): 17.0, (1, 1): 5.0, (0, 2): 29.0})
    random = np.random.default_rng(0)
    for p, q in minima:
        D = np.diag([1.0] * p + [-1.0] * q)
        for _ in range(3):
            A = 0.5 * random.standard_normal((2, 4))
            for _ in range(4000):
                A -= 0.01 * 4 * D @ A @ (A.T @ D @ A - U)
            assert ((A.T @ D @ A - U) ** 2).sum() == pytest.approx(minima[p, q], abs=1e-6)


SYMMETRIC_ACTIONS = {name: action for name, action in ACTIONS.items() if action.degree <= 12}


@pytest.mark.parametrize("name", SYMMETRIC_ACTIONS)
@pytest.mark.parametrize("positive", [False, True])
def test_nearest_is_the_best_of_all_components_and_eigenvalues(name, positive):
    action = SYMMETRIC_ACTIONS[name]
    maps = ev.SymmetricMaps(action)
    U = np.random.default_rng(1).standard_normal((action.degree,) * 2)
    for rank in range(min(4, action.degree) + 1):
        family = maps.bounded(rank)
        point = family.nearest(U, positive=positive)
        M = point.matrix()
        assert np.array_equal(M, M.T)
        assert maps.contains(M)
        assert family.contains(M)
        assert np.linalg.matrix_rank(M, tol=1e-9) == sum(point.signature) <= rank
        assert np.linalg.norm(M - U) == pytest.approx(point.distance)
        assert not positive or np.linalg.eigvalsh(M).min() > -1e-9
        np.testing.assert_allclose(np.sort(np.linalg.eigvalsh(M)[np.abs(np.linalg.eigvalsh(M)) > 1e-9])[::-1],
                                   point.eigenvalues(), atol=1e-9)  # fmt: skip
        if family.count_components() <= 300:
            assert point.value == pytest.approx(brute_nearest(maps, U, rank, positive))


def brute_nearest(maps, U, rank, positive):
    """All subsets of eigenvalues of the projected matrix within the rank, eigenspaces kept whole."""
    projected = maps.project(U)
    values = []
    for number, block in enumerate(maps.blocks):
        only = eigenvalues_of_block(maps, projected, number)
        values += [(value, block.irrep_dim) for value in only]
    gains = [(max(v, 0.0) if positive else v) ** 2 * weight for v, weight in values]
    best = [0.0] * (rank + 1)
    for (_, weight), gain in zip(values, gains, strict=True):
        for budget in range(rank, weight - 1, -1):
            best[budget] = max(best[budget], best[budget - weight] + gain)
    return float((U**2).sum() - best[rank])


def eigenvalues_of_block(maps, M, number):
    """Eigenvalues of one isotypic block of M, once for each irreducible, from its projection alone."""
    blocks = maps.maps.coordinates(M)
    parts = [np.where(np.isin(bundle.members, [number])[:, None, None, None], block, 0.0)
             for bundle, block in zip(maps.maps.bundles, blocks, strict=True)]  # fmt: skip
    dense = maps.maps.from_coordinates(parts).matrix()
    block = maps.blocks[number]
    spectrum = np.linalg.eigvalsh((dense + dense.T) / 2)
    chosen = spectrum[np.argsort(-np.abs(spectrum))][: block.irrep_dim * block.size]
    return np.sort(chosen)[:: block.irrep_dim].tolist()


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(sorted(SYMMETRIC_ACTIONS)), st.integers(0, 10**6), st.integers(1, 4),
       st.sampled_from([1.0, 1e-200, 1e200]))  # fmt: skip
def test_laws_of_the_landscape(name, seed, rank, scale):
    action = SYMMETRIC_ACTIONS[name]
    maps = ev.SymmetricMaps(action)
    family = maps.bounded(min(rank, action.degree))
    if family.count_components() > 20:
        return
    U = np.random.default_rng(seed).standard_normal((action.degree,) * 2)
    points = list(family.critical_points(scale * U))
    assert len(points) == family.ed_degree
    values = [point.distance / scale for point in points]
    assert values == sorted(values)
    assert values[0] == pytest.approx(family.nearest(U).distance, rel=1e-12)
    minima = family.local_minima(U)
    assert sum(point.morse_index == 0 for point in points) == len(minima)
    assert minima[0].distance == pytest.approx(values[0], rel=1e-12)
    for component in family.components():
        indices = [point.morse_index for point in component.critical_points(U)]
        assert len(indices) == component.ed_degree
        assert indices.count(0) == len(component.local_minima(U)) <= component.connected_components


def test_tying_an_autoencoder_costs_nothing():
    action = ev.actions.image_rotation(3)
    X = np.random.default_rng(0).standard_normal((50, 9))
    found = ev.SymmetricMaps(action).bounded(4).fit(X)
    np.testing.assert_allclose(found.encoder.matrix(), found.decoder.matrix().T, atol=1e-12)
    assert found.loss == ev.EquivariantMaps(action).bounded(4).fit(X).loss


def test_equal_eigenvalues_make_families():
    family = ev.SymmetricMaps(ev.actions.trivial(3)).bounded(1)
    (component,) = family.components()
    points = component.critical_points(np.diag([2.0, 2.0, -1.0]))
    assert not points.finite
    assert [(point.dimension, point.signature) for point in points] == [(1, (1, 0)), (0, (0, 1))]
    with pytest.raises(ev.InputError, match="not finite in number, because eigenvalues of a block coincide"):
        _ = points.count
    opposite = component.critical_points(np.diag([2.0, -2.0, 0.5]))
    assert opposite.finite
    assert [p.morse_index for p in opposite] == [0, 0, 1]


def test_a_target_of_too_small_rank_has_no_smooth_critical_point():
    family = ev.SymmetricMaps(ev.actions.trivial(3)).bounded(2)
    U = np.diag([1.0, 0.0, 0.0])
    assert family.local_minima(U) == ()
    assert family.nearest(U).distance == 0
    assert family.nearest(-U, positive=True).signature == (0, 0)


def test_figures_of_families():
    plain = ev.SymmetricMaps(ev.actions.trivial(3)).bounded(1)
    assert (plain.dimension, plain.degree, plain.ed_degree, plain.generic_ed_degree) == (3, 4, 3, 13)
    ring = ev.SymmetricMaps(ev.actions.cyclic(4)).bounded(2)
    assert ring.count_components() == len(list(ring.components())) == 2
    assert (ring.dimension, ring.degree, ring.ed_degree) == (2, 1, 2)
    (component,) = ev.SymmetricMaps(ev.actions.trivial(4)).bounded(2).components()
    assert component.connected_components == 3
    assert component.factors[0].singular_locus() == SymmetricDeterminantalVariety(1, 4)
    assert SymmetricDeterminantalVariety(4, 4).singular_locus() is None


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: ev.SymmetricMaps(3), "domain must be"),
        (lambda: ev.SymmetricMaps(ev.actions.cyclic(3)).bounded(4), "rank must be a whole number from 0 to 3, not 4"),
        (lambda: ev.SymmetricMaps(ev.actions.cyclic(3)).bounded(1).component([1]), "one entry for each of the 2 block"),
        (lambda: ev.SymmetricMaps(ev.actions.cyclic(3)).bounded(1).component([1, 1]), "at most the rank 1 in all"),
        (lambda: ev.SymmetricMaps(ev.actions.cyclic(3)).bounded(1).component([2, 0]), "rank 1 must be .* from 0 to 1"),
        (lambda: ev.SymmetricMaps(ev.actions.cyclic(3)).bounded(1).nearest(np.eye(2)), r"shape \(3, 3\), not \(2, 2\)"),
        (lambda: SymmetricDeterminantalVariety(3, 2), "rank must be a whole number from 0 to 2, not 3"),
        (lambda: SymmetricDeterminantalVariety(1, 2, "Q"), "field must be one of"),
        (
            lambda: ev.SymmetricMaps(ev.actions.image_shift((28, 28), axis=1)).bounded(99).degree,
            "72426340906146 components, and at most 100000 are visited",
        ),
        (
            lambda: SymmetricDeterminantalVariety(10, 25).generic_ed_degree,
            "a sum of 3268760 terms, and at most 200000 are added up",
        ),
    ],
)
def test_bad_input(build, message):
    with pytest.raises(ev.InputError, match=message):
        build()


def degree_by_macaulay2(code, tmp_path):
    path = tmp_path / "ideal.m2"
    path.write_text(code + '\nprint(toString(dim I) | " " | toString(degree I))\n')
    done = subprocess.run(["M2", "--script", str(path)], capture_output=True, text=True, timeout=300, check=True)
    return tuple(map(int, done.stdout.split()))


@pytest.mark.slow
@pytest.mark.parametrize(("rank", "n"), [(1, 5), (2, 5), (3, 5), (2, 4)])
def test_symmetric_degrees_by_macaulay2(rank, n, tmp_path):
    need("macaulay2")
    entries = {(i, j): f"x_{min(i, j) * n + max(i, j)}" for i in range(n) for j in range(n)}
    names = ",".join(sorted(set(entries.values())))
    rows = ",".join("{" + ",".join(entries[i, j] for j in range(n)) + "}" for i in range(n))
    code = f"R = ZZ/32003[{names}]; I = minors({rank + 1}, matrix{{{rows}}});"
    variety = SymmetricDeterminantalVariety(rank, n)
    assert degree_by_macaulay2(code, tmp_path) == (variety.dimension, variety.degree)


@pytest.mark.slow
@pytest.mark.parametrize(("rank", "n"), [(1, 3), (1, 4), (2, 3), (3, 4)])
def test_quaternionic_degrees_by_macaulay2(rank, n, tmp_path):
    need("macaulay2")
    code = f"R = ZZ/32003[x_1..x_{comb(2 * n, 2)}]; I = pfaffians({2 * rank + 2}, genericSkewMatrix(R, {2 * n}));"
    variety = SymmetricDeterminantalVariety(rank, n, "H")
    assert degree_by_macaulay2(code, tmp_path) == (variety.dimension, variety.degree)
