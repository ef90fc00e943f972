"""Tests of a symmetry and the search for one, against enumerations and simulation."""

from __future__ import annotations

import numpy as np
import pytest

import equivariety as ev
from equivariety.statistics.pairs import pair_classes
from equivariety.statistics.search import Evidence, scored, scored_cyclic
from equivariety.statistics.subgroups import all_cyclic, all_models, cyclic_generators, elements_of
from equivariety.statistics.testing import holm
from statistics_cases import named

TESTS = [case for case in named("tests")["argvalues"] if case["mean_model"] != "invariant"]


@pytest.mark.parametrize("case", TESTS, ids=[case["name"] for case in TESTS])
def test_statistics_of_tests(case):
    null, alternative = ev.PermutationAction(case["null"]), ev.PermutationAction(case["alternative"])
    found = ev.symmetry_test(case["X"], null, alternative, "lr", case["mean_model"], simulations=400)
    assert found.statistic == pytest.approx(case["statistic"], rel=1e-10)
    assert found.degrees_of_freedom == case["degrees_of_freedom"]
    assert found.approximate_p_value == pytest.approx(case["p_bartlett"], rel=1e-9)
    # Bartlett's approximation is good to a few per cent, 400 simulations to 2.5 per cent (one standard deviation).
    assert abs(found.p_value - case["p_bartlett"]) < 0.11
    score = ev.symmetry_test(case["X"], null, None, "score", case["mean_model"], simulations=1)
    assert score.statistic == pytest.approx(case["score_statistic_null_against_all"], rel=1e-10)


@pytest.mark.parametrize("statistic", ["score", "lr"])
def test_p_values_are_uniform_under_the_null(statistic):
    """Also where the true covariance is far from the identity: the statistics are pivotal."""
    rng = np.random.default_rng(1)
    action = ev.actions.cyclic(4)
    root = ev.EquivariantMaps(action).project(rng.standard_normal((4, 4))) + 3 * np.ones((4, 4))
    p_values = [
        ev.symmetry_test(
            rng.standard_normal((7, 4)) @ root, action, statistic=statistic, simulations=39, seed=s
        ).p_value
        for s in range(300)
    ]
    counts = np.histogram(p_values, bins=[0, 0.2501, 0.5001, 0.7501, 1.01])[0]
    assert np.all(np.abs(counts - 75) < 4 * 75**0.5)


def test_the_report_names_the_generator_that_fails():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((300, 6)) * [1, 1, 1, 1, 1, 3]
    found = ev.symmetry_test(X, ev.PermutationAction.from_cycles("(1 2 3); (4 5 6)"), simulations=99)
    assert found.p_value == 0.01
    assert found.generators[0].holm_p_value > 0.05
    assert found.generators[1].holm_p_value == 0.02
    assert found.generators[1].relative_distance > 0.3 > found.generators[0].relative_distance
    assert "generator 1: p = 0.01" in str(found)


@pytest.mark.parametrize("exponent", [-300, 300])
@pytest.mark.parametrize("statistic", ["score", "lr"])
def test_the_unit_of_the_data_does_not_matter(exponent, statistic):
    X, action = np.random.default_rng(0).standard_normal((40, 6)), 2 * ev.actions.cyclic(3)
    known, found = (ev.symmetry_test(data, action, statistic=statistic, simulations=19)
                    for data in (X, np.ldexp(X, exponent)))  # fmt: skip
    assert found.statistic == pytest.approx(known.statistic, rel=1e-9)
    assert found.p_value == known.p_value
    assert found.generators[0].relative_distance == pytest.approx(known.generators[0].relative_distance, rel=1e-9)


def test_holm_against_the_definition():
    assert holm([0.001, 0.04, 0.03, 0.9]) == pytest.approx([0.004, 0.09, 0.09, 0.9])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"statistic": "wald"}, "statistic must be 'score' or 'lr', not 'wald'"),
        ({"mean": "median"}, "mean must be 'free' or 'zero', not 'median'"),
        ({"against": ev.actions.cyclic(3)}, "against must have degree 4 like action, not 3"),
        ({"X": np.eye(4)[:3], "statistic": "lr"}, 'at least 5 samples for this test, not 3; statistic="score"'),
        ({"X": np.full((4, 4), np.nan)}, "row 0 contains NaN"),
        ({"simulations": 0}, "simulations must be a whole number of at least 1"),
    ],
)
def test_wrong_arguments_of_tests(change, message):
    with pytest.raises(ev.InputError, match=message):
        ev.symmetry_test(**{"X": np.eye(4), "action": ev.actions.cyclic(4), **change})


@pytest.mark.parametrize("case", **named("models"))
def test_numbers_of_subgroups_and_models(case):
    cyclic = all_cyclic(case["degree"])
    assert len(cyclic) == case["cyclic_subgroups"]
    assert len({pair_classes(ev.PermutationAction(image)).tobytes() for image in cyclic}) == case["cyclic_models"]
    expected = {2: 2, 5: 93, 6: 739}[case["degree"]]  # at degree 6 by enumeration of all 1455 subgroups
    assert len(all_models(cyclic)) == case.get("models", expected)


