"""The talk's experiment, trained: networks of given components beside their exact optima, epoch by epoch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from torch.optim import Adam, Optimizer
from torch.optim.lr_scheduler import CosineAnnealingLR, LRScheduler

from equivariety.nn.autoencoder import EquivariantAutoencoder
from equivariety.nn.training import History, Training, evaluate
from equivariety.varieties import Component, EquivariantMaps, Solution

LEARNING_RATE = 3e-3
BATCH_SIZE = 256


@dataclass(frozen=True, eq=False)
class TrainedRow:
    """One autoencoder trained by Adam, beside the exact optimum of its component."""

    name: str
    component: Component
    optimum: float
    """Mean squared error per entry of the exact optimum on the training data."""
    optimum_test: float
    """The same solution on the test data."""
    losses: tuple[float, ...]
    """Mean squared error of the trained network on the whole training data after each epoch."""
    loss_test: float
    """Mean squared error of the trained network on the test data."""
    seconds: float
    """Wall time of training, without the evaluations."""
    matrix: np.ndarray[Any, np.dtype[np.float64]]
    """The end-to-end map that was learned."""

    @property
    def gaps(self) -> tuple[float, ...]:
        """Excess over the optimum relative to it, after each epoch."""
        return tuple((loss - self.optimum) / self.optimum for loss in self.losses)

    @property
    def loss_train(self) -> float:
        """The last entry of ``losses``."""
        return self.losses[-1]


@dataclass(frozen=True)
class Approach:
    """Which component of a family a matrix comes near."""

    ranks: tuple[int, ...]
    """Block ranks of the nearest point of the family."""
    distance: float
    """Frobenius distance to it, relative to the norm of the matrix."""
    asymmetry: float
    """Distance from the linear space of equivariant maps, relative to the norm of the matrix."""


def train_talk_rows(
    solutions: Mapping[str, Solution],
    train: Any,
    test: Any,
    epochs: int = 30,
    seed: int = 0,
    progress: Callable[[str, History], None] | None = None,
) -> list[TrainedRow]:
    """Train one two-layer autoencoder for each given solution's component, from random weights.

    Adam with learning rate 0.003 falling to zero along a cosine, batches of 256. A dense autoencoder is the component
    of the trivial action.

    Parameters
    ----------
    solutions : mapping from name to Solution
        The exact optima on the training data, as ``family.fit`` or ``component.solve`` gives them.
    train, test : arrays of shape (samples, degree)
    epochs : int
    seed : int
        Of the weights and of the order of samples.
    progress : callable, optional
        Called after every epoch with the name of the row and its history so far; the excess over the optimum is
        ``history.validation_losses[-1] / solution.loss - 1``.

    Returns
    -------
    list of TrainedRow
        In the order of ``solutions``.

    Examples
    --------
    >>> import equivariety as ev
    >>> X = np.random.default_rng(0).standard_normal((256, 6)).astype(np.float32)
    >>> best = ev.EquivariantMaps(ev.actions.cyclic(6)).bounded(3).fit(X)
    >>> (row,) = train_talk_rows({"best": best}, X, X, epochs=2)
    >>> len(row.gaps), row.gaps[-1] > 0
    (2, True)
    """
    return [_trained(name, solution, train, test, epochs, seed, progress) for name, solution in solutions.items()]


def _trained(
    name: str,
    solution: Solution,
    train: Any,
    test: Any,
    epochs: int,
    seed: int,
    progress: Callable[[str, History], None] | None,
) -> TrainedRow:
    model = EquivariantAutoencoder(solution.component)
    model.reset_parameters(torch.Generator().manual_seed(seed))
    training = Training(
        epochs, BATCH_SIZE, optimizer=partial(Adam, lr=LEARNING_RATE), scheduler=partial(_cosine, epochs), seed=seed
    )
    report = None if progress is None else partial(progress, name)
    history = training.fit(model, train, validation=(train, train), progress=report)
    return TrainedRow(
        name=name,
        component=solution.component,
        optimum=solution.loss,
        optimum_test=solution.error(test),
        losses=tuple(history.validation_losses),
        loss_test=evaluate(model, test, test),
        seconds=sum(history.seconds),
        matrix=model.matrix().detach().double().cpu().numpy(),
    )


def _cosine(epochs: int, optimizer: Optimizer) -> LRScheduler:
    return CosineAnnealingLR(optimizer, T_max=epochs)


def approached(matrix: Any, maps: EquivariantMaps, rank: int) -> Approach:
    """The component of the rank-bounded equivariant maps that a matrix, for example a trained dense network, nears.

    Examples
    --------
    >>> import equivariety as ev
    >>> approached(np.diag([3.0, 3.0, 2.9]), ev.EquivariantMaps(ev.actions.cyclic(3)), rank=3).ranks
    (1, 1)
    """
    matrix = np.asarray(matrix, dtype=np.float64)
    norm = float(np.linalg.norm(matrix)) or 1.0
    point = maps.bounded(rank).nearest(matrix)
    return Approach(point.ranks, point.distance / norm, maps.distance(matrix) / norm)
