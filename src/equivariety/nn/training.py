"""A small training loop: seeds, early stopping, checkpoints that resume bit for bit, one process or several."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from math import inf, isfinite
from os import PathLike
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from equivariety.errors import InputError
from equivariety.files import replacing
from equivariety.nn import processes

Loss = Callable[[Tensor, Tensor], Tensor]


@dataclass
class History:
    """Losses of a training run, epoch by epoch.

    Examples
    --------
    >>> import torch
    >>> import equivariety as ev
    >>> X = torch.as_tensor(ev.datasets.digits(), dtype=torch.float32)
    >>> action = ev.actions.image_shift((8, 8), axis=1)
    >>> history = ev.nn.Training(epochs=2, batch_size=600).fit(ev.nn.EquivariantLinear(action, action, rank=4), X)
    >>> history.epochs, len(history.train_losses), history.stopped_early
    (2, 2, False)
    """

    train_losses: list[float] = field(default_factory=list)
    """Mean loss over the samples of each epoch, taken while the weights change."""
    validation_losses: list[float] = field(default_factory=list)
    """Loss on the validation data after each epoch; empty without validation data."""
    seconds: list[float] = field(default_factory=list)
    """Wall time of each epoch, validation left out."""
    best_epoch: int = 0
    """The epoch (from 1) whose weights the model has in the end: the best on the validation data, or the last."""
    stopped_early: bool = False

    @property
    def epochs(self) -> int:
        return len(self.train_losses)


@dataclass(frozen=True)
class Training:
    """How to train; the defaults suit linear networks of a few hundred features.

    Parameters
    ----------
    epochs : int
    batch_size : int
        Samples of one step, over all processes.
    loss : callable
        Any loss of torch that takes predictions and targets to a mean, by default the mean squared error per entry.
    optimizer : callable
        Makes the optimizer from the parameters, by default Adam.
    scheduler : callable, optional
        Makes a learning-rate schedule from the optimizer; it steps after every epoch.
    patience : int, optional
        Stop after so many epochs without a better validation loss, and return to the best weights.
    seed : int
        Of the order of samples and of every random number inside the model. The caller's random state is left alone.

    Examples
    --------
    >>> import equivariety as ev
    >>> from equivariety.nn import EquivariantLinear, Training
    >>> action = ev.actions.cyclic(4)
    >>> model = EquivariantLinear(action)
    >>> X = torch.randn(64, 4, generator=torch.Generator().manual_seed(0))
    >>> history = Training(epochs=3, batch_size=16).fit(model, X, X.roll(1, 1))
    >>> history.epochs
    3
    """

    epochs: int = 20
    batch_size: int = 256
    loss: Loss = nn.functional.mse_loss
    optimizer: Callable[..., Optimizer] = torch.optim.Adam
    scheduler: Callable[[Optimizer], LRScheduler] | None = None
    patience: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size", "patience"):
            value = getattr(self, name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
                raise InputError(f"{name} must be a whole number of at least 1, not {value!r}")

    def fit(
        self,
        model: nn.Module,
        X: Any,
        Y: Any | None = None,
        validation: tuple[Any, Any] | None = None,
        checkpoint: str | PathLike[str] | None = None,
        progress: Callable[[History], None] | None = None,
    ) -> History:
        """Train a model in place, on the device its parameters are on.

        Under ``torchrun``, after ``torch.distributed.init_process_group``, every process takes its share of each
        batch, and gradients are averaged (DistributedDataParallel).

        Parameters
        ----------
        model : Module
        X, Y : arrays of shape (samples, ...)
            Inputs and targets; without targets the model learns to reproduce its inputs.
        validation : (X, Y), optional
            Judged after every epoch.
        checkpoint : path, optional
            Written after every epoch. If the file exists, training goes on from there, to the same weights bit for
            bit as without the interruption (same machine, same number of threads and processes).
        progress : callable, optional
            Called after every epoch with the history so far.

        Raises
        ------
        InputError
            If shapes do not fit, patience is given without validation data, or the checkpoint is of another run.
        """
        like = next(model.parameters())
        X = _tensor(X, like)
        Y = X if Y is None else _tensor(Y, like)
        if len(X) != len(Y) or not len(X):
            raise InputError(f"X and Y must have the same number of samples, at least one: {len(X)} and {len(Y)}")
        if self.patience is not None and validation is None:
            raise InputError("patience needs validation data, whose loss tells when to stop")
        judged = None if validation is None else (_tensor(validation[0], like), _tensor(validation[1], like))
        run = _Run(self, model, None if checkpoint is None else Path(checkpoint))
        while run.history.epochs < self.epochs and not run.history.stopped_early:
            run.epoch(X, Y, judged)
            if progress is not None and processes.is_first():
                progress(run.history)
        run.finish()
        return run.history


class _Run:
    """The changing state of one training."""

    def __init__(self, training: Training, model: nn.Module, checkpoint: Path | None) -> None:
        self.training, self.model, self.checkpoint = training, model, checkpoint
        self.replica = processes.replicated(model)
        self.optimizer = training.optimizer(model.parameters())
        self.scheduler = None if training.scheduler is None else training.scheduler(self.optimizer)
        self.history = History()
        self.best: dict[str, Tensor] | None = None
        if checkpoint is not None and checkpoint.exists():
            self._resume(checkpoint)

    def epoch(self, X: Tensor, Y: Tensor, validation: tuple[Tensor, Tensor] | None) -> None:
        started = time.perf_counter()
        with processes.own_random_numbers(self.training.seed, self.history.epochs, X.device):
            loss = self._pass(X, Y)
        self.history.seconds.append(time.perf_counter() - started)
        self.history.train_losses.append(loss)
        if self.scheduler is not None:
            self.scheduler.step()
        if validation is None:
            self.history.best_epoch = self.history.epochs
        else:
            self._judge(*validation)
        if self.checkpoint is not None and processes.is_first():
            self._save(self.checkpoint)

    def _pass(self, X: Tensor, Y: Tensor) -> float:
        self.replica.train()
        total = X.new_zeros(())
        count = 0
        for rows in self._batches(len(X), X.device):
            self.optimizer.zero_grad(set_to_none=True)
            loss = self.training.loss(self.replica(X[rows]), Y[rows])
            loss.backward()  # type: ignore[no-untyped-call]
            self.optimizer.step()
            total += loss.detach() * len(rows)
            count += len(rows)
        return processes.mean_over_all(total, count)

    def _batches(self, samples: int, device: torch.device) -> Iterator[Tensor]:
        """Random batches, every process its share; shares are equal, so gradients average to that of the batch."""
        order = torch.randperm(samples).to(device)
        first, stride = processes.rank_and_world_size()
        for batch in torch.split(order, self.training.batch_size):
            share = batch[: len(batch) // stride * stride][first::stride]
            if len(share):
                yield share

    def _judge(self, X: Tensor, Y: Tensor) -> None:
        losses = self.history.validation_losses
        losses.append(evaluate(self.model, X, Y, self.training.loss))
        if self.best is None or _rank_of(losses[-1]) < _rank_of(losses[self.history.best_epoch - 1]):
            self.history.best_epoch = len(losses)
            self.best = copy.deepcopy(self.model.state_dict())
        waited = len(losses) - self.history.best_epoch
        self.history.stopped_early = self.training.patience is not None and waited >= self.training.patience

    def finish(self) -> None:
        """Return to the best weights, if early stopping was asked for."""
        if self.training.patience is not None and self.best is not None:
            self.model.load_state_dict(self.best)
        elif self.training.patience is None:
            self.history.best_epoch = self.history.epochs

    def _save(self, path: Path) -> None:
        content = {
            "seed": self.training.seed,
            "batch_size": self.training.batch_size,
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "scheduler": None if self.scheduler is None else self.scheduler.state_dict(),
            "best": self.best,
            "history": asdict(self.history),
        }
        with replacing(path) as temporary:
            torch.save(content, temporary)

    def _resume(self, path: Path) -> None:
        try:
            content = torch.load(path, map_location="cpu", weights_only=True)
        except Exception as error:  # torch raises half a dozen types for damaged files
            raise InputError(f"checkpoint {path} cannot be read: {error}") from error
        for name in ("seed", "batch_size"):
            if content[name] != getattr(self.training, name):
                raise InputError(f"checkpoint {path} belongs to a training with {name}={content[name]}, "
                                 f"not {getattr(self.training, name)}")  # fmt: skip
        self.model.load_state_dict(content["model"])
        self.optimizer.load_state_dict(content["optimizer"])
        if self.scheduler is not None:
            self.scheduler.load_state_dict(content["scheduler"])
        self.best, self.history = content["best"], History(**content["history"])


def evaluate(model: nn.Module, X: Any, Y: Any, loss: Loss = nn.functional.mse_loss, batch_size: int = 4096) -> float:
    """Mean loss over samples in evaluation mode, without gradients; the mode of the model is left as it was.

    Examples
    --------
    >>> import numpy as np
    >>> import torch
    >>> layer = torch.nn.Linear(2, 2)
    >>> bool(np.isclose(evaluate(layer, torch.ones(3, 2), layer(torch.ones(3, 2)).detach() + 2), 4))
    True
    """
    like = next(model.parameters())
    X, Y = _tensor(X, like), _tensor(Y, like)
    training = model.training
    model.eval()
    with torch.no_grad():
        total = sum(
            float(loss(model(inputs), targets)) * len(inputs)
            for inputs, targets in zip(X.split(batch_size), Y.split(batch_size), strict=True)
        )
    model.train(training)
    return total / len(X)


def _rank_of(loss: float) -> float:
    """The loss as a number to compare: a diverged one is worse than any other."""
    return loss if isfinite(loss) else inf


def _tensor(data: Any, like: Tensor) -> Tensor:
    tensor = torch.as_tensor(data, device=like.device)
    return tensor.to(like.dtype) if tensor.is_floating_point() else tensor
