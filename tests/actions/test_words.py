"""Subgroups given by words, against products of dense matrices: permutations, signs, turning fibres."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import equivariety as ev
from equivariety.errors import InputError


def _rotation(angle):
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


SQUARE = ev.actions.dihedral(4)
ACTIONS = {
    "permutations": SQUARE,
    "signs": SQUARE.with_signs([[1, -1, 1, 1], [-1, -1, 1, 1]]),
    "quarter turns": SQUARE.on_vectors([_rotation(np.pi / 2), np.diag([1.0, -1.0])]),
    "fifths of a turn": ev.actions.cyclic(5).on_vectors([_rotation(2 * np.pi / 5)]) + ev.actions.cyclic(5),
    "matrices": ev.OrthogonalAction([_rotation(0.3), np.diag([1.0, -1.0])]),
}


def _dense(action, word):
    product = np.eye(action.degree)
    for number in word:
        factor = action.matrix(abs(number) - 1).toarray()
        product = product @ (factor if number > 0 else factor.T)
    return product


@settings(deadline=None)
@given(st.sampled_from(sorted(ACTIONS)), st.data())
def test_words_are_products_of_matrices(name, data):
    action = ACTIONS[name]
    count = action.number_of_generators
    numbers = st.integers(-count, count).filter(bool)
    words = data.draw(st.lists(st.lists(numbers, max_size=6), min_size=1, max_size=3))
    subgroup = action.subgroup(words)
    assert subgroup.number_of_generators == len(words)
    for number, word in enumerate(words):
        np.testing.assert_allclose(subgroup.matrix(number).toarray(), _dense(action, word), atol=1e-14)
    assert subgroup == action.subgroup([" ".join(map(str, word)) for word in words])


def test_kinds_become_simpler_where_they_can():
    turns = ev.actions.cyclic(5).on_vectors([_rotation(2 * np.pi / 5)])
    assert isinstance(turns.subgroup([(1,)]), ev.OrthogonalAction)
    assert isinstance(turns.subgroup([(1,) * 5]), ev.PermutationAction)
    assert turns.subgroup([()]).is_trivial
    signs = ev.SignedPermutationAction.from_cycles("(1 2 3 -4)")
    assert isinstance(signs.subgroup([(1, 1, 1, 1)]), ev.SignedPermutationAction)
    assert isinstance(signs.subgroup([(1,) * 8]), ev.PermutationAction)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "at least one word"),
        ("1 1", r"words must be a sequence of words, such as \[\(1, -2\), \(2, 2\)\], not '1 1'"),
        ([(3,)], "a word must name generators from 1 to 2, not 3"),
        ([(0,)], "a word must be numbers of generators from 1"),
        ([7], "a word must be numbers of generators from 1, negative for inverses, .*, not 7"),
        (["a"], "not 'a'"),
    ],
)
def test_messages(words, message):
    with pytest.raises(InputError, match=message):
        SQUARE.subgroup(words)
