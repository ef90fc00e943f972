"""The catalogue of fields, cells, molecules and robots against the reference decompositions."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

import equivariety as ev
from orthogonal_cases import action_of, orthogonal_case


def blocks(domain, codomain=None):
    maps = ev.EquivariantMaps(domain, codomain)
    return Counter((b.irrep_dim, b.field, b.cols, b.rows) for b in maps.blocks)


def expected(name):
    return Counter((b["irrep_real_dim"], b["field"], b["cols"], b["rows"]) for b in orthogonal_case(name)["blocks"])


@pytest.mark.parametrize(
    ("action", "name"),
    [
        (ev.actions.image_field(3), "D4_vectors_3x3"),
        (ev.actions.image_field(3, group="rotation", order="components"), "C4_vectors_3x3"),
        (ev.actions.image_field(2, "tensors"), "D4_symmetric_tensors_2x2"),
        (ev.actions.volume_field(2, group="rotations"), "O24_vectors_2cubed"),
        (ev.actions.volume_field(3), "Oh48_vectors_3cubed"),
        (ev.actions.volume_field(2, "pseudovectors"), "Oh48_pseudovectors_2cubed"),
        (ev.actions.volume_field(2, "tensors"), "Oh48_symmetric_tensors_2cubed"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_fields_on_grids(action, name):
    assert blocks(action) == expected(name)


def test_gradient_and_curl_are_equivariant():
    """Differences along the axes of an image, and the circulation of a field, by loops over the pixels."""
    size = 4
    grid = np.arange(size**2).reshape(size, size)
    gradient, curl = np.zeros((2 * size**2, size**2)), np.zeros((size**2, 2 * size**2))
    for i in range(size):
        for j in range(size):
            for axis, (a, b) in enumerate(((1, 0), (0, 1))):
                for sign in (1, -1):
                    x, y = i + sign * a, j + sign * b
                    if 0 <= x < size and 0 <= y < size:
                        gradient[2 * grid[i, j] + axis, grid[x, y]] += sign
                        gradient[2 * grid[i, j] + axis, grid[i, j]] -= sign
                        turn = sign if axis == 0 else -sign
                        curl[grid[i, j], 2 * grid[x, y] + 1 - axis] += turn
    scalars, vectors = ev.actions.image_dihedral(size), ev.actions.image_field(size)
    pseudoscalars = scalars.with_signs([[1] * size**2, [-1] * size**2])
    assert float(ev.equivariance_error(gradient, scalars, vectors)) == 0
    assert float(ev.equivariance_error(curl, vectors, pseudoscalars)) == 0
    assert float(ev.equivariance_error(curl, vectors, scalars)) > 0.5


def test_oriented_edges_and_faces_of_a_tetrahedron():
    nodes = action_of(orthogonal_case("tetrahedron_S4_nodes_to_oriented_edges")["domain"])
    edges = ev.actions.oriented_cells(nodes, [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)])
    faces = ev.actions.oriented_cells(nodes, [(0, 1, 2), (0, 1, 3), (0, 2, 3), (1, 2, 3)])
    assert edges == nodes.on_subsets(2, oriented=True)
    assert faces == nodes.on_subsets(3, oriented=True)
    assert blocks(edges, faces) == expected("tetrahedron_S4_oriented_edges_to_oriented_faces")
    with pytest.raises(ev.InputError, match="cell 0 is not"):
        ev.actions.oriented_cells(nodes, [(0, 1)])


def ring(count, radius, height=0.0, turn=0.0):
    angles = 2 * np.pi * np.arange(count) / count + turn
    return np.stack([radius * np.cos(angles), radius * np.sin(angles), np.full(count, height)], axis=1)


CUBE = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])


@pytest.mark.parametrize(
    ("positions", "kinds", "name"),
    [
        ([[0, 0, 0.12], [0, 0.76, -0.47], [0, -0.76, -0.47]], "OHH", "water_C2v_9"),
        (np.concatenate([[[0, 0, 0.1]], ring(3, 0.94, -0.28)]), "NHHH", "ammonia_C3v_12"),
        (np.concatenate([np.zeros((1, 3)), 0.63 * CUBE]), "CHHHH", "methane_Td_15"),
        (np.concatenate([ring(6, 1.39), ring(6, 2.48)]), "C" * 6 + "H" * 6, "benzene_D6h_36"),
    ],
    ids=["water", "ammonia", "methane", "benzene"],
)
@pytest.mark.parametrize("digits", [3, 12])
def test_point_groups_of_molecules(positions, kinds, name, digits):
    turned = np.asarray(positions) @ np.linalg.qr(np.random.default_rng(0).standard_normal((3, 3)))[0]
    atoms, displacements = ev.actions.molecule(np.round(turned, digits), list(kinds), tolerance=5e-3)
    assert atoms.degree == len(kinds)
    assert blocks(displacements) == expected(name)
    for g in range(displacements.number_of_generators):
        T = displacements.matrix(g).toarray()
        np.testing.assert_allclose(T @ T.T, np.eye(len(T)), atol=1e-12)


def test_a_robot_from_the_names_of_its_joints():
    legs = [f"{side}_{part}" for side in ("left", "right") for part in ("hip", "knee", "wheel")]
    mirror = ev.actions.joint_mirror(
        legs,
        [(f"left_{part}", f"right_{part}") for part in ("hip", "knee", "wheel")],
        [name for name in legs if not name.endswith("wheel")],
    )
    assert mirror == action_of(orthogonal_case("upkie_C2_6")["domain"])


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("(1 -2 3)(-4)", ev.SignedPermutationAction.from_cycles("(1 -2 3)(-4)")),
        ("vectors:3x3", ev.actions.image_field(3)),
        ("tensors:2x2x2", ev.actions.volume_field(2, "tensors")),
        ("pseudovectors:2x2^2", ev.actions.image_field(2, "pseudovectors") ** 2),
    ],
)
def test_strings(text, action):
    assert ev.actions.parse_action(text) == action


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: ev.actions.image_field(3, "spinors"), "kind must be one of"),
        (lambda: ev.actions.image_field(3, group="all"), "group must be one of"),
        (lambda: ev.actions.image_field(1), "size must be at least 2"),
        (lambda: ev.actions.field(ev.actions.cyclic(3), [[0, 0], [1, 0], [5, 1]]), "like an orthogonal map"),
        (lambda: ev.actions.field(ev.actions.cyclic(3), [[0, 0, 0], [1, 0, 0], [0, 1, 0]]), "must span R"),
        (lambda: ev.actions.molecule([[0, 0, 0], [0, 0, 1]], ["C", "O"]), "must not stand on one line"),
        (lambda: ev.actions.molecule([[0, 0, 0], [0, 1, 1]], ["C"]), "one entry for each of the 2 atoms"),
        (lambda: ev.actions.joint_mirror(["a", "b"], [("a", "c")]), "'c' is not one"),
        (lambda: ev.actions.joint_mirror(["a", "b"], [("a", "b")], ["a"]), "both or none"),
    ],
)
def test_bad_input(build, message):
    with pytest.raises(ev.InputError, match=message):
        build()
