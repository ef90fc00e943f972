"""Powers of two, which are exact, move through every answer; where squares leave the range the answer is a refusal."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import equivariety as ev
from cases import FAMILIES, data

POWERS = st.integers(-1000, 1000)
SQUARES = st.integers(-450, 450)
NAMES = st.sampled_from(sorted(FAMILIES))


@settings(max_examples=60, deadline=None)
@given(NAMES, POWERS, st.integers(0, 99))
def test_nearest_points_and_critical_points_scale_with_the_matrix(name, power, seed):
    maps = FAMILIES[name]
    U = np.random.default_rng(seed).standard_normal(maps.shape)
    rank, size = min(maps.shape) // 2, 2.0**power
    family = maps.bounded(rank)
    plain, scaled = family.nearest(U), family.nearest(size * U)
    assert scaled.ranks == plain.ranks
    assert scaled.distance == size * plain.distance
    np.testing.assert_array_equal(scaled.matrix(), size * plain.matrix())
    component = plain.component
    first, second = component.critical_points(U), component.critical_points(size * U)
    assert second.families == first.families
    for one, other in zip(first, second, strict=True):
        assert (one.index_sets, one.morse_index, one.dimension) == (
            other.index_sets,
            other.morse_index,
            other.dimension,
        )
        np.testing.assert_array_equal(other.matrix(), size * one.matrix())
        if abs(power) < 500:
            assert other.value == size**2 * one.value


@settings(max_examples=40, deadline=None)
@given(POWERS, st.sampled_from("RCH"))
def test_determinantal_varieties_scale_with_the_matrix(power, field):
    rng, size = np.random.default_rng(3), 2.0**power
    M = rng.standard_normal((3, 4, 4)) if field == "H" else rng.standard_normal((3, 4))
    M = M + 1j * rng.standard_normal((3, 4)) if field == "C" else M
    variety = ev.DeterminantalVariety(1, 3, 4, field)
    np.testing.assert_array_equal(variety.nearest(size * M), size * variety.nearest(M))
    points = list(variety.critical_points(size * M))
    assert len(points) == 3
    assert [point.index_sets for point in points] == [point.index_sets for point in variety.critical_points(M)]


@settings(max_examples=60, deadline=None)
@given(NAMES, SQUARES, SQUARES, st.integers(0, 99))
@example("SL(2,3)", 100, 450, 1)  # rounding errors of cross moments, large enough for their squares to overflow
def test_fits_scale_with_inputs_and_targets(name, inputs, targets, seed):
    maps = FAMILIES[name]
    X, Y = data(maps, 40, seed)
    rank, a, b = min(maps.shape) // 2, 2.0**inputs, 2.0**targets
    plain, scaled = maps.bounded(rank).fit(X, Y), maps.bounded(rank).fit(a * X, b * Y)
    assert scaled.ranks == plain.ranks
    assert scaled.numerical_ranks == plain.numerical_ranks
    assert scaled.loss == pytest.approx(b**2 * plain.loss, rel=1e-9, abs=0)
    np.testing.assert_allclose(scaled.matrix() / (b / a), plain.matrix(), rtol=1e-6, atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(NAMES, st.integers(-1000, 900), st.sampled_from([np.float32, np.float64]))
def test_equal_weights_of_any_size_are_no_weights(name, power, dtype):
    maps = FAMILIES[name]
    X, Y = (side.astype(dtype) for side in data(maps, 40))
    weight = np.full(40, 2.0**power)
    plain, weighted = maps.bounded(2).fit(X, Y), maps.bounded(2).fit(X, Y, weight)
    assert weighted.ranks == plain.ranks
    assert weighted.loss == pytest.approx(plain.loss, rel=1e-5)
    model = ev.EquivariantRegression(maps.domain, maps.codomain, rank=2)
    found = model.fit(X, Y).predict(X), model.fit(X, Y, sample_weight=weight).predict(X)
    np.testing.assert_allclose(*found, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("weight", [1e-300, 1e-170, 1e150, 1e300])
def test_shares_do_not_depend_on_the_size_of_equal_weights(weight):
    X = np.random.default_rng(0).standard_normal((30, 6)).astype(np.float32) + 3
    pca = ev.EquivariantPCA(ev.actions.cyclic(6), 2)
    expected = pca.fit(X).explained_variance_ratio_
    np.testing.assert_allclose(
        pca.fit(X, sample_weight=np.full(30, weight)).explained_variance_ratio_, expected, rtol=1e-5
    )


def test_weights_whose_sums_are_not_finite_are_refused():
    with pytest.raises(ev.InputError, match="sample_weight must hold numbers whose products with squares"):
        ev.EquivariantMaps(ev.actions.cyclic(3)).bounded(1).fit(np.eye(3), sample_weight=np.full(3, 1.7e308))


@pytest.mark.parametrize("fit", [
    lambda X: ev.EquivariantPCA(ev.actions.cyclic(6), 2).fit(X),
    lambda X: ev.EquivariantRegression(ev.actions.cyclic(6)).fit(X, np.ones((30, 6), np.float32)),
])  # fmt: skip
def test_values_that_underflow_around_an_origin_are_refused(fit):
    X = (np.random.default_rng(0).standard_normal((30, 6)) * 1e-24).astype(np.float32)
    with pytest.raises(ev.InputError, match="X is too small for its precision"):
        fit(X)
    fit(X.astype(np.float64))
    fit(np.full((30, 6), np.float32(0.1)))  # constant data are none of that


@pytest.mark.parametrize("size", [1e-170, 1e-300, 1.0, 1e160, 1e300])
def test_the_command_prints_the_relative_distance_at_any_scale(tmp_path, size):
    from equivariety.cli.app import app

    path = tmp_path / "matrix.npy"
    np.save(path, np.diag([1.0, 0, 0]) * size)
    printed = CliRunner().invoke(app, ["nearest", str(path), "--action", "cyclic:3", "--json"])
    assert json.loads(printed.output)["relative_distance"] == pytest.approx((2 / 3) ** 0.5)


def test_points_of_a_variety_are_recognized_at_any_scale():
    component = ev.EquivariantMaps(ev.actions.trivial(3)).bounded(1).component([1])
    M = np.outer([1.0, 2, 3], [1.0, 0, 2])
    for size in (1e-200, 1.0, 1e200):
        assert ev.geometry.block_ranks(component.maps, size * M) == (1,)
        assert ev.geometry.tangent_space(component, size * M).dimension == 5
        left, right = ev.geometry.balanced_factors(component, size * M)
        np.testing.assert_allclose((left @ right).matrix(), size * M)
