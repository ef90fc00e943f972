"""What cannot pass is said: dimensions without splitting, reachable ranks, and one line for every object."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

import equivariety as ev
from cases import FAMILIES, pairs_of_actions
from equivariety.varieties.report import warn_if_unreachable


@settings(max_examples=80, deadline=None)
@given(pairs_of_actions(7))
def test_the_number_of_orbits_on_pairs_is_the_dimension(pair):
    counted = ev.EquivariantMaps(*pair).dimension
    maps = ev.EquivariantMaps(*pair)
    assert counted == sum(block.dimension for block in maps.blocks) == maps.dimension
    pairs = {(i, j) for i in range(maps.shape[0]) for j in range(maps.shape[1])}
    orbits = 0
    while pairs:
        waiting, orbits = [pairs.pop()], orbits + 1
        while waiting:
            i, j = waiting.pop()
            for rows, columns in zip(maps.codomain.images, maps.domain.images, strict=True):
                image = int(rows[i]), int(columns[j])
                if image in pairs:
                    pairs.remove(image)
                    waiting.append(image)
    assert counted == orbits


def test_large_orbits_need_no_splitting():
    assert ev.EquivariantMaps(ev.actions.symmetric(5000)).dimension == 2
    large = ev.actions.symmetric(2000)
    assert ev.EquivariantMaps(large, large + large).dimension == 4


@settings(max_examples=60, deadline=None)
@given(pairs_of_actions(6))
def test_reachable_ranks_are_those_of_components(pair):
    maps = ev.EquivariantMaps(*pair)
    report = maps.report()
    assert report.dimension == maps.dimension
    assert report.largest_rank == maps.largest_rank
    for rank in range(min(maps.shape) + 1):
        assert report.reachable(rank) == max(component.rank for component in maps.bounded(rank).components())


def test_an_unreachable_rank_is_warned_of():
    report = ev.EquivariantMaps(ev.actions.cyclic(4), ev.actions.cyclic(6)).report()
    with pytest.warns(UserWarning, match="rank 4 cannot be reached: equivariant maps have rank at most 2"):
        warn_if_unreachable(report, 4)
    warn_if_unreachable(report, 2)


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_objects_print_in_one_short_line(name):
    maps = FAMILIES[name]
    U = np.eye(*maps.shape)
    problem = maps.problem_to(U)
    rank = min(maps.shape) // 2
    solution = maps.bounded(rank).fit(np.eye(maps.shape[1]), np.eye(*maps.shape[::-1]))
    for shown in (maps, maps.bounded(rank), solution.component, solution, problem, problem.best(rank), problem.curve()):
        assert len(repr(shown)) < 160, repr(shown)
        assert "\n" not in repr(shown)


def test_estimators_without_centering_report_the_loss_of_their_map():
    rng = np.random.default_rng(0)
    X = 1e8 + rng.standard_normal((50, 4))
    pca = ev.EquivariantPCA(n_components=2, center=False).fit(X)
    M = np.asarray(pca.solution_.matrix(), np.longdouble)
    assert pca.loss_ == pytest.approx(float(np.mean((X @ M.T - X) ** 2)), rel=1e-5)
    model = ev.EquivariantRegression(fit_intercept=False).fit(X, X @ rng.standard_normal((4, 4)))
    assert model.solution_.numerical_ranks == (4,)
