"""Irreducibles of commuting generators that are made when looked at."""

from __future__ import annotations

import numpy as np
import pytest

from equivariety.actions import cyclic, image_shift
from equivariety.isotypic import decompose


def test_a_cycle_has_its_labels_and_exact_eigenvalues_in_order_of_frequency():
    found = decompose(cyclic(12)).irreducibles
    assert len(found) == 7
    assert [i.label for i in found] == [(1, 1), (12, 11), (6, 5), (4, 3), (3, 2), (12, 7), (2, 1)]
    assert [found[0].eigenvalue, found[3].eigenvalue, found[-1].eigenvalue] == [1, -1j, -1]
    for i in found:
        l, m = i.label
        assert i.eigenvalue == pytest.approx(np.exp(2j * np.pi * m / l))


def test_one_by_one_slices_and_iteration_agree():
    found = decompose(image_shift((3, 4))).irreducibles
    assert [found[place] for place in range(len(found))] == list(found)
    assert list(found[1:3]) == list(found)[1:3]
    with pytest.raises(IndexError):
        found[len(found)]
