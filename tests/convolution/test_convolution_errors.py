"""Messages for input that cannot be used."""

import numpy as np
import pytest

from equivariety.convolution import LinearConvNet, generic_start, theorem_experiment
from equivariety.errors import InputError

NET = LinearConvNet([2, 2], [2, 1])
GOOD_X = np.eye(4)
INFINITE = np.full((4, 4), np.inf)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: LinearConvNet([2, 0], [1, 1]), "filter_sizes must be positive integers: entry 1 is 0"),
        (lambda: LinearConvNet([2, 2], [1, -1]), "strides must be positive integers: entry 1 is -1"),
        (lambda: LinearConvNet([2, 2.5], [1, 1]), "filter_sizes must be positive integers: entry 1 is 2.5"),
        (lambda: LinearConvNet([2, 2], [1]), "filter_sizes and strides must have one entry per layer: 2 and 1 given"),
        (lambda: LinearConvNet([], []), "filter_sizes must have at least one entry"),
        (lambda: LinearConvNet("32", [1, 1]), "filter_sizes must be a list of positive integers, not '32'"),
        (lambda: NET.contains([1, 2, 3]), "the filter must have 4 entries, not 3"),
        (lambda: NET.contains([1, 2, 3, float("nan")]), "the filter must hold finite real numbers: entry 3 is nan"),
        (lambda: NET.contains(5), "the filter must be a list of numbers, not 5"),
        (lambda: NET.contains(np.eye(2)), "the filter must be one-dimensional, not of shape (2, 2)"),
        (lambda: NET.compose([[1, 2]]), "filters must hold one filter per layer: 2 expected, 1 given"),
        (lambda: NET.compose([[1, 2], [1]]), "the filter of layer 2 must have 2 entries, not 1"),
        (lambda: NET.factorizations([0, 0, 0, 0]), "the filter must not be zero: the zero filter has infinitely many"),
        (
            lambda: LinearConvNet([2, 2, 2], [1, 1, 1]).factorizations([-6, 11, -6, 1], limit=3),
            "the filter has more than 3 factorizations: raise limit to list them all",
        ),
        (lambda: NET.matrix([[1, 2], [1, 1]], 3), "input_length must be at least the end-to-end size 4, not 3"),
        (
            lambda: NET.matrix([[1, 2], [1, 1]], 5, periodic=True),
            "input_length must be a positive multiple of the stride 2, not 5",
        ),
        (lambda: NET.critical_points(np.eye(3), [1, 1, 1]), "X must have 4 columns, one per entry of the end-to-end"),
        (lambda: NET.critical_points(GOOD_X, [1, 1, 1]), "y must have one entry per row of X: 4 expected, 3 given"),
        (lambda: NET.critical_points(GOOD_X[:3], [1] * 3), "X must have at least 4 linearly independent rows, not 3"),
        (lambda: NET.critical_points(GOOD_X, [0] * 4), "X^T y must not be zero: then the zero filter is the only"),
        (lambda: NET.critical_points(INFINITE, [1] * 4), "X must hold finite numbers only"),
        (lambda: NET.critical_points([["a"]], [1]), "X must be an array of numbers"),
        (lambda: NET.critical_points([1], [1]), "X must be a non-empty array with 2 axes, not of shape (1,)"),
        (
            lambda: generic_start([4, 4, 4]),
            "filter_sizes (4, 4, 4) lead to 204536 complex critical points: at most 5000 are tracked",
        ),
        (lambda: theorem_experiment(NET, 0), "trials must be a positive integer, not 0"),
        (
            lambda: NET.critical_points(GOOD_X, [1, 2, 3, 4], start=generic_start([2, 3])),
            "start is for filter sizes (2, 3), not (2, 2)",
        ),
    ],
)
def test_message(call, message):
    with pytest.raises(InputError) as raised:
        call()
    assert str(raised.value).startswith(message)
