"""Critical points against finite differences, Riemannian Hessians, and a solver that knows no closed form."""

from itertools import islice
from math import comb

import numpy as np
import pytest
from scipy.optimize import least_squares

import equivariety as ev
from equivariety.geometry import tangent_space
from equivariety.isotypic import field_named
from referees import regular

Q8 = ev.PermutationAction(regular([[1, 2, 3, 0, 5, 6, 7, 4], [4, 7, 6, 5, 2, 1, 0, 3]]))


def hessian(component, M, error):
    """Riemannian Hessian by second differences along retractions (nearest points), which are exact to second order."""
    basis, step = tangent_space(component, M).basis(), 1e-3
    size = len(basis)

    def value(direction):
        return error(component.nearest(M + step * np.tensordot(direction, basis, 1)).matrix())

    units, result = np.eye(size), np.zeros((size, size))
    for i in range(size):
        for j in range(i + 1):
            plus = value(units[i] + units[j]) + value(-units[i] - units[j])
            minus = value(units[i] - units[j]) + value(units[j] - units[i])
            result[i, j] = result[j, i] = (plus - minus) / (4 * step**2)
    return result


def gradient_norm(component, M, error):
    basis, step = tangent_space(component, M).basis(), 1e-5
    return max(abs(error(M + step * v) - error(M - step * v)) / (2 * step) for v in basis)


def check(points, error, component):
    """Gradients vanish, values fall in order, Morse indices are those of the numerical Hessian."""
    previous = -np.inf
    for point in points:
        M = point.matrix()
        assert point.dimension == 0
        assert point.value >= previous - 1e-12
        previous = point.value
        np.testing.assert_allclose(error(M), point.value, rtol=1e-8, atol=1e-10)
        assert gradient_norm(component, M, error) < 1e-6 * (1 + point.value)
        curvatures = np.linalg.eigvalsh(hessian(component, M, error))
        assert np.abs(curvatures).min() > 1e-4
        assert (curvatures < 0).sum() == point.morse_index


CASES = [
    # trivial group (one real block), cycles of length 3 (a complex block), the quaternion group, and mixtures
    (ev.EquivariantMaps(ev.actions.trivial(3), ev.actions.trivial(2)), (1,)),
    (ev.EquivariantMaps(2 * ev.actions.cyclic(3)), (0, 1)),
    (ev.EquivariantMaps(2 * ev.actions.cyclic(3)), (1, 1)),
    (ev.EquivariantMaps(2 * Q8), (0, 0, 0, 0, 1)),
    (ev.EquivariantMaps(ev.actions.symmetric(3) + ev.actions.symmetric(3)), (1, 1)),
]


@pytest.mark.parametrize(("maps", "ranks"), CASES)
def test_distance(maps, ranks):
    U = np.random.default_rng(3).standard_normal(maps.shape)
    component = ev.varieties.Component(maps, ranks)
    points = component.critical_points(U)
    assert points.finite
    assert points.count == component.ed_degree == len(list(points))
    check(points, lambda M: np.sum((M - U) ** 2), component)
    np.testing.assert_allclose(points.minimum.matrix(), component.nearest(U).matrix(), atol=1e-9)


@pytest.mark.parametrize(("maps", "ranks"), CASES[1:3])
def test_data(maps, ranks):
    rng = np.random.default_rng(4)
    X = rng.standard_normal((40, maps.domain.degree))
    Y = X @ rng.standard_normal(maps.shape).T + rng.standard_normal((40, maps.codomain.degree))
    component = ev.varieties.Component(maps, ranks)
    points = component.critical_fits(X, Y)
    assert points.count == component.ed_degree
    check(points, lambda M: np.mean((X @ M.T - Y) ** 2), component)
    assert points.minimum.loss == pytest.approx(component.fit(X, Y).loss)


