"""Parameters of networks: derivatives against finite differences, and the four kinds of critical points told apart."""

import numpy as np
import pytest

import equivariety as ev
from equivariety.geometry import (
    as_factors,
    balanced_factors,
    dense_component,
    loss_on_data,
    loss_to_target,
    random_factors,
)
from equivariety.geometry.factors import chains
from equivariety.varieties import Component
from referees import regular

Q8 = ev.PermutationAction(regular([[1, 2, 3, 0, 5, 6, 7, 4], [4, 7, 6, 5, 2, 1, 0, 3]]))
COMPONENTS = {
    "dense": dense_component(2, 3, 4),
    "invariant": ev.InvariantMaps(ev.PermutationAction.from_cycles("(1 3 4)(2 5)(6 7)"), 3).bounded(2).component([2]),
    "rotation": Component(ev.EquivariantMaps(ev.actions.image_rotation(3)), (2, 1, 1)),
    "two cycles": Component(ev.EquivariantMaps(2 * ev.actions.cyclic(3)), (1, 1)),
    "symmetric": Component(ev.EquivariantMaps(2 * ev.actions.symmetric(3)), (1, 1)),
    "quaternion": Component(ev.EquivariantMaps(2 * Q8), (1, 0, 0, 1, 1)),
}


@pytest.fixture(params=COMPONENTS)
def component(request):
    return COMPONENTS[request.param]


def dense(factors):
    return [factor.matrix() for factor in factors]


def direct_loss(matrices, U):
    return np.sum((np.linalg.multi_dot([np.eye(U.shape[0]), *matrices]) - U) ** 2)


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_gradient_hessian_and_jacobian_rank_against_differences(component, depth):
    if depth == 1 and not component.linear:
        component = Component(component.maps, tuple(b.largest_rank for b in component.maps.blocks))
    U = np.random.default_rng(1).standard_normal(component.maps.shape)
    diagram = loss_to_target(component, U)
    factors = random_factors(component, depth, seed=2)
    assert diagram.loss(factors) == pytest.approx(direct_loss(dense(factors), U))
    np.testing.assert_allclose(diagram.map(factors), np.linalg.multi_dot([np.eye(len(U)), *dense(factors)]), atol=1e-9)
    found = chains(component, factors)
    step, images = 1e-5, []
    gradient = {m: chain.flatten(chain.pulled_back(diagram.losses[m].gradient(chain.product)))
                for m, chain in found.items()}  # fmt: skip
    for member, chain in found.items():
        here = chain.flatten(chain.factors)
        hessian = chain.hessian(diagram.losses[member])

        def at(coordinates, chain=chain, member=member):
            moved = type(chain)(chain.field, tuple(chain.unflatten(coordinates)))
            loss = diagram.losses[member]
            return loss.value(moved.product), moved.flatten(moved.pulled_back(loss.gradient(moved.product))), moved

        for k, unit in enumerate(np.eye(here.size)):
            (up, gradient_up, moved_up), (down, gradient_down, moved_down) = (
                at(here + step * unit),
                at(here - step * unit),
            )
            assert (up - down) / (2 * step) == pytest.approx(gradient[member][k], abs=1e-5 * (1 + abs(up)))
            scale = 1 + np.abs(hessian).max()
            np.testing.assert_allclose((gradient_up - gradient_down) / (2 * step), hessian[k], atol=1e-6 * scale)
            images.append(np.pad(chain.field.unpack((moved_up.product - moved_down.product) / (2 * step)).ravel(),
                                 (200 * member, 200 * (len(component.ranks) - 1 - member)))[:4000])  # fmt: skip
    width = max(len(image) for image in images)
    stacked = np.array([np.pad(image, (0, width - len(image))) for image in images])
    assert diagram.judge(factors).jacobian_rank == np.linalg.matrix_rank(stacked, tol=1e-6) == component.dimension


@pytest.mark.parametrize("depth", [2, 3])
def test_all_critical_points_of_the_function_space_are_pure_with_the_right_shape(component, depth):
    rng = np.random.default_rng(3)
    X = rng.standard_normal((40, component.maps.domain.degree))
    Y = rng.standard_normal((40, component.maps.codomain.degree)) + X @ rng.standard_normal(component.maps.shape).T
    diagram = loss_on_data(component, X, Y)
    for number, point in enumerate(component.critical_fits(X, Y)):
        factors = balanced_factors(component, point.matrix(), depth)
        judgement = diagram.judge(factors)
        assert judgement.kind == "pure"
        assert judgement.critical
        assert judgement.jacobian_rank == component.dimension
        assert judgement.loss == pytest.approx(point.loss)
        assert judgement.shape == ("minimum" if number == 0 else "strict saddle")
        check_descent(diagram, factors, judgement)
    assert diagram.optimum == pytest.approx(component.fit(X, Y).loss)


def check_descent(diagram, factors, judgement):
    if judgement.descent is None:
        assert judgement.smallest_curvature > -1e-9
        return
    step = 1e-2
    moved = [
        ev.varieties.BlockMap(f.source, f.target, tuple(a + step * b for a, b in zip(f.blocks, d.blocks, strict=True)))
        for f, d in zip(factors, judgement.descent, strict=True)
    ]
    expected = 0.5 * step**2 * judgement.smallest_curvature
    assert diagram.loss(moved) - judgement.loss < 0.8 * expected < 0


