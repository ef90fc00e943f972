"""The trained experiment in small: random data instead of MNIST."""

from __future__ import annotations

import numpy as np
import pytest

import equivariety as ev
from equivariety.nn.experiment import approached, train_talk_rows
from equivariety.plotting.training import gap_per_epoch

EPOCHS = 100


@pytest.fixture(scope="module")
def rows():
    generator = np.random.default_rng(0)
    mixing = generator.standard_normal((12, 12)) * np.linspace(1, 0.2, 12)[:, None]
    X, test = (np.float32(generator.standard_normal((samples, 12)) @ mixing) for samples in (6000, 1000))
    family = ev.EquivariantMaps(ev.actions.image_shift((3, 4), axis=1)).bounded(6)
    dense = ev.EquivariantMaps(ev.actions.trivial(12)).bounded(6)
    solutions = {"best": family.fit(X), "dense": dense.fit(X)}
    return train_talk_rows(solutions, X, test, epochs=EPOCHS), solutions


@pytest.mark.slow
def test_training_comes_within_two_percent_of_the_optimum(rows):
    (best, dense), solutions = rows
    for row in (best, dense):
        assert row.component == solutions[row.name].component
        assert len(row.losses) == len(row.gaps) == EPOCHS
        assert row.loss_train == row.losses[-1]
        assert row.optimum == solutions[row.name].loss
    assert -1e-4 < best.gaps[-1] < 0.02 < best.gaps[0]
    assert best.loss_test < 1.02 * best.optimum_test
    assert 0 < dense.gaps[-1] < 0.1 * dense.gaps[0]  # more weights, more steps to the same accuracy


@pytest.mark.slow
def test_learned_maps_lie_on_their_component(rows):
    trained, _ = rows
    assert trained[0].component.contains(trained[0].matrix, tolerance=1e-4)


@pytest.mark.slow
def test_the_approached_component_of_a_map_on_one_is_that_one(rows):
    trained, solutions = rows
    maps = solutions["best"].component.maps
    found = approached(trained[0].matrix, maps, rank=6)
    assert found.ranks == solutions["best"].ranks
    assert found.distance < 1e-5
    assert found.asymmetry < 1e-5
    assert approached(trained[1].matrix, maps, rank=6).asymmetry > 0.1


def test_picture_of_the_gaps():
    axes = gap_per_epoch({"first": (0.5, 0.1, -1e-9), "second": (0.2, 0.1, 0.05)}).axes[0]
    assert [len(line.get_xdata()) for line in axes.lines] == [2, 3]
    assert axes.get_yscale() == "log"
