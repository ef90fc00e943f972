"""Tangent and normal spaces against finite differences of curves on the variety."""

import numpy as np
import pytest

import equivariety as ev
from equivariety import geometry
from referees import regular

Q8 = regular([[1, 2, 3, 0, 5, 6, 7, 4], [4, 7, 6, 5, 2, 1, 0, 3]])
CASES = [
    (ev.EquivariantMaps(ev.actions.image_rotation(3)), (1, 0, 1)),
    (ev.EquivariantMaps(ev.actions.image_rotation(3)), (3, 1, 1)),
    (ev.InvariantMaps(ev.actions.image_rotation(3), outputs=4), (2,)),
    (ev.EquivariantMaps(ev.actions.symmetric(3) + ev.actions.symmetric(3)), (1, 1)),
    (ev.EquivariantMaps(2 * ev.PermutationAction(Q8)), (1, 2, 0, 1, 1)),
]


@pytest.mark.parametrize(("maps", "ranks"), CASES)
def test_bases_are_orthonormal_tangent_and_complementary(maps, ranks):
    component = ev.varieties.Component(maps, ranks)
    rng = np.random.default_rng(1)
    M = component.nearest(rng.standard_normal(maps.shape)).matrix()
    space = geometry.tangent_space(component, M)
    tangent, normal = space.basis(), space.normal_basis()
    both = np.concatenate([tangent, normal]).reshape(-1, M.size)
    assert len(tangent) == component.dimension
    assert len(both) == maps.dimension
    np.testing.assert_allclose(both @ both.T, np.eye(len(both)), atol=1e-10)
    W = rng.standard_normal(maps.shape)
    np.testing.assert_allclose(np.einsum("kij,ij,kab->ab", tangent, W, tangent), space.project(W), atol=1e-10)
    np.testing.assert_allclose(space.project(W) + space.project_normal(W), maps.project(W), atol=1e-10)
    # Moving along a tangent vector leaves the variety only in second order, along a normal vector in first order.
    step = 1e-4
    for vector in tangent:
        assert component.nearest(M + step * vector).distance < 100 * step**2
    for vector in normal:
        np.testing.assert_allclose(component.nearest(M + step * vector).distance, step, rtol=1e-3)


def test_no_tangent_space_at_singular_points_and_off_the_variety():
    component = ev.InvariantMaps(ev.actions.trivial(3), 3).bounded(2).component([2])
    with pytest.raises(ev.InputError, match=r"smooth point of the component of ranks \(2,\).*have the ranks \(1,\)"):
        geometry.tangent_space(component, np.diag([1.0, 0, 0]))
    with pytest.raises(ev.InputError, match="distance 1 from it"):
        geometry.tangent_space(component, np.eye(3))
