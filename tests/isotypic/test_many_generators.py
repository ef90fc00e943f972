"""More commuting generators than NumPy allows axes: against union-find and the mean over the group."""

from __future__ import annotations

import numpy as np
import pytest

import equivariety as ev
from referees import group_elements, pair_orbits


@pytest.mark.parametrize("generators", [2, 61, 70, 130])
def test_swaps_of_as_many_pairs(generators):
    """Each generator moves one orbit only: all orbits have types of their own."""
    action = ev.PermutationAction.from_cycles("; ".join(f"({2 * i + 1} {2 * i + 2})" for i in range(generators)))
    maps = ev.EquivariantMaps(action)
    assert maps.dimension == pair_orbits(action.images, action.images).max() + 1
    matrix = np.random.default_rng(0).standard_normal(maps.shape)
    # The group is a product: the mean over it is one mean for each generator.
    mean = matrix
    for image in action.images:
        mean = (mean + mean[np.ix_(image, image)]) / 2
    np.testing.assert_allclose(maps.project(matrix), mean, atol=1e-12)


@pytest.mark.parametrize("size", [12, 144])  # split by a matrix, and by the fast Fourier transform
def test_powers_of_one_cycle(size):
    steps = np.random.default_rng(1).integers(0, size, 80)
    action = ev.PermutationAction([np.roll(np.arange(size), -step) for step in [6, 4, *steps, 1]])
    maps = ev.EquivariantMaps(action)
    matrix = np.random.default_rng(2).standard_normal((size, size))
    mean = np.mean([np.roll(matrix, (step, step), (0, 1)) for step in range(size)], axis=0)
    assert maps.dimension == size
    np.testing.assert_allclose(maps.project(matrix), mean, atol=1e-12)
    point = np.random.default_rng(3).standard_normal((5, size))
    parts = maps.decomposition.domain.analyze(point)
    np.testing.assert_allclose(maps.decomposition.domain.synthesize(parts), point, atol=1e-12)


def test_relations_that_are_not_diagonal_among_redundant_generators():
    """Z/4 x Z/6 by 70 of its elements, on itself and on two quotients."""
    shape = (4, 6)
    grid = np.arange(24).reshape(shape)
    random = np.random.default_rng(4)
    steps = [(2, 3), *random.integers(0, (4, 6), (67, 2)).tolist(), (1, 1), (0, 1)]
    regular = ev.PermutationAction([np.roll(grid, (-a, -b), (0, 1)).ravel() for a, b in steps])
    first = ev.PermutationAction([np.roll(np.arange(4), -a) for a, _ in steps])
    diagonal = ev.PermutationAction([np.roll(np.arange(2), -(a + b)) for a, b in steps])
    action = regular + first + diagonal
    maps = ev.EquivariantMaps(action)
    elements = np.array(group_elements(action.images))
    assert len(elements) == 24
    matrix = random.standard_normal(maps.shape)
    np.testing.assert_allclose(maps.project(matrix), np.mean([matrix[np.ix_(g, g)] for g in elements], 0), atol=1e-12)
    assert maps.dimension == pair_orbits(action.images, action.images).max() + 1
