"""Hard-wired, augmented and regularized problems compared: which statements of arXiv 2506.13714 hold, and where."""

from math import comb

import numpy as np
import pytest

import equivariety as ev
from equivariety.geometry import augmented, regularization_path, regularized
from equivariety.geometry.enforcing import _descend, _moments
from referees import group_elements

ROTATION = ev.actions.image_rotation(3)


def data(maps, seed=0, samples=60):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((samples, maps.domain.degree)) @ rng.standard_normal((maps.domain.degree,) * 2)
    return X, X @ rng.standard_normal(maps.shape).T + rng.standard_normal((samples, maps.codomain.degree))


@pytest.mark.parametrize("rank", [1, 2])
def test_for_invariant_maps_augmentation_has_the_critical_points_of_hard_wiring(rank):
    maps = ev.InvariantMaps(ROTATION, outputs=3)
    X, Y = data(maps)
    hard = list(maps.bounded(rank).component([rank]).critical_fits(X, Y))
    soft = list(augmented(maps, rank, X, Y))
    assert len(hard) == len(soft) == comb(3, rank)
    for one, other in zip(hard, soft, strict=True):
        np.testing.assert_allclose(one.matrix(), other.matrix(), atol=1e-8)
        assert one.loss == pytest.approx(other.loss)
        assert one.morse_index == other.morse_index


def test_augmentation_is_the_mean_over_the_group():
    maps = ev.EquivariantMaps(ev.actions.symmetric(4))
    X, Y = data(maps, seed=1)
    elements = group_elements(maps.domain.images)
    # (P x)_i = x_(sigma(i)); both sides carry the same action.
    every_X = np.concatenate([X[:, list(element)] for element in elements])
    every_Y = np.concatenate([Y[:, list(element)] for element in elements])
    dense = ev.EquivariantMaps(ev.actions.trivial(4)).bounded(1).component([1])
    expected = dense.fit(every_X, every_Y)
    found = augmented(maps, 1, X, Y).minimum
    assert found.loss == pytest.approx(expected.loss)
    np.testing.assert_allclose(found.matrix(), expected.matrix(), atol=1e-8)


def test_for_equivariant_maps_augmentation_splits_irreducibles_into_families():
    """The statement for invariant maps fails: singular values repeat n_i times, and a cut may split an irreducible."""
    maps = ev.EquivariantMaps(ev.actions.symmetric(3))
    rng = np.random.default_rng(2)
    X = rng.standard_normal((50, 3))
    Y = X @ (3 * np.eye(3) - 0.9) + 0.1 * rng.standard_normal((50, 3))  # the block of dimension 2 matters most
    whole, split = augmented(maps, 2, X, Y), augmented(maps, 1, X, Y)
    # Where the cut does not split an irreducible, the augmented optimum is equivariant.
    np.testing.assert_allclose(whole.minimum.matrix(), augmented_fit(maps, (0, 1), X, Y), atol=1e-8)
    assert maps.contains(whole.minimum.matrix())
    assert not split.finite
    assert set(split.families) == {0, 1}
    hard = augmented_fit(maps, (1, 0), X, Y)
    assert any(np.allclose(point.matrix(), hard) for point in split)
    assert not maps.contains(split.minimum.matrix())


def augmented_fit(maps, ranks, X, Y):
    elements = group_elements(maps.domain.images)
    every_X, every_Y = (np.concatenate([data[:, list(element)] for element in elements]) for data in (X, Y))
    return ev.varieties.Component(maps, ranks).fit(every_X, every_Y).matrix()


@pytest.mark.parametrize("rank", [1, 2])
def test_the_penalty_adds_saddles_only_and_its_minimum_tends_to_the_hard_wired_one(rank):
    maps = ev.InvariantMaps(ev.PermutationAction.from_cycles("(1 2 3)(4 5)"), outputs=4)
    X, Y = data(maps, seed=3)
    hard = maps.bounded(rank).fit(X, Y)
    for weight in (0.0, 0.1, 10.0):
        points = regularized(maps, rank, X, Y, weight)
        assert points.count == comb(4, rank) > maps.bounded(rank).component([rank]).critical_fits(X, Y).count
        assert [point.morse_index == 0 for point in points] == [True] + [False] * (comb(4, rank) - 1)
    path = regularization_path(maps, rank, X, Y, [1e6, 0.0, 1e-2, 1.0, 1e3])
    assert [point.weight for point in path] == [0.0, 1e-2, 1.0, 1e3, 1e6]
    losses, penalties = [p.loss for p in path], [p.penalty for p in path]
    assert losses == sorted(losses)
    assert penalties == sorted(penalties, reverse=True)
    distances = [np.linalg.norm(p.matrix - hard.matrix()) for p in path]
    assert distances[-1] < 1e-4 < distances[0]
    assert path[-1].loss == pytest.approx(hard.loss, rel=1e-4)
    assert all(p.loss <= hard.loss + 1e-12 for p in path)


def test_closed_form_and_local_search_agree_for_invariant_maps():
    maps = ev.InvariantMaps(ev.PermutationAction.from_cycles("(1 2 3)(4 5)"), outputs=3)
    X, Y = data(maps, seed=4)
    best = regularized(maps, 2, X, Y, 0.3).minimum
    start = best.matrix() + 0.1 * np.random.default_rng(5).standard_normal(maps.shape)
    np.testing.assert_allclose(_descend(maps, 2, _moments(maps, X, Y), 0.3, start), best.matrix(), atol=1e-4)


def test_path_for_equivariant_maps():
    maps = ev.EquivariantMaps(ev.actions.cyclic(4))
    X, Y = data(maps, seed=6)
    path = regularization_path(maps, 2, X, Y, [0.0, 1.0, 100.0, 1e4])
    hard = maps.bounded(2).fit(X, Y)
    totals = [point.loss + point.weight * point.penalty for point in path]
    assert totals == sorted(totals)
    assert path[-1].penalty < 1e-5
    assert all(total <= hard.loss + 1e-9 for total in totals)


def test_errors():
    maps = ev.EquivariantMaps(ev.actions.cyclic(3))
    X, Y = data(maps)
    with pytest.raises(ev.InputError, match="closed form for invariant maps only"):
        regularized(maps, 1, X, Y, 1.0)
    invariant = ev.InvariantMaps(ev.actions.cyclic(3), 2)
    with pytest.raises(ev.InputError, match="weight must not be negative, not -1"):
        regularized(invariant, 1, X, Y[:, :2], -1)
    with pytest.raises(ev.InputError, match="at least one"):
        regularization_path(invariant, 1, X, Y[:, :2], [])
    with pytest.raises(ev.InputError, match="as many samples as X: 60, not 59"):
        augmented(maps, 1, X, Y[:-1])
    with pytest.raises(ev.InputError, match="must span all 3 directions"):
        augmented(maps, 1, np.ones((5, 3)), np.ones((5, 3)))
