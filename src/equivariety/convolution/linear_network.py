"""A linear convolutional network: its function space, the filters in it and where training can end."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.array_types import FloatArray
from equivariety.convolution import polynomials
from equivariety.convolution.architecture import LinearArchitecture
from equivariety.convolution.critical_filters import CriticalFilters, critical_filters
from equivariety.convolution.entries import ComplexArray, read_filters
from equivariety.convolution.membership import MAX_FACTORIZATIONS, Membership, Region, factorize, locate
from equivariety.convolution.nearest import NearestFilter, nearest_filter
from equivariety.convolution.root_sharing import NumberField
from equivariety.errors import InputError
from equivariety.tracking import StartSystem


class LinearConvNet(LinearArchitecture):
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
    >>> net.matrix([[1, 2, 1], [1, 1]], input_length=7).tolist()
    [[1, 2, 2, 2, 1, 0, 0], [0, 0, 1, 2, 2, 2, 1]]
    >>> net.jacobian([[1, 2, 1], [1, 1]]).shape, net.compose([[1, 2, 1], [1, 1]])
    ((5, 5), [1, 2, 2, 2, 1])
    >>> net.region([4, 0, 5, 0, 1]), net.membership([4, 0, 5, 0, 1]).certified
    ('interior', True)
    >>> net.nearest([4, 0, 5, 0, 2]).certified
    True
    >>> X = np.vstack([np.eye(5), np.ones((1, 5))])
    >>> found = net.critical_points(X, [1, 2, 3, 4, 5, 6])
    >>> found.expected_count, [point.is_minimum for point in found.minima]
    (10, [True])
    """

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
        self, values: Any, field: NumberField = "R", limit: int = MAX_FACTORIZATIONS
    ) -> list[tuple[FloatArray, ...]] | list[tuple[ComplexArray, ...]]:
        """All real (or with field="C" complex) factorizations of the filter, up to scaling of the layers.

        Examples
        --------
        >>> [w1, w2], = LinearConvNet([2, 2], [3, 1]).factorizations([80, -16, 0, -10, 2])
        >>> w1.tolist(), w2.tolist()
        ([-10.0, 2.0], [-8.0, 1.0])
        """
        return factorize(self, values, field, limit)

    def critical_points(self, X: Any, y: Any, start: StartSystem | None = None) -> CriticalFilters:
        """All critical points of ||X u - y||^2 over the parameters; see `critical_filters`."""
        return critical_filters(self, X, y, start)

    def nearest(self, values: Any) -> NearestFilter:
        """The point of the function space nearest to the filter in the Euclidean norm."""
        return nearest_filter(self, values)
