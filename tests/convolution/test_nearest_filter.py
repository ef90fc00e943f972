"""The nearest point of the function space against other ways to find it."""

import numpy as np
import pytest
from scipy.optimize import minimize

from equivariety.convolution import LinearConvNet


@pytest.mark.parametrize(("sizes", "strides"), [([2, 2], [2, 1]), ([2, 3], [2, 1]), ([3, 2], [3, 1])])
def test_disjoint_supports_are_rank_one_approximation(sizes, strides):
    """For k_1 <= s_1 the filters are matrices of rank one (padded with zeros): Eckart and Young give the answer."""
    net = LinearConvNet(sizes, strides)
    target = np.random.default_rng(0).standard_normal(net.size)
    padded = np.zeros(sizes[1] * strides[0])
    padded[: net.size] = target
    matrix = padded.reshape(sizes[1], strides[0])[:, : sizes[0]]
    outside = np.linalg.norm(target) ** 2 - np.linalg.norm(matrix) ** 2
    singular = np.linalg.svd(matrix, compute_uv=False)
    near = net.nearest(target)
    assert near.certified
    assert near.distance == pytest.approx(np.sqrt(outside + (singular[1:] ** 2).sum()), rel=1e-10)


@pytest.mark.parametrize(("sizes", "strides"), [([3, 2], [2, 1]), ([2, 2], [1, 1])])
def test_no_descent_comes_closer(sizes, strides):
    net, random = LinearConvNet(sizes, strides), np.random.default_rng(3)
    target = random.standard_normal(net.size)
    target[1] = 0.1
    near = net.nearest(target)
    assert near.certified
    np.testing.assert_allclose(net.compose(near.filters), near.filter, atol=1e-12)
    assert near.distance == pytest.approx(float(np.linalg.norm(near.filter - target)))
    cuts = np.cumsum(sizes)[:-1]
    for _ in range(5):
        ends = minimize(
            lambda w: float(np.sum((net.compose(np.split(w, cuts)) - target) ** 2)), random.standard_normal(sum(sizes))
        )
        assert near.distance <= np.sqrt(ends.fun) + 1e-7


def test_a_member_is_its_own_nearest_point():
    near = LinearConvNet([3, 2], [2, 1]).nearest([2, -4, 11, -10, 15])
    assert (near.distance, near.certified) == (0.0, True)
    np.testing.assert_allclose(near.filter, [2, -4, 11, -10, 15])


def test_nearest_quadratic_with_real_roots():
    """The best c (z - t)^2 has squared distance 2 - (1 + t^2)^2 / (1 + 4 t^2 + t^4), least for t = 0 and infinity."""
    near = LinearConvNet([2, 2], [1, 1]).nearest([1, 0, 1])
    assert near.distance == pytest.approx(1.0, rel=1e-9)
    np.testing.assert_allclose(sorted(near.filter), [0, 0, 1], atol=1e-9)


def test_zero():
    near = LinearConvNet([2, 2], [2, 1]).nearest([0, 0, 0, 0])
    assert (near.distance, near.certified) == (0.0, True)
