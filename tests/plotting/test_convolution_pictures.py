"""Pictures of linear convolutional networks: what they show, and that they can be written."""

import numpy as np
import pytest

from convolution_cases import REFERENCE, network
from equivariety.convolution import LinearConvNet
from equivariety.errors import InputError
from equivariety.plotting import convolution as pictures
from equivariety.plotting.style import save_figure


def test_slice_counts_real_roots_as_membership_does():
    net = LinearConvNet([2, 2, 3], [1, 1, 1])
    filters = np.random.default_rng(0).standard_normal((60, 5))
    filters[:5, -1] = 0
    counts, discriminants = pictures._real_roots(filters)
    assert ((counts >= 2) == [net.contains(filter_) for filter_ in filters]).all()
    # A real polynomial with two pairs of conjugate roots or none has positive discriminant, with one pair negative.
    assert ((discriminants[5:] > 0) == (counts[5:] != 2)).all()


def test_slice_shows_the_discriminant_and_names_the_region(tmp_path):
    figure = pictures.function_space_slice(LinearConvNet([2, 2], [1, 1]), [1, 0, 1], [1, 0, -1], [0, 1, 0], extent=3)
    axes = figure.axes[0]
    assert axes.get_xlabel() == "along (1, 0, -1)"
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == ["0 real roots, outside", "2 real roots"]
    outline = np.concatenate([path.vertices for path in axes.collections[-1].get_paths()])
    np.testing.assert_allclose(4 * outline[:, 0] ** 2 + outline[:, 1] ** 2, 4, atol=1e-2)  # u_1^2 = 4 u_0 u_2
    written = save_figure(figure, tmp_path, "slice")
    assert all(path.stat().st_size > 1000 for path in written)


def test_surfaces_consist_of_filters_with_a_double_root():
    (first, second, third), _, _ = pictures._cone()
    np.testing.assert_allclose(second**2, 4 * first * third, atol=1e-12)
    (a, b, c), _, _ = pictures._swallowtail()
    for row in np.random.default_rng(1).integers(0, a.size, 40):
        roots = np.roots([1, 0, a.flat[row], b.flat[row], c.flat[row]])
        assert np.abs(roots[:, None] - roots[None, :])[np.triu_indices(4, 1)].min() < 1e-6


@pytest.mark.parametrize(("sizes", "labels"), [([2, 2], ["$u_0$", "$u_2$"]), ([2, 2, 3], ["$a$", "$c$"])])
def test_surface_names_its_axes_and_the_real_roots_needed(sizes, labels):
    axes = pictures.discriminant_surface(LinearConvNet(sizes, [1] * len(sizes))).axes[0]
    assert [axes.get_xlabel(), axes.get_zlabel()] == labels
    assert axes.get_title().endswith("need 2 real roots")


def test_root_plot_shows_the_roots_of_the_composed_filter():
    net = LinearConvNet([3, 2, 2], [2, 3, 1])
    filters = [[1, 1, 1], [2, 1], [-3, 1]]
    axes = pictures.root_plot(net, filters).axes[0]
    shown = [line.get_xdata() + 1j * line.get_ydata() for line in axes.lines if line.get_marker() == "o"]
    assert [len(points) for points in shown] == [2, 2, 6]
    for root in np.concatenate(shown):
        assert abs(np.polynomial.polynomial.polyval(root, net.compose(filters))) < 1e-9


def test_training_plot_has_one_line_per_critical_value():
    case = REFERENCE["c_critical_points"]["cases"][0]
    found = network(case).critical_points(case["X"], case["y"])
    figure = pictures.training_plot([([0.0, 1.0, 2.0], [90.0, 50.0, 41.0])], found)
    assert len(figure.axes[0].lines) == 1 + len(found.real) + 1
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == ["local minimum", "saddle of index 1", "zero filter"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: pictures.function_space_slice(LinearConvNet([2, 2], [2, 1]), [0] * 4, [0] * 4, [0] * 4),
            "LinearConvNet(filter_sizes=(2, 2), strides=(2, 1)) must have a function space of full dimension",
        ),
        (
            lambda: pictures.function_space_slice(LinearConvNet([2, 2], [1, 1]), [0] * 4, [0] * 3, [0] * 3),
            "the plane must be spanned by vectors of 3 entries, not of shape (4,)",
        ),
        (
            lambda: pictures.discriminant_surface(LinearConvNet([3, 2], [1, 1])),
            "the surface is drawn for stride one and filters with 3 or 5 entries, not for LinearConvNet(",
        ),
        (
            lambda: pictures.training_plot([([0.0, 1.0], [2.0])], None),
            "run 0 must have as many losses as times: 2, not 1",
        ),
    ],
)
def test_messages(call, message):
    with pytest.raises(InputError) as raised:
        call()
    assert str(raised.value).startswith(message)
