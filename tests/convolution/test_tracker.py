"""The tracker and its equations, against finite differences and problems with known solutions."""

import numpy as np
import pytest

from equivariety.convolution import LinearConvNet, generic_start, segre
from equivariety.convolution.homotopy import Data, Path, equations, normalize, tangent_frame, tensors
from equivariety.convolution.start import distinct
from equivariety.convolution.tracker import TrackingOptions, newton_correction, track

SIZES = pytest.mark.parametrize("sizes", [(3,), (2, 3), (3, 2, 2), (2, 1, 3, 2)], ids=str)


def gaussian(random, *shape):
    return random.standard_normal(shape) + 1j * random.standard_normal(shape)


def random_data(random, sizes, count=1):
    size = int(np.prod(sizes))
    quadratic = gaussian(random, count, size, size)
    return Data(quadratic + quadratic.transpose(0, 2, 1), gaussian(random, count, size))


@SIZES
def test_segre_map_and_derivatives(sizes):
    random = np.random.default_rng(0)
    points = gaussian(random, 2, sum(sizes))
    for point in points:
        expected = np.ones(1)
        for part in segre.split(point[None], sizes):
            expected = np.kron(expected, part[0])
        np.testing.assert_allclose(segre.tensor_product(segre.split(point[None], sizes), 1)[0], expected)

    def value(shift):
        return segre.tensor_product(segre.split(points + shift, sizes), 2)

    step, units = 1e-6, np.eye(sum(sizes))
    slopes = np.stack([(value(step * e) - value(-step * e)) / (2 * step) for e in units], axis=2)
    np.testing.assert_allclose(segre.jacobian(points, sizes), slopes, atol=1e-8)
    covector = gaussian(random, 2, int(np.prod(sizes)))

    def paired(shift):
        return np.einsum("pn,pnk->pk", covector, segre.jacobian(points + shift, sizes))

    bends = np.stack([(paired(step * e) - paired(-step * e)) / (2 * step) for e in units], axis=2)
    np.testing.assert_allclose(segre.second_derivative(points, sizes, covector), bends, atol=1e-8)


def test_overlap_matrix_adds_the_tensor_up_to_the_filter():
    net, random = LinearConvNet([3, 2, 2], [1, 2, 1]), np.random.default_rng(1)
    filters = [random.standard_normal(size) for size in net.filter_sizes]
    tensor = segre.tensor_product([w[None] for w in filters], 1)[0]
    np.testing.assert_allclose(segre.overlap_matrix(net.filter_sizes, net.steps) @ tensor, net.compose(filters))


@SIZES
def test_equations_against_finite_differences(sizes):
    random = np.random.default_rng(2)
    path = Path(sizes, random_data(random, sizes), random_data(random, sizes, count=3))
    points = normalize(gaussian(random, 3, 1 + sum(sizes)), path.groups)
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


@SIZES
def test_normalization_keeps_the_tensor_and_frames_are_orthonormal(sizes):
    random = np.random.default_rng(3)
    points = gaussian(random, 4, 1 + sum(sizes))
    path = Path(sizes, random_data(random, sizes), random_data(random, sizes))
    scaled = normalize(points, path.groups)
    np.testing.assert_allclose(tensors(scaled, sizes), tensors(points, sizes), rtol=1e-10)
    for part in segre.split(scaled, path.groups):
        np.testing.assert_allclose(np.linalg.norm(part, axis=1), 1)
    frame = tangent_frame(scaled, path.groups)
    np.testing.assert_allclose(
        frame.conj().transpose(0, 2, 1) @ frame, np.eye(frame.shape[2])[None].repeat(4, 0), atol=1e-12
    )
    blocks = np.cumsum([0, *path.groups])
    for layer, part in enumerate(segre.split(scaled, path.groups)):
        columns = slice(blocks[layer] - layer, blocks[layer + 1] - layer - 1)
        block = frame[:, blocks[layer] : blocks[layer + 1], columns]
        np.testing.assert_allclose(np.einsum("pi,pij->pj", part.conj(), block), 0, atol=1e-12)


def test_one_layer_is_a_linear_system():
    random = np.random.default_rng(4)
    start, end = random_data(random, (3,)), random_data(random, (3,), count=5)
    first = np.linalg.solve(start.quadratic[0], start.linear[0])
    path = Path((3,), start, end)
    result = track(path, np.tile(np.concatenate([[1], first]), (5, 1)), TrackingOptions())
    assert result.arrived.all()
    expected = np.linalg.solve(end.quadratic, end.linear[:, :, None])[:, :, 0]
    np.testing.assert_allclose(tensors(result.points, (3,)), expected, rtol=1e-10)
    assert result.correction.max() < 1e-12


def test_many_paths_at_once_are_the_same_as_one_by_one_and_as_with_smaller_steps():
    start, random = generic_start([2, 3]), np.random.default_rng(5)
    target = random_data(random, (2, 3))
    path = Path((2, 3), start.data, target)
    together = track(path, start.points, TrackingOptions())
    careful = track(path, start.points, TrackingOptions().tighter())
    alone = [track(path, point[None], TrackingOptions()).points[0] for point in start.points]
    ends = tensors(together.points, (2, 3))
    np.testing.assert_allclose(tensors(careful.points, (2, 3)), ends, atol=1e-9)
    np.testing.assert_allclose(tensors(np.array(alone), (2, 3)), ends, atol=1e-9)
    assert len(distinct(ends)) == len(start.points) == 10


def test_there_and_back_again_permutes_nothing():
    start, random = generic_start([2, 2]), np.random.default_rng(6)
    other = random_data(random, (2, 2))
    there = track(Path((2, 2), start.data, other), start.points, TrackingOptions())
    back = track(Path((2, 2), other, start.data), there.points, TrackingOptions())
    np.testing.assert_allclose(tensors(back.points, (2, 2)), tensors(start.points, (2, 2)), atol=1e-9)


def test_paths_without_an_end_are_reported_not_guessed():
    start = generic_start([2, 2])
    nothing = Data(np.zeros((1, 4, 4)), start.data.linear)
    result = track(Path((2, 2), start.data, nothing), start.points, TrackingOptions())
    finite = np.abs(result.points[:, 0]) > 1e-6
    assert not (result.arrived & (result.correction < 1e-9) & finite).any()


def test_newton_corrects_a_disturbed_solution():
    start, random = generic_start([2, 3]), np.random.default_rng(7)
    path = Path((2, 3), start.data, start.data)
    disturbed = normalize(start.points + 1e-4 * gaussian(random, *start.points.shape), path.groups)
    for _ in range(3):
        disturbed, sizes = newton_correction(path, disturbed, np.zeros(len(disturbed)))
    assert sizes.max() < 1e-12
    np.testing.assert_allclose(tensors(disturbed, (2, 3)), tensors(start.points, (2, 3)), atol=1e-10)


def test_distinct_rows():
    rows = np.array([[1, 2], [3, 4], [1, 2 + 1e-9], [1, 2.1]], dtype=complex)
    assert distinct(rows) == [0, 1, 3]
    assert distinct(rows[:0]) == []
