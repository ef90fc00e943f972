"""Arguments in the wrong place get an answer, not a TypeError."""

from __future__ import annotations

import numpy as np
import pytest

import equivariety as ev
from equivariety.isotypic.classical_bases import realization


def test_the_kind_of_points_in_place_of_the_characteristic():
    family = ev.EquivariantMaps(ev.actions.cyclic(3)).bounded(1)
    for asked in (family, next(family.components())):
        with pytest.raises(ev.InputError, match=r"characteristic must be 0 or a prime .*, not 'complex'"):
            asked.script("macaulay2", "complex")
    assert family.script("macaulay2", np.int64(32009)) == family.script("macaulay2", 32009)


def test_the_realization_of_a_number():
    assert np.array_equal(realization(1 + 2j), [[1, -2], [2, 1]])
    assert np.array_equal(realization(1 + 2j) @ realization(3j), realization((1 + 2j) * 3j))
    with pytest.raises(ev.InputError, match="matrix must have two axes, or be a number"):
        realization([1j, 2])
