"""The tracker and its equations, against finite differences and problems with known solutions."""

import numpy as np
import pytest

from equivariety.convolution import LinearConvNet, generic_start, segre
from equivariety.convolution.segre import SegreVeronese
from equivariety.tolerances import SAME_POINT_TOLERANCE
from equivariety.tracking import Path, SquaredErrors, TrackingOptions, refine, track
from equivariety.tracking.coordinates import distinct, split, tangent_frame
from equivariety.tracking.predictor_corrector import newton_correction
from equivariety.tracking.squared_errors import equations, images

MAPS = [
    SegreVeronese.segre((3,)),
    SegreVeronese.segre((2, 3)),
    SegreVeronese.segre((3, 2, 2)),
    SegreVeronese.segre((2, 1, 3, 2)),
    SegreVeronese((2, 3), (1, 2)),
    SegreVeronese((2, 2, 2), (1, 2, 4)),
    SegreVeronese((1, 2, 3), (1, 3, 2)),
]
LIFTS = pytest.mark.parametrize("lift", MAPS, ids=str)


def gaussian(random, *shape):
    return random.standard_normal(shape) + 1j * random.standard_normal(shape)


def random_data(random, lift, count=1):
    size = lift.size
    quadratic = gaussian(random, count, size, size)
    return SquaredErrors(quadratic + quadratic.transpose(0, 2, 1), gaussian(random, count, size))


def form(lift, point):
    """The scalar product of the image with that of another point: a product of powers of scalar products."""
    random = np.random.default_rng(11)
    other = gaussian(random, 1, sum(lift.groups))
    pairs = zip(split(point, lift.groups), split(other, lift.groups), lift.degrees, strict=True)
    product = np.prod([((a @ b.T)[:, 0]) ** d for a, b, d in pairs], axis=0)
    return product, (lift.value(point) @ lift.value(other).T)[:, 0]


@LIFTS
def test_lift_and_derivatives(lift):
    random = np.random.default_rng(0)
    points = gaussian(random, 2, sum(lift.groups))
    np.testing.assert_allclose(*form(lift, points))
    if set(lift.degrees) == {1}:
        for point in points:
            expected = np.ones(1)
            for part in split(point[None], lift.groups):
                expected = np.kron(expected, part[0])
            np.testing.assert_allclose(lift.value(point[None])[0], expected)

    def value(shift):
        return lift.value(points + shift)

    step, units = 1e-6, np.eye(sum(lift.groups))
    slopes = np.stack([(value(step * e) - value(-step * e)) / (2 * step) for e in units], axis=2)
    np.testing.assert_allclose(lift.jacobian(points), slopes, rtol=1e-7, atol=1e-7)
    covector = gaussian(random, 2, lift.size)

    def paired(shift):
        return np.einsum("pn,pnk->pk", covector, lift.jacobian(points + shift))

    bends = np.stack([(paired(step * e) - paired(-step * e)) / (2 * step) for e in units], axis=2)
    np.testing.assert_allclose(lift.second_derivative(points, covector), bends, rtol=1e-7, atol=1e-6)


def test_overlap_matrix_adds_the_tensor_up_to_the_filter():
    net, random = LinearConvNet([3, 2, 2], [1, 2, 1]), np.random.default_rng(1)
    filters = [random.standard_normal(size) for size in net.filter_sizes]
    tensor = segre.tensor_product([w[None] for w in filters], 1)[0]
    np.testing.assert_allclose(segre.overlap_matrix(net.filter_sizes, net.steps) @ tensor, net.compose(filters))


@LIFTS
def test_equations_against_finite_differences(lift):
    random = np.random.default_rng(2)
    path = Path(lift, random_data(random, lift), random_data(random, lift, count=3))
    points = path.normalize(gaussian(random, 3, 1 + sum(lift.groups)))
    times, frame, step = random.uniform(size=3), tangent_frame(points, path.groups), 1e-6
    system = equations(path, points, times, frame)

    def residual(local, later=0.0):
        return equations(path, points + frame @ local, times + later, frame).residual

    units = np.eye(frame.shape[2])
    slopes = np.stack([(residual(step * e) - residual(-step * e)) / (2 * step) for e in units], axis=2)
    np.testing.assert_allclose(system.jacobian, slopes, atol=1e-7)
    zero = np.zeros(frame.shape[2])
    np.testing.assert_allclose(
        system.time_derivative, (residual(zero, step) - residual(zero, -step)) / (2 * step), atol=1e-7
    )


