"""Eigenvectors and singular vectors over R, C and H, degenerate matrices included."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equivariety.blocks.linear_algebra import adjoint, conjugate, eigen, scale_columns, scale_rows, singular
from equivariety.blocks.linear_algebra import turn_positive as units_of
from equivariety.isotypic import COMPLEX, QUATERNION, REAL

FIELDS = pytest.mark.parametrize("field", [REAL, COMPLEX, QUATERNION], ids=str)
SIZES = st.tuples(st.integers(1, 5), st.integers(1, 5))


def random_matrix(field, rows, cols, rank, seed):
    """Components of a random matrix of given rank, as a product."""
    rng = np.random.default_rng(seed)
    left = field.pack(rng.standard_normal((rows, rank, field.beta)))
    return left @ field.pack(rng.standard_normal((rank, cols, field.beta)))


def is_over(field, working):
    """Whether a matrix in working form is one over the field: over H, J conj(A) = A J."""
    return np.allclose(field.pack(field.unpack(working)), working, atol=1e-10)


def diagonal(values, field):
    return np.diag(np.concatenate([values] * field.width))


@FIELDS
@settings(max_examples=40, deadline=None)
@given(SIZES, st.integers(0, 5), st.integers(0, 9999))
def test_singular_vectors(field, size, rank, seed):
    A = random_matrix(field, *size, min(rank, *size), seed)
    U, values, V = (part[0] for part in singular(A[None], field))
    assert is_over(field, U)
    assert is_over(field, V)
    assert (np.diff(values) <= 1e-12).all()
    identity = np.eye(U.shape[1])
    np.testing.assert_allclose(adjoint(U) @ U, identity, atol=1e-10)
    np.testing.assert_allclose(adjoint(V) @ V, identity, atol=1e-10)
    np.testing.assert_allclose(U @ diagonal(values, field) @ adjoint(V), A, atol=1e-9)
    known = np.linalg.svd(A, compute_uv=False)[:: field.width]
    np.testing.assert_allclose(values, known, atol=1e-10)


@FIELDS
@settings(max_examples=40, deadline=None)
@given(st.integers(1, 5), st.integers(0, 5), st.integers(0, 9999))
def test_eigenvectors(field, size, rank, seed):
    A = random_matrix(field, size, size, min(rank, size), seed)
    S = A @ adjoint(A)
    values, V = (part[0] for part in eigen(S[None], field))
    assert is_over(field, V)
    np.testing.assert_allclose(adjoint(V) @ V, np.eye(V.shape[1]), atol=1e-10)
    np.testing.assert_allclose(V @ diagonal(values, field) @ adjoint(V), S, atol=1e-9 * max(1.0, np.abs(S).max()))


@FIELDS
@pytest.mark.parametrize("matrix", [np.eye(3), np.zeros((3, 3)), np.diag([2.0, 1.0, 1.0]), np.diag([1.0, 0.0, 0.0])])
def test_repeated_and_zero_singular_values(field, matrix):
    A = np.zeros((3, 3, field.beta))
    A[..., 0] = matrix
    U, values, V = (part[0] for part in singular(field.pack(A)[None], field))
    assert is_over(field, U)
    np.testing.assert_allclose(adjoint(U) @ U, np.eye(U.shape[1]), atol=1e-12)
    np.testing.assert_allclose(U @ diagonal(values, field) @ adjoint(V), field.pack(A), atol=1e-12)


@FIELDS
def test_empty_stacks_and_empty_matrices(field):
    assert singular(np.zeros((0, 2 * field.width, 3 * field.width)), field)[1].shape == (0, 2)
    U, values, V = singular(field.pack(np.zeros((2, 0, 3, field.beta))), field)
    assert (U.shape, values.shape, V.shape) == ((2, 0, 0), (2, 0), (2, 3 * field.width, 0))


@FIELDS
def test_turning_makes_the_largest_entry_positive(field):
    rng = np.random.default_rng(0)
    columns = rng.standard_normal((4, 5, 3, field.beta))
    units = units_of(columns, field)
    turned = scale_columns(columns, units, field)
    modulus = np.sqrt((columns**2).sum(axis=-1))
    np.testing.assert_allclose(np.sqrt((turned**2).sum(axis=-1)), modulus, atol=1e-12)
    for block, column in np.ndindex(4, 3):
        entry = turned[block, modulus[block, :, column].argmax(), column]
        np.testing.assert_allclose(entry, [modulus[block, :, column].max()] + [0.0] * (field.beta - 1), atol=1e-12)
    # What is taken from the columns is given to the rows: the product stays.
    rows = rng.standard_normal((4, 3, 2, field.beta))
    product = field.pack(turned) @ field.pack(scale_rows(rows, conjugate(units), field))
    np.testing.assert_allclose(product, field.pack(columns) @ field.pack(rows), atol=1e-12)
    zero = units_of(np.zeros((1, 2, 1, field.beta)), field)
    np.testing.assert_array_equal(zero, [[[1.0] + [0.0] * (field.beta - 1)]])
