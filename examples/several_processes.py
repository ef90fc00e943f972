"""Training in several processes: ``torchrun --nproc-per-node 2 examples/several_processes.py``, or alone with python.

Every process takes its share of each batch; the weights are those of a single process, up to rounding.

Needs the extra torch.
"""

from __future__ import annotations

import os
from functools import partial

import torch
from torch import distributed

import equivariety as ev


def main() -> None:
    several = "WORLD_SIZE" in os.environ
    if several:
        distributed.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    device = f"cuda:{os.environ.get('LOCAL_RANK', 0)}" if torch.cuda.is_available() else "cpu"

    X = torch.as_tensor(ev.datasets.digits(), dtype=torch.float32)
    maps = ev.EquivariantMaps(ev.actions.image_dihedral(8))
    solution = maps.bounded(16).fit(X.numpy())
    torch.manual_seed(0)
    model = ev.nn.EquivariantAutoencoder(solution.component, depth=3, device=device)

    def report(history: ev.nn.History) -> None:
        if history.epochs % 20 == 0:
            print(f"epoch {history.epochs}: loss {history.train_losses[-1]:.5f}, exact optimum {solution.loss:.5f}")

    ev.nn.Training(epochs=60, batch_size=128, optimizer=partial(torch.optim.Adam, lr=0.01)).fit(
        model, X, progress=report
    )
    if several:
        distributed.destroy_process_group()


if __name__ == "__main__":
    main()
