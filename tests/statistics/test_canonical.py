"""Canonical correlations and partial least squares against dense singular values."""

from __future__ import annotations

import numpy as np
import pytest

import equivariety as ev
from cases import PAIRS, data
from statistics_cases import maps_of, named


@pytest.mark.parametrize("case", **named("cca"))
def test_reference_values(case):
    found = ev.statistics.canonical_correlations(maps_of(case["generators"]), case["X"], case["Y"])
    expected = zip(case["canonical_correlations"], case["pls_singular_values"], strict=True)
    listed = zip(found.correlations.values(), found.covariances.values(), strict=True)

    def rows(pairs):
        return sorted([*np.round(a, 8), *np.round(b, 8)] for a, b in pairs)

    for ours, theirs in zip(rows(listed), rows(expected), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-7)
    assert found.independence_statistic == pytest.approx(case["independence_statistic"], rel=1e-10)
    assert found.degrees_of_freedom == case["independence_degrees_of_freedom"]


@pytest.mark.parametrize("name", PAIRS)
def test_against_the_dense_averaged_covariances(name):
    """Each correlation occurs as often as its irreducible is large."""
    maps = ev.EquivariantMaps(*PAIRS[name])
    X, Y = data(maps, samples=6 * max(maps.shape))
    found = ev.statistics.canonical_correlations(maps, X, Y)
    Sxx = ev.EquivariantMaps(maps.domain).project(X.T @ X)
    Syy = ev.EquivariantMaps(maps.codomain).project(Y.T @ Y)
    roots = [np.linalg.inv(np.linalg.cholesky(S)) for S in (Syy, Sxx)]
    dense = np.linalg.svd(roots[0] @ maps.project(Y.T @ X) @ roots[1].T, compute_uv=False)
    ours = np.concatenate([np.repeat(rho, maps.blocks[block].irrep_dim) for block, rho in found.correlations.items()])
    np.testing.assert_allclose(np.sort(ours)[::-1], dense[: ours.size], atol=1e-9)
    np.testing.assert_allclose(dense[ours.size :], 0, atol=1e-9)


def test_too_few_samples():
    maps = ev.EquivariantMaps(3 * ev.actions.cyclic(2))
    with pytest.raises(ev.InputError, match="enough samples"):
        ev.statistics.canonical_correlations(maps, np.ones((2, 6)), np.ones((2, 6)))
