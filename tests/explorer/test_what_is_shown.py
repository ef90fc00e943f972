"""What the explorer computes, without marimo; and every program that it offers to copy, run as a user would."""

from __future__ import annotations

import io

import numpy as np
import pytest

import equivariety as ev
from equivariety.errors import InputError
from equivariety.explorer import choice, figures, listings, programs, slices

ROTATION = ev.EquivariantMaps(ev.actions.image_rotation(3))


@pytest.mark.parametrize("name", choice.CATALOGUE)
def test_every_entry_of_the_menu_can_be_explored(name):
    found = choice.read_choice(choice.CATALOGUE[name])
    assert found.maps is not None, found.message
    rows = listings.block_rows(found.maps)
    assert sum(row["dimension"] * 1 for row in rows) == found.maps.dimension
    family = found.maps.bounded(min(2, found.maps.largest_rank))
    assert listings.counts(family)["all"] >= listings.counts(family)["with a matrix of this rank"]
    assert listings.component_rows(family)


@pytest.mark.parametrize(
    ("text", "degree", "message"),
    [
        ("(1 3 4)(2 3)", None, "point 3 occurs twice"),
        ("(1 2", None, "cycles must be written"),
        ("(1 5)", 3, "degree must be at least 5"),
        ("", None, "action must be"),
        ("shift:64x64", None, "4096 points; the explorer shows up to 1024"),
        ("shift:9999x9999", None, "too many points"),
        ("dihedrl:8", None, "did you mean 'dihedral'"),
    ],
)
def test_a_text_that_is_no_action_says_why(text, degree, message):
    found = choice.read_choice(text, degree)
    assert found.maps is None
    assert message in found.message


def test_what_is_typed_on_the_way_never_raises():
    for full in ("(1 3 4)(2 5); (1 2)", "(1 -2 3)(-4)", "shift:4x6:axis=1"):
        for end in range(len(full) + 1):
            choice.read_choice(full[:end])
    assert choice.read_choice("(1 -2 3)(-4)").message == "4 points, 1 generator, 2 orbits"


def test_the_talks_numbers_stand_in_the_counts():
    family = choice.read_choice("shift:28x28:axis=1").maps.bounded(99)
    found = listings.counts(family)
    assert (found["all"], found["with a matrix of this rank"]) == (72426340906146, 72425986088826)
    with pytest.raises(InputError, match="72,426,340,906,146 components meet in too many ways"):
        listings.singular_rows(family)
    assert len(listings.component_rows(family)) == listings.MOST_COMPONENTS


def test_embedded_and_uploaded_data():
    assert choice.embedded("noise", 7).shape == (500, 7)
    assert choice.embedded("digits", 64).shape == choice.embedded("shifted digits", 64).shape == (1797, 64)
    with pytest.raises(InputError, match="the action has 9 points"):
        choice.embedded("digits", 9)
    content = io.BytesIO()
    np.save(content, np.arange(24.0).reshape(4, 2, 3))
    np.testing.assert_array_equal(choice.uploaded("x.npy", content.getvalue(), 6), np.arange(24.0).reshape(4, 6))
    np.testing.assert_array_equal(choice.uploaded("x.csv", b"a,b\n1,2\n3,4\n", 2), [[1, 2], [3, 4]])
    with pytest.raises(InputError, match=r"^'x.csv' has 2 columns, and the action has 3 points"):
        choice.uploaded("x.csv", b"1,2\n", 3)
    with pytest.raises(InputError, match=r"^data file 'x.npy' is not a NumPy file"):
        choice.uploaded("../../x.npy", b"nothing", 3)


def test_pictures_are_drawn_or_say_why_not():
    assert figures.png(figures.basis_figure(ROTATION)).startswith(b"\x89PNG")
    assert figures.sharing_figure(ROTATION.bounded(3).component((1, 1, 0))).axes
    assert figures.invariant_sharing_figure(ROTATION, 2).axes
    large = choice.read_choice("shift:28x28:axis=1").maps
    for make in (
        lambda: figures.basis_figure(large),
        lambda: figures.sharing_figure(ROTATION.bounded(0).component((0, 0, 0))),
        lambda: figures.invariant_sharing_figure(large, 2),
        lambda: figures.invariant_sharing_figure(choice.read_choice("(-1)(-2)").maps, 1),
    ):
        with pytest.raises(InputError):
            make()


@pytest.mark.parametrize("text", ["shift:8x8", "cyclic:12"])
def test_reconstructions_are_those_of_the_map(text):
    maps = choice.read_choice(text).maps
    rows = choice.embedded("noise", maps.domain.degree)
    solution = maps.problem(rows).best(3)
    shape = choice.image_shape(text, maps.domain.degree)
    figure = figures.reconstruction_figure(solution, rows, shape)
    if shape is None:
        lines = figure.axes[0].lines
        np.testing.assert_allclose(lines[1].get_ydata(), (rows[:1] @ solution.matrix().T)[0])
    else:
        assert len(figure.axes) == 2 * figures.SAMPLES


