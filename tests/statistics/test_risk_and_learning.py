"""Excess risk and learning coefficients against reference values and simulation."""

from __future__ import annotations

from fractions import Fraction
from math import inf

import numpy as np
import pytest

import equivariety as ev
from statistics_cases import maps_of, named


@pytest.mark.parametrize("case", **named("risk"))
def test_expected_risk(case):
    risk = ev.expected_risk(maps_of(case["generators"]), case["samples"], case["noise_variance"])
    assert float(risk) == pytest.approx(case["excess_risk"], rel=1e-12)
    assert risk.samples_without_symmetry == pytest.approx(case["samples_without_symmetry"], rel=1e-12)


def test_expected_risk_by_simulation():
    """Least squares on simulated data, rows != cols, a real and a complex block of multiplicity 2."""
    maps, n, noise = ev.EquivariantMaps(2 * ev.actions.cyclic(3), ev.actions.cyclic(3)), 12, 0.7
    rng = np.random.default_rng(0)
    excess = []
    for _ in range(3000):
        X = rng.standard_normal((n, 6))
        M = maps.bounded(3).fit(X, noise**0.5 * rng.standard_normal((n, 3))).matrix()
        excess.append(np.sum(M**2))  # the true map is zero, inputs are white
    error = np.std(excess) / len(excess) ** 0.5
    assert abs(np.mean(excess) - float(ev.expected_risk(maps, n, noise))) < 4 * error


def test_too_few_samples_have_infinite_risk():
    maps = ev.EquivariantMaps(ev.actions.trivial(5))
    risk = ev.expected_risk(maps, 6, 1.0)
    assert risk.excess == inf
    assert risk.samples_needed == 7
    assert ev.expected_risk(maps, 7, 1.0).excess == pytest.approx(25)
    with pytest.raises(ev.InputError, match="noise_variance must be a finite number that is not negative, not -1"):
        ev.expected_risk(maps, 7, -1)


@pytest.mark.parametrize("case", **named("rlct"))
def test_learning_coefficients(case):
    maps = ev.EquivariantMaps(ev.actions.trivial(case["inputs"]), ev.actions.trivial(case["outputs"]))
    component = maps.bounded(case["rank"]).component([case["rank"]])
    assert ev.learning_coefficient(component, [case["true_rank"]]) == (Fraction(case["lambda_R"]), case["multiplicity"])


@pytest.mark.parametrize(("field", "name"), [("C", "lambda_C"), ("H", "lambda_H")])
def test_learning_coefficients_over_other_fields(field, name):
    quaternions = ev.PermutationAction([[1, 4, 3, 6, 5, 0, 7, 2], [2, 7, 4, 1, 6, 3, 0, 5]])
    action = {"C": ev.actions.cyclic(3), "H": quaternions}[field]
    for case in named("rlct")["argvalues"]:
        maps = ev.EquivariantMaps(case["inputs"] * action, case["outputs"] * action)
        place = next(number for number, block in enumerate(maps.blocks) if block.field == field)
        ranks, true = np.zeros((2, len(maps.blocks)), dtype=int)
        ranks[place], true[place] = case["rank"], case["true_rank"]
        component = maps.bounded(min(maps.shape)).component(ranks.tolist())
        expected = (Fraction(case[name]), case["multiplicity"])
        assert ev.learning_coefficient(component, true.tolist()) == expected


def test_the_regular_case_is_half_the_dimension():
    component = ev.EquivariantMaps(3 * ev.actions.cyclic(4)).bounded(5).component([2, 1, 1])
    assert ev.learning_coefficient(component) == (Fraction(component.dimension, 2), 1)
    with pytest.raises(ev.InputError, match="true rank 2 must be a whole number from 0 to 1"):
        ev.learning_coefficient(component, [0, 2, 0])
