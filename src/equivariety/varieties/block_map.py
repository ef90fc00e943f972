"""Equivariant maps in block coordinates: applied without ever forming the dense matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from equivariety.blocks.chunks import as_floating
from equivariety.errors import InputError
from equivariety.isotypic import Bundle
from equivariety.isotypic.arrays import constant, namespace


class Coordinates(Protocol):
    """A space with coordinates in bundles: a permuted R^n, or the hidden space of a factorization."""

    @property
    def degree(self) -> int:
        """Dimension of the space."""

    @property
    def bundles(self) -> tuple[Bundle, ...]:
        """The irreducibles it consists of, by bundle."""

    def analyze(self, X: Any) -> tuple[Any, ...]:
        """Coordinates of the rows of X."""

    def synthesize(self, parts: Sequence[Any]) -> Any:
        """Rows with the given coordinates."""


@dataclass(frozen=True, eq=False)
class HiddenSpace:
    """A sum of irreducibles, ordered by irreducible, then by multiplicity: the features of an encoder.

    Every multiplicity holds a whole irreducible, so the features of one block stand together.
    """

    bundles: tuple[Bundle, ...]
    multiplicities: tuple[int, ...]

    @property
    def degree(self) -> int:
        return sum(
            bundle.size * bundle.dimension * multiplicity
            for bundle, multiplicity in zip(self.bundles, self.multiplicities, strict=True)
        )

    def places(self) -> list[NDArray[np.intp]]:
        """For each bundle the feature of every coordinate (members, copies, multiplicity, beta)."""
        members = np.concatenate([bundle.members for bundle in self.bundles] or [np.empty(0, dtype=np.intp)])
        widths = np.concatenate(
            [
                np.full(bundle.size, bundle.dimension * multiplicity, dtype=np.intp)
                for bundle, multiplicity in zip(self.bundles, self.multiplicities, strict=True)
            ]
            or [np.empty(0, dtype=np.intp)]
        )
        order = np.argsort(members)
        starts = np.empty_like(widths)
        starts[order] = np.cumsum(widths[order]) - widths[order]
        bounds = np.cumsum([0, *(bundle.size for bundle in self.bundles)])
        return [
            starts[bounds[number] : bounds[number + 1], None, None, None]
            + np.arange(multiplicity * bundle.dimension)
            .reshape(multiplicity, bundle.copies, bundle.field.beta)
            .transpose(1, 0, 2)[None]
            for number, (bundle, multiplicity) in enumerate(zip(self.bundles, self.multiplicities, strict=True))
        ]

    def analyze(self, X: Any) -> tuple[Any, ...]:
        xp = namespace(X)
        return tuple(
            xp.reshape(xp.take(X, constant(place.ravel(), X), axis=1), (X.shape[0], *place.shape))
            for place in self.places()
        )

    def synthesize(self, parts: Sequence[Any]) -> Any:
        xp = namespace(parts[0])
        columns = xp.concat([xp.reshape(part, (part.shape[0], -1)) for part in parts], axis=1)
        order = np.argsort(np.concatenate([place.ravel() for place in self.places()]))
        return xp.take(columns, constant(order, columns), axis=1)


@dataclass(frozen=True, eq=False)
class BlockMap:
    """A linear map that acts block by block: an equivariant map, an encoder or a decoder.

    ``blocks`` holds for each bundle the components (members, rows, cols, beta) of its matrices over the field.
    ``map.apply(X)`` maps the rows of X, ``map.matrix()`` is the dense matrix acting on columns, ``second @ first``
    composes.
    """

    source: Coordinates
    target: Coordinates
    blocks: tuple[NDArray[np.float64], ...]

    @property
    def shape(self) -> tuple[int, int]:
        """(target degree, source degree)."""
        return self.target.degree, self.source.degree

    def apply(self, X: Any) -> Any:
        """Images of the rows of X, shape (samples, target degree), in the array library of X.

        Raises
        ------
        InputError
            If X does not have as many columns as the source has points.
        """
        X = as_floating(np.asarray(X) if isinstance(X, list | tuple) else X)
        if X.ndim != 2 or X.shape[1] != self.source.degree:
            raise InputError(f"X must have shape (samples, {self.source.degree}), not {tuple(X.shape)}")
        if not self.blocks:
            return constant(np.zeros((X.shape[0], self.target.degree)), X)
        parts = self.source.analyze(X)
        images = [
            _act(bundle.field.realize(block), part, bundle.field.beta)
            for bundle, block, part in zip(self.source.bundles, self.blocks, parts, strict=True)
        ]
        return self.target.synthesize(images)

    def matrix(self) -> NDArray[np.float64]:
        """The dense matrix, shape (target degree, source degree)."""
        return np.ascontiguousarray(self.apply(np.eye(self.source.degree)).T)

    def __matmul__(self, first: BlockMap) -> BlockMap:
        """The composition that applies ``first`` and then this map; both must share the space between."""
        products = tuple(
            bundle.field.unpack(bundle.field.pack(left) @ bundle.field.pack(right))
            for bundle, left, right in zip(self.source.bundles, self.blocks, first.blocks, strict=True)
        )
        return BlockMap(first.source, self.target, products)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return self.matrix().astype(dtype or np.float64)


def _act(real: NDArray[np.float64], part: Any, beta: int) -> Any:
    """Multiply the (multiplicity, beta) axes of (samples, members, copies, multiplicity, beta) by each block."""
    xp = namespace(part)
    samples, members, copies, _, _ = part.shape
    rows = real.shape[1] // beta
    columns = xp.reshape(xp.permute_dims(part, (1, 0, 2, 3, 4)), (members, samples * copies, -1))
    images = xp.matmul(columns, constant(np.swapaxes(real, 1, 2), columns))
    return xp.permute_dims(xp.reshape(images, (members, samples, copies, rows, beta)), (1, 0, 2, 3, 4))