@pytest.mark.parametrize("kind", slices.KINDS)
def test_slices_are_spanned_by_orthonormal_equivariant_matrices(kind):
    directions = slices.slice_directions(ROTATION, kind, seed=1)
    np.testing.assert_allclose(np.einsum("aij,bij->ab", directions, directions), np.eye(3), atol=1e-12)
    P = ROTATION.domain.matrix().toarray()
    for M in directions:
        np.testing.assert_allclose(M @ P, P @ M, atol=1e-12)


def test_the_second_slice_holds_the_cone():
    """On it a (t1 + t2) and b = t3, c = t1 - t2 are a symmetric 2 x 2 matrix, singular where t1^2 = t2^2 + t3^2."""
    directions = slices.slice_directions(ROTATION, slices.KINDS[1])
    on, off = np.array([5.0, 3.0, 4.0]), np.array([5.0, 3.0, 3.0])
    on, off = (np.einsum("k,kij->ij", t, directions) for t in (on, off))
    assert np.linalg.matrix_rank(on) == 1
    assert np.linalg.matrix_rank(off) == 2


@pytest.mark.parametrize(
    ("text", "rank", "kind", "message"),
    [
        ("(1 2)", 1, 0, "dimension 2, and a slice needs three"),
        ("cyclic:12", 3, 1, "no block is 2 x 2"),
        ("dihedral:8x8", 6, 0, "are too many for one picture"),
        ("rotate:3x3", 9, 1, "lies in the variety as a whole"),
    ],
)
def test_slices_that_cannot_be_drawn_say_why(text, rank, kind, message):
    with pytest.raises(InputError, match=message):
        slices.slice_figure(choice.read_choice(text).maps.bounded(rank), slices.KINDS[kind])


def test_a_turned_slice_is_another_picture():
    figure = slices.slice_figure(ROTATION.bounded(1), slices.KINDS[0])
    first, second = (figures.png(figures.turned(figure, *view)) for view in ((20, -60), (50, 30)))
    assert first != second


def run(program, folder, monkeypatch):
    monkeypatch.chdir(folder)
    names: dict = {}
    exec(compile(program, "copied", "exec"), names)
    return names


ACTION = programs.action_code("rotate:3x3")


def test_copied_blocks_and_components(tmp_path, monkeypatch, capsys):
    names = run(programs.blocks_code(ACTION), tmp_path, monkeypatch)
    np.testing.assert_array_equal(names["Q"], ROTATION.decomposition.domain.matrix())
    assert "(4, 3)" in capsys.readouterr().out
    run(programs.components_code(ACTION, 3), tmp_path, monkeypatch)
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "5 in all, 5 with a matrix of rank 3"
    shown = [f"({row['ranks'].replace(' ', ', ')}) {row['dimension']} {row['degree']} {row['ED degree']}"
             for row in listings.component_rows(ROTATION.bounded(3))]  # fmt: skip
    assert printed[1:] == shown
    run(programs.singular_code(ACTION, 3), tmp_path, monkeypatch)
    shown = [
        f"({row['ranks'].replace(' ', ', ')}) {row['dimension']}" for row in listings.singular_rows(ROTATION.bounded(3))
    ]
    assert capsys.readouterr().out.splitlines() == shown


def test_copied_weights_and_slices(tmp_path, monkeypatch):
    names = run(programs.sharing_code(ACTION, 3, (1, 1, 0)), tmp_path, monkeypatch)
    assert names["pattern"].parameters == 14
    assert (tmp_path / "weights.png").stat().st_size > 1000
    run(programs.slice_code(ACTION, 1, slices.KINDS[1], 0, 20, -60), tmp_path, monkeypatch)
    assert (tmp_path / "slice.png").stat().st_size > 1000


@pytest.mark.parametrize("data", [*choice.DATA, "mine.npy", "mine.csv"])
def test_copied_fits(data, tmp_path, monkeypatch):
    mine = np.random.default_rng(1).standard_normal((30, 64))
    np.save(tmp_path / "mine.npy", mine)
    np.savetxt(tmp_path / "mine.csv", mine, delimiter=",")
    names = run(programs.data_code(programs.action_code("shift:8x8:axis=1"), 5, data), tmp_path, monkeypatch)
    path = tmp_path / data
    rows = choice.uploaded(data, path.read_bytes(), 64) if path.exists() else choice.embedded(data, 64)
    shown = choice.read_choice("shift:8x8:axis=1").maps.problem(rows).best(5)
    assert names["solution"].ranks == shown.ranks
    assert names["solution"].loss == pytest.approx(shown.loss, rel=1e-12)
    assert (tmp_path / "spectrum.png").exists()


def test_copied_cycles_keep_their_degree(tmp_path, monkeypatch):
    names = run(programs.action_code("(1 -2)", 4), tmp_path, monkeypatch)
    assert names["action"] == ev.SignedPermutationAction.from_cycles("(1 -2)", 4)
