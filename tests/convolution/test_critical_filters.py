"""Critical points against exact elimination: univariate eliminants and Singular, roots in 80 to 200 digits."""

import numpy as np
import pytest
from scipy.linalg import toeplitz
from scipy.optimize import least_squares

from convolution_cases import REFERENCE, cases, network
from equivariety.convolution import LinearConvNet, generic_start

QUICK_SIZES = [[2, 2], [2, 3], [3, 2], [3, 3], [4, 2], [2, 2, 2]]  # six counts: 6, 10, 10, 39, 14, 34


@pytest.fixture(scope="module")
def starts():
    return {tuple(sizes): generic_start(sizes) for sizes in QUICK_SIZES}


@pytest.fixture(scope="module")
def answers(starts):
    """The critical points of every reference data set, by its position."""
    return [
        network(case).critical_points(case["X"], case["y"], start=starts[tuple(case["filter_sizes"])])
        for case in REFERENCE["c_critical_points"]["cases"]
    ]


def find(case, answers):
    return answers[REFERENCE["c_critical_points"]["cases"].index(case)]


@cases("c_critical_points")
def test_reference_critical_points(case, answers):
    found = find(case, answers)
    inside = [point for point in case["critical_points"] if point["in_function_space"]]
    assert found.complex_count == found.expected_count == case["n_complex_critical_parameters_mod_scaling"]
    assert found.filter_count == case["n_complex_critical_filters"]
    assert len(found.real) == sum(point["n_real_factorizations"] for point in inside)
    assert (found.complete, found.note) == (True, "")
    for point in inside:
        filter_ = np.array([float(x) for x in point["filter"]])
        same = [p for p in found.real if np.linalg.norm(p.filter - filter_) <= 1e-12 * np.linalg.norm(filter_)]
        assert len(same) == point["n_real_factorizations"]
        for p in same:
            assert p.kind == ("pure" if point["pure"] else "spurious")
            assert p.loss == pytest.approx(float(point["loss"]), rel=1e-12)
            assert p.index == point["parameter_hessian_neg_zero_pos"][0][0]
            assert not p.degenerate
            assert p.correction < 1e-12
        assert any(
            all(np.allclose(np.abs(a), np.abs(b), atol=1e-9) for a, b in zip(p.filters, balanced, strict=True))
            for p in same
            for balanced in point["parameters_balanced"]
        )


@cases("c_critical_points")
def test_complex_filters_include_the_critical_filters_outside_the_function_space(case, answers):
    found = find(case, answers)
    for point in case["critical_points"]:
        filter_ = np.array([float(x) for x in point["filter"]])
        assert np.linalg.norm(found.complex_filters - filter_, axis=1).min() <= 1e-10 * np.linalg.norm(filter_)


@cases("c_critical_points")
def test_multistart_descent_ends_in_listed_minima(case, answers):
    net, found = network(case), find(case, answers)
    X, y, random = np.array(case["X"]), np.array(case["y"]), np.random.default_rng(0)
    cuts = np.cumsum(net.filter_sizes)[:-1]
    losses = [point.loss for point in found.minima]
    for _ in range(3):
        begin = random.standard_normal(sum(net.filter_sizes))
        end = least_squares(lambda w: X @ net.compose(np.split(w, cuts)) - y, begin, xtol=1e-14, ftol=1e-14)
        assert np.abs(2 * end.cost - np.array(losses)).min() < 1e-6


def gram_root(kind, size, random):
    """X with X^T X the identity, a random diagonal, Toeplitz or general matrix."""
    if kind == "generic":
        return random.standard_normal((size + 2, size))
    if kind == "toeplitz":
        row = np.zeros(size)
        row[:3] = [3.0, *random.uniform(-1, 1, 2)]
        return np.linalg.cholesky(toeplitz(row)).T
    return np.diag(random.uniform(0.5, 2, size) if kind == "diagonal" else np.ones(size))


COUNTED = [case for case in REFERENCE["c0_complex_counts_parameter_space"]["cases"] if case["kind"] == "lcn"]
SMALL_COUNT = 14


def name_of_counted(case):
    return f"{case['filter_sizes']}{case['strides']}{case['quadratic_form']}"


