"""The theorem on critical points as an experiment."""

import pytest

from equivariety.convolution import LinearConvNet, generic_start, theorem_experiment


@pytest.mark.slow
@pytest.mark.parametrize(("sizes", "strides"), [([2, 2], [2, 1]), ([3, 2], [2, 1])])
def test_no_exception_for_strides_above_one(sizes, strides):
    report = theorem_experiment(LinearConvNet(sizes, strides), trials=200)
    assert report.applies
    assert (report.trials, report.exceptions, report.incomplete) == (200, 0, 0)
    assert report.kinds["spurious"] == report.regions["boundary"] == 0
    assert report.kinds["zero"] == 200
    assert report.kinds["pure"] == report.regions["interior"] >= 200


def test_stride_one_has_spurious_points_and_spurious_minima():
    report = theorem_experiment(LinearConvNet([3, 2], [1, 1]), trials=80)
    assert not report.applies
    assert report.incomplete == 0
    assert report.kinds["spurious"] > 80
    assert report.data_sets_with_exceptions == 80
    assert report.spurious_minima > 0


@pytest.mark.slow
def test_stride_one_without_filling_has_critical_points_on_the_boundary():
    report = theorem_experiment(LinearConvNet([2, 2], [1, 1]), trials=200)
    assert report.regions["boundary"] == report.kinds["spurious"] > 0


def test_the_seed_decides():
    net, start = LinearConvNet([2, 2], [2, 1]), generic_start([2, 2])
    first, again, other = (theorem_experiment(net, 3, seed=seed, start=start) for seed in (3, 3, 4))
    assert first == again != other


@pytest.mark.slow
@pytest.mark.parametrize(("sizes", "strides"), [([2, 2, 2], [2, 2, 1]), ([3, 3], [2, 1]), ([2, 2, 2], [3, 2, 1])])
def test_no_exception_for_larger_architectures(sizes, strides):
    report = theorem_experiment(LinearConvNet(sizes, strides), trials=200)
    assert (report.exceptions, report.incomplete) == (0, 0)


@pytest.mark.slow
def test_mixed_strides_have_exceptions():
    report = theorem_experiment(LinearConvNet([2, 2, 2], [1, 2, 1]), trials=100)
    assert not report.applies
    assert report.exceptions > 0
