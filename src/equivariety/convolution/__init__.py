"""Linear convolutional networks: function space, factorizations, critical points."""

from equivariety.convolution.architecture import LinearConvNet

__all__ = ["LinearConvNet"]