@LIFTS
def test_normalization_keeps_the_tensor_and_frames_are_orthonormal(lift):
    random = np.random.default_rng(3)
    points = gaussian(random, 4, 1 + sum(lift.groups))
    path = Path(lift, random_data(random, lift), random_data(random, lift))
    scaled = path.normalize(points)
    np.testing.assert_allclose(images(lift, scaled), images(lift, points), rtol=1e-10)
    for part in split(scaled, path.groups):
        np.testing.assert_allclose(np.linalg.norm(part, axis=1), 1)
    frame = tangent_frame(scaled, path.groups)
    np.testing.assert_allclose(
        frame.conj().transpose(0, 2, 1) @ frame, np.eye(frame.shape[2])[None].repeat(4, 0), atol=1e-12
    )
    blocks = np.cumsum([0, *path.groups])
    for layer, part in enumerate(split(scaled, path.groups)):
        columns = slice(blocks[layer] - layer, blocks[layer + 1] - layer - 1)
        block = frame[:, blocks[layer] : blocks[layer + 1], columns]
        np.testing.assert_allclose(np.einsum("pi,pij->pj", part.conj(), block), 0, atol=1e-12)


def test_one_layer_is_a_linear_system():
    random = np.random.default_rng(4)
    start, end = random_data(random, MAPS[0]), random_data(random, MAPS[0], count=5)
    first = np.linalg.solve(start.quadratic[0], start.linear[0])
    path = Path(MAPS[0], start, end)
    result = track(path, np.tile(np.concatenate([[1], first]), (5, 1)), TrackingOptions())
    assert result.arrived.all()
    expected = np.linalg.solve(end.quadratic, end.linear[:, :, None])[:, :, 0]
    np.testing.assert_allclose(images(MAPS[0], result.points), expected, rtol=1e-10)
    assert result.correction.max() < 1e-12


def test_many_paths_at_once_are_the_same_as_one_by_one_and_as_with_smaller_steps():
    start, random = generic_start([2, 3]), np.random.default_rng(5)
    target = random_data(random, start.map)
    path = Path(start.map, start.data, target)
    together = track(path, start.points, TrackingOptions())
    careful = track(path, start.points, TrackingOptions().tighter())
    alone = [track(path, point[None], TrackingOptions()).points[0] for point in start.points]
    ends = images(start.map, together.points)
    np.testing.assert_allclose(images(start.map, careful.points), ends, atol=1e-9)
    np.testing.assert_allclose(images(start.map, np.array(alone)), ends, atol=1e-9)
    assert len(distinct(ends, SAME_POINT_TOLERANCE)) == len(start.points) == 10


def test_there_and_back_again_permutes_nothing():
    start, random = generic_start([2, 2]), np.random.default_rng(6)
    other = random_data(random, start.map)
    there = track(Path(start.map, start.data, other), start.points, TrackingOptions())
    back = track(Path(start.map, other, start.data), there.points, TrackingOptions())
    np.testing.assert_allclose(images(start.map, back.points), images(start.map, start.points), atol=1e-9)


def test_paths_without_an_end_are_reported_not_guessed():
    start = generic_start([2, 2])
    nothing = SquaredErrors(np.zeros((1, 4, 4)), start.data.linear)
    result = track(Path(start.map, start.data, nothing), start.points, TrackingOptions())
    finite = np.abs(result.points[:, 0]) > 1e-6
    assert not (result.arrived & (result.correction < 1e-9) & finite).any()


def test_newton_corrects_a_disturbed_solution():
    start, random = generic_start([2, 3]), np.random.default_rng(7)
    path = Path(start.map, start.data, start.data)
    disturbed = path.normalize(start.points + 1e-4 * gaussian(random, *start.points.shape))
    for _ in range(3):
        disturbed, sizes = newton_correction(path, disturbed, np.zeros(len(disturbed)))
    assert sizes.max() < 1e-12
    alone, correction = refine(path, disturbed[0] + 1e-6)
    assert correction < 1e-12
    np.testing.assert_allclose(images(start.map, alone[None]), images(start.map, start.points[:1]), atol=1e-10)
    np.testing.assert_allclose(images(start.map, disturbed), images(start.map, start.points), atol=1e-10)


def test_distinct_rows():
    rows = np.array([[1, 2], [3, 4], [1, 2 + 1e-9], [1, 2.1]], dtype=complex)
    assert distinct(rows, 1e-6) == [0, 1, 3]
    assert distinct(rows[:0], 1e-6) == []
