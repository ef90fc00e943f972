"""Signed and orthogonal actions as objects: what they do to vectors, how they combine, and what they refuse."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.stats import ortho_group

import equivariety as ev
from orthogonal_cases import action_of, matrices, orthogonal_case, orthogonal_cases


def signed_actions(most=6, generators=None):
    k = st.integers(1, 3) if generators is None else st.just(generators)
    return st.tuples(k, st.integers(1, most)).flatmap(
        lambda size: st.builds(
            ev.SignedPermutationAction,
            st.lists(st.permutations(range(size[1])), min_size=size[0], max_size=size[0]),
            st.lists(
                st.lists(st.sampled_from([1, -1]), min_size=size[1], max_size=size[1]),
                min_size=size[0],
                max_size=size[0],
            ),
        )
    )


def dense(action):
    return [action.matrix(g).toarray() for g in range(action.number_of_generators)]


@pytest.mark.parametrize("case", orthogonal_cases(), ids=lambda case: case["name"])
def test_matrices_and_rows_are_those_of_the_description(case):
    action = action_of(case["domain"])
    X = np.random.default_rng(0).standard_normal((3, action.degree))
    for number, T in enumerate(matrices(case["domain"])):
        np.testing.assert_allclose(action.matrix(number).toarray(), T, atol=1e-10)
        np.testing.assert_allclose(action.apply(X, number), X @ T.T, atol=1e-10)


@given(signed_actions())
def test_cycles_round_trip(action):
    assert ev.SignedPermutationAction.from_cycles(action.cycles(), action.degree) == action
    assert pickle.loads(pickle.dumps(action)) == action


@settings(deadline=None)
@given(st.integers(1, 2).flatmap(lambda k: st.tuples(signed_actions(3, k), signed_actions(3, k))))
def test_sums_products_powers_and_copies_are_those_of_matrices(pair):
    a, b = pair
    for one, two, total, product in zip(dense(a), dense(b), dense(a + b), dense(a * b), strict=True):
        np.testing.assert_array_equal(total, sparse.block_diag([one, two]).toarray())
        np.testing.assert_array_equal(product, np.kron(one, two))
    for one, square, copies in zip(dense(a), dense(a**2), dense(2 * a), strict=True):
        np.testing.assert_array_equal(square, np.kron(one, one))
        np.testing.assert_array_equal(copies, np.kron(np.eye(2), one))


def test_kinds_mix_in_sums_and_products():
    plain = ev.actions.cyclic(4)
    signed = plain.with_signs([1, 1, 1, -1])
    turned = ev.actions.cyclic(3).on_vectors([rotation(2 * np.pi / 3)])
    for one in (plain, signed, turned):
        for two in (plain, signed, turned):
            np.testing.assert_allclose(dense(one * two)[0], np.kron(dense(one)[0], dense(two)[0]), atol=1e-15)
            np.testing.assert_allclose(
                dense(one + two)[0], sparse.block_diag([dense(one)[0], dense(two)[0]]).toarray(), atol=1e-15
            )
    assert isinstance(plain + plain, ev.PermutationAction)
    assert isinstance(signed * signed, ev.SignedPermutationAction)


def test_restriction_keeps_signs_and_fibres():
    signed = ev.SignedPermutationAction.from_cycles("(1 -2)(3)(-4 5)")
    assert signed.restrict([3, 4]).cycles() == "(-1 2)"
    turned = (ev.actions.trivial(1) + ev.actions.cyclic(3)).on_vectors([rotation(2 * np.pi / 3)])
    np.testing.assert_allclose(dense(turned.restrict([0, 1]))[0], rotation(2 * np.pi / 3))
    with pytest.raises(ev.InputError, match="union of orbits"):
        turned.restrict([0])
    with pytest.raises(ev.InputError, match="union of orbits"):
        signed.restrict([0])


def test_oriented_subsets_are_exterior_powers():
    case = orthogonal_case("tetrahedron_S4_oriented_edges_to_oriented_faces")
    nodes = ev.PermutationAction(orthogonal_case("tetrahedron_S4_nodes_to_oriented_edges")["domain"]["images"])
    assert nodes.on_subsets(2, oriented=True) == action_of(case["domain"])
    T = dense(ev.SignedPermutationAction.from_cycles("(1 -2 3)(-4)"))[0]
    pairs = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]
    minors = [[np.linalg.det(T[np.ix_(rows, cols)]) for cols in pairs] for rows in pairs]
    found = ev.SignedPermutationAction.from_cycles("(1 -2 3)(-4)").on_subsets(2, oriented=True)
    np.testing.assert_allclose(dense(found)[0], minors, atol=1e-12)


def rotation(angle):
    return np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])


def test_vectors_take_both_orders_and_both_forms_of_matrices():
    points = ev.PermutationAction([[1, 2, 0], [1, 0, 2]])
    turns = ortho_group.rvs(2, size=3, random_state=0)
    mirror = np.diag([1.0, -1.0])
    by_points = points.on_vectors([turns, mirror])
    by_components = points.on_vectors([turns, mirror], order="components")
    field = np.random.default_rng(1).standard_normal((3, 2))
    for number, each in enumerate((turns, np.broadcast_to(mirror, (3, 2, 2)))):
        expected = np.einsum("iab,ib->ia", each, field[points.images[number]])
        np.testing.assert_allclose(by_points.apply(field.reshape(1, -1), number)[0], expected.ravel(), atol=1e-12)
        np.testing.assert_allclose(
            by_components.apply(field.T.reshape(1, -1), number)[0], expected.T.ravel(), atol=1e-12
        )


def test_vectors_of_one_component_are_signs():
    points = ev.actions.cyclic(4)
    assert points.on_vectors([[[-1]]]) == points.with_signs([-1] * 4)
    signs = np.array([1, -1, 1, 1])
    assert points.on_vectors([signs[:, None, None]]) == points.with_signs(signs)


def test_monomial_matrices_become_signed_points():
    action = ev.actions.image_rotation(3).on_vectors([[[0, -1], [1, 0]]])
    assert isinstance(action, ev.SignedPermutationAction)
    noisy = ev.actions.image_rotation(3).on_vectors([rotation(-np.pi / 2)])  # a cosine of 6e-17
    assert noisy == action
    bare = ev.OrthogonalAction([action.matrix()])
    assert bare == action
    assert hash(bare) == hash(action)
    assert bare.fingerprint() == action.fingerprint()


def test_the_fingerprint_covers_signs_and_matrices():
    plain = ev.actions.cyclic(4)
    prints = {
        action.fingerprint()
        for action in (
            plain,
            plain.with_signs([1, 1, 1, -1]),
            plain.with_signs([1, 1, -1, 1]),
            plain.on_vectors([rotation(0.1)]),
            plain.on_vectors([rotation(0.1 + 1e-6)]),
        )
    }
    assert len(prints) == 5
    assert plain.on_vectors([rotation(0.1)]).fingerprint() == plain.on_vectors([rotation(0.1 + 1e-14)]).fingerprint()


def test_matrices_in_six_digits_are_taken_with_a_warning():
    rounded = np.round(rotation(2 * np.pi / 5), 6)
    with pytest.warns(UserWarning, match="matrix 1 is orthogonal only up to"):
        action = ev.OrthogonalAction([rounded])
    T = action.matrix().toarray()
    np.testing.assert_allclose(T @ T.T, np.eye(2), atol=1e-15)
    np.testing.assert_allclose(T, rounded, atol=1e-6)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (
            lambda: ev.SignedPermutationAction([1, 0], [1, 0]),
            r"signs must be \+1 or -1: .* point 1 .* generator 1 is 0",
        ),
        (lambda: ev.SignedPermutationAction([1, 0], [1, 1, 1]), r"signs must have shape \(1, 2\).*not \(1, 3\)"),
        (lambda: ev.SignedPermutationAction([1, 0], [1, "-"]), "signs must be"),
        (lambda: ev.SignedPermutationAction.from_cycles("(1 - 2 -)"), "a minus in signed cycles"),
        (lambda: ev.SignedPermutationAction.from_cycles("(1 -2)(-2)"), "point 2 occurs twice"),
        (
            lambda: ev.OrthogonalAction([[[1, 0], [0.1, 1]]]),
            r"matrix 1 must be orthogonal: T T\^t differs from 1 by 0.1 in entry \(0, 1\)",
        ),
        (lambda: ev.OrthogonalAction([np.zeros((2, 2))]), r"matrix 1 must be orthogonal: .* in entry \(0, 0\)"),
        (lambda: ev.OrthogonalAction([[[1, np.nan], [0, 1]]]), "matrix 1 must hold finite numbers"),
        (lambda: ev.OrthogonalAction([np.eye(2), np.eye(3)]), "matrices must have one size"),
        (lambda: ev.OrthogonalAction([]), "one or several square matrices"),
        (lambda: ev.OrthogonalAction([np.ones((2, 3))]), "matrix 1 must be square"),
        (
            lambda: ev.actions.cyclic(3).on_vectors([np.eye(2), np.eye(2)]),
            "one entry for each of the 1 generators, not 2",
        ),
        (
            lambda: ev.actions.cyclic(3).on_vectors([np.ones((2, 2, 2))]),
            r"d x d matrix or an array of shape \(3, d, d\), .*not of shape \(2, 2, 2\)",
        ),
        (
            lambda: ev.actions.cyclic(3).on_vectors([2 * np.eye(2)]),
            r"the matrix of generator 1 must be orthogonal: T T\^t differs from 1 by 3 in entry \(0, 0\)",
        ),
        (
            lambda: ev.actions.cyclic(3).on_vectors([np.eye(2)], order="rows"),
            r"order must be 'points' \(coordinate 2 i \+ c\) or 'components' \(coordinate 3 c \+ i\)",
        ),
        (lambda: ev.actions.dihedral(3).on_vectors([np.eye(2), np.eye(3)]), "must all have one size"),
        (lambda: ev.SignedPermutationAction([0], [-1]).apply([[1, 2]]), r"X must have shape \(samples, 1\)"),
    ],
)
def test_bad_input(build, message):
    with pytest.raises(ev.InputError, match=message):
        build()


def test_vector_data_that_are_not_flat_are_refused_with_the_shape_to_give():
    action = ev.actions.image_field(4)
    X = np.ones((10, 16, 2))
    expected = r"X must have shape \(samples, 32\).*not \(10, 16, 2\); flatten every sample, X.reshape\(10, 32\),"
    for use in (action.apply, ev.actions.trivial(32).apply, ev.EquivariantMaps(action).bounded(3).fit):
        with pytest.raises(ev.InputError, match=expected):
            use(X)
    with pytest.raises(ev.InputError, match=r"not \(10, 16, 3\)$"):
        action.apply(np.ones((10, 16, 3)))
    with pytest.raises(ev.InputError, match=r"\(N, points, components\), are actions made with order='points'"):
        ev.EquivariantPCA(action).fit(X)
