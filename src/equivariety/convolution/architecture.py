"""A linear convolutional network as an architecture: filter sizes and strides, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import factorial, prod
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from equivariety.convolution import chern, polynomials
from equivariety.convolution.chains import Field
from equivariety.convolution.entries import ComplexArray, FloatArray, read_filters
from equivariety.convolution.membership import MAX_FACTORIZATIONS, Membership, Region, factorize, locate
from equivariety.convolution.towers import total_steps
from equivariety.errors import InputError

if TYPE_CHECKING:
    from equivariety.convolution.critical import CriticalPoints
    from equivariety.convolution.nearest import NearestFilter
    from equivariety.convolution.start import StartSystem


@dataclass(frozen=True, init=False)
class LinearConvNet:
    """A linear network of one-dimensional convolutions y_i = sum_j w_j x_{i s + j}, one channel, no padding.

    The layers compose to one convolution with filter u(z) = prod_l w_l(z^{S_l}), S_l = s_1 ... s_{l-1}, and stride
    s_1 ... s_L. The *function space* is the set of all real filters u; the last stride does not influence it.
    (Kohn, Merkh, Montufar, Trager, arXiv 2108.01538; Kohn, Montufar, Shahverdi, Trager, arXiv 2304.05752.)

    Parameters
    ----------
    filter_sizes : sequence of int
        Filter size of each layer, first layer first.
    strides : sequence of int
        Stride of each layer.

    Raises
    ------
    InputError
        If a size or a stride is not a positive integer, or their numbers differ.

    Examples
    --------
    >>> net = LinearConvNet([3, 2], [2, 1])
    >>> net.size, net.stride, net.dimension, net.generic_ed_degree
    (5, 2, 4, 10)
    >>> net.contains([1, 0, 0, 0, 1]), net.contains([4, 0, 5, 0, 1])  # z^4 + 1 is only in the closure
    (False, True)
    """

    filter_sizes: tuple[int, ...]
    strides: tuple[int, ...]

    def __init__(self, filter_sizes: Iterable[int], strides: Iterable[int]) -> None:
        object.__setattr__(self, "filter_sizes", _positive_integers(filter_sizes, "filter_sizes"))
        object.__setattr__(self, "strides", _positive_integers(strides, "strides"))
        if len(self.filter_sizes) != len(self.strides):
            raise InputError(
                "filter_sizes and strides must have one entry per layer: "
                f"{len(self.filter_sizes)} and {len(self.strides)} given"
            )

    @property
    def steps(self) -> tuple[int, ...]:
        """S_1 = 1, S_l = s_1 ... s_{l-1}: layer l enters the end-to-end filter as w_l(z^{S_l})."""
        return total_steps(self.strides)

    @property
    def size(self) -> int:
        """Size of the end-to-end filter, the dimension of the ambient space."""
        return 1 + sum((size - 1) * step for size, step in zip(self.filter_sizes, self.steps, strict=True))

    @property
    def stride(self) -> int:
        """Stride of the end-to-end convolution."""
        return prod(self.strides)

    @property
    def dimension(self) -> int:
        """Dimension of the function space: the number of parameters less one scaling for each layer but one."""
        return sum(self.filter_sizes) - len(self.filter_sizes) + 1

    @property
    def blocks(self) -> tuple[tuple[int, ...], ...]:
        """Filter sizes grouped by the layers that merge: strides of one lie between them, or they have size one."""
        return tuple(tuple(size for size, _ in group) for group in self._groups())

    def reduced(self) -> LinearConvNet:
        """The architecture with the layers of each block merged: same dimension, same Zariski closure.

        Examples
        --------
        >>> LinearConvNet([3, 2, 4], [1, 2, 1]).reduced()
        LinearConvNet(filter_sizes=(4, 4), strides=(2, 1))
        """
        groups = self._groups()
        sizes = [1 + sum(size - 1 for size, _ in group) for group in groups]
        return LinearConvNet(sizes, [prod(stride for _, stride in group) for group in groups])

    def _groups(self) -> list[list[tuple[int, int]]]:
        """Pairs of filter size and stride of the layers of each block."""
        groups: list[list[tuple[int, int]]] = []
        for size, stride in zip(self.filter_sizes, self.strides, strict=True):
            if groups and (size == 1 or all(before == 1 for _, before in groups[-1])):
                groups[-1].append((size, stride))
            else:
                groups.append([(size, stride)])
        return groups

    @property
    def equals_reduced(self) -> bool:
        """Whether the function space is that of the reduced architecture: no block has two layers of even size."""
        return all(sum(size % 2 == 0 for size in block) <= 1 for block in self.blocks)

    @property
    def thick(self) -> bool:
        """Whether the function space has the dimension of its ambient space."""
        return self.dimension == self.size

    @property
    def filling(self) -> bool:
        """Whether every real filter of the end-to-end size is in the function space."""
        return self.thick and sum(size % 2 == 0 for size in self.filter_sizes) <= 1

    @property
    def zariski_closed(self) -> bool | None:
        """Whether the function space is the real zero set of polynomials; None where no criterion is known.

        It must equal that of the reduced architecture. Then one layer is closed, two are exactly if k_2 is odd or
        k_1 <= s_1, and more are if k_l <= s_l for all layers but the last (a cone over a Segre variety).
        """
        if not self.equals_reduced:
            return False
        sizes, strides = self.reduced().filter_sizes, self.reduced().strides
        if len(sizes) == 2:
            return sizes[1] % 2 == 1 or sizes[0] <= strides[0]
        return True if all(k <= s for k, s in zip(sizes[:-1], strides[:-1], strict=True)) else None

    @property
    def degree(self) -> int:
        """Degree of the Zariski closure of the function space, as a projective variety.

        The reduced architecture maps its product of projective spaces finitely and generically one to one onto it, by
        O(1, ..., 1), so this is the degree of the Segre variety of the reduced sizes.
        """
        dimensions = [size - 1 for size in self.reduced().filter_sizes]
        return chern.segre_degree(dimensions)

    @property
    def generic_factorizations(self) -> int:
        """Number of complex factorizations, up to scaling, of a generic filter in the function space."""
        return prod(
            factorial(sum(block) - len(block)) // prod(factorial(k - 1) for k in block) for block in self.blocks
        )

    @property
    def generic_ed_degree(self) -> int:
        """Number of complex critical parameters for generic data, up to scaling and with nonzero filter, exactly."""
        return chern.generic_ed_degree([size - 1 for size in self.filter_sizes])

    def compose(self, filters: Any) -> list[Any] | FloatArray:
        """End-to-end filter of the given filters, one per layer.

        Integers and fractions give a list of exact values (integers where they are), floats a float64 array.

        Examples
        --------
        >>> LinearConvNet([3, 2], [2, 1]).compose([[1, -2, 3], [2, 5]])
        [2, -4, 11, -10, 15]
        """
        read = read_filters(filters, self.filter_sizes)
        product = polynomials.product_filter(read, self.steps)
        if product.dtype == object:
            return [int(x) if x.denominator == 1 else x for x in product.tolist()]
        return product

    def matrix(self, filters: Any, input_length: int, periodic: bool = False) -> NDArray[Any]:
        """Matrix of the network on inputs of the given length: Toeplitz with stride, or circulant for periodic input.

        Raises
        ------
        InputError
            If the input is shorter than the end-to-end filter, or periodic of a length the stride does not divide.
        """
        values = np.asarray(self.compose(filters))
        if periodic:
            if input_length < 1 or input_length % self.stride:
                raise InputError(
                    f"input_length must be a positive multiple of the stride {self.stride}, not {input_length}"
                )
            return polynomials.circulant_matrix(values, self.stride, input_length)
        if input_length < self.size:
            raise InputError(f"input_length must be at least the end-to-end size {self.size}, not {input_length}")
        return polynomials.toeplitz_matrix(values, self.stride, input_length)

    def jacobian(self, filters: Any) -> NDArray[Any]:
        """Jacobian of the filters of the layers -> end-to-end filter, of shape (size, sum of the filter sizes)."""
        return polynomials.parameterization_jacobian(read_filters(filters, self.filter_sizes), self.steps)

    def jacobian_rank(self, filters: Any) -> int:
        """Rank of the Jacobian: exact for rational filters, else by singular values at machine precision.

        Examples
        --------
        >>> LinearConvNet([2, 2], [1, 1]).jacobian_rank([[1, 1], [2, 2]])  # a common root: the rank drops from 3
        2
        """
        jacobian = self.jacobian(filters)
        if jacobian.dtype != object:
            return int(np.linalg.matrix_rank(jacobian))
        from flint import fmpq, fmpq_mat

        entries = [fmpq(int(x.numerator), int(x.denominator)) for x in jacobian.ravel()]
        return int(fmpq_mat(self.size, sum(self.filter_sizes), entries).rank())

    def contains(self, values: Any) -> bool:
        """Whether the filter is in the function space; see `membership` for the certificate."""
        return self.membership(values).contains

    def region(self, values: Any) -> Region:
        """Where the filter lies relative to the function space: "interior", "boundary" or "outside"."""
        return self.membership(values).region

    def membership(self, values: Any) -> Membership:
        """Whether and where the filter lies in the function space, and whether that is certified."""
        return locate(self, values)

    def factorizations(
        self, values: Any, field: Field = "R", limit: int = MAX_FACTORIZATIONS
    ) -> list[tuple[FloatArray, ...]] | list[tuple[ComplexArray, ...]]:
        """All real (or with field="C" complex) factorizations of the filter, up to scaling of the layers.

        Examples
        --------
        >>> [w1, w2], = LinearConvNet([2, 2], [3, 1]).factorizations([80, -16, 0, -10, 2])
        >>> w1.tolist(), w2.tolist()
        ([-10.0, 2.0], [-8.0, 1.0])
        """
        return factorize(self, values, field, limit)

    def critical_points(self, X: Any, y: Any, start: StartSystem | None = None) -> CriticalPoints:
        """All critical points of ||X u - y||^2 over the parameters; see `equivariety.convolution.critical`."""
        from equivariety.convolution.critical import critical_points

        return critical_points(self, X, y, start)

    def nearest(self, values: Any) -> NearestFilter:
        """The point of the function space nearest to the filter in the Euclidean norm."""
        from equivariety.convolution.nearest import nearest_filter

        return nearest_filter(self, values)


def _positive_integers(values: Any, name: str) -> tuple[int, ...]:
    if isinstance(values, str) or not hasattr(values, "__iter__"):
        raise InputError(f"{name} must be a list of positive integers, not {values!r}")
    entries = list(values)
    for index, entry in enumerate(entries):
        if isinstance(entry, bool) or not isinstance(entry, Integral) or entry < 1:
            raise InputError(f"{name} must be positive integers: entry {index} is {entry!r}")
    if not entries:
        raise InputError(f"{name} must have at least one entry")
    return tuple(int(entry) for entry in entries)
