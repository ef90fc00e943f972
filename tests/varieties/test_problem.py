"""A problem is prepared once: one decomposition, every rank, the same answers as separate fits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import equivariety as ev
from cases import FAMILIES, data, pairs_of_actions
from equivariety.moments import data_moments
from equivariety.varieties import NearestPoint, Problem, Solution

NAMES = sorted(FAMILIES)


@settings(max_examples=60, deadline=None)
@given(pairs_of_actions(6), st.integers(0, 99))
def test_the_curve_equals_separate_fits_at_every_rank(pair, seed):
    maps = ev.EquivariantMaps(*pair)
    X, Y = data(maps, 30, seed)
    curve = maps.problem(X, Y).curve()
    assert curve.budgets.tolist() == list(range(maps.largest_rank + 1))
    assert curve.ranks.shape == (maps.largest_rank + 1, len(maps.blocks))
    for rank in curve.budgets.tolist():
        alone = maps.bounded(rank).fit(X, Y)
        assert curve.losses[rank] == pytest.approx(alone.loss, rel=1e-9)
        assert curve.component(rank).ranks == alone.ranks == tuple(curve.ranks[rank])


@pytest.mark.parametrize("name", NAMES)
def test_the_curve_of_a_matrix_is_the_squared_distance_of_nearest_points(name):
    maps = FAMILIES[name]
    U = np.random.default_rng(1).standard_normal(maps.shape)
    problem = maps.problem_to(U)
    for rank, loss in enumerate(problem.curve().losses):
        point = problem.best(rank)
        assert isinstance(point, NearestPoint)
        assert point.distance**2 == pytest.approx(loss)
        assert np.linalg.norm(U - point.matrix()) ** 2 == pytest.approx(loss)
        assert point.ranks == problem.curve().component(rank).ranks


@pytest.mark.parametrize("name", NAMES)
def test_the_curve_is_the_best_of_all_components(name):
    """Against every component, fitted on its own: the dynamic program plays no part in these."""
    maps = FAMILIES[name]
    X, Y = data(maps, 60)
    curve = maps.problem(X, Y).curve()
    for rank in range(min(maps.largest_rank, 5) + 1):
        least = min(np.mean((X @ c.fit(X, Y).matrix().T - Y) ** 2) for c in maps.bounded(rank).components())
        assert curve.losses[rank] == pytest.approx(least)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("what", ["data", "targets", "matrix"])
def test_one_decomposition_answers_everything(name, what, monkeypatch):
    maps = FAMILIES[name]
    if what == "data" and maps.domain != maps.codomain:
        pytest.skip("inputs cannot be their own targets")
    X, Y = data(maps, 80)
    maps.bundles, maps.blocks, maps.slots  # noqa: B018  the change of basis has decompositions of its own
    calls = {"eigh": 0, "svd": 0}
    for function in calls:
        counted = getattr(np.linalg, function)

        def counting(*arguments, counted=counted, function=function, **options):
            calls[function] += 1
            return counted(*arguments, **options)

        monkeypatch.setattr(np.linalg, function, counting)
    if what == "matrix":
        problem = maps.problem_to(np.random.default_rng(0).standard_normal(maps.shape))
    else:
        problem = maps.problem(X, None if what == "data" else Y)
    bundles = len(maps.bundles)
    once = {"eigh": bundles * (what != "matrix"), "svd": bundles * (what != "data")}
    assert calls == once
    for rank in range(maps.largest_rank + 1):
        problem.at(problem.best(rank).ranks)
    curve = problem.curve()
    curve.losses.sum()
    list(problem.critical_points(curve.component(maps.largest_rank // 2).ranks))
    assert calls == once


def test_moments_that_were_summed_elsewhere_give_the_same_problem():
    maps = FAMILIES["two shifts"]
    X, Y = data(maps, 40)
    problem = Problem.of_data(maps, data_moments(maps, X, Y))
    assert isinstance(problem.best(3), Solution)
    assert problem.best(3).loss == maps.problem(X, Y).best(3).loss == maps.bounded(3).fit(X, Y).loss
    np.testing.assert_array_equal(problem.best(3).matrix(), maps.bounded(3).fit(X, Y).matrix())
    assert problem.at(problem.best(3).ranks).loss == problem.best(3).loss


@pytest.mark.parametrize("name", NAMES)
def test_the_value_of_a_map_is_its_error(name):
    maps = FAMILIES[name]
    X, Y = data(maps, 40)
    M = maps.project(np.random.default_rng(2).standard_normal(maps.shape))
    assert maps.problem(X, Y).value_at(M) == pytest.approx(np.mean((X @ M.T - Y) ** 2))
    U = np.random.default_rng(3).standard_normal(maps.shape)
    assert maps.problem_to(U).value_at(M) == pytest.approx(np.sum((U - M) ** 2))


def test_large_terms_do_not_hide_which_small_ones_are_best():
    """Sums that contain the term 1e18 cannot tell 1 from 2; sums of what is left out can."""
    maps = ev.EquivariantMaps(ev.PermutationAction.from_cycles("(1 2)(3 4)"))
    big, small, smaller = 1e9, np.sqrt(2.0), 1.0
    plus, minus = (np.array([[1.0, sign], [sign, 1.0]]) / 2 for sign in (1, -1))
    U = np.zeros((4, 4))
    U[:2, :2] = big * plus + smaller * minus
    U[2:, 2:] = small * plus
    point = maps.bounded(2).nearest(U)
    assert point.ranks == (2, 0)
    assert point.distance == pytest.approx(smaller, rel=1e-6)
    assert maps.problem_to(U).curve().losses[2] == pytest.approx(smaller**2, rel=1e-6)


def test_wrong_questions():
    problem = FAMILIES["one permutation"].problem_to(np.eye(5))
    with pytest.raises(ev.InputError, match="rank must be a whole number from 0 to 5, not 6"):
        problem.best(6)
    with pytest.raises(ev.InputError, match="ranks must have one entry for each of the 3 blocks"):
        problem.at((1, 1))
    with pytest.raises(ev.InputError, match="rank must be a whole number from 0 to 5, not -1"):
        problem.curve().component(-1)
    with pytest.raises(ev.InputError, match=r"the matrix must have shape \(5, 5\)"):
        FAMILIES["one permutation"].problem_to(np.eye(4))
