"""Generators as SymPy holds them and as functions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import equivariety as ev

combinatorics = pytest.importorskip("sympy.combinatorics")


def test_groups_of_sympy():
    for group in (combinatorics.SymmetricGroup(5), combinatorics.DihedralGroup(7), combinatorics.AlternatingGroup(4)):
        action = ev.PermutationAction(group)
        assert action.degree == group.degree
        assert [list(image) for image in action.generators] == [list(g.array_form) for g in group.generators]


def test_one_permutation_and_several_of_different_sizes():
    assert ev.PermutationAction(combinatorics.Permutation([[0, 2, 3], [1, 4]])).cycles() == "(1 3 4)(2 5)"
    several = [combinatorics.Permutation(0, 1), combinatorics.Permutation(1, 2, 3)]
    assert ev.PermutationAction(several).cycles() == "(1 2); (2 3 4)"
    assert ev.PermutationAction(tuple(several)).degree == 4


@given(st.permutations(range(7)), st.integers(0, 6))
def test_images_follow_sympy(image, point):
    permutation = combinatorics.Permutation(image)
    assert ev.PermutationAction(permutation).images[0][point] == permutation(point)


def test_functions_move_the_entries_of_arrays():
    shape = (3, 4)
    moves = [np.flipud, np.fliplr, lambda grid: np.roll(grid, 1, axis=0), lambda grid: grid[::-1, ::-1]]
    action = ev.PermutationAction.from_functions(moves, shape)
    x = np.random.default_rng(0).standard_normal(shape)
    for number, move in enumerate(moves):
        np.testing.assert_array_equal(action.matrix(number) @ x.ravel(), move(x).ravel())


@pytest.mark.parametrize(
    ("functions", "shape", "message"),
    [
        (3, 4, "functions must be one or several functions of an array of numbers, not 3"),
        ([np.flip, None], 4, "function 2 must be a function of an array of numbers, not None"),
        (lambda i: i[:2], 4, r"function 1 must give the 4 numbers back in another order, not int64 of shape \(2,\)"),
        (lambda i: i / 2, 4, "must give the 4 numbers back in another order, not float64"),
        (lambda i: 0 * i, 4, "generator 1 must be a permutation of 0..3: image 0 is taken twice"),
        (np.flip, (2, 0), r"shape must be one or several positive whole numbers, not \(2, 0\)"),
        (np.flip, 2.5, "shape must be one or several positive whole numbers, not 2.5"),
    ],
)
def test_functions_that_do_not_permute(functions, shape, message):
    with pytest.raises(ev.InputError, match=message):
        ev.PermutationAction.from_functions(functions, shape)


def test_text_and_functions_are_sent_to_their_door():
    with pytest.raises(ev.InputError, match=r"text is read by PermutationAction.from_cycles"):
        ev.PermutationAction("(1 2 3)")
    with pytest.raises(ev.InputError, match=r"functions go to PermutationAction.from_functions"):
        ev.PermutationAction([np.flip])
