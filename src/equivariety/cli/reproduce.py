"""``equivariety reproduce mnist``: the talk's experiment, solved exactly."""

from __future__ import annotations

import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from equivariety.cli.arguments import AsJson, Report
from equivariety.cli.output import print_json, print_table
from equivariety.extras import load_extra

if TYPE_CHECKING:
    from equivariety.cli.talk import Row

RANK = 99
TALK_RANKS = (13, 10, 9, 8, 7, 5, 3, 1, 0, 0, 0, 0, 0, 0, 0)
# Mean squared test errors per pixel of the networks trained in the talk.
TALK_LOSSES = {"talk": 0.0082, "equal_rank": 0.0206, "high_pass": 0.1063, "dense": 0.0057}
_NAMES = {
    "talk": "equivariant, the talk's ranks",
    "equal_rank": "equivariant, equal ranks",
    "high_pass": "equivariant, high-pass",
    "dense": "dense, no symmetry",
    "best": "equivariant, best component",
}


class Experiment(StrEnum):
    """The experiments that can be reproduced."""

    MNIST = "mnist"


def reproduce(
    experiment: Annotated[Experiment, typer.Argument(help="Which experiment.")],
    data: Annotated[Path, typer.Option(help="Folder with the four MNIST files, .gz or not.")],
    report: Report = None,
    train: Annotated[bool, typer.Option("--train", help="Also train the talk's four networks (extra torch).")] = False,
    epochs: Annotated[int, typer.Option(help="Epochs of training.", min=1)] = 30,
    as_json: AsJson = False,
) -> None:
    """The talk's table of linear autoencoders on shifted MNIST, each row the exact optimum."""
    from equivariety.cli.fit import check_outputs
    from equivariety.cli.talk import compare

    check_outputs(None, report)
    if train:  # refused now, not after the work
        load_extra("torch", "torch")
    started = time.perf_counter()
    images, test = shifted_mnist(data)
    rows = compare(talk_maps(), RANK, images, test, TALK_RANKS, TALK_LOSSES)
    seconds = time.perf_counter() - started
    if report is not None:
        write_mnist_report(report, rows, test)
    trained = train_rows(rows, images, test, epochs, report) if train else None
    if as_json:
        result: dict[str, Any] = {"rows": {row.name: row.as_json() for row in rows}, "seconds": round(seconds, 3)}
        print_json(result if trained is None else {**result, "trained": trained})
        return
    print_table(
        f"{experiment.upper()}, horizontal shifts, rank {RANK}: mean squared error per pixel",
        ("autoencoder", "ranks", "parameters", "train", "test", "talk (trained)"),
        [(_NAMES[row.name], _shortened(row.solution.ranks), row.solution.component.parameters,
          f"{row.solution.loss:.4f}", f"{row.loss_test:.4f}", "" if row.loss_talk is None else f"{row.loss_talk:.4f}")
         for row in rows],
    )  # fmt: skip
    print(f"{seconds:.1f} s in all, making the shifted images included.")
    if trained is not None:
        print_trained(trained, epochs)


def train_rows(rows: list[Row], images: Any, test: Any, epochs: int, report: Path | None) -> dict[str, Any]:
    """The talk's four networks trained by Adam, with the excess over the exact optimum after each epoch."""
    from equivariety.nn.experiment import approached, train_talk_rows
    from equivariety.plotting.style import save_figure
    from equivariety.plotting.training import gap_per_epoch

    optima = {row.name: row.solution for row in rows if row.loss_talk is not None}
    trained = train_talk_rows(optima, images, test, epochs, progress=_tell if sys.stderr.isatty() else None)
    if report is not None:
        save_figure(gap_per_epoch({_NAMES[row.name]: row.gaps for row in trained}), report, "training")
    result: dict[str, dict[str, Any]] = {
        row.name: {
            "loss_train": row.loss_train,
            "loss_test": row.loss_test,
            "gap": row.gaps[-1],
            "seconds": round(row.seconds, 1),
        }
        for row in trained
    }
    dense = next(row for row in trained if row.name == "dense")
    near = approached(dense.matrix, talk_maps(), RANK)
    result["dense"] |= {"nearest_ranks": list(near.ranks), "relative_asymmetry": near.asymmetry}
    return result


def print_trained(trained: dict[str, Any], epochs: int) -> None:
    """The trained networks beside the exact optima, and the component that the dense one comes near."""
    print_table(
        f"Trained by Adam for {epochs} epochs",
        ("autoencoder", "train", "test", "above the optimum", "seconds"),
        [(_NAMES[name], f"{row['loss_train']:.4f}", f"{row['loss_test']:.4f}", f"{row['gap']:.2%}", row["seconds"])
         for name, row in trained.items()],
    )  # fmt: skip
    dense = trained["dense"]
    print(f"The trained dense network is {dense['relative_asymmetry']:.1%} away from equivariant; the nearest map of "
          f"rank {RANK} lies on the component {_shortened(tuple(dense['nearest_ranks']))}.")  # fmt: skip


def _tell(name: str, history: Any) -> None:
    epoch, loss = len(history.validation_losses), history.validation_losses[-1]
    print(f"\r{_NAMES[name]}: epoch {epoch}, loss {loss:.5f}\033[K", end="", file=sys.stderr, flush=True)


def talk_maps() -> Any:
    """The maps that commute with the shift of every row of a 28 x 28 image by one pixel."""
    from equivariety.actions import image_shift
    from equivariety.varieties import EquivariantMaps

    return EquivariantMaps(image_shift((28, 28), axis=1))


def shifted_mnist(folder: Path) -> tuple[Any, Any]:
    """Training and test images, divided by 255 and shifted with seeds 0 and 1; rows of 784 pixels."""
    import numpy as np

    from equivariety.datasets import load_mnist, shift_images

    mnist = load_mnist(folder)
    shifted = [
        shift_images(images, seed=seed).reshape(len(images), -1)
        for seed, images in enumerate((mnist.train_images, mnist.test_images))
    ]
    for images in shifted:
        np.divide(images, 255, out=images)
    return shifted[0], shifted[1]


def write_mnist_report(folder: Path, rows: list[Row], test: Any) -> None:
    """The talk's figure, the spectrum of the best component with its cut, and its matrix in both bases."""
    from equivariety.cli.report import SAMPLES, write_image_rows
    from equivariety.plotting.matrices import before_and_after
    from equivariety.plotting.spectra import spectrum
    from equivariety.plotting.style import save_figure

    solutions = {row.name: row.solution for row in rows}
    sample = test[:SAMPLES]
    images = {"shifted digits": sample}
    for name in ("talk", "best", "dense"):
        images[f"{_NAMES[name]}\n{_shortened(solutions[name].ranks)}"] = solutions[name].apply(sample)
    write_image_rows(folder, "mnist", images, (28, 28))
    save_figure(spectrum(solutions["best"]), folder, "spectrum")
    save_figure(before_and_after(solutions["best"].component.maps, solutions["best"].matrix()), folder, "matrix")


def _shortened(ranks: tuple[int, ...]) -> str:
    """Ranks with a long run of trailing zeros cut."""
    last = max((position for position, rank in enumerate(ranks) if rank), default=-1)
    zeros = len(ranks) - 1 - last
    if zeros < 3:
        return " ".join(map(str, ranks))
    return " ".join(map(str, ranks[: last + 1])) + f" 0 (x{zeros})"
