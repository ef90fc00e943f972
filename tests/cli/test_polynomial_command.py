"""``equivariety polynomial``: figures of the reference, actions, and one line for bad input."""

from __future__ import annotations

import json

import pytest

from polynomial_cases import REFERENCE


@pytest.mark.parametrize("case", REFERENCE["polynomial_network_dimensions"][:6], ids=lambda c: str(c["widths"]))
def test_figures_as_json(run, case):
    widths = ",".join(map(str, case["widths"]))
    result = json.loads(run("polynomial", widths, "--power", str(case["power"]), "--json").output)
    for name in (
        "widths",
        "parameters",
        "dimension",
        "expected_dimension",
        "ambient_dimension",
        "defect",
        "is_filling",
    ):
        assert result[name] == case[name], name
    assert set(result["certificate"]) == {"value", "upper_bound", "proven", "primes", "points"}
    assert result["certificate"]["value"] == case["dimension"]


def test_one_action_for_all_layers(run):
    result = json.loads(run("polynomial", "4,8,1", "--action", "cyclic:4", "--json").output)
    assert (result["parameters"], result["dimension"], result["ambient_dimension"]) == (10, 3, 3)


def test_one_action_for_each_layer(run):
    arguments = ["--action", "symmetric:4", "--action", "symmetric:4/2", "--action", "(); ()"]
    result = json.loads(run("polynomial", "4,6,1", *arguments, "--json").output)
    assert (result["parameters"], result["dimension"]) == (3, 2)


def test_lines_for_people(run):
    output = run("polynomial", "3,2,1").output
    assert "expected dimension  6" in output
    assert "dimension           5" in output
    assert "proven; rank at 6 random points modulo 2147483647" in output
    assert "by two primes" in run("polynomial", "3,5,2", "--power", "3").output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["3,a,1"], "WIDTHS must be whole numbers split by commas, such as 3,4,1, not '3,a,1'"),
        (["3,4,1", "--power", "two"], "--power must be whole numbers"),
        (["3,4,1", "--power", "1"], "power must be a whole number from 2 to 1000000, not 1"),
        (["3,0,1"], "the width of layer 1 must be a whole number of at least 1, not 0"),
        (["3"], "layers must have at least two entries"),
        (["3,4,1", "--power", "2,2"], "one for each of the 1 hidden layers, not 2"),
        (["100,400,100"], "the Jacobian by 80,000 parameters"),
        (
            ["4,4,1", "--action", "cyclic:4", "--action", "cyclic:4"],
            "--action must be given once, or for each of the 3",
        ),
        (["4,1", "--action", "cyclic:4", "--action", "cyclic:4"], "must have the width 1 of its layer, not degree 4"),
    ],
)
def test_bad_input_is_one_line(run, arguments, message):
    outcome = run("polynomial", *arguments)
    assert outcome.code == 2
    assert message in outcome.error
    assert outcome.error.count("\n") == 1