@pytest.mark.slow
@pytest.mark.parametrize("field", ["R", "C", "H"])
def test_fifty_random_cases_of_each_field(field):
    rng = np.random.default_rng(ord(field))
    for case in range(50):
        rows, cols = rng.integers(1, 4 if field == "R" else 3, size=2)
        group = {"R": ev.actions.trivial(1), "C": ev.actions.cyclic(3), "H": Q8}[field]
        maps = ev.EquivariantMaps(int(cols) * group, int(rows) * group)
        position = max(i for i, block in enumerate(maps.blocks) if block.field == field)
        ranks = [0] * len(maps.blocks)
        ranks[position] = int(rng.integers(1, min(rows, cols) + 1))
        component = ev.varieties.Component(maps, tuple(ranks))
        U = rng.standard_normal(maps.shape)
        points = component.critical_points(U)
        assert points.count == comb(min(rows, cols), ranks[position]), case
        check(points, lambda M, U=U: np.sum((M - U) ** 2), component)


@pytest.mark.parametrize(("m", "n", "r"), [(2, 3, 1), (3, 3, 2)])
def test_a_multistart_solver_finds_no_other(m, n, r):
    rng = np.random.default_rng(5)
    U = rng.standard_normal((m, n))
    known = [point.matrix() for point in ev.DeterminantalVariety(r, m, n).critical_points(U)]

    def equations(theta):
        A, B = theta[: m * r].reshape(m, r), theta[m * r :].reshape(r, n)
        G = A @ B - U
        # the last term fixes the factorization up to a rotation
        return np.concatenate([(G @ B.T).ravel(), (A.T @ G).ravel(), (A.T @ A - B @ B.T).ravel()])

    hits = set()
    for _ in range(150):
        found = least_squares(equations, rng.standard_normal(r * (m + n)), xtol=1e-14, ftol=1e-14, gtol=1e-14)
        M = found.x[: m * r].reshape(m, r) @ found.x[m * r :].reshape(r, n)
        if found.cost < 1e-18 and np.linalg.svd(M)[1][r - 1] > 1e-3:
            distances = [np.linalg.norm(M - point) for point in known]
            assert min(distances) < 1e-5
            hits.add(int(np.argmin(distances)))
    assert hits == set(range(len(known)))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["R", "C", "H"])
def test_a_multistart_solver_finds_no_other_on_fifty_random_cases(name):
    """Newton's method on the gradient in the factors, from random starts, in the working form over each field."""
    field, rng, seen = field_named(name), np.random.default_rng(ord(name)), 0
    for _ in range(50):
        m, n = rng.integers(1, 4, size=2)
        r = int(rng.integers(1, min(m, n) + 1))
        target = rng.standard_normal((m, n, field.beta))
        U, cut = field.pack(target), m * r * field.beta
        variety = ev.DeterminantalVariety(r, int(m), int(n), name)
        given = {"R": target[..., 0], "C": field.pack(target) if name == "C" else None, "H": target}[name]
        known = [field.pack(point.blocks()[0][0]) for point in variety.critical_points(given)]

        def factors(theta, m=m, n=n, r=r, cut=cut):
            A, B = theta[:cut].reshape(m, r, field.beta), theta[cut:].reshape(r, n, field.beta)
            return field.pack(A), field.pack(B)

        def equations(theta, U=U, factors=factors):
            A, B = factors(theta)
            G = A @ B - U
            parts = (G @ B.conj().T, A.conj().T @ G, A.conj().T @ A - B @ B.conj().T)
            return np.concatenate([field.unpack(part).ravel() for part in parts])

        for _ in range(8):
            start = rng.standard_normal(r * (m + n) * field.beta)
            found = least_squares(equations, start, xtol=1e-14, ftol=1e-14, gtol=1e-14, max_nfev=200)
            A, B = factors(found.x)
            sigma = np.linalg.svd(A @ B, compute_uv=False)
            if found.cost < 1e-18 and sigma[r * field.width - 1] > 1e-3:
                seen += 1
                assert min(np.linalg.norm(A @ B - point) for point in known) < 1e-5
    assert seen > 100


def test_determinantal_varieties_over_all_fields():
    rng = np.random.default_rng(6)
    for field, shape in (("R", (3, 4)), ("C", (3, 4)), ("H", (3, 4, 4))):
        U = rng.standard_normal(shape)
        if field == "C":
            U = U + 1j * rng.standard_normal(shape)
        variety = ev.DeterminantalVariety(2, 3, 4, field)
        points = list(variety.critical_points(U))
        beta = {"R": 1, "C": 2, "H": 4}[field]
        assert len(points) == variety.ed_degree == 3
        assert [point.morse_index for point in points] == [0, beta, 2 * beta]
        for point in points:
            assert variety.contains(point.matrix())
            np.testing.assert_allclose(np.sum(np.abs(point.matrix() - U) ** 2), point.value)


