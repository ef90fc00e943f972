"""What layers say of themselves, and what cannot pass."""

from __future__ import annotations

import warnings

import pytest

import equivariety as ev
from equivariety.nn import EquivariantAutoencoder, EquivariantLinear


def test_layers_show_sizes_and_ranks_in_one_line():
    action = ev.actions.cyclic(6)
    assert repr(EquivariantLinear(action)) == "EquivariantLinear(6 -> 6, 7 weights, bias)"
    layer = EquivariantLinear(action, 2 * action, rank=3, bias=False)
    assert repr(layer) == "EquivariantLinear(6 -> 3 -> 12, ranks (1, 1, 0, 0), 9 weights)"
    component = ev.EquivariantMaps(ev.actions.image_shift((28, 28), axis=1)).bounded(99).component(
        (13, 10, 9, 8, 7, 5, 3, 1, 0, 0, 0, 0, 0, 0, 0)
    )  # fmt: skip
    shown = repr(EquivariantAutoencoder(component))
    assert shown == ("EquivariantAutoencoder(784 -> 99 -> 784, ranks (13, 10, 9, 8, 7, 5, 3, 1, 0, 0, 0, 0, ...) of "
                     "15 blocks, 5544 weights)")  # fmt: skip


def test_a_rank_out_of_reach_is_said():
    with pytest.warns(UserWarning, match="rank 4 cannot be reached: equivariant maps have rank at most 2 here"):
        layer = EquivariantLinear(ev.actions.cyclic(4), ev.actions.cyclic(6), rank=4)
    assert layer.component.rank == 2
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        EquivariantLinear(ev.actions.cyclic(4), ev.actions.cyclic(6), rank=2)
