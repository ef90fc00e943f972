"""Membership, regions and factorizations against exact factorizations over the rationals."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convolution_cases import cases, network
from equivariety.convolution import LinearConvNet

EXACT_AND_FLOAT = pytest.mark.parametrize("number", [int, float])


def sorted_rows(factorizations):
    return sorted(np.concatenate(layers).round(7).tolist() for layers in factorizations)


@EXACT_AND_FLOAT
@cases("d_factorizations")
def test_reference_factorizations(case, number):
    net, filter_ = network(case), [number(x) for x in case["filter"]]
    real, everything = net.factorizations(filter_), net.factorizations(filter_, field="C")
    assert (len(real), len(everything)) == (case["n_real_factorizations"], case["n_complex_factorizations"])
    np.testing.assert_allclose(sorted_rows(real), sorted_rows(case["real_factorizations"]), atol=1e-6)
    for layers in real:
        np.testing.assert_allclose(net.compose(layers), case["filter"], rtol=1e-9, atol=1e-9)
    found = net.membership(filter_)
    assert found.contains == case["member"]
    assert found.certified == (number is int)


@EXACT_AND_FLOAT
@cases("d2_stride_one_position")
def test_reference_stride_one_regions(case, number):
    assert network(case).region([number(x) for x in case["filter"]]) == case["position"]


@cases("h_closure_examples")
def test_reference_closure(case):
    net = network(case)
    assert net.contains(case["filter"]) == case["member"]
    assert len(net.factorizations(case["filter"], field="C")) == case["n_complex"]


@settings(max_examples=30, deadline=None)
@given(
    layers=st.lists(st.tuples(st.integers(1, 4), st.integers(1, 3)), min_size=1, max_size=3),
    seed=st.integers(0, 10**6),
)
def test_products_of_layers_are_members_and_their_factors_are_found(layers, seed):
    net = LinearConvNet(*zip(*layers, strict=True))
    random = np.random.default_rng(seed)
    filters = [[int(n) for n in random.integers(-3, 4, size)] for size in net.filter_sizes]
    product = net.compose(filters)
    assert net.contains(product)
    if any(product):
        normalized = [np.array(w) / w[np.flatnonzero(w)[-1]] for w in filters[1:]]
        found = net.factorizations(product)
        assert any(
            all(np.allclose(a, b, atol=1e-7) for a, b in zip(layers[1:], normalized, strict=True)) for layers in found
        )


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_stride_one_factorizations_agree_with_sharing_the_roots_by_hand(seed):
    random = np.random.default_rng(seed)
    roots = [int(n) for n in random.integers(-4, 5, 4)]
    filter_ = [round(x) for x in np.poly(roots)[::-1]]
    shares = set()
    for order in itertools.permutations(roots):
        shares.add((tuple(sorted(order[:2])), order[2], order[3]))
    assert len(LinearConvNet([3, 2, 2], [1, 1, 1]).factorizations(filter_)) == len(shares)


def test_boundary_of_a_strided_architecture_is_the_limit_of_its_closure():
    net = LinearConvNet([3, 2], [2, 1])
    boundary, interior = [1, 0, 2, 0, 1], [4, 0, 5, 0, 1]
    assert (net.region(boundary), net.region(interior)) == ("boundary", "interior")
    # (z^2 + a)(z^2 + conj a) is in the closure; for a near 1 it is near the first filter and not in the function space.
    a = 1 + 1e-3j
    assert not net.contains([abs(a) ** 2, 0, 2 * a.real, 0, 1])
    assert all(net.contains([4 + e, 0, 5 + d, 0, 1]) for e in (-1e-3, 1e-3) for d in (-1e-3, 1e-3))


def test_boundary_where_a_positive_factor_of_higher_degree_hides():
    net, outer = LinearConvNet([5, 2], [2, 1]), LinearConvNet([3, 3], [2, 1])
    assert net.region(outer.compose([[-1, 0, 1], [1, 0, 1]])) == "boundary"  # (z^2 - 1)(z^4 + 1)
    assert net.region(outer.compose([[-1, 1e-3, 1], [1, 0, 1]])) == "outside"
    assert net.region(outer.compose([[-1, 0, 1], [-1, 0, 1]])) == "boundary"  # y = 1 twice: (y - 1)^2 (y + 1)
    assert net.region(outer.compose([[-1, 0, 1], [-6, 1, 1]])) == "interior"  # y = 1, 2, -3


def test_boundary_of_merged_layers_is_the_boundary_of_their_block():
    net = LinearConvNet([2, 2, 2], [1, 2, 1])
    assert net.region([1, -2, 1, 0, 0]) == "boundary"  # (z - 1)^2
    assert net.region(net.compose([[1, 1], [-2, 1], [5, 1]])) == "interior"
    assert net.region(net.reduced().compose([[1, 1, 1], [3, 1]])) == "outside"  # z^2 + z + 1 has no real root
    assert net.region([1, 0, 1, 0, 0]) == "boundary"  # z^2 + 1 is the last layer, after two with their root at infinity


def test_regions_of_three_strided_layers_come_from_the_later_two():
    """Behind a first layer (z + 2) the factor R(z^2) decides, and its region is known from two layers."""
    net, two = LinearConvNet([2, 3, 2], [2, 2, 1]), LinearConvNet([3, 2], [2, 1])
    outer = LinearConvNet([2, two.size], [2, 1])
    for inner in ([1, 0, 2, 0, 1], [4, 0, 5, 0, 1], [1, 0, 0, 0, 1], [4, 0, -5, 0, 1], [2, -4, 11, -10, 15]):
        filter_ = outer.compose([[2, 1], inner])
        assert net.region(filter_) == two.region(inner)
        assert net.region([float(x) for x in filter_]) == two.region(inner)
        assert net.membership(filter_).singular == two.membership(inner).singular


@pytest.mark.parametrize(
    ("filter_", "singular"), [([4, 0, 5, 0, 1], True), ([2, -4, 11, -10, 15], False), ([1, 0, 2, 0, 1], True)]
)
def test_singular_points_are_the_even_quartics(filter_, singular):
    assert LinearConvNet([3, 2], [2, 1]).membership(filter_).singular == singular


def test_cone_over_a_segre_variety_is_singular_only_at_zero():
    net = LinearConvNet([2, 2], [2, 1])
    assert net.membership([0, 0, 0, 0]).singular
    assert not net.membership([1, 1, 1, 1]).singular


def test_roots_at_zero_and_infinity_are_real():
    net = LinearConvNet([2, 2], [1, 1])
    assert net.region([0, 1, 0]) == "interior"
    assert net.region([0, 0, 3]) == "boundary"
    assert net.region([5, 0, 0]) == "boundary"
    assert sorted_rows(net.factorizations([0, 1, 0])) == sorted_rows([[[1, 0], [0, 1]], [[0, 1], [1, 0]]])


def test_zero_filter():
    assert LinearConvNet([2, 2], [1, 1]).region([0, 0, 0]) == "boundary"
    assert LinearConvNet([3, 2], [1, 1]).region([0, 0, 0, 0]) == "interior"


def test_nearly_multiple_roots_are_reported():
    net = LinearConvNet([2, 2], [1, 1])
    found = net.membership([1.0, -2.0, 1.0 + 1e-12])
    assert (found.region, found.certified) == ("boundary", False)
    assert found.note == "roots closer than 1.2e-04 were taken to be equal: not certified, give rational entries"
    assert net.region([10**12, -2 * 10**12, 10**12 + 1]) == "outside"


def test_roots_on_very_different_scales_are_told_apart():
    net = LinearConvNet([2, 2, 2], [1, 1, 1])
    filter_ = [float(x) for x in np.poly([1e-3, 2e-3, 5e4])[::-1]]
    assert (net.region(filter_), len(net.factorizations(filter_))) == ("interior", 6)
    assert not LinearConvNet([1, 3], [2, 1]).membership([0, 0, 0, 0, 0]).singular  # a linear space


def test_composed_float_filters_are_members():
    random = np.random.default_rng(5)
    for sizes, strides in (([3, 2], [2, 1]), ([2, 2, 3], [2, 3, 1]), ([3, 3, 2], [1, 2, 1]), ([4, 3], [3, 1])):
        net = LinearConvNet(sizes, strides)
        for _ in range(20):
            product = net.compose([random.standard_normal(size) for size in sizes])
            assert net.contains(product)
            assert not net.contains(product + 1e-3 * random.standard_normal(net.size)) or net.thick
