"""Training by gradient descent at the size of MNIST, beside the closed form that it approaches.

Networks are trained on one thread: threads wait for each other at every product of so small a batch, and when anything
else runs on the machine the same epochs took up to fifteen times as long on two.
"""

from __future__ import annotations

import time
from functools import partial
from typing import Any

import numpy as np

import equivariety as ev
from benchmarks.data import images
from benchmarks.fits import RANK, gram_and_eigenvectors
from benchmarks.timing import Timing, race

SAMPLES, SIDE, EPOCHS, BATCH, LEARNING_RATE = 60_000, 28, 5, 256, 3e-3


def training() -> list[dict[str, Any]]:
    """Seconds, and the loss over the least of its function space: closed forms and networks trained by Adam."""
    import torch

    X = images(SAMPLES, SIDE)
    X /= X.std()
    family = ev.EquivariantMaps(ev.actions.image_shift((SIDE, SIDE), axis=1)).bounded(RANK)
    solution = family.fit(X)
    closed = race({"ours": lambda: family.fit(X), "dense": lambda: gram_and_eigenvectors(X)}, rounds=3)
    torch.manual_seed(0)
    equivariant = ev.nn.EquivariantAutoencoder(solution.component)
    dense = torch.nn.Sequential(torch.nn.Linear(SIDE**2, RANK, bias=False), torch.nn.Linear(RANK, SIDE**2, bias=False))
    return [
        _closed("equivariety: fit (closed form)", closed["ours"]),
        _trained(f"equivariety: the same component, {EPOCHS} epochs of Adam", equivariant, X, solution.loss),
        _closed("dense Gram matrix and eigh (closed form)", closed["dense"]),
        _trained(f"torch: dense autoencoder, {EPOCHS} epochs of Adam", dense, X, least_dense_loss(X)),
    ]


def least_dense_loss(X: np.ndarray) -> float:
    """Mean squared error per entry of the best matrix of rank at most RANK: the eigenvalues that are left over."""
    Z = X.astype(np.float64)
    return float(np.linalg.eigvalsh(Z.T @ Z)[:-RANK].sum() / X.size)


def _closed(task: str, timing: Timing) -> dict[str, Any]:
    return {"task": task, "seconds": timing.median, "processor": timing.processor, "ratio": 1.0}


def _trained(task: str, model: Any, X: np.ndarray, optimum: float) -> dict[str, Any]:
    """Train on one thread; the ratio is the loss afterwards over the optimum."""
    import torch
    from torch.optim import Adam
    from torch.optim.lr_scheduler import CosineAnnealingLR

    plan = ev.nn.Training(
        EPOCHS,
        BATCH,
        optimizer=partial(Adam, lr=LEARNING_RATE),
        scheduler=lambda optimizer: CosineAnnealingLR(optimizer, T_max=EPOCHS),
    )
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    start, used = time.perf_counter(), time.process_time()
    plan.fit(model, X)
    seconds, processor = time.perf_counter() - start, time.process_time() - used
    torch.set_num_threads(threads)
    return {"task": task, "seconds": seconds, "processor": processor, "ratio": ev.nn.evaluate(model, X, X) / optimum}