def test_subgroups_below_a_group():
    """D6 has 10 cyclic subgroups; its elements are 12."""
    elements = elements_of(ev.PermutationAction([[1, 2, 3, 4, 5, 0], [0, 5, 4, 3, 2, 1]]))
    assert len(elements) == 12
    assert len(cyclic_generators(elements)) == 10


def _searched(case, models, criterion="posterior"):
    search = ev.SymmetrySearch(criterion=criterion)
    search._learn(models)
    return search


@pytest.mark.parametrize("case", **named("search"))
def test_searches_against_enumeration(case):
    evidence = Evidence(np.array(case["scatter"], dtype=float), case["samples"], False, case["delta"],
                        case["D_diagonal"] * np.eye(case["degree"]))  # fmt: skip
    cyclic = _searched(case, list(scored_cyclic(evidence, all_cyclic(case["degree"]))))
    assert pair_classes(cyclic.best_action_).tolist() == case["cyclic_best_pair_classes"]
    assert cyclic.best_model_.log_posterior == pytest.approx(case["cyclic_log_posterior"], rel=1e-11)
    assert cyclic.runner_up_.log_posterior == pytest.approx(case["cyclic_second"], rel=1e-11)
    assert cyclic.probabilities_[0] == pytest.approx(case["cyclic_probability"], rel=1e-8)
    models = all_models(all_cyclic(case["degree"]))
    everything = _searched(case, list(scored(evidence, (ev.PermutationAction(images) for images, _ in models))))
    assert len(everything.table_) == case["models_compared"]
    assert pair_classes(everything.best_action_).tolist() == case["any_best_pair_classes"]
    assert everything.probabilities_[0] == pytest.approx(case["any_probability"], rel=1e-8)
    by_bic = _searched(case, everything.table_, "bic")
    assert pair_classes(by_bic.best_action_).tolist() == case["bic_best_pair_classes"]
    assert by_bic.best_model_.bic == pytest.approx(case["bic"], rel=1e-11)
    assert _searched(case, everything.table_, "aic").best_model_.aic == pytest.approx(case["aic"], rel=1e-11)


def _ring(samples, size, seed=0):
    rng = np.random.default_rng(seed)
    white = rng.standard_normal((samples, size))
    return (white + 0.6 * np.roll(white, 1, axis=1))[:, rng.permutation(size)]


@pytest.mark.parametrize(("candidates", "size"), [("cyclic", 7), ("subgroups", 6), ("cyclic", 12), ("subgroups", 13)])
def test_a_planted_rotation_is_found(candidates, size):
    search = ev.SymmetrySearch(candidates).fit(_ring(400, size))
    assert search.exhaustive_ == (size <= 9)
    assert len(search.best_action_.orbits()) == 1
    assert len(np.unique(pair_classes(search.best_action_))) == size // 2 + 1
    assert search.probabilities_[0] > 0.9
    assert search.margin_ > 3


def test_given_candidates_and_groups_to_search_in():
    X = _ring(300, 6, seed=3)
    rotation = ev.SymmetrySearch("cyclic").fit(X).best_action_
    given = [ev.actions.trivial(6), rotation, ev.PermutationAction(np.argsort(rotation.images[0]))]
    search = ev.SymmetrySearch(given, criterion="bic").fit(X)
    assert search.best_action_ == rotation
    assert len(search.table_) == 2
    below = ev.SymmetrySearch("subgroups", within=rotation).fit(X)
    assert len(below.table_) == 4  # one for every divisor of 6
    assert pair_classes(below.best_action_).tolist() == pair_classes(rotation).tolist()


def test_a_close_call_is_visible():
    X = np.random.default_rng(0).standard_normal((6, 4))
    search = ev.SymmetrySearch("subgroups").fit(X)
    assert search.margin_ < 3
    assert search.runner_up_ is not None
    assert search.probabilities_[0] < 0.9
    assert search.probabilities_.sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"candidates": "all"}, "candidates must be one of 'cyclic', 'subgroups', not 'all'"),
        ({"candidates": []}, "candidates must not be empty"),
        ({"candidates": [ev.actions.cyclic(3)]}, "candidate 0 must have degree 4, the number of columns of X, not 3"),
        ({"criterion": "p"}, "criterion must be one of 'posterior', 'bic', 'aic', not 'p'"),
        ({"prior_scale": 0}, "prior_scale must be positive"),
        ({"delta": 0.5}, "delta must be greater than 0 for this group"),
        ({"within": ev.actions.symmetric(9)}, "within must have degree 4"),
    ],
)
def test_wrong_parameters_of_a_search(change, message):
    X = np.random.default_rng(0).standard_normal((9, 4))
    if "delta" in change:
        message, change = "delta must be greater than", {"delta": -1.0}
    with pytest.raises(ev.InputError, match=message):
        ev.SymmetrySearch(**change).fit(X)


def test_groups_with_too_many_elements_are_refused():
    with pytest.raises(ev.InputError, match="more than 100000 elements"):
        ev.SymmetrySearch(within=ev.actions.symmetric(10)).fit(np.random.default_rng(0).standard_normal((20, 10)))
