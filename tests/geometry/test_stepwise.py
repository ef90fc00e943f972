"""Diagonalization step by step, against eigenvalues and products; the realization map by its laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import equivariety as ev
from equivariety import geometry
from equivariety.errors import InputError


@pytest.mark.parametrize("order", ["along", "against"])
@settings(max_examples=30, deadline=None)
@given(image=st.integers(1, 9).flatmap(lambda n: st.permutations(range(n))))
def test_every_step_is_a_base_change_to_its_form(order, image):
    steps = geometry.stepwise_diagonalization(ev.PermutationAction(image), order)
    n = len(image)
    P = np.eye(n)[list(image)]  # (P x)_i = x_sigma(i)
    np.testing.assert_array_equal(steps.P, P)
    np.testing.assert_array_equal(steps.block_circulant, np.linalg.inv(steps.T1) @ P @ steps.T1)
    start = 0
    for cycle in steps.cycles:
        size = len(cycle)
        block = steps.block_circulant[start : start + size, start : start + size]
        np.testing.assert_array_equal(block, np.roll(np.eye(size), 1 if order == "along" else -1, axis=1))
        start += size
    assert np.count_nonzero(steps.block_circulant) == n
    np.testing.assert_allclose(np.linalg.inv(steps.T2) @ steps.block_circulant @ steps.T2, steps.diagonal, atol=1e-12)
    np.testing.assert_allclose(steps.diagonal, np.diag(steps.eigenvalues), atol=1e-12)
    expected = np.linalg.eigvals(P)
    distances = np.abs(expected[:, None] - steps.eigenvalues[None])
    for value in np.unique(steps.eigenvalues.round(8)):  # with the same multiplicities
        assert (np.abs(expected - value) < 1e-6).sum() == (np.abs(steps.eigenvalues - value) < 1e-6).sum()
    assert distances.min(axis=1).max() < 1e-6
    np.testing.assert_allclose(steps.Q.T @ steps.Q, np.eye(n), atol=1e-12)
    np.testing.assert_allclose(steps.Q.T @ P @ steps.Q, steps.real_form, atol=1e-12)


def test_the_real_form_has_the_talks_blocks():
    form = geometry.stepwise_diagonalization(ev.actions.cyclic(5)).real_form
    np.testing.assert_allclose(form[1:3, 1:3], geometry.realization(np.exp(2j * np.pi / 5)), atol=1e-12)
    np.testing.assert_allclose(form[3:5, 3:5], geometry.realization(np.exp(4j * np.pi / 5)), atol=1e-12)
    assert np.count_nonzero(np.abs(form) > 1e-9) == 9


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((ev.actions.dihedral(4),), "one generator"),
        ((ev.SignedPermutationAction.from_cycles("(1 -2)"),), "PermutationAction"),
        ((ev.actions.cyclic(3), "back"), "order must be 'along' or 'against'"),
    ],
)
def test_other_arguments_are_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        geometry.stepwise_diagonalization(*arguments)


numbers = st.complex_numbers(max_magnitude=10, allow_nan=False)


@given(z=numbers, w=numbers)
def test_the_realization_is_a_homomorphism_of_rings(z, w):
    R = geometry.realization
    np.testing.assert_allclose(R(z) @ R(w), R(z * w), atol=1e-10)
    np.testing.assert_allclose(R(z) + R(w), R(z + w), atol=1e-10)
    np.testing.assert_array_equal(R(np.conj(z)), R(z).T)
    np.testing.assert_array_equal(R(z), [[z.real, -z.imag], [z.imag, z.real]])


def test_matrices_keep_products_adjoints_and_twice_their_rank():
    rng = np.random.default_rng(0)
    A = rng.standard_normal((3, 2)) + 1j * rng.standard_normal((3, 2))
    B = rng.standard_normal((2, 4)) + 1j * rng.standard_normal((2, 4))
    R = geometry.realization
    np.testing.assert_allclose(R(A) @ R(B), R(A @ B))
    np.testing.assert_array_equal(R(A.conj().T), R(A).T)
    assert np.linalg.matrix_rank(R(A @ B)) == 2 * np.linalg.matrix_rank(A @ B) == 4


def test_quaternions_multiply_as_hamilton_said():
    one, i, j, k = (geometry.realization(unit, field="H") for unit in np.eye(4))
    np.testing.assert_array_equal(one, np.eye(4))
    np.testing.assert_array_equal(i @ j, k)
    np.testing.assert_array_equal(j @ k, i)
    np.testing.assert_array_equal(k @ i, j)
    for unit in (i, j, k):
        np.testing.assert_array_equal(unit @ unit, -one)
    assert geometry.realization(np.ones((2, 3, 4)), field="H").shape == (8, 12)


@pytest.mark.parametrize(
    ("z", "field", "message"),
    [
        ([1, 2], "C", "two axes, or be a number"),
        ([1, 2, 3], "H", r"shape \(rows, columns, 4\) or \(4,\)"),
        (1j, "H", "must hold numbers"),
        ("a", "C", "must hold numbers"),
        (1.0, "R", "field must be 'C' or 'H'"),
        (np.nan, "C", "finite"),
    ],
)
def test_what_cannot_be_realized_is_refused(z, field, message):
    with pytest.raises(InputError, match=message):
        geometry.realization(z, field)


def test_ranks_by_label_need_no_order():
    family = ev.EquivariantMaps(ev.actions.image_rotation(3)).bounded(3)
    assert family.component({(2, 1): 1, (4, 3): 1}) == family.component((0, 1, 1))
    with pytest.raises(InputError, match="labels of the blocks, not 'trivial'"):
        family.component({"trivial": 1})
    with pytest.raises(InputError, match=r"rank 1 must be a whole number from 0 to 3"):
        family.component({(1, 1): 4})
