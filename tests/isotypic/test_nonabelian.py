"""Decompositions of any group against the reference values and against brute force."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equivariety.actions import PermutationAction
from equivariety.errors import InputError
from equivariety.isotypic.decomposition import decompose
from equivariety.isotypic.numerical import split_types
from referees import pair_orbits, reference_actions


@pytest.mark.parametrize("case", reference_actions(), ids=lambda case: case["name"])
def test_blocks_agree_with_the_reference(case):
    codomain = PermutationAction(case["codomain_generators"]) if case["codomain_generators"] else None
    found = decompose(PermutationAction(case["generators"]), codomain)
    blocks = Counter(
        (bundle.dimension, bundle.field.name, cols, rows)
        for bundle, cols, rows in zip(
            found.bundles, found.domain.multiplicities, found.codomain.multiplicities, strict=True
        )
        for _ in bundle.members
    )
    assert blocks == Counter((b["n_i"], b["type"], b["cols"], b["rows"]) for b in case["blocks"])


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 3).flatmap(lambda k: st.tuples(*[st.integers(1, 8).flatmap(
    lambda n: st.lists(st.permutations(range(n)), min_size=k, max_size=k)) for _ in range(2)])))  # fmt: skip
def test_count_of_blocks_is_the_number_of_orbits_on_pairs(generators):
    domain, codomain = map(PermutationAction, generators)
    found = decompose(domain, codomain)
    dimension = sum(
        bundle.field.beta * bundle.size * cols * rows
        for bundle, cols, rows in zip(
            found.bundles, found.domain.multiplicities, found.codomain.multiplicities, strict=True
        )
    )
    assert dimension == pair_orbits(codomain.images, domain.images).max() + 1
    for basis in (found.domain, found.codomain):
        Q = basis.matrix()
        np.testing.assert_allclose(Q.T @ Q, np.eye(basis.degree), atol=1e-12)
        x = np.random.default_rng(0).standard_normal((3, basis.degree))
        np.testing.assert_allclose(basis.synthesize(basis.analyze(x)), x, atol=1e-12)


def test_an_image_under_the_dihedral_group():
    grid = np.arange(28 * 28).reshape(28, 28)
    found = decompose(PermutationAction([np.rot90(grid).ravel(), grid[:, ::-1].ravel()]))
    # 14 orbits of 4 diagonal points and 91 regular ones.
    assert [(i.label, i.character, i.dimension) for i in found.irreducibles] == [
        ("trivial", (1, 1), 1),
        ("1a", (1, -1), 1),
        ("1b", (-1, 1), 1),
        ("1c", (-1, -1), 1),
        ("2a", (0, 0), 2),
    ]
    assert sum(bundle.dimension * bundle.size * m for bundle, m in zip(found.bundles, found.domain.multiplicities,
                                                                      strict=True)) == 784  # fmt: skip


def test_an_orbit_too_large_is_refused():
    points = np.arange(5000)
    with pytest.raises(InputError, match="an orbit of 5000 points is too large to be split numerically"):
        decompose(PermutationAction([np.roll(points, 1), np.roll(points, 1)[[1, 0, *range(2, 5000)]]]))


def test_orbit_types_stand_in_order_of_first_appearance():
    # Points 0..2 an orbit of three, 3 fixed, 4..5 an orbit of two.
    found = decompose(PermutationAction([[1, 2, 0, 3, 4, 5], [1, 0, 2, 3, 5, 4]])).domain
    assert [piece.points.tolist() for piece in found.pieces] == [[[0, 1, 2]], [[3]], [[4, 5]]]


def test_a_cyclic_group_gets_the_same_coordinates_in_closed_form_and_numerically():
    cycle = PermutationAction(np.roll(np.arange(5), -1))
    closed = decompose(cycle).domain
    (numerical,) = split_types([cycle.images]).bases
    coordinates = closed.analyze(np.eye(5))
    expected = {
        int(member): part[:, position]
        for bundle, part in zip(closed.bundles, coordinates, strict=True)
        for position, member in enumerate(bundle.members)
    }
    assert numerical.keys() == expected.keys()
    for number, basis in numerical.items():
        np.testing.assert_allclose(basis, expected[number], atol=1e-12)
