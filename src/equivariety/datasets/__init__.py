"""Data to try things on: IDX files, MNIST from a folder, the talk's shifted images, scikit-learn's digits."""

from equivariety.datasets.embedded import digits
from equivariety.datasets.idx import read_idx
from equivariety.datasets.mnist import Mnist, load_mnist
from equivariety.datasets.shifted import shift_images
from equivariety.datasets.tables import read_table

__all__ = ["Mnist", "digits", "load_mnist", "read_idx", "read_table", "shift_images"]
