"""Fits and layers in threads of the user, in joblib's pools and in forked processes give what they give alone."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from joblib import Parallel, delayed
from sklearn.model_selection import cross_val_score

import equivariety as ev

pytestmark = pytest.mark.threads

X = np.random.default_rng(0).standard_normal((3000, 144)).astype(np.float32) + 0.5
ACTIONS = (
    ev.actions.image_dihedral(12), ev.actions.image_shift((12, 12), axis=1), ev.actions.image_shift((12, 12)),
    ev.actions.image_rotation(12),
)  # fmt: skip


def fitted(number: int) -> np.ndarray:
    """Reconstructions by an estimator of its own; actions differ, so that threads do different things."""
    pca = ev.EquivariantPCA(ACTIONS[number % len(ACTIONS)], n_components=20).fit(X)
    return np.asarray(pca.inverse_transform(pca.transform(X[:50])))


@pytest.fixture(scope="module")
def alone() -> list[np.ndarray]:
    return [fitted(number) for number in range(len(ACTIONS))]


def together(work: Callable[[int], Any], count: int) -> list[Any]:
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(work, range(count)))


def same(found: list[np.ndarray], alone: list[np.ndarray]) -> bool:
    """Up to rounding: a thread of the user may have another number of BLAS threads than the main one."""
    return all(np.allclose(each, alone[number % len(alone)], atol=1e-4) for number, each in enumerate(found))


def test_estimators_in_threads(alone: list[np.ndarray], threads: int) -> None:
    assert same(together(fitted, 40), alone)


def test_one_estimator_serves_several_threads(alone: list[np.ndarray], threads: int) -> None:
    pca = ev.EquivariantPCA(ACTIONS[0], n_components=20).fit(X)
    expected = pca.transform(X)
    assert all(np.allclose(each, expected, atol=1e-4) for each in together(lambda _: pca.transform(X), 40))


def test_a_space_is_split_once_for_all_threads(threads: int) -> None:
    maps = ev.EquivariantMaps(ev.actions.image_dihedral(10))  # nobody has asked for its basis yet
    data = X[:, :100]
    found = together(lambda _: maps.bounded(9).fit(data).matrix(), 8)
    assert all(np.allclose(each, found[0], atol=1e-4) for each in found)


def test_layers_in_threads(threads: int) -> None:
    torch = pytest.importorskip("torch")
    layer = ev.nn.EquivariantAutoencoder.from_solution(ev.EquivariantMaps(ACTIONS[0]).bounded(20).fit(X))
    rows = torch.as_tensor(X[:200])
    with torch.no_grad():
        expected = layer(rows)
        found = together(lambda _: layer(rows), 40)
    assert all(torch.allclose(each, expected, atol=1e-4) for each in found)


@pytest.mark.parametrize("backend", ["threading", "loky"])
def test_pools_of_joblib(backend: str, alone: list[np.ndarray]) -> None:
    found = Parallel(n_jobs=2, backend=backend)(delayed(fitted)(number) for number in range(12))
    assert same(found, alone)


def test_cross_validation_in_two_processes() -> None:
    pca = ev.EquivariantPCA(ACTIONS[1], n_components=20)
    np.testing.assert_allclose(cross_val_score(pca, X, n_jobs=2), cross_val_score(pca, X), rtol=1e-5)


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="this system does not fork")
def test_forked_processes_after_a_fit(alone: list[np.ndarray], threads: int) -> None:
    """The parent has started threads, and compiled loops may be loaded; a child that hangs fails the test."""
    pool = multiprocessing.get_context("fork").Pool(2)
    try:
        found = pool.map_async(fitted, range(8)).get(timeout=120)
    finally:
        pool.terminate()
    assert same(found, alone)
