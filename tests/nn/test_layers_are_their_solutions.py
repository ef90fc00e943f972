"""Layer = matrix = dense chain = solution, for every action: the layers and the closed form read one table."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import equivariety as ev
from equivariety.nn import EquivariantAutoencoder, EquivariantLinear
from equivariety.varieties import Component
from referees import reference_actions

CATALOGUE = [
    "cyclic:6",
    "dihedral:5",
    "symmetric:4",
    "alternating:5",
    "rotate:4x4",
    "dihedral:3x3",
    "dihedral:6x6",
    "shift:4x5",
    "shift:4x6:axis=1",
    "reflect:4x5",
    "rows:3x2",
    "symmetric:4^2",
    "cyclic:130",
]
REGULAR = [case for case in reference_actions() if "regular" in case["name"] and case["n"] <= 24]
TOLERANCE = {torch.float32: 1e-5, torch.float64: 1e-12}


def all_regular():
    """The two sides of order 8 have fields R and H, Z/3 : Z/4 and others complex ones of dimension above two."""
    return [ev.PermutationAction(case["generators"]) for case in REGULAR]


def agree(found, expected, dtype):
    scale = np.linalg.norm(expected)
    found = found.detach().double().numpy() if isinstance(found, torch.Tensor) else found
    assert np.linalg.norm(found - expected) <= TOLERANCE[dtype] * scale


def check(domain, codomain, dtype, seed, ranks=None, depth=2):
    """All that a layer says of itself against the map of the library, which is dense algebra on Q."""
    random = np.random.default_rng(seed)
    maps = ev.EquivariantMaps(domain, codomain)
    if ranks is None:
        ranks = tuple(int(random.integers(0, block.largest_rank + 1)) for block in maps.blocks)
    if not any(ranks):
        ranks = maps.largest_ranks.tolist()
    point = Component(maps, tuple(ranks)).nearest(random.standard_normal(maps.shape))
    X = random.standard_normal((6, domain.degree))
    rows = torch.as_tensor(X).to(dtype)
    model = EquivariantAutoencoder.from_solution(point, depth=depth, dtype=dtype)
    agree(model.matrix(), point.matrix(), dtype)
    agree(model(rows), X @ point.matrix().T, dtype)
    agree(model.to_dense()(rows), X @ point.matrix().T, dtype)
    agree(model.encode(rows), point.encoder.apply(X), dtype)
    first, *rest = model.block_maps()
    for block_map in rest:
        first = block_map @ first
    agree(first.matrix(), point.matrix(), dtype)
    given = random.standard_normal(maps.shape)
    layer = EquivariantLinear.from_matrix(given, domain, codomain, bias=False, dtype=dtype)
    agree(layer.matrix(), maps.project(given), dtype)
    agree(layer(rows), X @ maps.project(given).T, dtype)


@pytest.mark.parametrize("dtype", TOLERANCE, ids=str)
@pytest.mark.parametrize("text", CATALOGUE)
def test_catalogue(text, dtype):
    action = ev.actions.parse_action(text)
    check(action, action, dtype, seed=1)
    check(action, 2 * action, dtype, seed=2, depth=3)
    check(3 * action, action, dtype, seed=3)


@pytest.mark.parametrize("dtype", TOLERANCE, ids=str)
@pytest.mark.parametrize("case", REGULAR, ids=[case["name"] for case in REGULAR])
def test_copies_of_regular_actions(case, dtype):
    """Several orbits of one type, each with irreducibles of multiplicity above one."""
    action = ev.PermutationAction(case["generators"])
    check(2 * action, 3 * action, dtype, seed=1)
    check(3 * action, action, dtype, seed=2, depth=3)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_random_sums_of_copies(data):
    """Sums of orbits of several types, points in any order, and other numbers of copies on the two sides."""
    generators = [
        data.draw(st.permutations(range(size)))
        for size in [data.draw(st.integers(2, 6))] * data.draw(st.integers(1, 3))
    ]
    small = ev.PermutationAction([list(image) for image in generators])
    pairs = small**2
    sums = [data.draw(st.integers(1, 2)) * part for part in (small, pairs)]
    domain = data.draw(st.sampled_from([sums[0], sums[1], sums[0] + sums[1]]))
    codomain = data.draw(st.sampled_from([sums[1], sums[1] + sums[0], 2 * sums[0]]))
    order = np.array(data.draw(st.permutations(range(domain.degree))))
    inverse = np.argsort(order)
    shuffled = ev.PermutationAction([inverse[image[order]] for image in domain.images])
    check(shuffled, codomain, data.draw(st.sampled_from(list(TOLERANCE))), seed=data.draw(st.integers(0, 99)))


def test_the_network_of_the_docs_has_the_loss_of_its_solution():
    """Random walks over the pixels under all symmetries of the square, as a user would find the error."""
    action = ev.actions.image_dihedral(8)
    X = np.random.default_rng(0).standard_normal((300, 64)).cumsum(axis=1)
    solution = ev.EquivariantMaps(action).bounded(20).fit(X)
    model = EquivariantAutoencoder.from_solution(solution, dtype=torch.float64)
    error = float(((model(torch.as_tensor(X)).detach().numpy() - X) ** 2).mean())
    assert error == pytest.approx(solution.loss, rel=1e-9)
    assert float(((X @ solution.matrix().T - X) ** 2).mean()) == pytest.approx(solution.loss, rel=1e-9)
