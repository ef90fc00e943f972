"""Permutation actions: validation, orbits, matrices, and one group acting on many sets."""

from __future__ import annotations

import copy
import pickle
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import equivariety as ev
from equivariety.errors import InputError
from referees import orbits

ACTIONS = st.integers(1, 3).flatmap(
    lambda k: st.integers(1, 9).flatmap(lambda n: st.lists(st.permutations(range(n)), min_size=k, max_size=k))
).map(ev.PermutationAction)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(ACTIONS)
def test_orbits(action):
    assert [orbit.tolist() for orbit in action.orbits()] == orbits(action.images)
    for number, orbit in enumerate(action.orbits()):
        assert (action.orbit_labels[orbit] == number).all()


def test_a_million_points():
    images = np.roll(np.arange(10**6), 1)
    images[:100] = np.random.default_rng(0).permutation(images[:100])
    assert sum(len(orbit) for orbit in ev.PermutationAction(images).orbits()) == 10**6


@settings(max_examples=30, deadline=None)
@given(ACTIONS)
def test_matrices_move_coordinates(action):
    x = np.random.default_rng(0).standard_normal(action.degree)
    for number, image in enumerate(action.generators):
        P = action.matrix(number)
        np.testing.assert_array_equal(P @ x, x[image])
        assert all(P[i, image[i]] == 1 for i in range(action.degree))


def test_the_talks_matrix():
    rows = ev.PermutationAction.from_cycles("(1 3 4)(2 5)").matrix().toarray()
    assert (rows.argmax(axis=1) + 1).tolist() == [3, 5, 4, 1, 2]


@settings(max_examples=30, deadline=None)
@given(ACTIONS)
def test_pairs_unions_copies_and_subsets(action):
    n = action.degree
    pairs, union, copies = action**2, action + action, 3 * action
    for g, image in enumerate(action.generators):
        assert pairs.images[g].tolist() == [image[i] * n + image[j] for i in range(n) for j in range(n)]
        assert union.images[g].tolist() == [*image, *(image + n)]
        assert copies.images[g].tolist() == [i + c * n for c in range(3) for i in image]
    assert action**2 == action * action
    assert action**1 == action
    for size in range(1, min(n, 3) + 1):
        subsets = list(combinations(range(n), size))
        for g, image in enumerate(action.generators):
            expected = [subsets.index(tuple(sorted(image[i] for i in subset))) for subset in subsets]
            assert action.on_subsets(size).images[g].tolist() == expected


@settings(max_examples=30, deadline=None)
@given(ACTIONS)
def test_copies_pickles_and_representations_are_equal(action):
    for other in (copy.copy(action), copy.deepcopy(action), pickle.loads(pickle.dumps(action))):
        assert other == action
        assert hash(other) == hash(action)
        assert not other.images.flags.writeable
    from equivariety import PermutationAction  # noqa: F401  # for the representation

    assert eval(repr(action)) == action


