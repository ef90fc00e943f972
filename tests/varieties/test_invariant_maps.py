"""Invariant maps: the isomorphism psi, the reduction to one permutation, and the reference values of the section."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equivariety.actions import PermutationAction, image_dihedral
from equivariety.errors import InputError
from equivariety.varieties import InvariantMaps
from referees import REFERENCE, orbits

# Dimension, degree and ED degree from Macaulay2 1.21, in all m n coordinates.
CASES = json.loads((REFERENCE / "varieties.json").read_text())["invariance"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_reference_values(case):
    action = PermutationAction(case["generators"])
    assert len(action.orbits()) == case["num_orbits"]
    if case["orbits"] is not None:  # listed for small cases only
        assert [orbit.tolist() for orbit in action.orbits()] == case["orbits"]
    for acting in (action, action.one_permutation()):
        (component,) = InvariantMaps(acting, case["m"]).bounded(case["r"]).components()
        assert component.dimension == case["dim"]
        assert component.degree == case["degree"]
        assert component.ed_degree == case["ed_degree"]


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 9).flatmap(lambda n: st.lists(st.permutations(range(n)), min_size=1, max_size=3)))
def test_one_permutation_has_the_same_orbits_as_cycles(generators):
    single = PermutationAction(generators).one_permutation()
    assert len(single.generators) == 1
    assert orbits(single.images) == orbits(generators)


def test_psi_and_its_inverse():
    maps = InvariantMaps(image_dihedral(4), outputs=5)
    columns = np.random.default_rng(0).standard_normal((5, 3))
    M = maps.from_psi(columns)
    for image in maps.domain.images:
        np.testing.assert_array_equal(M[:, image], M)
    np.testing.assert_array_equal(maps.psi(M), columns)
    np.testing.assert_array_equal(maps.psi(M) @ maps.orbit_indicator, M)


def test_psi_carries_rank_over():
    maps = InvariantMaps(image_dihedral(6), outputs=6)
    point = maps.bounded(2).nearest(np.random.default_rng(0).standard_normal(maps.shape))
    assert np.linalg.matrix_rank(maps.psi(point.matrix())) == 2


def test_what_is_not_invariant_is_refused():
    maps = InvariantMaps(PermutationAction([1, 0, 2]), outputs=1)
    with pytest.raises(InputError, match=r"must be invariant; its distance from the invariant ones is 0\.707: project"):
        maps.psi([[1, 0, 0]])
    with pytest.raises(InputError, match=r"must have shape \(1, 2\), one column for each orbit, not \(1, 3\)"):
        maps.from_psi([[1, 0, 0]])
