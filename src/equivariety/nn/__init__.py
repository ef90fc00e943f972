"""PyTorch layers and networks: every component, with weights shared as the symmetry demands."""

try:
    import torch as torch
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError(
        "equivariety.nn needs PyTorch, which is not installed: pip install 'equivariety[torch]'", name="torch"
    ) from missing

from equivariety.nn.activations import NormActivation
from equivariety.nn.autoencoder import EquivariantAutoencoder, InvariantAutoencoder
from equivariety.nn.convolution import LinearConvNet
from equivariety.nn.linear import EquivariantLinear, InvariantLinear
from equivariety.nn.mlp import EquivariantMLP
from equivariety.nn.on_images import OnImages
from equivariety.nn.polynomial import PolynomialNet
from equivariety.nn.training import History, Training, evaluate

__all__ = [
    "EquivariantAutoencoder",
    "EquivariantLinear",
    "EquivariantMLP",
    "History",
    "InvariantAutoencoder",
    "InvariantLinear",
    "LinearConvNet",
    "NormActivation",
    "OnImages",
    "PolynomialNet",
    "Training",
    "evaluate",
]
