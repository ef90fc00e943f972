"""The catalogue, the version, completion in a shell, and refusals that say what was meant."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pytest

import equivariety as ev
from equivariety.actions import parse_action
from equivariety.actions.catalogue import CATALOGUE


def test_every_string_of_the_catalogue_can_be_typed(run):
    listed = json.loads(run("actions", "--json").output)
    assert [entry["name"] for entry in listed] == sorted(CATALOGUE)
    for entry in listed:
        for text in entry["strings"]:
            assert parse_action(text).degree > 1
        assert entry["description"]


def test_pictures_show_orbits(run):
    """Against orbits found by applying generators until nothing new comes."""
    for entry in json.loads(run("actions", "--json").output):
        for shown in entry["pictures"]:
            action = parse_action(shown["action"])
            points = np.prod([int(side) for side in shown["action"].split(":")[1].split("x")])
            drawn = picture_points(shown["picture"], points)
            start = drawn.index("●")
            assert [index for index, sign in enumerate(drawn) if sign != "·"] == closure(action, start, points)
            assert shown["degree"] == action.degree


def picture_points(lines, points):
    """The signs of a picture in the order of the points, layer by layer."""
    rows = [[layer.split() for layer in line.split("    ")] for line in lines]
    signs = [sign for layer in range(len(rows[0])) for row in rows for sign in row[layer]]
    assert len(signs) == points
    return signs


def closure(action, start, points):
    width = action.degree // points
    matrices = [abs(action.matrix(number)).toarray() > 1e-12 for number in range(action.number_of_generators)]
    moves = [m.reshape(points, width, points, width).any(axis=(1, 3)) for m in matrices]
    reached = np.zeros(points, dtype=bool)
    reached[start] = True
    while True:
        grown = reached | np.any([move @ reached for move in moves], axis=0)
        if (grown == reached).all():
            return np.flatnonzero(reached).tolist()
        reached = grown


def test_the_catalogue_for_people(run):
    output = run("actions").output
    assert "shift:28x28:axis=1" in output
    assert "      · ● · ○ ·\n      ○ · · · ○\n      · · · · ·\n" in output
    assert "3*shift:28x28" in output


def test_version(run):
    assert run("--version").output == f"equivariety {ev.__version__}\n"


def complete(words, place=None):
    """What bash is offered after these words."""
    environment = os.environ | {
        "_EQUIVARIETY_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1 if place is None else place),
    }
    script = "import sys; sys.argv[0] = 'equivariety'; from equivariety.cli import main; main()"
    ended = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)
    return ended.stdout.split()


def test_completion_in_bash(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "digits.safetensors").touch()
    (tmp_path / "data.npy").touch()
    assert "describe" in complete("equivariety des")
    assert complete("equivariety describe dih") == ["dihedral:6", "dihedral:28x28"]
    assert "symmetric:5" in complete("equivariety fit x.npy --action sym")
    assert "2*cyclic:12" in complete("equivariety fit x.npy --codomain 2*cyc")
    assert complete("equivariety apply d") == ["digits.safetensors"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_can_be_shown(shell):
    """The script for the shell that asks, as ``equivariety --show-completion`` prints it."""
    environment = os.environ | {"_EQUIVARIETY_COMPLETE": f"source_{shell}"}
    script = "import sys; sys.argv[0] = 'equivariety'; from equivariety.cli import main; main()"
    ended = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert "_EQUIVARIETY_COMPLETE" in ended.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("describe", "d4"), "did you mean 'dihedral:4'?"),
        (("describe", "d4"), "(its names: alternating, cyclic, dihedral,"),
        (("describe", "quux"), "(its names: alternating, cyclic, dihedral,"),
        (("fit", "x.npy", "--action", "dihedral:8", "--rank", "2"), "not (20, 64); for 64 columns write dihedral:8x8"),
        (("fit", "x.npy", "--action", "cyclic:16", "--rank", "2"), "write cyclic:64 or 4*cyclic:16"),
        (("select", "x.npy", "--action", "dihedral:8"), "for 64 columns write dihedral:8x8"),
        (("fit", "x.npy", "--action", "dihedral:8x8", "--rank", "2", "--report", ""), "must not be empty"),
        (("demo", "--report", ""), "must not be empty"),
        (("fit", "x.npy", "--action", "cyclic:64", "--rank", "2", "--out", ""), "not the name of a file"),
        (("fit", "x.npy", "--action", "cyclic:64", "--rank", "1", "--invariant"), "--invariant needs --targets"),
        (
            ("fit", "x.npy", "--action", "cyclic:64", "--codomain", "cyclic:6", "--rank", "1"),
            "Y must have shape (samples, 6), the degree of --codomain 'cyclic:6', not (20, 64)",
        ),
    ],
)
def test_refusals_say_what_was_meant(run, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    np.save("x.npy", np.random.default_rng(0).normal(size=(20, 64)))
    before = sorted(tmp_path.iterdir())
    code, output, error = run(*arguments)
    assert (code, output, error.count("\n")) == (2, "", 1)
    assert message in error
    assert sorted(tmp_path.iterdir()) == before


def test_without_torch_training_is_refused_before_the_work(run, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    code, _, error = run("reproduce", "mnist", "--train", "--data", str(tmp_path))
    assert (code, error.count("\n")) == (2, 1)
    assert "pip install 'equivariety[torch]'" in error


def test_help_loads_nothing_heavy():
    script = "import sys; from equivariety.cli.app import app; print([m for m in ('numpy', 'scipy', 'torch', "
    script += "'sklearn', 'matplotlib', 'pandas') if m in sys.modules])"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ended.stdout == "[]\n"
