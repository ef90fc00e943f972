"""Actions on coordinates with names, and channels in both orders of storage."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone

import equivariety as ev
from equivariety.errors import InputError

NAMES = ["F3", "Fz", "F4", "C3", "C4"]
MIRROR = [("F3", "F4"), ("C3", "C4")]


@given(images=st.integers(1, 7).flatmap(lambda n: st.lists(st.permutations(range(n)), min_size=1, max_size=3)))
def test_mappings_of_names_are_images(images):
    names = [f"point {i}" for i in range(len(images[0]))]
    mappings = [{names[i]: names[j] for i, j in enumerate(image)} for image in images]
    assert ev.actions.from_labels(names, mappings) == ev.PermutationAction(images)


@pytest.mark.parametrize("cycles", ["(1 3 4)(2 5)", "(1 -2 3)(-4)(5)", "(1 2); (-3 -4)"])
def test_cycles_of_names_are_cycles_of_numbers(cycles):
    names = ["a", "b", "c", "d", "e"]
    spelled = [
        [
            ["-" * (word[0] == "-") + names[int(word.strip("-")) - 1] for word in cycle.split()]
            for cycle in generator.strip("() ").split(")(")
        ]
        for generator in cycles.split(";")
    ]
    kind = ev.SignedPermutationAction if "-" in cycles else ev.PermutationAction
    assert ev.actions.from_labels(names, spelled) == kind.from_cycles(cycles, 5)


def test_a_mapping_says_where_a_coordinate_is_read():
    action = ev.actions.from_labels(["a", "b", "c"], {"a": "-b", "b": "c", "c": "a"})
    np.testing.assert_array_equal(action.apply([[1, 2, 3]]), [[-2, 3, 1]])


def test_names_may_begin_with_a_minus():
    assert ev.actions.from_labels(["-1", "+1"], [("-1", "+1")]).cycles() == "(1 2)"


@pytest.mark.parametrize("kind", ["plain", "signs", "vectors"])
def test_labels_survive_copies_and_files(kind, tmp_path):
    action = {
        "plain": ev.actions.cyclic(4),
        "signs": ev.SignedPermutationAction.from_cycles("(1 2)(-3)(4)"),
        "vectors": ev.actions.cyclic(2).on_vectors([[0.6, -0.8], [0.8, 0.6]]),
    }[kind].with_labels("abcd")
    for again in (copy.copy(action), copy.deepcopy(action), pickle.loads(pickle.dumps(action))):
        assert again == action
        assert again.labels == tuple("abcd")
    pca = ev.EquivariantPCA(action, n_components=2).fit(np.random.default_rng(0).standard_normal((9, 4)))
    assert clone(pca).action.labels == tuple("abcd")
    ev.save_model(tmp_path / "model", pca)
    assert ev.load_model(tmp_path / "model").action.labels == tuple("abcd")


ESTIMATORS = [
    ev.EquivariantPCA,
    ev.EquivariantRegression,
    ev.EquivariantRegressionCV,
    ev.InvariantRegression,
    ev.EquivariantCovariance,
    ev.EquivariantDMD,
    ev.InvariantScaler,
]


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_columns_are_compared_with_the_labels(estimator):
    action = ev.actions.from_labels(NAMES, MIRROR)
    frame = pandas.DataFrame(np.random.default_rng(0).standard_normal((20, 5)), columns=NAMES)
    estimator(action).fit(frame, frame.to_numpy())
    estimator(action).fit(frame.to_numpy(), frame.to_numpy())  # without names nothing can be compared
    with pytest.raises(InputError, match=r"column 0 is 'C4', the action has 'F3' \(the same names in another order"):
        estimator(action).fit(frame[NAMES[::-1]], frame.to_numpy())
    with pytest.raises(InputError, match=r"column 2 is 'F8', the action has 'F4'$"):
        estimator(action).fit(frame.rename(columns={"F4": "F8"}), frame.to_numpy())


@pytest.mark.parametrize(
    ("labels", "generators", "message"),
    [
        (NAMES, {"F3": "F4"}, "'F3' and 'F4' both go to 'F4'; a swap needs both directions"),
        (NAMES, [("F3", "F5")], "'F5' is not one of the labels"),
        (NAMES, {"F9": "F3"}, "'F9' is not one of the labels"),
        (NAMES, [("F3", "F4"), ("F4", "C4")], "'F4' occurs twice"),
        (NAMES, [("F3", "F3")], "'F3' occurs twice"),
        (NAMES, [], "at least one"),
        (NAMES, "(1 2)", "text is read by"),
        (["a", "a"], [("a",)], "different names"),
        ([], [], "different names"),
        ([1, 2], [(1, 2)], "different names"),
        (NAMES, [[(1, 2)]], "1 is not one of the labels"),
        (NAMES, [(1, 2)], "cycles must be tuples of names"),
        (NAMES, ["F3", "F4"], "cycles must be tuples of names"),
    ],
)
def test_wrong_names_are_refused(labels, generators, message):
    with pytest.raises(InputError, match=message):
        ev.actions.from_labels(labels, generators)


@pytest.mark.parametrize("names", ["abc", ["a", "b", "b", "c"], [1, 2, 3, 4]])
def test_wrong_labels_are_refused(names):
    with pytest.raises(InputError, match="labels must be 4 different names"):
        ev.actions.cyclic(4).with_labels(names)


@pytest.mark.parametrize(("layout", "axes"), [("first", (2, 3)), ("last", (1, 2))])
def test_channels_move_images(layout, axes):
    shape = (5, 2, 4, 4) if layout == "first" else (5, 4, 4, 2)
    images = np.random.default_rng(0).random(shape)
    action = ev.actions.channels(ev.actions.image_dihedral(4), 2, layout)
    np.testing.assert_array_equal(action.apply(images.reshape(5, -1), 0), np.rot90(images, axes=axes).reshape(5, -1))
    np.testing.assert_array_equal(action.apply(images.reshape(5, -1), 1), np.flip(images, axis=axes[1]).reshape(5, -1))
    signed = ev.actions.channels(ev.SignedPermutationAction.from_cycles("(1 -2)"), 3, layout)
    assert signed.degree == 6


def test_other_layouts_are_refused():
    with pytest.raises(InputError, match="layout must be 'first'"):
        ev.actions.channels(ev.actions.cyclic(3), 2, "middle")


def test_images_that_are_not_flat_are_refused_with_what_to_do():
    with pytest.raises(InputError, match=r"X.reshape\(len\(X\), -1\).*layout='last'"):
        ev.EquivariantPCA(ev.actions.image_shift((4, 4))).fit(np.ones((3, 4, 4)))
