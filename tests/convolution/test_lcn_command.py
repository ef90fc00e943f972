"""The sub-command `lcn`."""

import json

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from convolution_cases import REFERENCE
from equivariety.cli.convolution import LCN_SETTINGS, lcn
from equivariety.errors import InputError

CASE = REFERENCE["c_critical_points"]["cases"][0]


def run(*words):
    application = typer.Typer()
    application.callback()(lambda: None)
    application.command(context_settings=LCN_SETTINGS)(lcn)
    result = CliRunner().invoke(application, ["lcn", *map(str, words)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.stdout


def run_json(*words):
    return json.loads(run(*words, "--json"))


def test_describe():
    found = run_json("3,2", "2,1")
    assert found["filter_sizes"] == [3, 2]
    assert found["strides"] == [2, 1]
    assert (found["size"], found["stride"], found["dimension"], found["ambient_dimension"]) == (5, 2, 4, 5)
    assert found["reduced"] == {"filter_sizes": [3, 2], "strides": [2, 1]}
    assert found["generic_ed_degree"] == 10
    assert "generic ed degree: 10" in run("3,2", "2,1", "describe")


def test_contains_and_a_filter_that_starts_with_a_minus_sign():
    assert run_json("3,2", "2,1", "contains", "1,0,0,0,1")["contains"] is False
    found = run_json("2,2,2", "1,1,1", "contains", "-6,11,-6,1")
    assert (found["contains"], found["region"], found["certified"]) == (True, "interior", True)


def test_factor():
    assert len(run_json("2,2,2", "1,1,1", "factor", "-6,11,-6,1")["factorizations"]) == 6
    assert run("2,2", "3,1", "factor", "80,-16,0,-10,2") == "factorizations: 1\n  [[-10, 2], [-8, 1]]\n"


@pytest.mark.parametrize("suffix", ["json", "csv", "npz"])
def test_critical(tmp_path, suffix):
    path = tmp_path / f"data.{suffix}"
    X, y = np.array(CASE["X"]), np.array(CASE["y"])
    if suffix == "json":
        path.write_text(json.dumps({"X": CASE["X"], "y": CASE["y"]}))
    elif suffix == "csv":
        np.savetxt(path, np.column_stack([X, y]), delimiter=",")
    else:
        np.savez(path, X=X, y=y)
    found = run_json("2,2", "2,1", "critical", "--data", path)
    assert found["complex_count"] == 6
    losses = [float(point["loss"]) for point in CASE["critical_points"]]
    assert [point["loss"] for point in found["real"]] == pytest.approx(losses)
    assert set(found["real"][0]) >= {"filter", "filters", "loss", "kind", "index"}
    assert found["zero"]["kind"] == "zero"


def test_power(tmp_path):
    found = run_json("3,3", "1,1", "--power", 2)
    assert (found["dimension"], found["degree"], found["generic_ed_degree"]) == (5, 24, 219)
    assert (found["power"], found["polynomial_degree"], found["ambient_dimension"]) == (2, 2, 15)
    random, path = np.random.default_rng(0), tmp_path / "data.npz"
    np.savez(path, X=random.standard_normal((9, 3)), y=random.standard_normal(9))
    found = run_json("2,2", "1,1", "critical", "--power", 2, "--data", path)
    assert (found["complex_count"], found["expected_count"], found["note"]) == (14, 14, "")
    assert {point["kind"] for point in found["real"]} == {"pure"}
    with pytest.raises(InputError, match="factor is for linear networks: leave out --power"):
        run("2,2", "1,1", "factor", "1,2,3", "--power", 2)
    with pytest.raises(InputError, match="power must be an integer above 1, not 0"):
        run("2,2", "1,1", "--power", 0)


def test_theorem():
    found = run_json("2,2", "2,1", "theorem", "--trials", 5)
    assert (found["trials"], found["zero"], found["spurious"], found["exceptions"]) == (5, 5, 0, 0)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["3,x", "2,1"], "FILTERS must be integers split by commas, such as 3,2, not '3,x'"),
        (["3,2", "2,1", "contains"], "contains needs a FILTER: numbers split by commas"),
        (["3,2", "2,1", "contains", "1,a"], "the filter must be numbers split by commas, such as 1,-2,3/4, not '1,a'"),
        (["3,2", "2,1", "contains", "1,2"], "the filter must have 5 entries, not 2"),
        (["3,2", "2,1", "critical"], "critical needs --data FILE: CSV with y in the last column"),
        (["3,2", "2,1", "critical", "--data", "missing.csv"], "--data missing.csv cannot be read: "),
        (["3,2", "2,1", "contains", "1e999999999,0,0,0,1"], "the filter must hold finite real numbers: entry 0 is inf"),
        (["3,2", "2,1", "contains", "1e400,0,0,0,1"], "the filter must hold finite real numbers: entry 0 is inf"),
        (["3,2", "2,1", "contains", f"{10**400}/3,0.5,0,0,1"], "the filter must be numbers split by commas"),
        (["1000000000", "1"], "counts are computed for at most 1000 unknowns up to scaling, not 999999999"),
        (["2," * 1500 + "2", "1," * 1500 + "1"], "counts are computed for at most 1000 unknowns up to scaling"),
        (["9,9,9,9", "1,1,1,1", "--power", f"{10**200}"], "the counts have more than 4300 digits"),
        (
            ["3,2", "2,1", "theorem", "--trials", "1000000000"],
            "trials must be smaller: 1000000000 of them track 10000000000 paths, at most 1000000 are",
        ),
        (["3,2", "2,1", "theorem", "--seed", "-1"], "seed must be a non-negative integer, not -1"),
        (["3,2", "2,1", "theorem", "--trials", "0"], "trials must be a positive integer, not 0"),
    ],
)
def test_messages(words, message):
    with pytest.raises(InputError) as raised:
        run(*words)
    assert str(raised.value).startswith(message)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("data.json", f'{{"X": [[{10**400}]], "y": [1]}}'),
        ("data.json", "[" * 100000),
        ("data.json", "{}"),
        ("data.npz", "PK"),
    ],
)
def test_damaged_data(tmp_path, name, content):
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(InputError, match="must hold numbers, X and y"):
        run("2,2", "2,1", "critical", "--data", path)


def test_complex_data_are_refused_not_cut(tmp_path):
    path = tmp_path / "data.npz"
    np.savez(path, X=np.eye(4) * (1 + 1j), y=np.ones(4))
    with pytest.raises(InputError, match="complex numbers are not supported"):
        run("2,2", "2,1", "critical", "--data", path)


def test_data_that_are_not_numbers(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match=r"data.csv must hold numbers, X and y"):
        run("3,2", "2,1", "critical", "--data", path)
