"""The layers of a network: coordinates that a group permutes, some with signs, and the weights between two layers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.actions import Action
from equivariety.array_types import IntArray
from equivariety.errors import InputError
from equivariety.polynomial.signed_orbits import SignedOrbits, signed_orbits
from equivariety.validation import is_whole_number, shown, whole_number

MOST_WEIGHTS = 20_000_000
"""Entries of a weight matrix times generators up to which orbits on them are computed."""


@dataclass(frozen=True, eq=False)
class Space:
    """R^n with signed permutations of its coordinates: (P x)_i = signs[g, i] x_images[g, i]."""

    images: IntArray
    """Shape (generators, n)."""
    signs: NDArray[np.int8]
    """Shape (generators, n), entries 1 or -1."""

    @property
    def degree(self) -> int:
        return int(self.images.shape[1])

    @property
    def is_trivial(self) -> bool:
        """Whether no generator moves a coordinate or changes its sign."""
        return bool((self.images == np.arange(self.degree)).all() and (self.signs > 0).all())

    def unsigned(self) -> Space:
        """The permutations without their signs: how even powers of the coordinates transform."""
        return replace(self, signs=np.ones_like(self.signs))

    @cached_property
    def orbit_labels(self) -> IntArray:
        """For each coordinate its orbit, signs apart."""
        return signed_orbits(self.images, np.ones_like(self.signs)).labels

    @property
    def orbits(self) -> int:
        return int(self.orbit_labels.max()) + 1


def read_layers(entries: Any) -> tuple[Any, ...]:
    """The widths, as integers, and actions of the layers, first the input.

    Raises
    ------
    InputError
        If there are fewer than two layers, a width is below 1, an entry is neither a width nor an action, or the
        numbers of generators differ.
    """
    if isinstance(entries, str) or not isinstance(entries, Iterable):
        raise InputError(f"layers must be a sequence of widths or actions, not {shown(entries)}")
    given = tuple(_read_layer(entry, number) for number, entry in enumerate(entries))
    if len(given) < 2:
        raise InputError(f"layers must have at least two entries, input and output, not {len(given)}")
    counts = {number: entry.number_of_generators for number, entry in enumerate(given) if not isinstance(entry, int)}
    first = next(iter(counts), 0)
    for number, count in counts.items():
        if count != counts[first]:
            raise InputError("the actions of all layers must have the same generators in the same order: layer "
                             f"{first} has {counts[first]}, layer {number} has {count}")  # fmt: skip
    widths = [entry if isinstance(entry, int) else entry.degree for entry in given]
    entries_of_weights = sum(before * after for before, after in pairwise(widths))
    if entries_of_weights > MOST_ENTRIES:
        raise InputError(f"the weight matrices of this network have {entries_of_weights:,} entries, "
                         f"more than the {MOST_ENTRIES:,} that can be worked with: take smaller widths")  # fmt: skip
    return given


MOST_ENTRIES = 100_000_000
"""Entries of all weight matrices together, each with the number of its orbit."""


def _read_layer(entry: Any, number: int) -> Any:
    if isinstance(entry, Action) and entry.monomial is not None:
        return entry
    if not is_whole_number(entry):
        raise InputError(f"layer {number} must be a width or an action by (signed) permutations, not {shown(entry)}")
    return whole_number(entry, f"the width of layer {number}", 1)


def layer_spaces(layers: Sequence[Any]) -> tuple[Space, ...]:
    """The layers as signed permutations of coordinates; widths stand for trivial actions."""
    generators = next((entry.number_of_generators for entry in layers if not isinstance(entry, int)), 1)
    return tuple(_space(entry, generators) for entry in layers)


def _space(entry: Any, generators: int) -> Space:
    if isinstance(entry, int):
        images = np.tile(np.arange(entry), (generators, 1))
        return Space(images, np.ones(images.shape, dtype=np.int8))
    return Space(*entry.monomial)


@dataclass(frozen=True, eq=False)
class WeightSpace:
    """The equivariant matrices between two layers, by the orbits of the group on their entries.

    Entry (i, j) is ``signs[i, j] * coefficients[labels[i, j]]``, or 0 where the label is -1.
    """

    shape: tuple[int, int]
    orbits: SignedOrbits

    @property
    def dimension(self) -> int:
        return self.orbits.count

    @property
    def is_dense(self) -> bool:
        """Whether every entry is a weight of its own."""
        return self.dimension == prod(self.shape)

    @cached_property
    def _order(self) -> tuple[IntArray, IntArray]:
        """Entries sorted by orbit, vanishing ones left out, and where each orbit starts."""
        labels = self.orbits.labels
        order = np.argsort(labels, kind="stable")[np.count_nonzero(labels < 0) :]
        return order, np.searchsorted(labels[order], np.arange(self.dimension))

    def matrix(self, coefficients: NDArray[Any]) -> NDArray[Any]:
        """The matrix with the given coefficients, of whatever type of numbers."""
        padded = np.concatenate([coefficients, coefficients[:1] * 0])  # what label -1 picks
        if not coefficients.size:
            return np.zeros(self.shape, dtype=coefficients.dtype)
        return (padded[self.orbits.labels] * self.orbits.signs).reshape(self.shape)

    def coefficients(self, matrix: NDArray[Any]) -> NDArray[Any]:
        """Entries at the first place of every orbit."""
        order, starts = self._order
        return np.asarray(matrix.ravel()[order[starts]])

    def contract(self, entries: NDArray[np.int64], prime: int) -> NDArray[np.int64]:
        """Sums over the orbits, with signs, of rows of residues: shape (rows, m n) to (rows, dimension)."""
        if self.is_dense:
            return entries
        order, starts = self._order
        if not starts.size:
            return np.zeros((len(entries), 0), dtype=np.int64)
        signed = entries[:, order] * self.orbits.signs[order].astype(np.int64)
        return np.asarray(np.add.reduceat(signed, starts, axis=1) % prime)


def weight_space(domain: Space, codomain: Space) -> WeightSpace:
    """The matrices M with M P_domain = P_codomain M: M[sigma(i), tau(j)] = s_i M[i, j] s'_j.

    Raises
    ------
    InputError
        If the matrix has too many entries.
    """
    m, n = codomain.degree, domain.degree
    work = m * n * len(domain.images)
    if work > MOST_WEIGHTS:
        raise InputError(f"the weights of a layer of {m} x {n} entries under {len(domain.images)} generators take "
                         f"{work:,} steps to find, and at most {MOST_WEIGHTS:,} are taken")  # fmt: skip
    images = codomain.images[:, :, None] * n + domain.images[:, None, :]
    signs = codomain.signs[:, :, None] * domain.signs[:, None, :]
    return WeightSpace((m, n), signed_orbits(images.reshape(-1, m * n), signs.reshape(-1, m * n)))
