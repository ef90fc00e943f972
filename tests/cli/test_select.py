"""The command that compares symmetries, and ranks chosen by it."""

from __future__ import annotations

import json

import numpy as np
import pytest

from equivariety.cli.app import main


def _run(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    said = capsys.readouterr()
    return ended.value.code, said.out, said.err


@pytest.fixture
def ring(tmp_path):
    white = np.random.default_rng(0).standard_normal((300, 6))
    np.save(tmp_path / "ring.npy", white + 0.6 * np.roll(white, 1, axis=1))
    return tmp_path / "ring.npy"


def test_the_planted_symmetry_comes_first(ring, capsys):
    options = ["--action", "cyclic:6", "--action", "symmetric:6", "--action", "(1 2)(3 4)(5 6)", "--json"]
    code, out, _ = _run(["select", ring, *options], capsys)
    result = json.loads(out)
    assert (code, result["best"], result["margin"] > 3) == (0, "cyclic:6", True)
    by_name = {row["action"]: row for row in result["models"]}
    assert set(by_name) == {"none", "cyclic:6", "symmetric:6", "(1 2)(3 4)(5 6)"}
    assert by_name["none"]["parameters"] == 21 + 6
    assert by_name["cyclic:6"]["parameters"] == 4 + 6
    assert by_name["symmetric:6"]["p_value"] == 0.005 < 0.02 < by_name["cyclic:6"]["p_value"]
    code, out, _ = _run(["select", ring, "--action", "cyclic:6"], capsys)
    assert code == 0
    assert "best" in out
    assert "cyclic:6" in out


def test_wrong_candidates_end_in_one_line(ring, capsys):
    for options, message in (
        (["--action", "cyclic:5"], "must have degree 6"),
        (["--action", "cyclic:6", "--criterion", "p"], "criterion must be one of"),
    ):
        code, _, err = _run(["select", ring, *options], capsys)
        assert code == 2
        assert message in err
        assert err.count("\n") == 1


def test_ranks_are_chosen_by_bic(tmp_path, capsys):
    rng = np.random.default_rng(0)
    np.save(tmp_path / "X.npy", 4 * np.outer(rng.standard_normal(200), np.ones(6)) + rng.standard_normal((200, 6)))
    code, out, _ = _run(["fit", tmp_path / "X.npy", "--action", "cyclic:6", "--rank", "auto", "--json"], capsys)
    assert (code, json.loads(out)["ranks"]) == (0, [1, 0, 0, 0])
    code, _, err = _run(["fit", tmp_path / "X.npy", "--action", "cyclic:6", "--rank", "many"], capsys)
    assert (code, "--rank must be a whole number or auto, not 'many'" in err) == (2, True)
