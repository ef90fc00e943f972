"""``describe`` and ``components`` against the figures of the talk and of computer algebra."""

from __future__ import annotations

import json
import subprocess
import sys


def blocks(result):
    return [(tuple(b["label"]), b["field"], b["irrep_dim"], b["rows"], b["cols"]) for b in result["blocks"]]


def test_the_papers_example(run):
    result = json.loads(run("describe", "(1 3 4)(2 5)", "--json").output)
    assert (result["degree"], result["orbits"], result["dimension"]) == (5, 2, 7)
    assert blocks(result) == [((1, 1), "R", 1, 2, 2), ((3, 2), "C", 2, 1, 1), ((2, 1), "R", 1, 1, 1)]
    assert result["rank"] is result["components"] is None


def test_counts_of_the_talk_are_exact(run):
    result = json.loads(run("describe", "shift:28x28:axis=1", "--rank", "99", "--json").output)
    assert len(result["blocks"]) == 15
    assert result["components_exact_rank"] == 72425986088826
    assert result["components"] == 72426340906146
    assert result["components_complex_exact_rank"] == 2313670597255751898787300468
    assert result["components_complex"] == 2313670597255751898787300468  # every complex component reaches rank 99


def test_rotation_of_3_by_3_images(run):
    result = json.loads(run("describe", "rotate:3x3", "--rank", "3", "--json").output)
    assert blocks(result) == [((1, 1), "R", 1, 3, 3), ((4, 3), "C", 2, 2, 2), ((2, 1), "R", 1, 2, 2)]
    assert result["components_exact_rank"] == 5


def test_a_component_of_smaller_rank_counts_as_a_component(run):
    result = json.loads(run("describe", "(1 2 3)", "--rank", "2", "--json").output)
    assert (result["components"], result["components_exact_rank"]) == (2, 1)


def test_invariant_maps_and_other_codomains(run):
    invariant = json.loads(run("describe", "(1 3 4)(2 5)", "--outputs", "3", "--json").output)
    assert invariant["dimension"] == 6
    both = json.loads(run("describe", "symmetric:4", "--codomain", "symmetric:4/2", "--json").output)
    assert both["dimension"] == 2  # orbits on pairs (edge, point): on the edge or off it


def test_tables_for_people(run):
    described = run("describe", "rotate:3x3", "--rank", "3").output
    assert "(4,3)" in described
    assert "of exactly this rank" in described
    listed = run("components", "rotate:3x3", "--rank", "3").output
    assert "5 components" in listed
    assert "3 0 0" in listed


def test_components_as_json(run):
    rows = json.loads(run("components", "shift:28x28:axis=1", "--rank", "99", "--limit", "2", "--json").output)
    assert [set(row) for row in rows] == [{"ranks", "rank", "dimension", "degree", "ed_degree", "parameters"}] * 2
    assert rows[0]["ranks"] == [28, 28, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    # Three full blocks are linear; the two others have C(28, 7) and C(28, 1) critical points.
    assert rows[0]["ed_degree"] == 1184040 * 28


def test_counts_with_thousands_of_digits_are_printed(run):
    result = json.loads(run("describe", "cyclic:40000", "--rank", "20000", "--json").output)
    assert result["components"] > 10**5000


def test_the_module_runs_as_a_command():
    ended = subprocess.run(
        [sys.executable, "-m", "equivariety", "describe", "cyclic:x"], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 2
    assert ended.stderr.startswith("equivariety: size must be whole numbers joined by 'x', not 'x'")
    assert ended.stderr.count("\n") == 1
