"""A convolutional network with a power as its activation: its function space and all critical points."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import comb
from numbers import Integral, Rational, Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.convolution import chern
from equivariety.convolution.architecture import ConvolutionStack
from equivariety.convolution.critical_parameters import CriticalParameters, critical_parameters
from equivariety.convolution.entries import read_filters
from equivariety.convolution.expansion import Expansion, Exponents, expand
from equivariety.convolution.objective import ScaledSamples, read_samples
from equivariety.convolution.segre import SegreVeronese
from equivariety.convolution.start import start_for
from equivariety.convolution.white import singular_tuples, tracked_white_count
from equivariety.errors import InputError
from equivariety.tracking import StartSystem

MAX_DEGREE = 100
"""Binomial coefficients of a higher degree exhaust double precision."""


@dataclass(frozen=True, init=False)
class PolynomialConvNet(ConvolutionStack):
    """One-dimensional convolutions y_i = sum_j w_j x_{i s + j}, with x -> x^r coordinatewise between the layers.

    Every output is a form of degree r^(L-1) in the inputs it sees. Up to scaling, filters give the points of a
    Segre-Veronese variety, P^(k_1 - 1) x ... x P^(k_L - 1) embedded in degrees r^(L-1), ..., r, 1, and the coefficients
    of the form are a linear projection of it without base points, generically one to one: dimension, degree and ED
    degree follow, whatever the strides are (Shahverdi, Marchetti, Kohn, arXiv 2410.00722).

    Parameters
    ----------
    filter_sizes : sequence of int
        Filter size of each layer, first layer first.
    strides : sequence of int
        Stride of each layer.
    power : int
        The power r, at least 2; for power 1 see `LinearConvNet`.

    Raises
    ------
    InputError
        If a size or a stride is not a positive integer, their numbers differ, or the power is not above 1.

    Examples
    --------
    >>> net = PolynomialConvNet([2, 2], [1, 1], power=2)
    >>> net.dimension, net.degree, net.generic_ed_degree, net.white_count
    (3, 4, 14, 14)
    >>> net.compose([[1, 2], [1, -1]])  # (x + 2 y)^2 - (y + 2 z)^2
    {(2, 0, 0): 1, (1, 1, 0): 4, (0, 2, 0): 3, (0, 1, 1): -4, (0, 0, 2): -4}
    >>> net.degrees, net.polynomial_degree, net.ambient_dimension, net.monomials
    ((2, 1), 2, 6, ((2, 0, 0), (1, 1, 0), (0, 2, 0), (0, 1, 1), (0, 0, 2)))
    >>> net.jacobian([[1, 2], [1, -1]]).shape, net.generic_start().complete
    ((5, 4), True)
    """

    power: int

    def __init__(self, filter_sizes: Iterable[int], strides: Iterable[int], power: int = 2) -> None:
        super().__init__(filter_sizes, strides)
        if isinstance(power, bool) or not isinstance(power, Integral) or power < 2:
            raise InputError(f"power must be an integer above 1, not {power!r}: for power 1 see LinearConvNet")
        object.__setattr__(self, "power", int(power))

    @property
    def degrees(self) -> tuple[int, ...]:
        """Degree of the output in the filter of each layer: r^(L-1), ..., r, 1."""
        return tuple(self.power ** (len(self.filter_sizes) - layer) for layer in range(1, len(self.filter_sizes) + 1))

    @property
    def polynomial_degree(self) -> int:
        """Degree of the output as a form in the inputs."""
        return self.degrees[0]

    @property
    def ambient_dimension(self) -> int:
        """Dimension of the space of all forms of this degree in the inputs that one output sees."""
        return comb(self.size + self.polynomial_degree - 1, self.polynomial_degree)

    @property
    def degree(self) -> int:
        """Degree of the Zariski closure of the function space, as a projective variety."""
        return chern.chern_class_degrees([size - 1 for size in self.filter_sizes], self.degrees)[0]

    @property
    def generic_ed_degree(self) -> int:
        """Number of complex critical parameters, up to scaling and with nonzero function, of a generic squared error.

        Random data have the same number: observed in all cases that were counted, not proved.
        """
        return chern.generic_ed_degree([size - 1 for size in self.filter_sizes], self.degrees)

    @property
    def white_count(self) -> int:
        """Number of complex critical points for white data: inputs from N(0, I) and a generic target.

        For at most two layers whose patches do not overlap (stride s_1 >= k_1, or k_2 = 1) by a formula of Friedland
        and Ottaviani; otherwise by tracking, which takes as long as `critical_points`.

        Raises
        ------
        InputError
            If there are too many critical points to track.
        """
        sizes, degrees = self.filter_sizes, self.degrees
        if len(sizes) == 1 or (len(sizes) == 2 and (self.strides[0] >= sizes[0] or sizes[1] == 1)):
            return 1 if len(sizes) == 1 else singular_tuples(sizes, degrees)
        start = self._start(None)
        return tracked_white_count(start, self._lift, self._expansion)

    @property
    def monomials(self) -> tuple[Exponents, ...]:
        """Exponents of the monomials in the inputs that occur in one output."""
        return self._expansion.monomials

    def __call__(self, filters: Any, x: Any) -> NDArray[Any]:
        """Outputs of shape (..., outputs) for inputs of shape (..., length); exact for rational filters and inputs.

        Raises
        ------
        InputError
            If the filters do not fit or the inputs are shorter than one output needs.

        Examples
        --------
        >>> PolynomialConvNet([2, 2], [1, 1], power=2)([[1, 2], [1, -1]], [1, 0, 3, 1]).tolist()
        [-35, 11]
        """
        layers, signal = read_filters(filters, self.filter_sizes), _signal(x)
        if signal.shape[-1] < self.size:
            raise InputError(f"x must have at least {self.size} inputs, not {signal.shape[-1]}")
        if layers[0].dtype == object and not _is_rational(signal):
            layers = [values.astype(np.float64) for values in layers]
        signal = signal.astype(layers[0].dtype)
        for index, (values, stride) in enumerate(zip(layers, self.strides, strict=True)):
            windows = np.lib.stride_tricks.sliding_window_view(signal, len(values), axis=-1)[..., ::stride, :]
            signal = windows @ values
            if index + 1 < len(layers):
                signal = signal**self.power
        return np.asarray(_integers(signal) if signal.dtype == object else signal)

    def compose(self, filters: Any) -> dict[Exponents, Any]:
        """Coefficients of one output as a form in the inputs it sees, by exponents; exact for rational filters."""
        return self._expansion.coefficients(self._entries(filters))

    def jacobian(self, filters: Any) -> NDArray[Any]:
        """Jacobian of filters -> coefficients, of shape (len(monomials), sum of the filter sizes)."""
        return np.array(self._expansion.jacobian(self._entries(filters)))

    def jacobian_rank(self, filters: Any) -> int:
        """Rank of the Jacobian: exact for rational filters, else by singular values at machine precision.

        It is `dimension` wherever no filter vanishes: shared roots do no harm, unlike in linear networks.

        Examples
        --------
        >>> PolynomialConvNet([2, 2], [1, 1], power=2).jacobian_rank([[1, 1], [2, 2]])
        3
        """
        jacobian = self.jacobian(filters)
        if jacobian.dtype.kind == "f":
            return int(np.linalg.matrix_rank(jacobian))
        from flint import fmpq, fmpq_mat

        entries = [fmpq(int(x.numerator), int(x.denominator)) for x in jacobian.ravel().tolist()]
        rows, columns = jacobian.shape
        return int(fmpq_mat(rows, columns, entries).rank())

    def generic_start(self) -> StartSystem:
        """One generic squared error solved, for `critical_points` of many data sets; strides do not matter.

        Raises
        ------
        InputError
            If there are more than 5000 critical points to track or the degree of the polynomials is above 100.
        """
        return self._start(None)

    def critical_points(self, X: Any, y: Any, start: StartSystem | None = None) -> CriticalParameters:
        """All critical points of sum_i (f(x_i) - y_i)^2 over the parameters, up to scaling of the layers.

        The tracker stops when it has found as many points as the generic ED degree says (a Chern number): that this
        is the number for a generic quadratic form is proved, that data have the same number is observed. The result
        tells how many complex points it has and lists the real ones, refined, with kind and Morse index.

        Parameters
        ----------
        X : array of shape (samples, size)
            The inputs that one output sees, one sample per row.
        y : array of shape (samples,)
        start : StartSystem, optional
            From `generic_start()`; computed anew if not given.

        Raises
        ------
        InputError
            If the data do not fit, do not determine the functions, or there are too many critical points to track.

        Examples
        --------
        >>> X = [[1, 0, 2], [0, 1, 1], [2, -1, 0], [1, 1, -1], [0, 2, 1], [1, -2, 1], [3, 1, 0]]
        >>> found = PolynomialConvNet([2, 2], [1, 1], power=2).critical_points(X, [1, 0, 2, -1, 1, 0, 3])
        >>> found.complex_count, {point.kind for point in found.real}
        (14, {'pure'})
        """
        inputs, targets = read_samples(self, X, y)
        if not np.any(inputs) or not np.any(targets):
            raise InputError("X and y must not be zero: then the zero function is a global minimum")
        system = self._start(start)
        return critical_parameters(self._lift, self._expansion, system, ScaledSamples.of(inputs, targets))

    @property
    def _lift(self) -> SegreVeronese:
        """The Segre-Veronese map, the last layer first: it has degree one."""
        return SegreVeronese(self.filter_sizes[::-1], self.degrees[::-1])

    @property
    def _expansion(self) -> Expansion:
        self._refuse_high_degrees()
        return expand(self.filter_sizes, self.strides, self.power)

    def _start(self, given: StartSystem | None) -> StartSystem:
        self._refuse_high_degrees()
        return start_for(self._lift, given, f"filter_sizes {self.filter_sizes} and power {self.power}")

    def _refuse_high_degrees(self) -> None:
        if self.polynomial_degree > MAX_DEGREE:
            raise InputError(f"the outputs have degree {self.polynomial_degree}: at most {MAX_DEGREE} is computed")

    def _entries(self, filters: Any) -> list[Any]:
        read = read_filters(filters, self.filter_sizes)
        return [
            entry for values in read for entry in (_integers(values) if values.dtype == object else values).tolist()
        ]


def _signal(x: Any) -> NDArray[Any]:
    signal = np.asarray(x)
    if signal.ndim == 0 or signal.dtype.kind not in "iufO" or _has_other_objects(signal):
        raise InputError("x must be an array of numbers with at least one axis")
    return signal


def _has_other_objects(signal: NDArray[Any]) -> bool:
    return signal.dtype == object and not all(isinstance(value, Real) for value in signal.flat)


def _is_rational(signal: NDArray[Any]) -> bool:
    return signal.dtype.kind in "iu" or (signal.dtype == object and all(isinstance(v, Rational) for v in signal.flat))


def _integers(values: NDArray[Any]) -> NDArray[Any]:
    """Fractions with denominator one as integers."""
    whole = [int(x) if x.denominator == 1 else x for x in values.ravel().tolist()]
    result = np.empty(len(whole), dtype=object)
    result[:] = whole
    return result.reshape(values.shape)
