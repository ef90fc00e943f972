"""The catalogue: orders, orbits and relations of its groups, found by enumerating them."""

from __future__ import annotations

from math import factorial

import numpy as np
import pytest

from equivariety import actions
from equivariety.errors import InputError
from referees import group_elements, pair_orbits


def order(action):
    return len(group_elements(action.images))


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (actions.image_dihedral(3), 8),
        (actions.image_dihedral(4), 8),
        (actions.image_shift((3, 4)), 12),
        (actions.volume_rotations(2), 24),
        (actions.volume_rotations(3), 24),
        (actions.volume_symmetries(2), 48),
        (actions.volume_symmetries(3), 48),
        (actions.cyclic(7), 7),
        (actions.dihedral(7), 14),
        (actions.symmetric(1), 1),
        (actions.symmetric(2), 2),
        (actions.symmetric(5), 120),
        (actions.alternating(1), 1),
        (actions.alternating(2), 1),
        (actions.alternating(3), 3),
        (actions.alternating(4), 12),
        (actions.alternating(5), 60),
        (actions.alternating(6), 360),
        (actions.row_permutations((2, 3)), 36),
        (actions.row_permutations((3, 1)), 1),
        (actions.direct_product(actions.cyclic(4), actions.symmetric(3)), 24),
    ],
)
def test_order_of_the_group(action, expected):
    assert order(action) == expected


def test_dihedral_generators_are_the_rotation_and_the_reflection_of_the_catalogue():
    images = actions.image_dihedral(5).images
    np.testing.assert_array_equal(images[0], actions.image_rotation(5).images[0])
    np.testing.assert_array_equal(images[1], actions.image_reflection((5, 5)).images[0])


def test_volume_rotations_keep_the_distance_to_the_center():
    center = np.argwhere(np.ones((4, 4, 4))) - 1.5
    radius = (center**2).sum(axis=1)
    for action in (actions.volume_rotations(4), actions.volume_symmetries(4)):
        for image in action.images:
            np.testing.assert_array_equal(radius[image], radius)
            # A rotation or reflection keeps all distances, not only those to the center.
            moved = center[image]
            np.testing.assert_allclose(moved @ moved.T, center @ center.T)


def test_rotations_of_the_cube_preserve_orientation():
    center = np.argwhere(np.ones((2, 2, 2))) - 0.5
    for image in actions.volume_rotations(2).images:
        assert np.linalg.det(np.linalg.lstsq(center, center[image], rcond=None)[0]) == pytest.approx(1)


def test_row_permutations_are_independent():
    action = actions.row_permutations((3, 4))
    assert [len(orbit) for orbit in action.orbits()] == [4, 4, 4]
    # Two orbits on pairs inside each row, one between any two rows.
    assert len((action**2).orbits()) == 3 * 2 + 6


def test_direct_product_of_shifts_is_the_shift_of_both_axes():
    assert actions.direct_product(actions.cyclic(3), actions.cyclic(5)) == actions.image_shift((3, 5))


def test_direct_product_on_pairs_has_products_of_orbits():
    first, second = actions.symmetric(3), actions.dihedral(4)
    product = actions.direct_product(first, second)
    count = pair_orbits(product.images, product.images).max() + 1
    expected = [pair_orbits(action.images, action.images).max() + 1 for action in (first, second)]
    assert count == expected[0] * expected[1]


@pytest.mark.parametrize("build", [actions.image_dihedral, actions.volume_rotations, actions.volume_symmetries])
def test_sizes_of_grids_are_checked(build):
    with pytest.raises(InputError, match="size must be a whole number of at least 1, not 0"):
        build(0)


@pytest.mark.parametrize("build", [actions.dihedral, actions.symmetric, actions.alternating])
def test_degrees_are_checked(build):
    with pytest.raises(InputError, match=r"(degree|corners) must be a whole number of at least 1, not 2\.5"):
        build(2.5)


def klein_table():
    return np.array([[0, 1, 2, 3], [1, 0, 3, 2], [2, 3, 0, 1], [3, 2, 1, 0]])


def symmetric_table(degree):
    elements = group_elements(actions.symmetric(degree).images)
    place = {element: index for index, element in enumerate(elements)}
    return np.array([[place[tuple(b[point] for point in a)] for b in elements] for a in elements])


def test_regular_action_is_regular():
    action = actions.regular(symmetric_table(4))
    assert action.degree == order(action) == factorial(4)
    assert len(action.orbits()) == 1


def test_regular_action_of_chosen_elements():
    assert len(actions.regular(klein_table(), generators=[1]).orbits()) == 2
    assert actions.regular([[0]]).cycles() == "()"
    with pytest.raises(InputError, match=r"generators must be elements 0\.\.3, not 4"):
        actions.regular(klein_table(), generators=[1, 4])
    with pytest.raises(InputError, match=r"generators must be elements 0\.\.3, at least one"):
        actions.regular(klein_table(), generators=[])


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ([[0, 1], [1, 1]], "row 1 does not hold each of 0..1 once"),
        ([[0, 1, 2], [1, 2, 0]], r"square array of whole numbers, not of shape \(2, 3\)"),
        ([[0.0]], "square array of whole numbers, not of shape .* and type float64"),
        ([[1, 0, 2], [0, 2, 1], [2, 1, 0]], "no element is neutral"),
        (
            # A loop of order 5: an identity and a Latin square, but not associative.
            [[0, 1, 2, 3, 4], [1, 0, 3, 4, 2], [2, 4, 0, 1, 3], [3, 2, 4, 0, 1], [4, 3, 1, 2, 0]],
            r"it is not associative \(for the element 1\)",
        ),
    ],
)
def test_tables_that_are_no_groups_are_refused(table, message):
    with pytest.raises(InputError, match=message):
        actions.regular(table)


def test_restriction_to_orbits_keeps_the_order_given():
    action = actions.volume_rotations(3)
    corners = next(orbit for orbit in action.orbits() if len(orbit) == 8)
    assert action.restrict(corners) == actions.volume_rotations(2)
    again = action.restrict(corners[::-1])
    np.testing.assert_array_equal(corners[::-1][again.images], action.images[:, corners[::-1]])


@pytest.mark.parametrize(
    ("points", "message"),
    [
        ([0, 1], "points must be a union of orbits, each point once"),
        ([0, 1, 2, 2], "points must be a union of orbits, each point once"),
        ([0, 1, 2, 5], r"points must be one or several of 0\.\.3, not \[0, 1, 2, 5\]"),
        ([], r"points must be one or several of 0\.\.3, not \[\]"),
        ([0.5], r"points must be one or several of 0\.\.3, not \[0\.5\]"),
    ],
)
def test_restriction_to_something_else_is_refused(points, message):
    with pytest.raises(InputError, match=message):
        actions.PermutationAction.from_cycles("(1 2 3)", degree=4).restrict(points)


@pytest.mark.parametrize(
    ("generators", "message"),
    [
        ([[0, 1], 3], "generators must be lists of 0-based images: generator 2 is 3"),
        ([3, [0, 1]], "nested deeper"),
        ([[[0]]], "generators must be one or several lists of 0-based images, not nested to depth 3"),
        ([[0, [1, 2]]], "nested deeper"),
    ],
)
def test_malformed_generators_are_refused(generators, message):
    with pytest.raises(InputError, match=message):
        actions.PermutationAction(generators)
