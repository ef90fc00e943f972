"""One block: principal components, reduced-rank regression and truncation over R, C and H."""

from __future__ import annotations

import numpy as np
import pytest

from equivariety.blocks import principal, regression, truncation
from equivariety.blocks.linear_algebra import adjoint
from equivariety.isotypic import COMPLEX, QUATERNION, REAL
from equivariety.tolerances import EPSILON

FIELDS = pytest.mark.parametrize("field", [REAL, COMPLEX, QUATERNION], ids=str)


def samples(field, rows, count, rng):
    return field.pack(rng.standard_normal((rows, count, field.beta)))


def square(working, field):
    """Sum of the squared moduli of the entries."""
    return float(np.sum(np.abs(working) ** 2)) / field.width


def of_rank(spectrum, rank, field):
    """The optimum of a rank, in working form."""
    decoder, encoder = field.pack(spectrum.decoder[0][:, :rank]), field.pack(spectrum.encoder[0][:rank])
    return decoder @ encoder


@FIELDS
@pytest.mark.parametrize("rank", [0, 1, 2, 3])
def test_regression(field, rank):
    """The gains are what is gained, and random maps of that rank are worse."""
    rng = np.random.default_rng(rank)
    X, Y = samples(field, 4, 30, rng), samples(field, 3, 30, rng)
    spectrum = regression((X @ adjoint(X))[None], (Y @ adjoint(X))[None], field, square(X, field), EPSILON)
    best = of_rank(spectrum, rank, field)
    loss = square(best @ X - Y, field)
    assert loss == pytest.approx(square(Y, field) - spectrum.gains[0, :rank].sum())
    assert np.linalg.matrix_rank(best) == rank * field.width
    for size in (1, 1e-2, 1e-5) * 10:
        left = field.pack(spectrum.decoder[0][:, :rank]) + size * samples(field, 3, rank, rng)
        right = field.pack(spectrum.encoder[0][:rank]) + size * samples(field, rank, 4, rng)
        assert square(left @ right @ X - Y, field) >= loss * (1 - 1e-12)
    full = of_rank(spectrum, 3, field)
    np.testing.assert_allclose((full @ X - Y) @ adjoint(X), 0, atol=1e-10)  # normal equations
    assert spectrum.numerical_rank.tolist() == [3]


@FIELDS
def test_principal_components_are_regression_of_the_data_on_themselves(field):
    X = samples(field, 4, 20, np.random.default_rng(0))
    S = (X @ adjoint(X))[None]
    first, second = principal(S, field, square(X, field), EPSILON), regression(S, S, field, square(X, field), EPSILON)
    np.testing.assert_allclose(first.gains, second.gains)
    np.testing.assert_allclose(first.decoder, second.decoder, atol=1e-8)
    np.testing.assert_allclose(first.encoder, second.encoder, atol=1e-8)


@FIELDS
def test_data_of_deficient_rank_give_the_pseudo_inverse(field):
    rng = np.random.default_rng(1)
    X, Y = samples(field, 4, 2, rng), samples(field, 3, 2, rng)
    S, C = (X @ adjoint(X))[None], (Y @ adjoint(X))[None]
    spectrum = regression(S, C, field, square(X, field), EPSILON)
    assert spectrum.numerical_rank.tolist() == [2]
    np.testing.assert_allclose(of_rank(spectrum, 3, field), Y @ np.linalg.pinv(X), atol=1e-8)
    spectrum = principal(S, field, square(X, field), EPSILON)
    assert spectrum.numerical_rank.tolist() == [2]
    np.testing.assert_allclose(of_rank(spectrum, 4, field), X @ np.linalg.pinv(X), atol=1e-10)
    assert (spectrum.gains[0, 2:] == 0).all()


@FIELDS
def test_no_data_at_all(field):
    S = np.zeros((1, 2 * field.width, 2 * field.width))
    for spectrum in (principal(S, field, 0.0, EPSILON), regression(S, S, field, 0.0, EPSILON)):
        assert spectrum.numerical_rank.tolist() == [0]
        assert not of_rank(spectrum, 2, field).any()


@FIELDS
def test_truncation_is_the_nearest_matrix(field):
    """Against the singular values that NumPy finds of the working form (Eckart and Young, over each field)."""
    Z = np.random.default_rng(2).standard_normal((1, 4, 3, field.beta))
    spectrum = truncation(Z, field, 2 * field.beta)
    values = np.linalg.svd(field.pack(Z[0]), compute_uv=False)[:: field.width]
    np.testing.assert_allclose(spectrum.gains[0], 2 * field.beta * values**2)
    for rank in range(4):
        distance = square(of_rank(spectrum, rank, field) - field.pack(Z[0]), field)
        assert distance == pytest.approx(np.sum(values[rank:] ** 2), abs=1e-12)


@FIELDS
def test_the_same_data_give_the_same_signs(field):
    """Multiplying the targets by a unit number moves to the decoder's partner, not into its largest entry."""
    rng = np.random.default_rng(3)
    X, Y = samples(field, 3, 20, rng), samples(field, 3, 20, rng)
    spectrum = regression((X @ adjoint(X))[None], (Y @ adjoint(X))[None], field, square(X, field), EPSILON)
    modulus = np.sqrt((spectrum.decoder[0] ** 2).sum(axis=-1))
    for column in range(3):
        entry = spectrum.decoder[0, modulus[:, column].argmax(), column]
        assert entry[0] > 0
        np.testing.assert_allclose(entry[1:], 0, atol=1e-12)
