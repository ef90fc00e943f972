"""Fibres: balanced factorizations, the group action, dimensions by Macaulay2."""

import re
import subprocess
from itertools import pairwise

import numpy as np
import pytest

import equivariety as ev
from computer_algebra import need
from equivariety.geometry import (
    act,
    balanced_factors,
    block_ranks,
    dense_component,
    fibre_dimension,
    loss_to_target,
    random_factors,
    same_fibre,
)
from equivariety.geometry.factors import chains, product, zero_map
from equivariety.geometry.fibres import chain_fibre_dimension
from equivariety.varieties import Component
from referees import regular

Q8 = ev.PermutationAction(regular([[1, 2, 3, 0, 5, 6, 7, 4], [4, 7, 6, 5, 2, 1, 0, 3]]))
COMPONENTS = [
    dense_component(2, 3, 4),
    ev.InvariantMaps(ev.PermutationAction.from_cycles("(1 3 4)(2 5)(6 7)"), 3).bounded(2).component([2]),
    Component(ev.EquivariantMaps(ev.actions.image_rotation(3)), (2, 0, 1)),
    Component(ev.EquivariantMaps(3 * ev.actions.cyclic(3)), (1, 2)),
    Component(ev.EquivariantMaps(2 * Q8), (1, 0, 0, 1, 1)),
]


@pytest.mark.parametrize("depth", [2, 3, 4])
@pytest.mark.parametrize("component", COMPONENTS)
def test_balanced_factors(component, depth):
    M = component.nearest(np.random.default_rng(0).standard_normal(component.maps.shape)).matrix()
    factors = balanced_factors(component, M, depth)
    dense = [factor.matrix() for factor in factors]
    np.testing.assert_allclose(np.linalg.multi_dot(dense), M, atol=1e-10)
    for left, right in pairwise(dense):
        assert left.shape[1] == component.rank
        np.testing.assert_allclose(left.T @ left, right @ right.T, atol=1e-10)


@pytest.mark.parametrize("depth", [2, 3])
@pytest.mark.parametrize("component", COMPONENTS)
def test_the_fibre_is_an_orbit(component, depth):
    first = random_factors(component, depth, seed=1)
    rng = np.random.default_rng(2)
    hidden = []
    for factor in first[1:]:
        zero = zero_map(factor.target, factor.target)
        blocks = tuple(rng.standard_normal(block.shape) for block in zero.blocks)
        hidden.append(ev.varieties.BlockMap(factor.target, factor.target, blocks))
    second = act(component, first, hidden)
    np.testing.assert_allclose(product(first).matrix(), product(second).matrix(), atol=1e-8)
    found = same_fibre(component, first, second)
    for T, expected in zip(found, hidden, strict=True):
        np.testing.assert_allclose(T.matrix(), expected.matrix(), atol=1e-7)
    balanced = balanced_factors(component, product(first).matrix(), depth)
    for moved, wanted in zip(act(component, balanced, same_fibre(component, balanced, first)), first, strict=True):
        np.testing.assert_allclose(moved.matrix(), wanted.matrix(), atol=1e-7)
    assert same_fibre(component, first, random_factors(component, depth, seed=9)) is None
    parameters = sum(chain.flatten(chain.factors).size for chain in chains(component, first).values())
    rank = loss_to_target(component, np.zeros(component.maps.shape)).judge(first).jacobian_rank
    assert fibre_dimension(component, depth) == parameters - rank


def test_errors():
    component = dense_component(2, 3, 3)
    flat = [np.diag([1.0, 0, 0])[:, :2], np.eye(3)[:2]]
    with pytest.raises(ev.InputError, match=r"must have the rank 2 in block .* not 1: below it the fibre"):
        same_fibre(component, flat, flat)
    with pytest.raises(ev.InputError, match="same depth, not 2 and 3"):
        same_fibre(component, flat, [flat[0], np.eye(2), flat[1]])
    with pytest.raises(ev.InputError, match="distance 1 from it"):
        balanced_factors(component, np.eye(3))
    with pytest.raises(ev.InputError, match="depth must be at least 2, not 1"):
        balanced_factors(component, np.zeros((3, 3)), depth=1)
    with pytest.raises(ev.InputError, match="must be 1 transforms"):
        act(component, flat, [])
    with pytest.raises(ev.InputError, match=r"rank 3 in block .* must not exceed the width 2"):
        fibre_dimension(component, ranks=[3])
    assert block_ranks(component.maps, flat[0] @ flat[1]) == (1,)


def count_over_field(sizes, target, q):
    """Number of pairs (A, B) over F_q with A B = target, for 1- and 2-row matrices, by brute force."""
    m, k, n = sizes
    grids = [np.array(list(np.ndindex(*(q,) * size))) for size in (m * k, k * n)]
    A, B = grids[0].reshape(-1, m, k), grids[1].reshape(-1, k, n)
    products = np.einsum("aij,bjk->abik", A, B) % q
    return int((products == target).all(axis=(2, 3)).sum())


@pytest.mark.parametrize(
    ("sizes", "rank"), [((2, 2, 2), 0), ((2, 2, 2), 1), ((2, 1, 2), 0), ((2, 1, 2), 1), ((1, 2, 2), 0), ((1, 2, 2), 1)]
)
def test_dimension_by_counting_points_over_finite_fields(sizes, rank):
    """The number of points over F_q grows like q^dimension times the number of components of that dimension."""
    target = np.zeros((sizes[0], sizes[2]), dtype=int)
    target[range(rank), range(rank)] = 1
    counts = [count_over_field(sizes, target, q) for q in (3, 5)]
    growth = np.log(counts[1] / counts[0]) / np.log(5 / 3)
    assert round(growth) == chain_fibre_dimension(sizes, rank)


@pytest.mark.slow
@pytest.mark.parametrize(("sizes", "rank"), [((2, 2, 2), 0), ((3, 2, 3), 0), ((3, 2, 3), 1), ((3, 2, 3), 2),
                                             ((2, 2, 2, 2), 0), ((2, 2, 2, 2), 1), ((3, 1, 1, 3), 0)])  # fmt: skip
def test_dimension_by_macaulay2(sizes, rank, tmp_path):
    need("macaulay2")
    entries = sum(a * b for a, b in pairwise(sizes))
    lines, start = [f"R = ZZ/32003[x_1..x_{entries}]"], 1
    for number, (a, b) in enumerate(pairwise(sizes)):
        lines.append(f"W{number} = genericMatrix(R, x_{start}, {a}, {b})")
        start += a * b
    target = [[int(i == j and i < rank) for j in range(sizes[-1])] for i in range(sizes[0])]
    rows = ", ".join("{" + ", ".join(map(str, row)) + "}" for row in target)
    chain = "*".join(f"W{number}" for number in range(len(sizes) - 1))
    lines += [f"M = matrix{{{rows}}}**R", f'print("dimension " | toString dim ideal({chain} - M))']
    path = tmp_path / "fibre.m2"
    path.write_text("\n".join(lines) + "\n")
    done = subprocess.run(["M2", "--script", str(path)], capture_output=True, text=True, timeout=300, check=True)
    assert int(re.search(r"dimension (\d+)", done.stdout)[1]) == chain_fibre_dimension(sizes, rank)
