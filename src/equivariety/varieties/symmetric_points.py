"""A symmetric target split into eigenvalues of its blocks, and the symmetric maps that keep some of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod

import numpy as np
from numpy.typing import NDArray

from equivariety.array_types import FloatArray
from equivariety.blocks.critical_levels import Landscape, Selection
from equivariety.blocks.linear_algebra import adjoint, eigen
from equivariety.blocks.signed_levels import Signature, SignedLevels, signed_levels
from equivariety.errors import InputError
from equivariety.isotypic.fields import Field
from equivariety.tolerances import equal_singular_values_gap
from equivariety.varieties.maps import EquivariantMaps
from equivariety.varieties.scale import unit_scale

Kept = tuple[NDArray[np.bool_], ...]
"""For each bundle which eigenvalues of which blocks are kept, shape (members, size)."""

MOST_MINIMA = 100_000
"""Largest number of local minima that are listed."""


@dataclass(frozen=True, eq=False)
class SymmetricTarget:
    """The blocks of the symmetric equivariant part of a matrix by eigenvalues, at unit scale."""

    maps: EquivariantMaps
    values: tuple[FloatArray, ...]
    """For each bundle the eigenvalues, falling, shape (members, size)."""
    vectors: tuple[NDArray[np.complexfloating] | FloatArray, ...]
    """Their eigenvectors as columns, in working form."""
    rest: float
    """Squared distance of the matrix from the symmetric equivariant ones."""
    scale: float
    """What all of this is to be multiplied with."""

    @cached_property
    def places(self) -> list[tuple[int, int]]:
        """For each block its bundle and its position there."""
        found = {
            member: (number, position)
            for number, bundle in enumerate(self.maps.bundles)
            for position, member in enumerate(bundle.members.tolist())
        }
        return [found[member] for member in range(len(self.maps.blocks))]

    def levels(self, block: int, rank: int) -> tuple[SignedLevels, list[NDArray[np.intp]]]:
        """The distinct nonzero eigenvalues of a block, of which so many are to be kept, and their positions."""
        number, position = self.places[block]
        values, bundle = self.values[number][position], self.maps.bundles[number]
        gap = equal_singular_values_gap(float(np.abs(values).max(initial=0.0)), values.size)
        return signed_levels(values, bundle.dimension, rank, bundle.field.beta, gap)

    def keep(self, chosen: Sequence[NDArray[np.intp]]) -> Kept:
        """The mask that keeps the given positions in each block."""
        masks = tuple(np.zeros(values.shape, dtype=bool) for values in self.values)
        for (number, position), places in zip(self.places, chosen, strict=True):
            masks[number][position, places] = True
        return masks


def symmetric_target(maps: EquivariantMaps, U: FloatArray) -> SymmetricTarget:
    """Eigenvalues and eigenvectors of the blocks of (U + U^T) / 2."""
    scale = unit_scale(U)
    unit = U / scale
    symmetric = (unit + unit.T) / 2
    rest = float(np.linalg.norm(unit - symmetric) ** 2) + maps.distance(symmetric) ** 2
    found = [_eigen(Z, bundle.field) for Z, bundle in zip(maps.coordinates(symmetric), maps.bundles, strict=True)]
    return SymmetricTarget(maps, tuple(v for v, _ in found), tuple(v for _, v in found), rest, scale)


def _eigen(Z: FloatArray, field: Field) -> tuple[FloatArray, NDArray[np.complexfloating] | FloatArray]:
    packed = field.pack(Z)
    return eigen((packed + adjoint(packed)) / 2, field)


@dataclass(frozen=True, eq=False)
class SymmetricPoint:
    """A symmetric equivariant map that keeps some eigenvalues of the blocks of a target, and drops the others."""

    target: SymmetricTarget
    kept: Kept
    ranks: tuple[int, ...]
    """Ranks of the component that it was sought on, block by block."""

    def __repr__(self) -> str:
        n = self.target.maps.shape[0]
        return f"<{type(self).__name__} R^{n} -> R^{n}, signature {self.signature}, distance {self.distance:.6g}>"

    @property
    def distance(self) -> float:
        """Frobenius distance from the target."""
        return self.target.scale * float(np.sqrt(self._unit_value))

    @property
    def value(self) -> float:
        """Squared Frobenius distance from the target."""
        return self.target.scale**2 * self._unit_value

    @property
    def _unit_value(self) -> float:
        return self.target.rest + sum(
            bundle.dimension * float((values[~mask] ** 2).sum())
            for bundle, values, mask in zip(self.target.maps.bundles, self.target.values, self.kept, strict=True)
        )

    @property
    def signatures(self) -> tuple[Signature, ...]:
        """For each block how many positive and how many negative eigenvalues are kept."""
        found = []
        for number, position in self.target.places:
            values = self.target.values[number][position][self.kept[number][position]]
            found.append((int((values > 0).sum()), int((values < 0).sum())))
        return tuple(found)

    @property
    def signature(self) -> Signature:
        """Signature of the matrix: eigenvalues count with the dimensions of their irreducibles."""
        weights = [block.irrep_dim for block in self.target.maps.blocks]
        pairs = list(zip(weights, self.signatures, strict=True))
        return sum(weight * p for weight, (p, _) in pairs), sum(weight * q for weight, (_, q) in pairs)

    def eigenvalues(self) -> FloatArray:
        """The kept eigenvalues of the matrix, with multiplicity, falling."""
        parts = [
            np.repeat(values[mask], bundle.dimension)
            for bundle, values, mask in zip(self.target.maps.bundles, self.target.values, self.kept, strict=True)
        ]
        return self.target.scale * np.sort(np.concatenate([*parts, np.zeros(0)]))[::-1]

    def matrix(self) -> FloatArray:
        """The point as a dense matrix, exactly symmetric."""
        blocks = []
        for bundle, values, vectors, mask in zip(
            self.target.maps.bundles, self.target.values, self.target.vectors, self.kept, strict=True
        ):
            weights = np.concatenate([np.where(mask, values, 0.0)] * bundle.field.width, axis=-1)
            blocks.append(bundle.field.unpack((vectors * weights[:, None, :]) @ adjoint(vectors)))
        dense = self.target.maps.from_coordinates(blocks).matrix()
        return self.target.scale * (dense + dense.T) / 2


@dataclass(frozen=True, eq=False, repr=False)
class SymmetricCriticalPoint(SymmetricPoint):
    """A critical point of the squared distance on the symmetric maps whose blocks have exactly the given ranks."""

    morse_index: int
    """Negative directions of the Hessian; 0 for a local minimum."""
    dimension: int
    """Real dimension of the family of critical points that it stands for, where eigenvalues coincide; else 0."""


@dataclass(frozen=True, eq=False)
class SymmetricCriticalPoints:
    """The critical points on one component where every block has full rank there; iterate for them, best first.

    If eigenvalues coincide they come in families of positive dimension; iteration gives one point of each.
    """

    target: SymmetricTarget
    ranks: tuple[int, ...]

    def __repr__(self) -> str:
        return f"<SymmetricCriticalPoints of ranks {self.ranks} in {self.target.maps!r}>"

    @cached_property
    def _levels(self) -> list[tuple[SignedLevels, list[NDArray[np.intp]]]]:
        return [self.target.levels(block, rank) for block, rank in enumerate(self.ranks)]

    @cached_property
    def _landscape(self) -> Landscape:
        return Landscape(tuple(found.levels for found, _ in self._levels))

    @property
    def finite(self) -> bool:
        """Whether every critical point is isolated."""
        return self._landscape.finite

    @property
    def count(self) -> int:
        """Number of critical points.

        Raises
        ------
        InputError
            If there are infinitely many, because eigenvalues of the target coincide.
        """
        if not self.finite:
            raise InputError(f"the critical points are not finite in number, because eigenvalues of a block coincide: "
                             f"they form {self._landscape.families} connected families")  # fmt: skip
        return self._landscape.families

    def __iter__(self) -> Iterator[SymmetricCriticalPoint]:
        for _, chosen in self._landscape.by_cut():
            yield self._point(chosen)

    def minima(self) -> list[SymmetricCriticalPoint]:
        """All local minima, best first: one for each choice of signatures of the blocks.

        Raises
        ------
        InputError
            If there are more than 100000.
        """
        choices = [list(found.minima()) for found, _ in self._levels]
        number = prod(len(options) for options in choices)
        if number > MOST_MINIMA:
            raise InputError(f"the distance has {number} local minima, one for each signature, "
                             f"and at most {MOST_MINIMA} are listed")  # fmt: skip
        return sorted((self._point(chosen) for chosen in product(*choices)), key=lambda point: point.distance)

    def _point(self, chosen: Sequence[Selection]) -> SymmetricCriticalPoint:
        pairs = list(zip(self._levels, chosen, strict=True))
        places = [_first_of_levels(groups, counts) for (_, groups), counts in pairs]
        return SymmetricCriticalPoint(
            self.target,
            self.target.keep(places),
            self.ranks,
            sum(found.morse_index(counts) for (found, _), counts in pairs),
            sum(found.levels.dimension(counts) for (found, _), counts in pairs),
        )


def _first_of_levels(groups: Sequence[NDArray[np.intp]], counts: Selection) -> NDArray[np.intp]:
    chosen = [group[:count] for group, count in zip(groups, counts, strict=True)]
    return np.concatenate(chosen) if chosen else np.zeros(0, dtype=np.intp)
