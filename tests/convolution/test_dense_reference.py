"""Dense linear networks, the contrast to convolutional ones: their reference values, from exact least squares.

For dense layers the critical points are known in closed form and spurious ones always exist.
"""

from math import comb

import numpy as np
import pytest
import scipy.linalg

import equivariety as ev
from convolution_cases import REFERENCE
from equivariety.geometry import dense_component, loss_to_target

DENSE = REFERENCE["f_dense"]


@pytest.mark.parametrize("example", DENSE["examples"], ids=lambda example: f"rank{example['r']}")
def test_reference_critical_points_of_bounded_rank(example):
    X, Y, rank = np.array(example["X"], dtype=float), np.array(example["Y"], dtype=float), example["r"]
    whitening = np.linalg.inv(scipy.linalg.sqrtm(X @ X.T).real)
    target = Y @ X.T @ whitening
    points = list(ev.DeterminantalVariety(rank, *target.shape).critical_points(target))
    assert len(points) == example["number_of_rank_r_critical_points"] == comb(min(target.shape), rank)
    unexplained = (Y**2).sum() - (target**2).sum()
    expected = [point for point in example["points"] if point["rank"] == rank]
    for point, reference in zip(points, sorted(expected, key=lambda p: float(p["loss"])), strict=True):
        assert point.value + unexplained == pytest.approx(float(reference["loss"]), rel=1e-12)
        assert point.morse_index == reference["morse_index_in_function_space"]
        np.testing.assert_allclose(point.matrix() @ whitening, np.array(reference["M"], dtype=float), atol=1e-12)


@pytest.mark.parametrize(
    "example", DENSE["spurious"], ids=lambda example: f"{example['layers']}layers-{example['loss']}"
)
def test_reference_spurious_points(example):
    target = np.array(example["Y"], dtype=float)
    layers = [np.array(example[f"W{number}"], dtype=float) for number in range(example["layers"], 0, -1)]
    judgement = loss_to_target(dense_component(2, 2, 3), target).judge(layers)
    assert (judgement.kind, judgement.loss) == ("spurious", pytest.approx(example["loss"]))
    negative = example["parameter_hessian_signature_neg_zero_pos"][0]
    assert judgement.shape == ("strict saddle" if negative else "degenerate saddle")
