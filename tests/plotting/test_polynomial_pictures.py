"""Pictures of polynomial networks: what they show is what was computed."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.patches import Rectangle

import equivariety as ev
from equivariety.plotting.polynomial import KINDS, architecture_map, kind_of, signature_plot


def test_every_cell_holds_the_dimension_of_its_network():
    (axes,) = architecture_map(3, largest=4).axes
    texts = {text.get_position(): text.get_text().split("\n")[0] for text in axes.texts}
    for a in range(1, 5):
        for b in range(1, 5):
            assert int(texts[b, a]) == ev.PolynomialNet([3, a, b, 1]).dimension
    assert sum(isinstance(patch, Rectangle) for patch in axes.patches) == 16


@pytest.mark.parametrize(("widths", "place"), [([2, 2, 1], 0), ([2, 1, 1, 1], 1), ([2, 1, 8, 1], 2), ([3, 5, 2], 3)])
def test_kinds_of_networks(widths, place):
    power = 3 if widths == [3, 5, 2] else 2
    assert kind_of(ev.PolynomialNet(widths, power)) == list(KINDS)[place]


def test_every_minimum_is_a_line_and_every_descent_a_curve():
    minima = ev.SymmetricMaps(ev.actions.trivial(2)).bounded(1).local_minima(np.diag([3.0, -2.0]))
    (axes,) = signature_plot(minima, [[10.0, 5.0, 4.0], [11.0, 9.0]]).axes
    assert len(axes.lines) == 4
    assert [text.get_text() for text in axes.texts] == ["4, signature (1, 0)", "9, signature (0, 1)"]


def test_bad_input():
    with pytest.raises(ev.InputError, match="largest must be a whole number from 1 to 20, not 0"):
        architecture_map(3, largest=0)
