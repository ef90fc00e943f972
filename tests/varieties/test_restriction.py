"""A solution in the blocks of a subgroup: the same matrix, the same rank, one of the maps of the subgroup."""

from __future__ import annotations

import numpy as np
import pytest

import equivariety as ev
from cases import FAMILIES, data
from equivariety.errors import InputError
from equivariety.models import load_model, save_model
from equivariety.nn import EquivariantAutoencoder
from equivariety.varieties import Component, FactoredMap, NearestPoint, Solution
from orthogonal_cases import orthogonal_cases, sides

FAMILIES = FAMILIES | {case["name"]: ev.EquivariantMaps(*sides(case)) for case in orthogonal_cases()}
SMALL = {name: maps for name, maps in FAMILIES.items() if max(maps.shape) <= 12}
SUBGROUPS = {
    "square of the first generator": lambda count: [(1, 1)],
    "last generator": lambda count: [(count,)],
    "trivial": lambda count: [()],
    "commutator": lambda count: [(1, count, -1, -count), (1, -1, count)],
    "all": lambda count: [(number,) for number in range(1, count + 1)],
}


def _generators(action):
    return [action.matrix(number).toarray() for number in range(action.number_of_generators)]


def _dimension(maps):
    """Dimension of the solutions of M T = T' M, as the null space of one dense matrix."""
    m, n = maps.shape
    pairs = zip(_generators(maps.domain), _generators(maps.codomain), strict=True)
    system = np.concatenate([np.kron(np.eye(m), T.T) - np.kron(S, np.eye(n)) for T, S in pairs])
    return m * n - np.linalg.matrix_rank(system, tol=1e-9)


