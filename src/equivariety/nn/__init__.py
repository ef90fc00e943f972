"""PyTorch layers and networks."""

from equivariety.nn.convolution import LinearConvNet

__all__ = ["LinearConvNet"]
