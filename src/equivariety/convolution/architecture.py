"""Stacks of convolutions: filter sizes and strides, and what follows from them for linear networks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import prod
from numbers import Integral
from typing import Any, Self

from equivariety.convolution import chern
from equivariety.convolution.towers import total_steps
from equivariety.errors import InputError


@dataclass(frozen=True, init=False)
class ConvolutionStack:
    """One-dimensional convolutions y_i = sum_j w_j x_{i s + j} one after the other, one channel, no padding."""

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
        """S_1 = 1, S_l = s_1 ... s_{l-1}: layer l moves in steps of S_l inputs."""
        return total_steps(self.strides)

    @property
    def size(self) -> int:
        """Number of inputs that one output sees; for linear networks the size of the end-to-end filter."""
        return 1 + sum((size - 1) * step for size, step in zip(self.filter_sizes, self.steps, strict=True))

    @property
    def stride(self) -> int:
        """Stride from one output to the next, in inputs."""
        return prod(self.strides)

    @property
    def dimension(self) -> int:
        """Dimension of the function space: the number of parameters less one scaling for each layer but one."""
        return sum(self.filter_sizes) - len(self.filter_sizes) + 1


class LinearArchitecture(ConvolutionStack):
    """Dimensions of the function space of a linear network, from filter sizes and strides alone.

    The layers compose to one convolution with filter u(z) = prod_l w_l(z^{S_l}); the *function space* is the set of
    all real filters u.
    """

    @property
    def blocks(self) -> tuple[tuple[int, ...], ...]:
        """Filter sizes grouped by the layers that merge: strides of one lie between them, or they have size one."""
        return tuple(tuple(size for size, _ in group) for group in self._groups())

    def reduced(self) -> Self:
        """The architecture with the layers of each block merged: same dimension, same Zariski closure.

        Examples
        --------
        >>> LinearArchitecture([3, 2, 4], [1, 2, 1]).reduced()
        LinearArchitecture(filter_sizes=(4, 4), strides=(2, 1))
        """
        groups = self._groups()
        sizes = [1 + sum(size - 1 for size, _ in group) for group in groups]
        return type(self)(sizes, [prod(stride for _, stride in group) for group in groups])

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
        return prod(chern.multinomial_coefficient([k - 1 for k in block]) for block in self.blocks)

    @property
    def generic_ed_degree(self) -> int:
        """Number of complex critical parameters for generic data, up to scaling and with nonzero filter, exactly."""
        return chern.generic_ed_degree([size - 1 for size in self.filter_sizes])


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
