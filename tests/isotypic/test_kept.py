"""Equal actions are split once in a process, whoever asks."""

from __future__ import annotations

import os
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV, cross_val_score

import equivariety as ev
from equivariety.isotypic import kept
from equivariety.isotypic.kept import KeptDecompositions, size
from orthogonal_cases import orthogonal_cases, sides


@pytest.fixture
def splittings(monkeypatch):
    """The actions that are split from here on; nothing is kept from before."""
    found = []

    def counted(domain, codomain=None):
        found.append((domain, codomain))
        return decompose(domain, codomain)

    decompose = kept.decompose
    monkeypatch.setattr(kept, "decompose", counted)
    kept._KEPT.forget()
    return found


def _action():
    """Made anew each time: an equal one, not the same."""
    return ev.PermutationAction.from_cycles("(1 2 3 4)(5 6 7 8)(9 10); (1 3)(5 7)", degree=11)


def test_repeated_fits_split_once(splittings):
    X = np.random.default_rng(0).standard_normal((40, 11))
    for rank in (2, 3, 4):
        ev.EquivariantPCA(_action(), rank).fit(X).transform(X)
        ev.EquivariantRegression(_action(), rank=rank).fit(X, X)
        ev.EquivariantMaps(_action()).bounded(rank).fit(X)
    assert len(splittings) == 1


def test_cross_validation_and_grid_search_split_once(splittings):
    X = np.random.default_rng(0).standard_normal((40, 11))
    cross_val_score(ev.EquivariantPCA(_action(), 3), X, cv=5)
    GridSearchCV(ev.EquivariantPCA(_action()), {"n_components": [1, 2, 3]}, cv=3).fit(X)
    assert len(splittings) == 1


def test_two_sides_are_not_taken_for_one(splittings):
    square = ev.PermutationAction.from_cycles("(1 2 3 4); (1 3)")
    for _ in range(2):
        alone = ev.EquivariantMaps(square)
        pair = ev.EquivariantMaps(square, square.on_subsets(2))
        back = ev.EquivariantMaps(square.on_subsets(2), square)
    assert alone.shape, pair.shape == ((4, 4), (6, 4))
    assert [maps.dimension for maps in (alone, pair, back)] == [3, pair.dimension, pair.dimension]
    for maps in (alone, pair, back):
        maps.decomposition  # noqa: B018
    assert len(splittings) == 3


@pytest.mark.parametrize("case", orthogonal_cases()[:12], ids=lambda case: case["name"])
def test_what_is_kept_is_what_a_splitting_gives(case):
    action = sides(case)[0]
    keeper = KeptDecompositions()
    first, again = keeper.decomposition(action, None), keeper.decomposition(pickle.loads(pickle.dumps(action)), None)
    assert first is again
    np.testing.assert_array_equal(first.domain.matrix(), kept.decompose(action).domain.matrix())


def test_actions_that_differ_in_the_last_bit_are_different():
    turn = np.array([[0.6, -0.8], [0.8, 0.6]])
    nearly = np.array([[np.nextafter(0.6, 1), -0.8], [0.8, 0.6]])
    keeper = KeptDecompositions()
    keeper.decomposition(ev.OrthogonalAction([turn]), None)
    keeper.decomposition(ev.OrthogonalAction([nearly]), None)
    assert len(keeper) == 2


def test_threads_that_ask_at_once_split_once(splittings):
    ready = threading.Barrier(6)

    def ask(_):
        ready.wait()
        return ev.EquivariantMaps(_action()).decomposition

    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(ask, range(6)))
    assert len(splittings) == 1
    assert all(each is found[0] for each in found)


def test_the_bounds_hold_and_the_oldest_goes_first():
    keeper = KeptDecompositions(most=3)
    actions = [ev.actions.cyclic(n) for n in (3, 4, 5, 6)]
    kept_first = [keeper.decomposition(action, None) for action in actions]
    assert len(keeper) == 3
    assert keeper.decomposition(actions[3], None) is kept_first[3]
    assert keeper.decomposition(actions[0], None) is not kept_first[0]
    assert len(KeptDecompositions(most_bytes=1)) == 0
    small = KeptDecompositions(most_bytes=size(kept_first[0]))
    small.decomposition(actions[3], None)
    assert len(small) == 0  # too large to be kept, and it was given all the same


def test_a_failure_is_not_kept(monkeypatch):
    keeper, decompose = KeptDecompositions(), kept.decompose

    def failing(domain, codomain=None):
        raise KeyboardInterrupt

    monkeypatch.setattr(kept, "decompose", failing)
    with pytest.raises(KeyboardInterrupt):
        keeper.decomposition(_action(), None)
    monkeypatch.setattr(kept, "decompose", decompose)
    assert len(keeper) == 0
    assert keeper.decomposition(_action(), None).domain.degree == 11


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_child_that_was_forked_while_a_thread_splits_does_not_wait_for_it():
    with kept._KEPT._lock:
        child = os.fork()
        if not child:  # the lock of the parent is never released here
            os._exit(0 if ev.EquivariantMaps(_action()).decomposition.domain.degree == 11 else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_pickled_actions_are_as_small_as_before():
    action = _action()
    before = len(pickle.dumps(action))
    ev.EquivariantMaps(action).decomposition  # noqa: B018
    assert len(pickle.dumps(action)) == before


def test_sizes_count_points_and_bases():
    many = kept.decompose(ev.actions.image_shift((30, 30), axis=1))
    assert 24 * 900 <= size(many) <= 40 * 900 + 2 * 8 * 30 * 30 + 64 * 16 + 24 * 900
