"""Fits of MNIST, many times in one process, under every action of the catalogue that fits its images.

``python -m benchmarks.repeated_fits [--times 50] [--rows 10000] [--only NAME ...]`` prints for each action how many
different results there were (loss, ranks and every bit of the encoder), of fits one after the other with all threads,
and of fits in two threads of the user at once. Products that go wrong now and then, as some libraries' do, show here.
MNIST is read from the folder EQUIVARIETY_MNIST.
"""

from __future__ import annotations

import argparse
import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from threadpoolctl import threadpool_info

import equivariety as ev
from equivariety.datasets import load_mnist

ACTIONS = (
    "dihedral:28x28", "shift:28x28:axis=1", "shift:28x28:axis=0", "shift:28x28", "reflect:28x28",
    "reflect:28x28:axis=0", "rotate:28x28", "torus:28x28", "rows:28x28", "vectors:28x28", "pseudovectors:28x28",
)  # fmt: skip
CHANNELS = 2
RANK = 99


def actions() -> dict[str, Any]:
    """By the names of the command."""
    named: dict[str, Any] = {name: ev.actions.parse_action(name) for name in ACTIONS}
    for name in ("shift:28x28:axis=1", "dihedral:28x28"):
        named[f"{CHANNELS} * {name}"] = CHANNELS * ev.actions.parse_action(name)
    return named


def digest(solution: Any) -> str:
    """Of everything that a fit decides."""
    found = hashlib.sha256(f"{solution.loss!r} {solution.ranks}".encode())
    for block in solution.encoder.blocks:
        found.update(np.ascontiguousarray(block).tobytes())
    return found.hexdigest()


def row(name: str, action: Any, images: np.ndarray, times: int) -> str:
    """One line of the table."""
    maps = ev.EquivariantMaps(action)
    X = np.tile(images, (1, action.degree // images.shape[1]))

    def fit(_: int) -> tuple[str, float]:
        solution = maps.bounded(RANK).fit(X)
        return digest(solution), solution.loss

    alone = [fit(number) for number in range(times)]
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(fit, range(times)))
    losses = np.array([loss for _, loss in alone + together])
    spread = (losses.max() - losses.min()) / losses.max()
    results = [len({found for found, _ in part}) for part in (alone, together)]
    return f"| `{name}` | {losses[0]:.6f} | {results[0]} | {results[1]} | {spread:.1e} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--only", nargs="*", help="names of actions, as the table has them")
    chosen = parser.parse_args()
    images = load_mnist(os.environ["EQUIVARIETY_MNIST"]).train_images[: chosen.rows]
    images = images.reshape(chosen.rows, -1).astype(np.float32) / 255
    threads = {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}
    print(f"{chosen.rows} images, float32, rank {RANK}, {chosen.times} fits each, BLAS threads {threads}")
    print("| action | loss | different results | in two threads of the user | spread of the loss |")
    print("|---|---|---|---|---|")
    for name, action in actions().items():
        if chosen.only is None or name in chosen.only:
            print(row(name, action, images, chosen.times), flush=True)


if __name__ == "__main__":
    main()
