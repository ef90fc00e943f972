"""Polynomial convolutional networks against Groebner bases, symbols and descent."""

import itertools
import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import least_squares

import equivariety as ev
from convolution_cases import run_layer
from equivariety.errors import InputError

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "polynomial_convolution.json").read_text())
CASES = REFERENCE["polynomial_cnn"]
NEURONS = [
    {**case, "filter_sizes": [case["input_dimension"], 1], "strides": [1, 1]} for case in REFERENCE["one_neuron"]
]
QUICK, TRACKED = 40, 1100
# The one larger case, 1486 points in degree 9, loses a few paths for 86 samples: its features have condition 4e9.


def name_of(case):
    return f"k{case['filter_sizes']}s{case['strides']}r{case['power']}".replace(" ", "")


def network(case):
    return ev.PolynomialConvNet(case["filter_sizes"], case["strides"], case["power"])


def samples(net, seed=0):
    random = np.random.default_rng(seed)
    count = len(net.monomials) + 4
    return random.standard_normal((count, net.size)), random.standard_normal(count)


def by_hand(net, filters, signal):
    """The layers one after the other, written out."""
    for index, (values, stride) in enumerate(zip(filters, net.strides, strict=True)):
        signal = run_layer(values, stride, signal)
        if index + 1 < len(filters):
            signal = [x**net.power for x in signal]
    return signal


def residuals(net, X, y):
    cuts = np.cumsum(net.filter_sizes)[:-1]
    return lambda w: net(np.split(w, cuts), X)[:, 0] - y


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_reference_numbers(case):
    net = network(case)
    assert (net.dimension, net.degree, net.generic_ed_degree) == (
        case["dimension"],
        case["degree"],
        case["generic_ed_degree"],
    )


@pytest.mark.parametrize("case", NEURONS, ids=name_of)
def test_reference_numbers_of_one_neuron(case):
    net = network(case)
    assert net.generic_ed_degree == case["generic_ed_degree"] == case["random_data_count"]
    assert net.white_count == case["gaussian_data_count"]


def counted(key, low, high):
    found = [case for case in CASES if case.get(key) is not None and low < case["generic_ed_degree"] <= high]
    return pytest.mark.parametrize("case", found, ids=name_of)


def check_random_data(case):
    net = network(case)
    X, y = samples(net)
    found = net.critical_points(X, y)
    assert (found.complex_count, found.complete, found.generic) == (case["random_data_count"], True, True)
    gradient_scale = np.linalg.norm(y) ** 2
    cuts = np.cumsum(net.filter_sizes)[:-1]
    features = np.array([[np.prod(row ** np.array(e)) for e in net.monomials] for row in X])
    for point in found.real:
        values = net(point.filters, X)[:, 0]
        assert point.loss == pytest.approx(float(((values - y) ** 2).sum()), rel=1e-9)
        slope = (features @ net.jacobian(point.filters)).T @ (values - y)
        assert np.linalg.norm(slope) * np.linalg.norm(point.filters[0]) < 1e-7 * gradient_scale
        assert point.kind == "pure"
    assert [point.loss for point in found.real] == sorted(point.loss for point in found.real)
    begin, losses = np.random.default_rng(1), np.array([point.loss for point in found.minima])
    for _ in range(3):
        start = begin.standard_normal(sum(net.filter_sizes))
        end = least_squares(residuals(net, X, y), start, xtol=1e-15, ftol=1e-15, gtol=1e-15)
        if not end.success:  # slow near the zero function, where all derivatives vanish
            continue
        zero = max(np.linalg.norm(w) for w in net(np.split(end.x, cuts), X)) < 1e-3
        assert zero or np.abs(2 * end.cost / losses - 1).min() < 1e-6


@counted("random_data_count", 0, QUICK)
def test_random_data(case):
    check_random_data(case)


@pytest.mark.slow
@counted("random_data_count", QUICK, TRACKED)
def test_larger_counts_of_random_data(case):
    check_random_data(case)


@counted("gaussian_data_count", 0, QUICK)
def test_white_data(case):
    assert network(case).white_count == case["gaussian_data_count"]


@pytest.mark.slow
@counted("gaussian_data_count", QUICK, TRACKED)
def test_larger_counts_of_white_data(case):
    assert network(case).white_count == case["gaussian_data_count"]


@pytest.mark.parametrize(("sizes", "strides", "count"), [([3, 3], [3, 1], 13), ([3, 2], [4, 1], 9), ([5], [2], 1)])
def test_white_data_without_overlap(sizes, strides, count):
    assert ev.PolynomialConvNet(sizes, strides, 2).white_count == count


@pytest.mark.slow
def test_white_data_of_three_layers():
    assert ev.PolynomialConvNet([2, 2, 2], [2, 2, 1], 2).white_count == 96


@settings(max_examples=30, deadline=None)
@given(
    layers=st.lists(st.tuples(st.integers(1, 3), st.integers(1, 3)), min_size=1, max_size=3),
    power=st.integers(2, 3),
    seed=st.integers(0, 10**6),
)
def test_evaluation_and_composition_are_the_layers_one_after_the_other(layers, power, seed):
    net = ev.PolynomialConvNet(*zip(*layers, strict=True), power)
    random = np.random.default_rng(seed)
    filters = [[int(n) for n in random.integers(-3, 4, size)] for size in net.filter_sizes]
    signal = [int(n) for n in random.integers(-3, 4, net.size + 3)]
    assert net(filters, signal).tolist() == by_hand(net, filters, signal)
    terms = net.compose(filters)
    window = signal[: net.size]
    value = sum(c * np.prod([x**e for x, e in zip(window, key, strict=True)]) for key, c in terms.items())
    assert value == by_hand(net, filters, window)[0]
    halves = [[Fraction(w, 2) for w in layer] for layer in filters]
    assert net(halves, signal).tolist() == by_hand(net, halves, signal)
    np.testing.assert_allclose(net(filters, np.array(signal, float)), by_hand(net, filters, signal))


