"""Dimensions of attention networks, against the reference and against ranks of Jacobians."""

from __future__ import annotations

import numpy as np
import pytest

import equivariety as ev
from polynomial_cases import REFERENCE


@pytest.mark.parametrize("case", REFERENCE["attention"], ids=lambda c: f"{c['layers_in_rank_out']} {c['tokens']}")
def test_dimensions_of_the_reference(case):
    assert ev.geometry.attention_dimension(case["layers_in_rank_out"], case["tokens"]) == case["dimension"]


def jacobian_rank(layers, tokens, points=30):
    """Rank of the derivative of the outputs at random inputs, by complex steps, which are exact for polynomials."""
    random = np.random.default_rng(0)
    sizes = [shape for d, a, e in layers for shape in ((a, d), (a, d), (e, d))]
    weights = [random.standard_normal(shape) for shape in sizes]
    inputs = random.standard_normal((points, layers[0][0], tokens))

    def outputs(given):
        X = inputs
        for Q, K, V in zip(given[::3], given[1::3], given[2::3], strict=True):
            X = V @ X @ X.swapaxes(1, 2) @ K.T @ Q @ X
        return X.ravel()

    columns = []
    for number, weight in enumerate(weights):
        for index in np.ndindex(weight.shape):
            moved = [w.astype(complex) for w in weights]
            moved[number][index] += 1e-30j
            columns.append(outputs(moved).imag / 1e-30)
    scaled = np.array(columns).T
    values = np.linalg.svd(scaled / np.linalg.norm(scaled, axis=0), compute_uv=False)
    return int((values > 1e-9 * values[0]).sum())


NEW = [
    ([(4, 2, 3)], 2),
    ([(4, 1, 2)], 1),
    ([(5, 3, 1)], 1),
    ([(2, 2, 3), (3, 1, 2)], 3),
    ([(3, 1, 3), (3, 2, 2)], 2),
    ([(3, 2, 2), (2, 2, 3)], 1),
    ([(2, 1, 2), (2, 2, 2)], 4),
]


@pytest.mark.parametrize(("layers", "tokens"), NEW)
def test_dimension_is_the_rank_of_the_jacobian(layers, tokens):
    assert ev.geometry.attention_dimension(layers, tokens) == jacobian_rank(layers, tokens)


@pytest.mark.parametrize(
    ("layers", "tokens", "message"),
    [
        ([], 1, "layers must hold at least one layer"),
        ([(3, 2)], 1, r"layer 1 must be \(d_in, a, d_out\), not \(3, 2\)"),
        ([3], 1, r"layer 1 must be \(d_in, a, d_out\), not 3"),
        ([(3, 0, 2)], 1, "a of layer 1 must be a whole number of at least 1, not 0"),
        ([(3, 1, 2), (3, 1, 1)], 1, "layer 2 must take the 2 rows that layer 1 gives, not 3"),
        ([(3, 1, 2)], 0, "tokens must be a whole number of at least 1, not 0"),
    ],
)
def test_bad_input(layers, tokens, message):
    with pytest.raises(ev.InputError, match=message):
        ev.geometry.attention_dimension(layers, tokens)