def test_a_zero_parameter(component):
    diagram = loss_to_target(component, np.random.default_rng(4).standard_normal(component.maps.shape))
    zero = [0 * matrix for matrix in dense(random_factors(component, 2))]
    judgement = diagram.judge(zero)
    assert (judgement.kind, judgement.shape, judgement.jacobian_rank) == ("spurious", "strict saddle", 0)
    check_descent(diagram, as_factors(component, zero), judgement)
    # With three factors the Hessian vanishes, too: a saddle that second derivatives do not see.
    judgement = diagram.judge([0 * matrix for matrix in dense(random_factors(component, 3))])
    assert (judgement.kind, judgement.shape, judgement.smallest_curvature) == ("spurious", "degenerate saddle", 0.0)


@pytest.mark.parametrize("depth", [2, 3])
def test_four_kinds_of_critical_points_of_a_dense_network(depth):
    U, component = np.diag([4.0, 3.0, 2.0]), dense_component(2, 3, 3)
    diagram = loss_to_target(component, U)
    middle = [np.eye(2)] * (depth - 2)
    E = np.eye(3)

    def judge(A, B):
        return diagram.judge([A, *middle, B])

    minimum = judge(np.column_stack([4 * E[0], 3 * E[1]]), E[:2])
    assert (minimum.kind, minimum.shape, minimum.descent) == ("pure", "minimum", None)
    saddle = judge(np.column_stack([4 * E[0], 2 * E[2]]), E[[0, 2]])
    assert (saddle.kind, saddle.shape) == ("pure", "strict saddle")
    # Rank dropped to 1: critical for the network only.
    dropped = judge(np.column_stack([4 * E[0], 0 * E[1]]), np.array([E[0], 0 * E[1]]))
    assert (dropped.kind, dropped.shape) == ("spurious", "strict saddle")
    assert "rank 1 below its bound 2" in dropped.reason
    # Constructed: A B = 0 although neither factor is zero, and the gradient vanishes on both.
    U_flat = np.diag([4.0, 3.0, 0.0])
    constructed = loss_to_target(component, U_flat).judge(
        [np.column_stack([E[2], 0 * E[2]]), *middle, np.array([0 * E[2], E[2]])]
    )
    assert (constructed.kind, constructed.shape) == ("spurious", "strict saddle")
    regular_point = judge(np.column_stack([E[0], E[1]]), E[:2])
    assert (regular_point.kind, regular_point.shape, regular_point.critical) == ("regular", "regular", False)
    assert regular_point.smallest_curvature is None


@pytest.mark.parametrize("depth", [2, 3])
def test_a_spurious_point_of_a_network_that_fills_the_space(depth):
    # The function space is all 2 x 2 matrices, smooth everywhere and without saddles; the network adds one.
    diagram = loss_to_target(dense_component(2, 2, 2), np.diag([2.0, 1.0]))
    A, B = np.diag([2.0, 0.0]), np.diag([1.0, 0.0])
    judgement = diagram.judge([A, *[np.diag([1.0, 0.0])] * (depth - 2), B])
    assert judgement.kind == "spurious"
    assert "not critical on the function space" in judgement.reason
    assert judgement.shape == {2: "strict saddle", 3: "degenerate saddle"}[depth]
    assert judgement.jacobian_rank == 3


def test_wide_hidden_spaces_and_a_narrow_one():
    rng = np.random.default_rng(7)
    U = rng.standard_normal((3, 4))
    component = dense_component(2, 3, 4)
    diagram = loss_to_target(component, U)
    best = component.nearest(U).matrix()
    A, B = (factor.matrix() for factor in balanced_factors(component, best))
    wide = rng.standard_normal((3, 5))
    judgement = diagram.judge([wide, np.linalg.pinv(wide) @ A, B])
    assert (judgement.kind, judgement.shape, judgement.jacobian_rank) == ("pure", "minimum", component.dimension)
    invariant = COMPONENTS["invariant"]
    factors = [rng.standard_normal((3, 4)), *dense(random_factors(invariant, 2))]
    factors[1] = rng.standard_normal((4, 2))
    assert loss_to_target(invariant, np.zeros(invariant.maps.shape)).judge(factors).kind == "regular"
    with pytest.raises(ev.InputError, match=r"narrowest widths: in block .* the width is 3, the rank 2"):
        diagram.judge([np.ones((3, 5)), np.ones((5, 4))])


def test_torch_networks_are_judged_by_their_block_maps():
    torch = pytest.importorskip("torch")
    component = COMPONENTS["rotation"]
    X = np.random.default_rng(8).standard_normal((50, 9))
    diagram = loss_on_data(component, X)
    model = ev.nn.EquivariantAutoencoder(component, depth=3)
    assert diagram.judge(model.block_maps()[::-1]).kind == "regular"
    model.load_solution(component.fit(X))
    judgement = diagram.judge(model.block_maps()[::-1], tolerance=1e-5)  # weights in single precision
    assert (judgement.kind, judgement.shape) == ("pure", "minimum")
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
    judgement = diagram.judge(model.block_maps()[::-1])
    assert (judgement.kind, judgement.shape) == ("spurious", "degenerate saddle")


def test_errors_name_the_factor_and_the_distance():
    component = COMPONENTS["two cycles"]
    diagram = loss_to_target(component, np.zeros((6, 6)))
    A, B = dense(random_factors(component, 2))
    with pytest.raises(ev.InputError, match=r"factor 2 must have shape \(3, 6\), not \(2, 6\)"):
        diagram.judge([A, B[:2]])
    with pytest.raises(ev.InputError, match=r"factor 1 must be equivariant, not at the distance 3\.46"):
        diagram.judge([A + np.ones((6, 3)), B])
    with pytest.raises(ev.InputError, match="at least one factor"):
        diagram.judge([])
    wider = loss_to_target(Component(component.maps, (2, 1)), np.zeros((6, 6)))
    with pytest.raises(ev.InputError, match=r"narrowest widths: in block .* the width is 1, the rank 2"):
        wider.judge(random_factors(component, 2))
