"""
Training in several processes
=============================

``torchrun --nproc-per-node 2 examples/several_processes.py``, or alone with python.

Every process takes its share of each batch; the weights are those of a single process, up to rounding.

Needs the extra torch.
"""

import os
import sys
from functools import partial

import torch
from torch import distributed

import equivariety as ev
from equivariety.plotting.style import save_figure
from equivariety.plotting.training import gap_per_epoch

several = "WORLD_SIZE" in os.environ
if several:
    distributed.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
device = f"cuda:{os.environ.get('LOCAL_RANK', 0)}" if torch.cuda.is_available() else "cpu"

# %%
# The exact optimum, and a network of its component with three layers and random weights.
X = torch.as_tensor(ev.datasets.digits(), dtype=torch.float32)
maps = ev.EquivariantMaps(ev.actions.image_dihedral(8))
solution = maps.bounded(16).fit(X.numpy())
torch.manual_seed(0)
model = ev.nn.EquivariantAutoencoder(solution.component, depth=3, device=device)


def report(history: ev.nn.History) -> None:
    """A line every twenty epochs."""
    if history.epochs % 20 == 0:
        print(f"epoch {history.epochs}: loss {history.train_losses[-1]:.5f}, exact optimum {solution.loss:.5f}")


# %%
# Training approaches the optimum and cannot pass it.
training = ev.nn.Training(epochs=60, batch_size=128, optimizer=partial(torch.optim.Adam, lr=0.01))
history = training.fit(model, X, progress=report)
figure = gap_per_epoch({"three layers": [loss / solution.loss - 1 for loss in history.train_losses]})

if len(sys.argv) > 1:
    save_figure(figure, sys.argv[1], "several_processes")
if several:
    distributed.destroy_process_group()