@pytest.mark.parametrize("case", [case for case in COUNTED if case["gED_segre"] <= SMALL_COUNT], ids=name_of_counted)
def test_reference_complex_counts(case, starts):
    net, random = network(case), np.random.default_rng(3)
    X = gram_root(case["quadratic_form"], net.size, random)
    y = random.standard_normal(len(X))
    found = net.critical_points(X, y, start=starts[net.filter_sizes])
    assert found.complex_count == case["n_critical_parameters_mod_scaling"]
    gradients = X.T @ (X @ found.complex_filters.T - y[:, None])
    zero = np.linalg.norm(gradients, axis=0) < 1e-8 * np.linalg.norm(X.T @ y)
    assert zero.sum() == case["n_with_zero_function_space_gradient"]


@cases("c1_complex_counts_function_space", "stride_one_bookkeeping")
def test_reference_number_of_distinct_filters(case, starts):
    net, random = network(case), np.random.default_rng(6)
    X, y = random.standard_normal((net.size + 2, net.size)), random.standard_normal(net.size + 2)
    found = net.critical_points(X, y, start=starts[net.filter_sizes])
    assert (found.complex_count, found.filter_count) == (case["gED"], case["n_complex_critical_filters"])


@pytest.mark.parametrize(
    "case",
    [case for case in REFERENCE["c2_white_data_counts"]["cases"] if case["filter_sizes"] in QUICK_SIZES],
    ids=lambda case: f"{case['filter_sizes']}{case['strides']}",
)
def test_reference_white_data_counts(case, starts):
    net = network(case)
    target = np.random.default_rng(2).standard_normal(net.size)
    found = net.critical_points(np.eye(net.size), target, start=starts[net.filter_sizes])
    assert found.complex_count == case["n_critical_parameters_mod_scaling"]
    assert found.complete
    assert found.generic == (found.note == "")
    if not found.generic:
        lost = found.expected_count - found.complex_count
        assert found.note.startswith(f"the data are not generic: {lost} of {found.expected_count} paths end at inf")


@pytest.mark.parametrize("sizes", QUICK_SIZES, ids=str)
def test_monodromy_is_complete_and_does_not_depend_on_the_seed(sizes, starts):
    net = LinearConvNet(sizes, [2] * len(sizes))
    random = np.random.default_rng(8)
    X, y = random.standard_normal((net.size + 2, net.size)), random.standard_normal(net.size + 2)
    first = net.critical_points(X, y, start=starts[tuple(sizes)])
    second = net.critical_points(X, y, start=generic_start(sizes, seed=77)) if net.generic_ed_degree <= 10 else first
    assert first.complex_count == second.complex_count == net.generic_ed_degree
    order = [np.lexsort(found.complex_filters.round(6).T) for found in (first, second)]
    np.testing.assert_allclose(first.complex_filters[order[0]], second.complex_filters[order[1]], atol=1e-9)


def test_listed_points_are_critical_and_complex_ones_come_in_conjugate_pairs(starts):
    net, random = LinearConvNet([3, 3], [2, 1]), np.random.default_rng(4)
    X, y = random.standard_normal((10, 7)), random.standard_normal(10)
    found = net.critical_points(X, y, start=starts[3, 3])
    for point in found.real:
        gradient = net.jacobian(point.filters).T @ X.T @ (X @ point.filter - y)
        assert np.linalg.norm(gradient) < 1e-11 * np.linalg.norm(X.T @ y)
        assert point.loss == pytest.approx(float(((X @ point.filter - y) ** 2).sum()), rel=1e-12)
        np.testing.assert_allclose(np.linalg.norm(point.filters[0]), np.linalg.norm(point.filters[1]))
    mirrored = found.complex_filters.conj()
    distances = np.abs(found.complex_filters[:, None] - mirrored[None]).max(axis=2).min(axis=1)
    assert distances.max() < 1e-9


