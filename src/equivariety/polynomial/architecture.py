"""The architecture of a polynomial network, and what its integers alone say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from math import prod
from typing import Any

import numpy as np

from equivariety.errors import InputError
from equivariety.polynomial.ambient import AmbientSpaces
from equivariety.polynomial.bounds import Segments, cut_bound
from equivariety.polynomial.certificate import independent_forms, living_coordinates
from equivariety.polynomial.spaces import Space, WeightSpace, layer_spaces, read_layers, weight_space
from equivariety.validation import is_whole_number, shown, whole_number

LARGEST_POWER = 1_000_000


@dataclass(frozen=True, init=False)
class Architecture:
    """Layers and powers; see :class:`~equivariety.polynomial.network.PolynomialNet`."""

    layers: tuple[Any, ...]
    """Widths and actions, as given."""
    powers: tuple[int, ...]
    """The power of each hidden layer."""

    def __init__(self, layers: Sequence[Any], power: int | Sequence[int] = 2) -> None:
        object.__setattr__(self, "layers", read_layers(layers))
        object.__setattr__(self, "powers", _read_powers(power, len(self.layers) - 2))

    @cached_property
    def spaces(self) -> tuple[Space, ...]:
        """The layers as signed permutations of coordinates."""
        return layer_spaces(self.layers)

    @property
    def widths(self) -> tuple[int, ...]:
        """Number of coordinates of each layer."""
        return tuple(space.degree for space in self.spaces)

    @property
    def is_dense(self) -> bool:
        """Whether no generator moves anything, so that all matrices are allowed."""
        return all(space.is_trivial for space in self.spaces)

    @cached_property
    def weight_spaces(self) -> tuple[WeightSpace, ...]:
        """The equivariant matrices of each layer, by the orbits of the group on their entries."""
        return tuple(weight_space(a, b) for a, b in zip(self._sources[:-1], self.spaces[1:], strict=True))

    @cached_property
    def _sources(self) -> tuple[Space, ...]:
        """Each layer as the following weights see it."""
        powers = (1, *self.powers, 1)
        return tuple(space.unsigned() if power % 2 == 0 else space
                     for space, power in zip(self.spaces, powers, strict=True))  # fmt: skip

    @property
    def parameters(self) -> int:
        """Number of free weights: the sum of the dimensions of the spaces of equivariant matrices."""
        return sum(space.dimension for space in self.weight_spaces)

    @property
    def polynomial_degree(self) -> int:
        """Degree of the outputs in the inputs: the product of the powers."""
        return prod(self.powers)

    @property
    def ambient_dimension(self) -> int:
        """Dimension of the space of all (equivariant) polynomial maps of this degree.

        Raises
        ------
        InputError
            If neither the group nor the monomials can be listed.
        """
        found = self._segments.ambient(0, len(self.spaces) - 1, self.polynomial_degree)
        if found is None:
            raise InputError(f"the equivariant polynomial maps of degree {self.polynomial_degree:,} in "
                             f"{self.widths[0]:,} variables are too many to be counted, and so is the "
                             "group")  # fmt: skip
        return found

    @property
    def scalings(self) -> int:
        """Dimension of the torus that scales hidden coordinates without changing the function.

        W_l -> T_l W_l T_{l-1}^{-s} with T_l diagonal and equivariant: one for each orbit of hidden coordinates that
        takes part.
        """
        return sum(self._segments.scalings)

    @property
    def expected_dimension(self) -> int:
        """Parameters less scalings, at most the ambient dimension (left out if it cannot be counted)."""
        return self._segments.expected(0, len(self.spaces) - 1)

    @property
    def cut_bound(self) -> int:
        """An upper bound of the dimension from the integers alone: see :mod:`equivariety.polynomial.bounds`."""
        return cut_bound(self._segments)

    @cached_property
    def _segments(self) -> Segments:
        living = living_coordinates(self.weight_spaces, self.powers)
        hidden = self.spaces[1:-1]
        scalings = tuple(np.unique(space.orbit_labels[alive > 0]).size
                         for space, alive in zip(hidden, living, strict=True))  # fmt: skip
        ambient = AmbientSpaces(self._sources, self.spaces)
        weights = tuple(space.dimension for space in self.weight_spaces)
        independent = partial(independent_forms, self.weight_spaces, self.powers)
        widths = self.widths if self.is_dense else None
        return Segments(weights, scalings, self.powers, ambient.dimension, widths, independent)

    def __repr__(self) -> str:
        shown_layers = self.widths if self.is_dense else self.layers
        powers = self.powers[0] if len(set(self.powers)) == 1 else self.powers
        return f"{type(self).__name__}({list(shown_layers)}, power={powers})"


def _read_powers(power: Any, hidden: int) -> tuple[int, ...]:
    if is_whole_number(power):
        power = [power] * hidden
        if not hidden:
            return ()
    if isinstance(power, str) or not isinstance(power, Sequence | np.ndarray):
        raise InputError(
            f"power must be a whole number of at least 2, or one for each hidden layer, not {shown(power)}"
        )
    powers = tuple(whole_number(entry, "power", 2, LARGEST_POWER) for entry in power)
    if len(powers) != hidden:
        raise InputError(f"power must be one number, or one for each of the {hidden} hidden layers, "
                         f"not {len(powers)}")  # fmt: skip
    return powers