def test_actions_are_values():
    action = ev.PermutationAction([1, 0, 2])
    assert action == ev.PermutationAction(np.array([[1, 0, 2]]))
    assert action != ev.PermutationAction([0, 1, 2])
    assert action != "(1 2)"
    assert len({action, ev.PermutationAction([1, 0, 2])}) == 1
    with pytest.raises(ValueError, match="read-only"):
        action.images[0, 0] = 5
    assert action.cycles() == "(1 2)"
    assert ev.PermutationAction([0, 1]).is_trivial
    assert not action.is_trivial
    assert repr(ev.actions.cyclic(100)) == "<PermutationAction of degree 100 with 1 generators>"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ev.PermutationAction([0, 0, 1]), r"generator 1 must be a permutation of 0..2: image 0 is taken twice"),
        (lambda: ev.PermutationAction([0, 3, 1]), r"generator 1 must be a permutation of 0..2: the image of 1 is 3"),
        (lambda: ev.PermutationAction([[1, 0], [0, -1]]), "generator 2 must be .*: the image of 1 is -1"),
        (lambda: ev.PermutationAction([[0, 1], [0, 1, 2]]), "generator 1 has 2 points, generator 2 has 3"),
        (lambda: ev.PermutationAction([]), "one or several permutations of at least one point, not an empty list"),
        (lambda: ev.PermutationAction([[]]), "one or several permutations of at least one point, not an empty list"),
        (
            lambda: ev.PermutationAction([0.0, 1.0]),
            "must be whole numbers .0-based images., not values of type float64",
        ),
        (lambda: ev.actions.cyclic(3) + ev.actions.image_shift((2, 2)), r"both sides of '\+' must have the same gen"),
        (lambda: ev.actions.cyclic(3) * ev.actions.image_shift((2, 2)), "the left has 1, the right has 2"),
        (lambda: ev.actions.cyclic(3) ** 0, "the exponent of an action must be a whole number of at least 1, not 0"),
        (
            lambda: 0 * ev.actions.cyclic(3),
            "the number of copies of an action must be a whole number of at least 1, not 0",
        ),
        (lambda: ev.actions.cyclic(3).on_subsets(4), "size of the subsets must be from 1 to the degree 3, not 4"),
        (lambda: ev.actions.cyclic(3).on_subsets("a"), "size of the subsets must be from 1 to the degree 3, not 'a'"),
        (lambda: ev.actions.cyclic(3) + 1, r"the right side of '\+' must be an Action, not 1$"),
        (
            lambda: ev.actions.cyclic(3) * 2,
            r"the right side of '\*' must be .*, not 2; copies of an action are written 2 ",
        ),
        (lambda: ev.actions.cyclic(3) ** None, "exponent of an action must be a whole number of at least 1, not None"),
        (lambda: ev.PermutationAction(5), "generators must be one or several lists of 0-based images, not 5"),
        (lambda: ev.PermutationAction(np.array(3)), r"several lists of 0-based images, not array\(3\)"),
        (lambda: ev.PermutationAction.from_cycles("(1 2)", "a"), r"degree must be at least 2 for '\(1 2\)', not 'a'"),
        (lambda: ev.actions.cyclic(None), "degree must be a whole number of at least 1, not None"),
        (lambda: ev.actions.image_rotation((3, 3)), r"size must be a whole number of at least 1, not \(3, 3\)"),
        (lambda: ev.actions.image_shift(28), "shape must be 2 positive whole numbers, not 28"),
        (lambda: ev.actions.image_shift((2, None)), r"shape must be 2 positive whole numbers, not \(2, None\)"),
        (lambda: ev.actions.regular([[0]], ["a"]), "generators must be elements 0..0, not 'a'"),
        (lambda: ev.actions.cyclic(0), "degree must be a whole number of at least 1, not 0"),
        (lambda: ev.actions.image_shift((2, 0)), r"shape must be 2 positive whole numbers, not \(2, 0\)"),
        (lambda: ev.actions.image_shift((2, 2), axis=2), "axis must be one of 0, 1, not 2"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_grids_move_as_images_do():
    image = np.arange(12).reshape(3, 4)
    for action, moved in [
        (ev.actions.image_shift((3, 4), axis=1), np.roll(image, -1, axis=1)),
        (ev.actions.image_shift((3, 4), axis=0), np.roll(image, -1, axis=0)),
        (ev.actions.image_reflection((3, 4), axis=1), image[:, ::-1]),
        (ev.actions.image_reflection((3, 4), axis=0), image[::-1]),
        (ev.actions.image_rotation(4), np.rot90(np.arange(16).reshape(4, 4))),
        (ev.actions.image_rotation(5), np.rot90(np.arange(25).reshape(5, 5))),
    ]:
        assert action.images[0].tolist() == moved.ravel().tolist()
    assert [len(orbit) for orbit in ev.actions.image_rotation(5).orbits()].count(1) == 1
    volume = np.arange(24).reshape(2, 3, 4)
    for axis in range(3):
        found = ev.actions.volume_shift((2, 3, 4), axis=axis).images[0]
        assert found.tolist() == np.roll(volume, -1, axis=axis).ravel().tolist()
