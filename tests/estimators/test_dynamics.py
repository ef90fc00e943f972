"""Equivariant dynamic mode decomposition against dense eigenvalues and PyDMD's operators."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import equivariety as ev
from equivariety.statistics.spectral import eigenvalues
from statistics_cases import named


def _sorted(values):
    return np.sort_complex(np.round(np.asarray(values, dtype=complex), 8))


@pytest.mark.parametrize("case", **named("dmd"))
def test_operator_forecast_and_eigenvalues(case):
    X = np.array(case["snapshots"], dtype=float)
    model = ev.EquivariantDMD(ev.PermutationAction(case["generators"])).fit(X)
    np.testing.assert_allclose(model.operator(), case["operator"], atol=1e-12)
    assert model.loss_ * X[1:].size == pytest.approx(case["residual"], rel=1e-11)
    np.testing.assert_allclose(model.predict(X[-1:], steps=3)[0], case["forecast_3"], atol=1e-10)
    np.testing.assert_allclose(_sorted(model.eigenvalues_), _sorted(np.linalg.eigvals(case["operator"])), atol=1e-7)
    np.testing.assert_allclose(model.operator() @ model.modes_, model.modes_ * model.eigenvalues_, atol=1e-12)
    assert np.linalg.matrix_rank(model.modes_) == len(model.modes_)


@pytest.mark.parametrize("case", **named("dmd"))
def test_ranked_operators(case):
    X = np.array(case["snapshots"], dtype=float)
    maps = ev.EquivariantMaps(ev.PermutationAction(case["generators"]))
    ranks = sum(r * b.irrep_dim for r, b in zip(case["ranks"], maps.blocks, strict=True))
    solution = maps.bounded(ranks).component(case["ranks"]).fit(X[:-1], X[1:])
    assert solution.loss * X[1:].size == pytest.approx(case["ranked_residual"], rel=1e-11)
    values = eigenvalues(solution)
    expected = [complex(*value) for value in case["ranked_nonzero_eigenvalues"]]
    np.testing.assert_allclose(_sorted(values[np.abs(values) > 1e-9]), _sorted(expected), atol=1e-7)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 4), st.integers(0, 2**32 - 1), st.sampled_from([np.float32, np.float64]))
def test_bounded_ranks_keep_conjugate_pairs(rank, seed, dtype):
    X = np.random.default_rng(seed).standard_normal((9, 6)).astype(dtype)
    model = ev.EquivariantDMD(ev.actions.cyclic(6), rank=rank).fit(X)
    values = model.eigenvalues_
    assert np.sum(np.abs(values) > 1e-6) <= rank
    np.testing.assert_allclose(_sorted(values), _sorted(values.conj()), atol=1e-6)
    assert model.predict(X, steps=2).dtype == dtype


def test_streams_continue_and_pairs_do_not():
    X = np.random.default_rng(0).standard_normal((12, 6))
    action = 2 * ev.actions.cyclic(3)
    whole = ev.EquivariantDMD(action, rank=3).fit(X)
    stream = ev.EquivariantDMD(action, rank=3).partial_fit(X[:5]).partial_fit(X[5:6]).partial_fit(X[6:])
    np.testing.assert_allclose(stream.operator(), whole.operator(), atol=1e-12)
    pairs = ev.EquivariantDMD(action, rank=3).fit(X[:-1], X[1:])
    np.testing.assert_allclose(pairs.operator(), whole.operator(), atol=1e-14)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda m, X: m.fit(X[:1]), r"at least 2 successive snapshots, not 1"),
        (lambda m, X: m.fit(X, X[:3]), r"Y must have as many rows as X: 5, not 3"),
        (lambda m, X: m.fit(X[:, :4]), r"X must have 6 columns, the degree of action, not 4"),
        (lambda m, X: m.set_params(rank=7).fit(X), r"rank must be a whole number from 1 to 6, not 7"),
        (lambda m, X: m.fit(X).predict(X, steps=-1), r"steps must be a whole number of at least 0, not -1"),
    ],
)
def test_wrong_arguments(call, message):
    with pytest.raises(ev.InputError, match=message):
        call(ev.EquivariantDMD(ev.actions.cyclic(6)), np.random.default_rng(0).standard_normal((5, 6)))