def test_jacobian_against_symbols():
    net = ev.PolynomialConvNet([2, 2, 2], [1, 2, 1], 2)
    w, x = sympy.symbols("w:6"), sympy.symbols("x:5")
    form = sympy.Poly(by_hand(net, [w[:2], w[2:4], w[4:]], list(x))[0], *x)
    point = dict(zip(w, [1, 2, -1, 3, 2, -2], strict=True))
    expected = [[sympy.diff(form.coeff_monomial(key), v).subs(point) for v in w] for key in net.monomials]
    assert net.jacobian([[1, 2], [-1, 3], [2, -2]]).tolist() == [[int(e) for e in row] for row in expected]


def test_no_rank_drops_at_shared_roots_or_zero_patterns():
    net, linear = ev.PolynomialConvNet([3, 2], [1, 1], 2), ev.LinearConvNet([3, 2], [1, 1])
    for first, second in itertools.product(itertools.product([0, 1], repeat=3), itertools.product([0, 1], repeat=2)):
        if any(first) and any(second):
            assert net.jacobian_rank([first, second]) == net.dimension
    assert net.jacobian_rank([[1, 2, 1], [1, 1]]) == net.jacobian_rank([[1.0, 2.0, 1.0], [1.0, 1.0]]) == 4
    assert linear.jacobian_rank([[1, 2, 1], [1, 1]]) == 3
    assert net.jacobian_rank([[1, 2, 1], [0, 0]]) < 4


def test_scales_of_the_data_do_not_matter():
    net = ev.PolynomialConvNet([2, 2], [1, 1], 2)
    start, (X, y) = net.generic_start(), samples(net)
    plain, scaled = net.critical_points(X, y, start), net.critical_points(1e90 * X, 1e-60 * y, start)
    assert len(plain.real) == len(scaled.real)
    for a, b in zip(plain.real, scaled.real, strict=True):
        assert b.loss == pytest.approx(1e-120 * a.loss, rel=1e-8)
        assert (a.kind, a.index) == (b.kind, b.index)
        np.testing.assert_allclose(net(b.filters, 1e90 * X), 1e-60 * net(a.filters, X), rtol=1e-6, atol=1e-70)


def test_signed_count_of_one_neuron_is_the_euler_characteristic_of_the_circle():
    """v (w . x)^r with v eliminated lives on the circle of w; lines with zero function are maxima of the loss."""
    net = ev.PolynomialConvNet([2, 1], [1, 1], 3)
    start = net.generic_start()
    for seed in range(5):
        X, y = samples(net, seed)
        found = net.critical_points(X, y, start)
        zeros = sum(abs(root.imag) < 1e-9 for root in _directions_without_correlation(X, y))
        assert sum((-1) ** point.index for point in found.real) - zeros == 0


def _directions_without_correlation(X, y):
    """Slopes t with sum_i y_i (x_i1 + t x_i2)^3 = 0."""
    return np.roots([(y * X[:, 1] ** 3).sum(), 3 * (y * X[:, 0] * X[:, 1] ** 2).sum(),
                     3 * (y * X[:, 0] ** 2 * X[:, 1]).sum(), (y * X[:, 0] ** 3).sum()])  # fmt: skip


GOOD = ev.PolynomialConvNet([2, 2], [1, 1], 2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ev.PolynomialConvNet([2, 0], [1, 1]), "filter_sizes must be positive integers: entry 1 is 0"),
        (lambda: ev.PolynomialConvNet([2, 2], [1]), "filter_sizes and strides must have one entry per layer"),
        (lambda: ev.PolynomialConvNet([2, 2], [1, 1], 1), "power must be an integer above 1, not 1"),
        (lambda: ev.PolynomialConvNet([2, 2], [1, 1], 2.0), "power must be an integer above 1, not 2.0"),
        (lambda: ev.PolynomialConvNet([2, 2], [1, 1], True), "power must be an integer above 1, not True"),
        (
            lambda: ev.PolynomialConvNet([3, 3, 3], [1] * 3, 2).critical_points(np.eye(7), np.ones(7)),
            "filter_sizes (3, 3, 3) and power 2 lead to 287505 complex critical points: at most 5000 are tracked",
        ),
        (lambda: ev.PolynomialConvNet([2, 1], [1, 1], 101).compose([[1, 1], [1]]), "the outputs have degree 101"),
        (lambda: GOOD.critical_points(np.eye(3), np.ones(3)), "X must have at least 5 samples in general position"),
        (lambda: GOOD.critical_points(np.eye(2), np.ones(2)), "X must have 3 columns"),
        (lambda: GOOD.critical_points(np.eye(3), np.zeros(3)), "X and y must not be zero"),
        (lambda: GOOD([[1, 2], [1]], [1, 2, 3]), "the filter of layer 2 must have 2 entries, not 1"),
        (lambda: GOOD([[1, 2], [1, 1]], [1, 2]), "x must have at least 3 inputs, not 2"),
        (lambda: GOOD([[1, 2], [1, 1]], "abc"), "x must be an array of numbers"),
        (
            lambda: GOOD.critical_points(*samples(GOOD), start=ev.convolution.generic_start([2, 2])),
            "start is for filter sizes (2, 2), not (2, 2) in degrees (1, 2)",
        ),
    ],
)
def test_messages(call, message):
    with pytest.raises(InputError) as raised:
        call()
    assert str(raised.value).startswith(message)
