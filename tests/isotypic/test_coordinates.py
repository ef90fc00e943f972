"""The table of coordinates, judged by the columns of Q and by the action itself."""

from __future__ import annotations

import numpy as np
import pytest

import equivariety as ev
from equivariety.isotypic import decompose
from referees import orbits, reference_actions

CASES = [case for case in reference_actions() if case["n"] <= 24]
ACTIONS = [(case["name"], ev.PermutationAction(case["generators"])) for case in CASES]
ACTIONS += [(f"2 {name}", 2 * action) for name, action in ACTIONS if action.degree <= 12]
NAMES = [name for name, _ in ACTIONS]


@pytest.mark.parametrize(("name", "action"), ACTIONS, ids=NAMES)
def test_each_column_of_q_is_the_coordinate_that_the_table_names(name, action):
    basis = decompose(action).domain
    Q, table = basis.matrix(), basis.coordinates
    np.testing.assert_allclose(Q.T @ Q, np.eye(action.degree), atol=1e-12)
    bundle_of = {int(member): (number, place) for number, bundle in enumerate(basis.bundles)
                 for place, member in enumerate(bundle.members)}  # fmt: skip
    parts = basis.analyze(Q.T)
    for column in range(action.degree):
        bundle, member = bundle_of[int(table.irreducible[column])]
        spot = (member, table.copy[column], table.number[column], table.unit[column])
        assert parts[bundle][column][spot] == pytest.approx(1.0)
        assert sum(float((part[column] ** 2).sum()) for part in parts) == pytest.approx(1.0)


@pytest.mark.parametrize(("name", "action"), ACTIONS, ids=NAMES)
def test_generators_move_coordinates_within_one_occurrence_and_alike_in_all(name, action):
    """Q^T P Q couples equal irreducibles and equal numbers only, by one matrix for every number."""
    basis = decompose(action).domain
    Q, table = basis.matrix(), basis.coordinates
    for image in action.images:
        moved = Q.T @ Q[image]
        for irreducible in np.unique(table.irreducible):
            inside = np.flatnonzero(table.irreducible == irreducible)
            numbers = table.number[inside].max() + 1
            square = moved[np.ix_(inside, inside)].reshape(numbers, -1, numbers, inside.size // numbers)
            first = square[0, :, 0]
            expected = np.einsum("rc,pq->rpcq", np.eye(numbers), first)
            np.testing.assert_allclose(square, expected, atol=1e-10)
            assert not np.abs(np.delete(moved[:, inside], inside, axis=0)).max(initial=0) > 1e-10


@pytest.mark.parametrize(("name", "action"), ACTIONS, ids=NAMES)
def test_numbers_say_on_which_orbit_a_coordinate_lives(name, action):
    basis = decompose(action).domain
    Q, table = basis.matrix(), basis.coordinates
    found = [set(orbit) for orbit in orbits(action.images.tolist())]
    for number, bundle in enumerate(basis.bundles):
        for piece, numbers in zip(basis.pieces, basis.numbers(number), strict=True):
            for orbit, points in enumerate(piece.points.tolist()):
                assert set(points) in found
                columns = np.isin(table.irreducible, bundle.members) & np.isin(table.number, numbers[:, orbit])
                outside = np.delete(Q[:, columns], points, axis=0)
                assert np.abs(outside).max(initial=0) < 1e-12


@pytest.mark.parametrize(("name", "action"), ACTIONS, ids=NAMES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_many_rows_have_the_panels_of_single_rows(name, action, dtype):
    """Small spaces take one product for many rows; few rows go orbit by orbit."""
    X = np.random.default_rng(0).standard_normal((4 * action.degree, action.degree)).astype(dtype)
    basis = decompose(action).domain
    singles = [basis.panels(row[None]) for row in X]
    for number, panel in enumerate(basis.panels(X)):
        assert panel.dtype == dtype
        expected = np.concatenate([single[number] for single in singles])
        np.testing.assert_allclose(panel, expected, atol=50 * np.finfo(dtype).eps * action.degree**0.5)
