"""Singular loci against Macaulay2's and brute-force values, and against definitions."""

import json
import re
import subprocess
from itertools import product

import numpy as np
import pytest

import equivariety as ev
from computer_algebra import need
from equivariety import geometry
from equivariety.ranks.counting import Slot
from equivariety.ranks.listing import maximal_tuples
from equivariety.ranks.strata import is_singular, singular_tuples
from referees import REFERENCE, reference_actions

# From the project's reference computations with Macaulay2 1.21 and exact Jacobian ranks; `how` in the file.
VARIETIES = json.loads((REFERENCE / "varieties.json").read_text())
SMALL = [case for case in reference_actions() if len(case["generators"][0]) <= 16 and case["ranks"]]


def maps_of(case):
    codomain = case["codomain_generators"]
    return ev.EquivariantMaps(
        ev.PermutationAction(case["generators"]), None if codomain is None else ev.PermutationAction(codomain)
    )


def in_reference_order(maps):
    """Positions of our blocks in the order of the reference: by (irrep dimension, field, multiplicities)."""
    ours = [(b.irrep_dim, "RCH".index(b.field), -b.cols, -b.rows) for b in maps.blocks]
    return sorted(range(len(ours)), key=lambda i: ours[i])


@pytest.mark.parametrize("case", SMALL, ids=lambda case: case["name"])
def test_singular_loci_of_all_components(case):
    maps = maps_of(case)
    order = in_reference_order(maps)
    for entry in case["ranks"]:
        for wanted in entry.get("components", [])[:20]:
            ranks = [0] * len(maps.blocks)
            for position, rank in zip(order, wanted["ranks"], strict=True):
                ranks[position] = rank
            locus = ev.varieties.Component(maps, tuple(ranks)).singular_locus()
            found = sorted([member.ranks[position] for position in order] for member in locus)
            assert found == sorted(wanted["singular_locus_ranks"])


@pytest.mark.parametrize(
    "case", [c for c in VARIETIES["determinantal"] if "singular_locus" in c], ids=lambda c: c["name"]
)
def test_singular_locus_of_determinantal_varieties(case):
    variety = ev.DeterminantalVariety(case["r"], case["m"], case["n"])
    locus = variety.singular_locus()
    assert locus.dimension == case["singular_locus"]["dim"]
    assert variety.dimension - locus.dimension == case["singular_locus"]["codim_in_variety"]


def test_singular_locus_of_a_real_and_a_complex_block_over_the_reals():
    # Macaulay2 over a field without a square root of -1: pieces of dimension 6, degree 4 and of dimension 6, degree 8.
    reference = next(
        c
        for c in VARIETIES["singular_loci"]
        if "12 real coordinates" in c["variety"] and "behaves like QQ" in c["field"]
    )
    maps = ev.EquivariantMaps(ev.PermutationAction.from_cycles("(1 2 3)(4 5 6)"))
    component = ev.varieties.Component(maps, (1, 1))
    locus = component.singular_locus()
    assert (component.dimension, component.degree) == (reference["dim"], reference["degree"])
    # The scheme over R is not reduced to its real points: the complex block is singular on a locus of larger dimension.
    # Where only the real block drops its rank the two agree; the real points of the other piece are smaller.
    assert sorted((m.ranks, m.dimension, m.degree) for m in locus) == [((0, 1), 6, 4), ((1, 0), 3, 2)]
    assert [6, 4] in reference["sing_components_dim_degree"]


@pytest.mark.parametrize("slots", [
    [Slot(1, 2), Slot(1, 2)], [Slot(1, 2), Slot(2, 2), Slot(2, 1)], [Slot(1, 1), Slot(2, 1)], [Slot(3, 2), Slot(2, 3)],
    [Slot(1, 3), Slot(2, 0), Slot(4, 1)],
])  # fmt: skip
def test_counting_criterion_agrees_with_pairwise_intersections(slots):
    tuples = list(product(*(range(slot.capacity + 1) for slot in slots)))
    for budget in range(sum(slot.weight * slot.capacity for slot in slots) + 1):
        members = singular_tuples(slots, budget)
        for ranks in tuples:
            if sum(slot.weight * rank for slot, rank in zip(slots, ranks, strict=True)) <= budget:
                below = any(all(a <= b for a, b in zip(ranks, top, strict=True)) for top in members)
                assert is_singular(slots, budget, ranks) == below


