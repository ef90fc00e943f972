"""Pictures: what they show can be read off the artists, and files are complete PNG and SVG."""

from __future__ import annotations

import numpy as np
import pytest

import equivariety as ev
from equivariety.errors import InputError
from equivariety.plotting.images import image_rows
from equivariety.plotting.matrices import before_and_after
from equivariety.plotting.spectra import spectrum
from equivariety.plotting.style import save_figure


@pytest.fixture
def solution():
    maps = ev.EquivariantMaps(ev.actions.image_shift((4, 6), axis=1))
    return maps.bounded(7).fit(np.random.default_rng(0).normal(size=(40, 24)))


def test_after_the_change_of_basis_the_matrix_is_block_diagonal(solution):
    figure = before_and_after(solution.component.maps, solution.matrix())
    after = figure.axes[1].images[0].get_array()
    blocks = solution.component.maps.blocks
    owner = np.repeat(np.arange(len(blocks)), [block.rows * block.irrep_dim for block in blocks])
    assert np.abs(after[owner[:, None] != owner[None, :]]).max() < 1e-12
    assert np.linalg.norm(after) == pytest.approx(np.linalg.norm(solution.matrix()))


def test_the_spectrum_shows_every_term_and_the_ranks(solution):
    axes = spectrum(solution).axes[0]
    shown = sum(len(points.get_offsets()) for points in axes.collections)
    assert shown == sum(block.largest_rank for block in solution.component.maps.blocks)
    assert [text.get_text() for text in axes.texts] == [str(rank) for rank in solution.ranks if rank]


def test_image_rows_must_fit_together():
    images = np.zeros((3, 12))
    for rows, message in [
        ({}, "rows must hold at least one row of images, not 0"),
        ({"one": images, "two": images[:2]}, r"row 'two' must have shape \(3, 12\), .* first row, not \(2, 12\)"),
        ({"one": images[:, :11]}, r"row 'one' must have shape \(3, 12\), as many images of 3 x 4 .* not \(3, 11\)"),
    ]:
        with pytest.raises(InputError, match=message):
            image_rows(rows, (3, 4))


def test_image_rows_keep_values_and_labels():
    images = np.linspace(0, 1, 24).reshape(2, 12)
    figure = image_rows({"one": images, "two": 1 - images}, (3, 4))
    assert [axes.get_ylabel() for axes in figure.axes[::2]] == ["one", "two"]
    assert np.array_equal(figure.axes[3].images[0].get_array(), (1 - images[1]).reshape(3, 4))


def test_files_are_whole_and_the_same_every_time(solution, tmp_path):
    (tmp_path / "again").mkdir()
    first = save_figure(spectrum(solution), tmp_path, "spectrum")
    second = save_figure(spectrum(solution), tmp_path / "again", "spectrum")
    assert [path.suffix for path in first] == [".png", ".svg"]
    assert first[0].read_bytes().startswith(b"\x89PNG")
    assert first[1].read_text().rstrip().endswith("</svg>")
    assert first[1].read_text() == second[1].read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again", "spectrum.png", "spectrum.svg"]


def test_a_matrix_of_another_shape_is_refused(solution):
    with pytest.raises(ev.InputError, match=r"M must have shape \(24, 24\)"):
        before_and_after(solution.component.maps, np.eye(3))