def test_equal_singular_values_give_families_instead_of_a_wrong_count():
    points = ev.DeterminantalVariety(2, 3, 3).critical_points(np.diag([2.0, 2.0, 1.0]))
    assert not points.finite
    assert points.families == {0: 1, 1: 1}
    with pytest.raises(ev.InputError, match=r"not finite.*1 of dimension 0, 1 of dimension 1"):
        _ = points.count
    assert [(p.index_sets, p.dimension, p.morse_index, p.value) for p in points] == [
        (((0, 1),), 0, 0, pytest.approx(1.0)), (((0, 2),), 1, 1, pytest.approx(4.0))
    ]  # fmt: skip
    # Over C and H the Grassmannians are larger. The identity has one family only.
    assert ev.DeterminantalVariety(1, 3, 3, "C").critical_points(np.eye(3)).families == {4: 1}


def test_a_target_of_smaller_rank_has_its_minimum_at_a_singular_point():
    points = ev.DeterminantalVariety(2, 3, 3).critical_points(np.diag([1.0, 0, 0]))
    assert points.count == 0
    assert points.families == {}
    with pytest.raises(ev.InputError, match="smaller rank than the variety"):
        _ = points.minimum
    # zero singular values alone do no harm, and the one critical point of a linear space is always there
    assert ev.DeterminantalVariety(1, 3, 3).critical_points(np.diag([2.0, 1, 0])).count == 2
    assert ev.DeterminantalVariety(3, 3, 3).critical_points(np.diag([1.0, 0, 0])).count == 1


def test_data_that_do_not_span_are_refused():
    component = ev.EquivariantMaps(ev.actions.trivial(3)).bounded(1).component([1])
    with pytest.raises(ev.InputError, match=r"X must span every block.*2 of 3 directions"):
        component.critical_fits(np.random.default_rng(0).standard_normal((2, 3)))


@pytest.mark.parametrize("rank", range(1, 7))
def test_families_merge_their_components(rank):
    maps = ev.EquivariantMaps(2 * ev.actions.cyclic(3))
    family = maps.bounded(rank)
    U = np.random.default_rng(7).standard_normal((6, 6))
    listed = list(family.critical_points(U))
    values = [point.value for point in listed]
    separate = sorted(p.value for c in family.components() for p in c.critical_points(U))
    np.testing.assert_allclose(values, separate)
    assert family.critical_points(U).count == len(listed) == sum(c.ed_degree for c in family.components())
    assert values[0] == pytest.approx(family.nearest(U).distance ** 2)


def test_first_critical_points_of_a_family_with_trillions_of_components():
    maps = ev.EquivariantMaps(ev.actions.image_shift((28, 28), axis=1))
    family = maps.bounded(99)
    U = np.random.default_rng(8).standard_normal((784, 784))
    first = list(islice(family.critical_points(U), 20))
    assert [p.value for p in first] == sorted(p.value for p in first)
    assert first[0].value == pytest.approx(family.nearest(U).distance ** 2)
    assert first[0].morse_index == 0
    with pytest.raises(ev.InputError, match="72426340906146 components"):
        _ = family.critical_points(U).count


@pytest.mark.parametrize("unit", [1e-140, 1e-3, 1.0, 5e7, 1e140])
@pytest.mark.parametrize(("maps", "ranks"), CASES)
def test_blocks_of_a_critical_point_are_those_of_its_matrix(maps, ranks, unit):
    """In the units of the target, whatever they are, and of the data."""
    rng = np.random.default_rng(8)
    budget = sum(slot.weight * rank for slot, rank in zip(maps.slots, ranks, strict=True))
    component = maps.bounded(budget).component(ranks)
    target = rng.standard_normal((maps.codomain.degree, maps.domain.degree))
    X = rng.standard_normal((30, maps.domain.degree))
    for points in (component.critical_points(unit * target), component.critical_fits(X, unit * (X @ target.T))):
        point = points.minimum
        for found, expected in zip(point.blocks(), maps.coordinates(point.matrix()), strict=True):
            np.testing.assert_allclose(found / unit, expected / unit, atol=1e-12)
