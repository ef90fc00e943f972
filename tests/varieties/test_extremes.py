"""Matrices and data at the ends of the range, and points that lie exactly on a variety."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

import equivariety as ev

CASES = [
    (ev.actions.image_shift((8, 8), axis=1), 12),
    (6 * ev.actions.cyclic(9), 11),
    (ev.actions.image_rotation(6), 9),
    (ev.actions.image_dihedral(4), 6),
]


@pytest.mark.parametrize(("action", "rank"), CASES)
@pytest.mark.parametrize("seed", range(8))
def test_a_family_contains_its_own_nearest_points(action, rank, seed):
    family = ev.EquivariantMaps(action).bounded(rank)
    point = family.nearest(np.random.default_rng(seed).standard_normal((action.degree, action.degree)))
    assert family.contains(point.matrix())
    assert point.component.contains(point.matrix())
    again = family.nearest(point.matrix())
    assert again.distance == pytest.approx(np.linalg.norm(point.matrix() - again.matrix()), abs=1e-12)


@pytest.mark.parametrize("size", [1e-300, 1e-200, 1e160, 1e200, 1e300])
def test_membership_does_not_depend_on_the_scale(size):
    maps = ev.EquivariantMaps(ev.actions.cyclic(3))
    off, on = np.diag([1.0, 1, 2]) * size, np.ones((3, 3)) * size
    for variety in (maps, maps.bounded(1), maps.bounded(1).component((1, 0))):
        assert not variety.contains(off)
        assert variety.contains(on)
    assert not ev.DeterminantalVariety(1, 3, 3).contains(off)
    assert ev.DeterminantalVariety(1, 3, 3).contains(on)
    assert maps.bounded(3).nearest(off).distance == pytest.approx(maps.distance(off / size) * size)
    with pytest.raises(AssertionError, match="not equivariant"):
        ev.testing.assert_equivariant(off, ev.actions.cyclic(3))


def test_values_whose_squares_underflow_are_refused():
    X = (np.random.default_rng(0).standard_normal((30, 6)) * 1e-22).astype(np.float32)
    family = ev.EquivariantMaps(ev.actions.cyclic(6)).bounded(2)
    with pytest.raises(ev.InputError, match="X is too small for its precision"):
        family.fit(X)
    assert family.fit(X.astype(np.float64)).ranks == family.fit(X.astype(np.float64) * 1e22).ranks
    assert family.fit(np.zeros((3, 6), dtype=np.float32)).loss == 0


def test_an_exact_fit_has_a_loss_of_rounding_size_only():
    maps = ev.EquivariantMaps(ev.actions.cyclic(8))
    X = np.random.default_rng(0).standard_normal((40, 8)).astype(np.float32)
    assert maps.bounded(8).fit(X).loss < 1e-12


def test_streams_do_not_lose_their_targets():
    maps = ev.EquivariantMaps(ev.actions.cyclic(4))
    X = np.random.default_rng(0).standard_normal((20, 4))
    Y = np.roll(X, 1, axis=1)
    with pytest.raises(ev.InputError, match="Y must not be given beside a stream"):
        maps.bounded(4).fit(iter([X]), Y)
    for batches in ([(X, Y), X], [X, (X, Y)]):
        with pytest.raises(ev.InputError, match="all batches must come with targets Y, or none of them"):
            maps.bounded(4).fit(iter(batches))


def test_complex_data_are_refused_everywhere():
    torch = pytest.importorskip("torch")
    family = ev.EquivariantMaps(ev.actions.cyclic(4)).bounded(2)
    X = np.random.default_rng(0).standard_normal((20, 4))
    solution = family.fit(X)
    for data in (X + 1j, torch.tensor(X) * (1 + 1j)):
        with pytest.raises(ev.InputError, match="real numbers"):
            family.fit(data)
        with pytest.raises(ev.InputError, match="data must be real numbers"):
            solution.apply(data)


@pytest.mark.parametrize("shape", [(28, 28), (12, 9), (7, 7, 7)])
def test_commuting_generators_order_blocks_by_exact_distance(shape):
    shift = ev.actions.image_shift if len(shape) == 2 else ev.actions.volume_shift
    labels = [block.label for block in ev.EquivariantMaps(shift(shape)).blocks]
    frequencies = [tuple(map(Fraction, label)) for label in labels]

    def rule(vector):
        return sum(min(f, 1 - f) ** 2 for f in vector), [-f for f in vector]

    assert frequencies == sorted(frequencies, key=rule)
