"""Labels are different for every group, and characters are the traces of the generators."""

from __future__ import annotations

import numpy as np
import pytest

import equivariety as ev
from cases import FAMILIES
from orthogonal_cases import orthogonal_cases, sides

CASES = FAMILIES | {case["name"]: ev.EquivariantMaps(*sides(case)) for case in orthogonal_cases()}
DIHEDRAL = {f"dihedral ring of {n}": ev.EquivariantMaps(ev.actions.dihedral(n)) for n in (5, 12, 16, 60, 300)} | {
    "torus": ev.EquivariantMaps(ev.actions.image_torus(12))
}
EXACT = {f"shift by {l}": ev.EquivariantMaps(ev.actions.cyclic(l)) for l in (1, 2, 3, 4, 5, 6, 7, 8, 12)}


@pytest.mark.parametrize("maps", (CASES | DIHEDRAL | EXACT).values(), ids=CASES | DIHEDRAL | EXACT)
def test_labels_differ(maps):
    labels = [block.label for block in maps.blocks]
    assert len(set(labels)) == len(labels)
    assert all(len(label) <= 7 for label in labels if isinstance(label, str) and not label.startswith("("))


@pytest.mark.parametrize("maps", (CASES | DIHEDRAL | EXACT).values(), ids=CASES | DIHEDRAL | EXACT)
def test_characters_add_up_to_the_traces_of_the_generators(maps):
    """Each irreducible counts with its multiplicity, on both sides."""
    for number in range(maps.domain.number_of_generators):
        for action, side in ((maps.domain, "cols"), (maps.codomain, "rows")):
            total = sum(getattr(block, side) * block.character[number] for block in maps.blocks)
            assert total == pytest.approx(action.matrix(number).trace(), abs=1e-7)


@pytest.mark.parametrize("maps", EXACT.values(), ids=EXACT)
def test_characters_of_one_generator_are_exact_where_they_are_rational(maps):
    for block in maps.blocks:
        (value,) = block.character
        expected = block.irrep_dim * block.eigenvalue.real
        assert value == pytest.approx(expected, abs=1e-15)
        if np.isclose(2 * expected, round(2 * expected), atol=1e-9):
            assert 2 * value == round(2 * expected)
