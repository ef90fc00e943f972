"""Membership at every scale of roots and entries: exact rational arithmetic is the referee.

Membership is invariant under u(z) -> a u(c z). Filters composed of floats are members up to rounding, and the same
product in fractions is one exactly; filters that the exact decision puts far outside must be called outside.
"""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from convolution_cases import cases, network
from equivariety.convolution import LinearConvNet

ARCHITECTURES = [
    ([3, 2], [2, 1]),
    ([2, 2], [3, 1]),
    ([3, 3], [2, 1]),
    ([2, 2, 3], [2, 3, 1]),
    ([3, 2, 2], [2, 2, 1]),
    ([2, 2, 2, 2], [2, 2, 2, 1]),
    ([2, 3, 2], [1, 2, 1]),
    ([2, 2, 2], [1, 1, 1]),
]


def spread_filters(net, random, decades):
    """Filters whose entries have both signs and moduli from 10^-decades to 10^decades."""
    return [random.choice([-1, 1], k) * 10 ** random.uniform(-decades, decades, k) for k in net.filter_sizes]


def exact(values):
    return [Fraction(float(x)) for x in values]


def rejected(net, trials, decades, seed):
    """The composed filters that are called outside, or whose factorizations miss the filter."""
    random = np.random.default_rng(seed)
    products = [net.compose(spread_filters(net, random, decades)) for _ in range(trials)]
    return [u.tolist() for u in products if not net.contains(u) or not net.factorizations(u)]


def test_moduli_of_roots_may_be_small():
    net, layers = LinearConvNet([3, 2], [2, 1]), [[0.01, -2.005, 1.0], [4e-5, 1.0]]
    product = net.compose(layers)
    assert net.contains(product)
    assert net.contains(net.compose([exact(w) for w in layers]))
    [found] = net.factorizations(product)
    np.testing.assert_allclose(np.concatenate(found), np.concatenate(layers), rtol=1e-9)
    assert net.nearest(product).distance == 0


@pytest.mark.parametrize("unit", [1e200, 1e-290])
def test_entries_may_be_huge_or_tiny(unit):
    net = LinearConvNet([3, 2], [2, 1])
    assert len(net.factorizations([4 * unit, 0.0, 5 * unit, 0.0, unit])) == 2
    assert net.region([4 * unit, 0.0, 5 * unit, 0.0, unit]) == "interior"
    assert net.region([unit, 0.0, 0.0, 0.0, unit]) == "outside"
    assert net.nearest([4 * unit, 0.0, 5 * unit, 0.0, unit]).distance == 0
    near = net.nearest([unit, 0.0, 0.0, 0.0, unit])
    assert near.distance / unit == pytest.approx(net.nearest([1, 0, 0, 0, 1]).distance, rel=1e-9)


def test_exact_entries_may_exceed_every_float():
    net, unit = LinearConvNet([3, 2], [2, 1]), 10**400
    assert net.region([4 * unit, 0, 5 * unit, 0, unit]) == "interior"
    assert net.region([unit, 0, 0, 0, unit]) == "outside"
    assert net.region([4 * unit**4, 0, 5 * unit**2, 0, 1]) == "interior"


@pytest.mark.parametrize(("sizes", "strides"), ARCHITECTURES, ids=str)
@pytest.mark.parametrize("decades", [4, 12])
def test_composed_filters_are_members(sizes, strides, decades):
    assert rejected(LinearConvNet(sizes, strides), 25, decades, seed=1) == []


@pytest.mark.slow
@pytest.mark.parametrize(("sizes", "strides"), ARCHITECTURES, ids=str)
def test_thousands_of_composed_filters_are_members(sizes, strides):
    net = LinearConvNet(sizes, strides)
    for decades in (1, 4, 15):
        assert rejected(net, 700, decades, seed=decades) == []


def envelope(values):
    """Geometric interpolation between the entries at either side, the largest for every entry; by brute force."""
    logs = [np.log10(float(abs(x))) if x else -np.inf for x in values]
    places = range(len(values))

    def between(i, j, k):
        return logs[j] if i == k else (logs[i] * (k - j) + logs[k] * (j - i)) / (k - i)

    return [10 ** max(between(i, j, k) for i in places for k in places if i <= j <= k) for j in places]


@pytest.mark.slow
@pytest.mark.parametrize(("sizes", "strides"), ARCHITECTURES, ids=str)
def test_floats_decide_as_fractions_do(sizes, strides):
    """Composed exactly, then one entry changed by 1 to 100 % of the envelope: inside and outside alike.

    Where floats accept what fractions reject, a member composed exactly from the float factors must be close.
    """
    net, random = LinearConvNet(sizes, strides), np.random.default_rng(3)
    outside, called_outside = 0, 0
    for _ in range(60):
        product = net.compose([exact(w) for w in spread_filters(net, random, 4)])
        assert net.contains(product)
        assert net.contains([float(x) for x in product])
        changed, bounds = list(product), envelope(product)
        index = random.integers(net.size)
        changed[index] += Fraction(float(random.choice([-1, 1]) * bounds[index] * random.uniform(0.01, 1)))
        rounded = [float(x) for x in changed]
        referee, found = net.contains(changed), net.contains(rounded)
        outside += not referee
        called_outside += not found
        if found:
            close = net.compose([exact(w) for w in net.factorizations(rounded)[0]])
            errors = [abs(float(a - b)) for a, b in zip(close, changed, strict=True)]
            assert max(e / bound for e, bound in zip(errors, envelope(changed), strict=True)) <= 2e-8
        else:
            assert not referee
    assert called_outside >= 0.8 * outside
    assert (outside > 0) == (not net.filling)


@cases("d_factorizations")
def test_membership_does_not_depend_on_the_scale_of_the_variable(case):
    net = network(case)
    for exponent in (-40, -9, 9, 40):
        filter_ = [3.0 * x * 2.0 ** (exponent * j) for j, x in enumerate(case["filter"])]
        assert net.contains(filter_) == case["member"]
        assert len(net.factorizations(filter_)) == case["n_real_factorizations"]
        assert len(net.factorizations(filter_, field="C")) == case["n_complex_factorizations"]


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    index=st.integers(0, len(ARCHITECTURES) - 1),
    scale=st.integers(-60, 60),
    unit=st.integers(-300, 300),
)
def test_position_is_invariant_under_scaling(seed, index, scale, unit):
    net, random = LinearConvNet(*ARCHITECTURES[index]), np.random.default_rng(seed)
    filters = [random.integers(-3, 4, size).astype(float) for size in net.filter_sizes]
    product = net.compose(filters)
    if seed % 3 == 0:
        product[random.integers(net.size)] += 1
    with np.errstate(over="ignore"):
        scaled = product * 2.0**unit * 2.0 ** (scale * np.arange(net.size))
    assume(np.isfinite(scaled).all())
    first, second = net.membership(product), net.membership(scaled)
    assert (first.contains, first.region, first.singular) == (second.contains, second.region, second.singular)


def test_five_equal_layers_with_rounding():
    net = LinearConvNet([2] * 5, [1] * 5)
    for root in (0.1, 1e-5, 3e7):
        assert net.region(net.compose([[root, 1.0]] * 5)) == "boundary"