def test_over_the_complex_numbers_the_singular_locus_is_the_next_smaller_family():
    # The talk's statement, for one action on both sides: all complex irreducibles of an abelian group have weight 1.
    for capacities in ([2, 2, 2], [3, 1], [4], [1, 1, 1, 1]):
        slots = [Slot(1, capacity) for capacity in capacities]
        for budget in range(1, sum(capacities)):
            assert sorted(singular_tuples(slots, budget)) == sorted(maximal_tuples(slots, budget - 1))


def test_components_meet_in_zero_for_a_cycle_of_length_three():
    family = ev.EquivariantMaps(ev.actions.cyclic(3)).bounded(2)
    locus = family.singular_locus()
    assert [member.ranks for member in locus] == [(0, 0)]
    assert (locus.dimension, locus.codimension, len(locus)) == (0, 2, 1)
    assert locus.contains(np.zeros((3, 3)))
    assert not locus.contains(np.ones((3, 3)))
    assert not locus.contains(np.eye(3))  # rank 3: off the family
    assert not family.component((0, 1)).singular_locus()


def test_membership_in_the_singular_locus_of_a_family_with_trillions_of_components():
    maps = ev.EquivariantMaps(ev.actions.image_shift((28, 28), axis=1))
    family, locus = maps.bounded(99), maps.bounded(99).singular_locus()
    component = family.component((13, 10, 9, 8, 7, 5, 3, 1, 0, 0, 0, 0, 0, 0, 0))
    rng = np.random.default_rng(0)
    smooth = component.nearest(rng.standard_normal((784, 784))).matrix()
    smaller = next(iter(component.singular_locus())).nearest(smooth).matrix()
    assert geometry.is_smooth(family, smooth)
    assert not geometry.is_smooth(family, smaller)
    assert next(geometry.components_containing(family, smooth)).ranks == component.ranks
    with pytest.raises(ev.InputError, match=r"72426340906146 components.*at most 4000"):
        list(locus)


def test_matrices_off_the_variety_are_refused_with_their_distance():
    family = ev.EquivariantMaps(ev.actions.cyclic(3)).bounded(1)
    with pytest.raises(ev.InputError, match=r"M must lie on the variety, not at the distance 1.41 from it"):
        geometry.is_smooth(family, np.eye(3))
    with pytest.raises(ev.InputError, match="distance"):
        next(geometry.components_containing(family, np.eye(3)))


@pytest.mark.slow
@pytest.mark.parametrize(("cycles", "degree", "rank"), [("(1 2)", 3, 2), ("(1 2)(3 4)", 4, 1), ("(1 2)(3 4)", 4, 3)])
def test_singular_loci_of_families_by_macaulay2(cycles, degree, rank, tmp_path):
    """Minors of the Jacobian, for unions of components of one dimension with real blocks only."""
    need("macaulay2")
    family = ev.EquivariantMaps(ev.PermutationAction.from_cycles(cycles, degree=degree)).bounded(rank)
    assert len({component.dimension for component in family.components()}) == 1
    path = tmp_path / "singular.m2"
    path.write_text(
        family.script("macaulay2", 32009)
        + "S = ideal mingens(I + minors(codim I, jacobian I))\n"
        + 'for P in minimalPrimes S do print("piece " | toString dim P | " " | toString degree P)\n'
    )
    done = subprocess.run(["M2", "--script", str(path)], capture_output=True, text=True, timeout=300, check=True)
    pieces = sorted((int(d), int(e)) for d, e in re.findall(r"piece (\d+) (\d+)", done.stdout))
    assert pieces == sorted((member.dimension, member.degree) for member in family.singular_locus())
