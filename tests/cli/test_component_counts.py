"""The four counts of ``describe`` against brute force over the complex irreducible characters of the reference."""

from __future__ import annotations

import json
from itertools import product

import pytest

from equivariety.actions import PermutationAction
from equivariety.cli.describe import component_counts
from equivariety.varieties import EquivariantMaps
from referees import reference_actions

SEARCHED = 20_000
"""Tuples of ranks that a case may have to be searched by brute force."""


def maximal_tuples(slots, rank):
    """All tuples of ranks within the bound that no single block can enlarge."""
    within = [
        ranks
        for ranks in product(*(range(capacity + 1) for _, capacity in slots))
        if sum(n * r for (n, _), r in zip(slots, ranks, strict=True)) <= rank
    ]
    known = set(within)
    return [ranks for ranks in within if not any(
        (*ranks[:k], ranks[k] + 1, *ranks[k + 1 :]) in known for k in range(len(ranks)))]  # fmt: skip


def brute_force(slots, rank):
    found = maximal_tuples(slots, rank)
    return len(found), sum(sum(n * r for (n, _), r in zip(slots, ranks, strict=True)) == rank for ranks in found)


def small_cases():
    for case in reference_actions():
        slots = [(n, min(rows, cols)) for n, rows, cols, _ in case["complex_blocks"]]
        tuples = 1
        for _, capacity in slots:
            tuples *= capacity + 1
        if tuples <= SEARCHED:
            yield pytest.param(case, slots, id=case["name"])


@pytest.mark.parametrize(("case", "slots"), list(small_cases()))
def test_counts_by_brute_force(case, slots):
    codomain = PermutationAction(case["codomain_generators"]) if case["codomain_generators"] else None
    maps = EquivariantMaps(PermutationAction(case["generators"]), codomain)
    real = [(block["n_i"], min(block["rows"], block["cols"])) for block in case["blocks"]]
    for rank in range(min(maps.shape) + 1):
        assert tuple(component_counts(maps, rank).values()) == (*brute_force(real, rank), *brute_force(slots, rank))


def test_the_command_says_which_count_is_which(run):
    result = json.loads(run("describe", "symmetric:6/3", "--rank", "9", "--json").output)
    assert (result["components"], result["components_exact_rank"]) == (3, 1)
    assert (result["components_complex"], result["components_complex_exact_rank"]) == (3, 1)
    table = run("describe", "symmetric:6/3", "--rank", "9").output
    assert "over the complex numbers                       3\n" in table
    assert "of exactly this rank over the complex numbers  1\n" in table
