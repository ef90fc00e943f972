"""One process or several: what training needs to know of torch.distributed, and random numbers of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, distributed, nn


def rank_and_world_size() -> tuple[int, int]:
    """Number of this process and number of processes; (0, 1) without a process group."""
    if not (distributed.is_available() and distributed.is_initialized()):
        return 0, 1
    return distributed.get_rank(), distributed.get_world_size()


def is_first() -> bool:
    """Whether this process speaks for all."""
    return rank_and_world_size()[0] == 0


def replicated(model: nn.Module) -> nn.Module:
    """The model itself, or one that averages gradients over all processes."""
    if rank_and_world_size()[1] == 1:
        return model
    return nn.parallel.DistributedDataParallel(model)


def mean_over_all(total: Tensor, count: int) -> float:
    """Sum of totals over sum of counts, over all processes."""
    if rank_and_world_size()[1] == 1:
        return float(total) / max(count, 1)
    pair = torch.stack([total.double(), torch.tensor(float(count), dtype=torch.float64, device=total.device)])
    distributed.all_reduce(pair)
    return float(pair[0] / pair[1])


@contextmanager
def own_random_numbers(seed: int, epoch: int, device: torch.device) -> Iterator[None]:
    """Random numbers of this epoch only: a resumed training draws the same, and the caller's state stays as it was."""
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        # Generators of neighboring seeds are independent enough; the factor keeps epochs of seeds 0, 1, ... apart.
        torch.manual_seed(seed * 1_000_003 + epoch)
        yield