@pytest.mark.parametrize("subgroup", SUBGROUPS.values(), ids=SUBGROUPS)
@pytest.mark.parametrize("maps", SMALL.values(), ids=SMALL)
def test_the_same_matrix_and_rank_among_more_maps(maps, subgroup):
    words = subgroup(maps.domain.number_of_generators)
    X, Y = data(maps, 60)
    for rank in {0, maps.largest_rank // 2, maps.largest_rank}:
        solution = maps.problem(X, Y).best(rank)
        smaller = solution.restrict(words)
        M = smaller.matrix()
        np.testing.assert_allclose(M, solution.matrix(), atol=1e-10 * (1 + np.abs(M).max()))
        assert smaller.component.rank == solution.component.rank == np.linalg.matrix_rank(M, tol=1e-9)
        assert smaller.component.contains(M)
        assert smaller.error(X, Y) == pytest.approx(solution.loss)
        D = smaller.decoder.matrix()
        np.testing.assert_allclose(D.T @ D, np.eye(D.shape[1]), atol=1e-12)
    restricted = smaller.component.maps
    assert restricted.dimension == _dimension(restricted) >= maps.dimension
    for T, S in zip(_generators(restricted.domain), _generators(restricted.codomain), strict=True):
        np.testing.assert_allclose(M @ T, S @ M, atol=1e-9 * (1 + np.abs(M).max()))


@pytest.mark.parametrize("maps", SMALL.values(), ids=SMALL)
def test_data_with_the_whole_symmetry_are_fitted_alike_by_all_subgroups(maps):
    """The optimum of full rank is unique, so that it has the symmetry of the data; and it is the best of a subgroup."""
    rng = np.random.default_rng(5)
    U = maps.project(rng.standard_normal(maps.shape))
    solution = maps.problem(np.eye(maps.domain.degree), U.T).best(maps.largest_rank)
    smaller = solution.restrict([(1, 1)])
    fitted = smaller.component.maps.problem(np.eye(maps.domain.degree), U.T).best(maps.largest_rank)
    np.testing.assert_allclose(smaller.matrix(), fitted.matrix(), atol=1e-10)
    assert fitted.ranks == smaller.ranks


def test_all_generators_give_back_the_ranks():
    maps = FAMILIES["quaternion group"]
    solution = maps.problem_to(np.random.default_rng(1).standard_normal(maps.shape)).best(9)
    again = solution.restrict([(1,), (2,)])
    assert again.component.maps == maps
    assert again.ranks == solution.ranks


def test_by_words_and_by_actions():
    maps = ev.EquivariantMaps(ev.actions.image_dihedral(4), 2 * ev.actions.image_dihedral(4))
    point = maps.problem_to(np.random.default_rng(2).standard_normal(maps.shape)).best(5)
    assert isinstance(point, NearestPoint)
    rotations = ev.actions.image_rotation(4)
    by_action, by_words = point.restrict(rotations, 2 * rotations), point.restrict([(1,)])
    assert by_action.component == by_words.component
    np.testing.assert_allclose(by_action, by_words, atol=1e-12)
    shift = ev.actions.image_shift((4, 4))
    with pytest.raises(InputError, match="its maps do not commute with it"):
        point.restrict(shift, 2 * shift)
    with pytest.raises(InputError, match=r"must act on spaces of the same sizes: .*; give codomain, too"):
        point.restrict(rotations)
    with pytest.raises(InputError, match="codomain belongs to a subgroup that is given by an action"):
        point.restrict([(1,)], rotations)


@pytest.mark.parametrize("scale", [1e-250, 1e-20, 1e20, 1e150])
def test_magnitudes(scale):
    maps = ev.EquivariantMaps(ev.actions.dihedral(5))
    U = scale * np.random.default_rng(3).standard_normal(maps.shape)
    point = maps.problem_to(U).best(3)
    smaller = point.restrict([(1,)])
    np.testing.assert_allclose(smaller.matrix() / scale, point.matrix() / scale, atol=1e-12)
    with pytest.raises(InputError, match="its maps do not commute with it"):
        point.restrict(ev.PermutationAction.from_cycles("(1 2)", degree=5))


def test_zero_maps_keep_the_rank_of_their_component():
    maps = ev.EquivariantMaps(ev.actions.dihedral(4))
    zero = Component(maps, tuple(maps.largest_ranks)).nearest(np.zeros(maps.shape))
    smaller = zero.restrict(["1 1"])
    assert smaller.component.rank == zero.component.rank == 4
    one = Component(maps, (1, 0, 0)).nearest(np.zeros(maps.shape))
    assert one.restrict(ev.actions.symmetric(4)).ranks == (1, 0)
    with pytest.raises(InputError, match="its maps do not commute with it"):
        one.restrict(ev.PermutationAction.from_cycles("(1 2)", degree=4).with_signs([[1, 1, 1, -1]]))


def test_invariant_maps_stay_invariant_maps():
    maps = ev.InvariantMaps(ev.actions.dihedral(4) + ev.actions.dihedral(4), 3)
    solution = maps.problem(*data(maps, 40)).best(2)
    smaller = solution.restrict([(1, 1)])
    assert isinstance(smaller.component.maps, ev.InvariantMaps)
    assert smaller.component.maps.dimension == 3 * 4
    np.testing.assert_allclose(smaller, solution, atol=1e-12)


def test_many_points():
    action = ev.actions.image_shift((64, 64))
    rows = np.random.default_rng(4).standard_normal((3, 64 * 64))
    solution = ev.EquivariantMaps(action).problem(rows).best(6)
    smaller = solution.restrict([(1,)])
    np.testing.assert_allclose(smaller.apply(rows), solution.apply(rows), atol=1e-8)


def test_restricted_maps_are_what_files_and_networks_take(tmp_path):
    maps = ev.EquivariantMaps(ev.actions.cyclic(6))
    smaller = maps.problem_to(np.random.default_rng(6).standard_normal((6, 6))).best(3).restrict([(1, 1)])
    assert type(smaller) is FactoredMap
    assert not isinstance(smaller, Solution)
    save_model(tmp_path / "smaller.model", smaller)
    np.testing.assert_array_equal(load_model(tmp_path / "smaller.model"), smaller)
    network = EquivariantAutoencoder.from_solution(smaller)
    np.testing.assert_allclose(network.matrix().detach().numpy(), smaller, atol=1e-6)
