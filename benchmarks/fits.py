"""Fit and transform at the size of MNIST and of 64 x 64 images, beside what people use today."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unittest.mock import patch

import numpy as np
from sklearn.decomposition import PCA, IncrementalPCA

import equivariety as ev
from benchmarks.data import images
from benchmarks.timing import Timing, race
from equivariety.moments import compiled_sums
from equivariety.varieties import compiled_map

RANK = 99


def gram_and_eigenvectors(X: np.ndarray) -> object:
    """The least that a dense method must do."""
    return np.linalg.eigh(X.T @ X)


def read_all(X: np.ndarray) -> list[np.float32]:
    """What reading the data costs at the least."""
    halves = np.array_split(X, 2)
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(np.max, halves))


def without_numba(task: Callable[[], object]) -> Callable[[], object]:
    """The task where the extra ``fast`` is not installed."""

    def run() -> object:
        with patch.object(compiled_sums, "available", _absent), patch.object(compiled_map, "available", _absent):
            return task()

    return run


def _absent() -> bool:
    """Whether Numba is there."""
    return False


def limit(samples: int, orbits: int, length: int, gemm: float, one_pass: float) -> dict[str, float]:
    """Seconds that no implementation of the same sums can beat, from the speeds measured in the same run.

    ``gemm`` is seconds for one floating operation in a large product, ``one_pass`` seconds to read all data.
    """
    pairs, reals = (length - 1) // 2, 2 - length % 2
    transform = 2 * orbits * length**2
    blocks = pairs * (3 * orbits**2 + orbits * (orbits + 1)) + reals * orbits * (orbits + 1)
    work = samples * (transform + blocks) * gemm
    return {"operations": float(samples * (transform + blocks)), "arithmetic": work, "reading": one_pass,
            "limit": max(work, one_pass)}  # fmt: skip


def fit_race(samples: int, side: int, rounds: int, everything: bool) -> dict[str, Timing]:
    """All methods on the same data."""
    X = images(samples, side)
    action = ev.actions.image_shift((side, side), axis=1)
    family = ev.EquivariantMaps(action).bounded(RANK)
    square = np.ones((2048, 2048), dtype=np.float32)
    tasks: dict[str, Callable[[], object]] = {
        "equivariety: fit, all ranks, allocation": lambda: family.fit(X),
        "the same without Numba": without_numba(lambda: family.fit(X)),
        "dense Gram matrix and eigh": lambda: gram_and_eigenvectors(X),
        "scikit-learn PCA, covariance_eigh": lambda: PCA(RANK, svd_solver="covariance_eigh").fit(X),
        "one pass over the data (largest value, two threads)": lambda: read_all(X),
        "product of two 2048 x 2048 matrices": lambda: square @ square,
    }
    if everything:
        tasks |= {
            "equivariety: EquivariantPCA.fit": lambda: ev.EquivariantPCA(action, RANK).fit(X),
            "scikit-learn PCA, randomized": lambda: PCA(RANK, svd_solver="randomized", random_state=0).fit(X),
            "torch.pca_lowrank": _torch_lowrank(X),
        }
    return race(tasks, rounds)


def slow_fits(samples: int, side: int) -> dict[str, Timing]:
    """Methods that take so long that one round must do."""
    X = images(samples, side)
    return race({"scikit-learn IncrementalPCA": lambda: IncrementalPCA(RANK, batch_size=2000).fit(X)}, 1)


def transform_race(samples: int, side: int, rounds: int) -> dict[str, Timing]:
    """Features and reconstructions of new data."""
    X = images(samples, side)
    pca = PCA(RANK, svd_solver="covariance_eigh").fit(X[:5000])
    solution = ev.EquivariantMaps(ev.actions.image_shift((side, side), axis=1)).bounded(RANK).fit(X[:5000])
    talk = (13, 10, 9, 8, 7, 5, 3, 1) + (0,) * 7
    cut = solution.component.maps.bounded(RANK).component(talk).fit(X[:5000]) if side == 28 else solution
    H = pca.transform(X)
    tasks: dict[str, Callable[[], Any]] = {
        "equivariety: encode (8 of 15 frequencies)": lambda: cut.encoder.apply(X),
        "equivariety: encode (ranks of this fit)": lambda: solution.encoder.apply(X),
        "scikit-learn PCA.transform": lambda: pca.transform(X),
        "8 of 15 frequencies without Numba": without_numba(lambda: cut.encoder.apply(X)),
        "equivariety: decode": lambda: cut.decoder.apply(H),
        "decode without Numba": without_numba(lambda: cut.decoder.apply(H)),
        "scikit-learn PCA.inverse_transform": lambda: pca.inverse_transform(H),
    }
    return race(tasks, rounds)


def _torch_lowrank(X: np.ndarray) -> Callable[[], object]:
    import torch

    tensor = torch.from_numpy(X)
    return lambda: torch.pca_lowrank(tensor, q=RANK)