def test_signed_count_of_two_layers_is_the_euler_characteristic_of_the_circle(starts):
    """On the real circle of the layer of size 2 the signed count of critical points vanishes (Morse theory).

    With k = (3, 2) every such point has nonzero image for generic data.
    """
    net, random = LinearConvNet([3, 2], [2, 1]), np.random.default_rng(9)
    for _ in range(5):
        X, y = random.standard_normal((9, 5)), random.standard_normal(9)
        found = net.critical_points(X, y, start=starts[3, 2])
        assert sum((-1) ** point.index for point in found.real) == 0


def test_one_layer_has_one_critical_point_least_squares():
    random = np.random.default_rng(1)
    X, y = random.standard_normal((6, 3)), random.standard_normal(6)
    found = LinearConvNet([3], [2]).critical_points(X, y)
    assert (found.complex_count, found.zero) == (1, None)
    np.testing.assert_allclose(found.real[0].filter, np.linalg.lstsq(X, y)[0])


def test_zero_filter_is_kept_apart(answers):
    case = REFERENCE["c_critical_points"]["cases"][0]
    zero = find(case, answers).zero
    assert (zero.kind, zero.loss, zero.index) == ("zero", case["c"], 2)


def test_scale_of_the_data_does_not_matter(starts, answers):
    case = REFERENCE["c_critical_points"]["cases"][1]
    net = network(case)
    plain = find(case, answers)
    scaled = net.critical_points(1e5 * np.array(case["X"]), 1e-4 * np.array(case["y"]), start=starts[3, 2])
    assert len(plain.real) == len(scaled.real)
    for a, b in zip(plain.real, scaled.real, strict=True):
        np.testing.assert_allclose(b.filter, 1e-9 * a.filter, rtol=1e-9)


@pytest.mark.parametrize(("inputs", "targets"), [(1e200, 1e100), (1e-200, 1e-120), (1e-290, 1.0)])
def test_extreme_scales_of_the_data(inputs, targets, starts, answers):
    case = REFERENCE["c_critical_points"]["cases"][1]
    net, plain = network(case), find(case, answers)
    scaled = net.critical_points(inputs * np.array(case["X"]), targets * np.array(case["y"]), start=starts[3, 2])
    assert (scaled.complex_count, scaled.note) == (plain.complex_count, "")
    for a, b in zip(plain.real, scaled.real, strict=True):
        assert (a.kind, a.index, a.region) == (b.kind, b.index, b.region)
        np.testing.assert_allclose(b.filter * inputs, targets * a.filter, rtol=1e-9)
        assert b.loss / targets**2 == pytest.approx(a.loss, rel=1e-9)


def test_the_loss_of_an_exact_fit_is_not_a_difference(starts):
    net, random = LinearConvNet([3, 2], [2, 1]), np.random.default_rng(5)
    X = random.standard_normal((9, 5))
    y = X @ net.compose([random.standard_normal(3), random.standard_normal(2)])
    assert 0 <= net.critical_points(X, y, start=starts[3, 2]).real[0].loss < 1e-24 * (y @ y)


@pytest.mark.slow
@pytest.mark.parametrize("sizes", [[3, 4], [2, 2, 3], [2, 2, 2, 2], [4, 4], [2, 3, 3]], ids=str)
def test_larger_counts(sizes):
    net = LinearConvNet(sizes, [2] * len(sizes))
    random = np.random.default_rng(8)
    X, y = random.standard_normal((net.size + 2, net.size)), random.standard_normal(net.size + 2)
    assert net.critical_points(X, y).complex_count == net.generic_ed_degree


@pytest.mark.slow
@pytest.mark.parametrize("case", [case for case in COUNTED if case["gED_segre"] > SMALL_COUNT], ids=name_of_counted)
def test_reference_complex_counts_of_larger_architectures(case):
    test_reference_complex_counts(case, {tuple(case["filter_sizes"]): generic_start(case["filter_sizes"])})


@pytest.mark.slow
@pytest.mark.parametrize("strides", [[2, 2, 1], [3, 2, 1]])
def test_white_data_counts_of_three_layers(strides):
    net = LinearConvNet([3, 2, 2], strides)
    target = np.random.default_rng(2).standard_normal(net.size)
    expected = {(2, 2, 1): 64, (3, 2, 1): 8}[tuple(strides)]
    assert net.critical_points(np.eye(net.size), target).complex_count == expected
