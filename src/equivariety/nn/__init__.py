"""What is trained: every component as a PyTorch network, with weights shared as the symmetry demands."""

try:
    import torch as torch
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError(
        "equivariety.nn needs PyTorch, which is not installed: pip install 'equivariety[torch]'", name="torch"
    ) from missing

from equivariety.nn.autoencoder import EquivariantAutoencoder, InvariantAutoencoder

__all__ = ["EquivariantAutoencoder", "InvariantAutoencoder"]
