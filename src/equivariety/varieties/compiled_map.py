"""Block maps applied by compiled loops: a program of small products for a few samples at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from equivariety.array_types import IntArray
from equivariety.isotypic import Bundle
from equivariety.isotypic.decomposition import ChangeOfBasis
from equivariety.moments.kernels import available, runs
from equivariety.moments.kernels.layout import COMPILED_TYPES
from equivariety.moments.kernels.programs import Columns, ProgramBuilder, Rows
from equivariety.moments.kernels.transforms import Analysis, Synthesis, has_small_bases, multiply, padded, side_of
from equivariety.varieties.hidden_space import HiddenSpace

# With fewer values the library takes about a millisecond, which nobody saves by loading compiled code.
_FEWEST_VALUES = 2**20

# Products of a program that are not too many: making it costs some microseconds for each of them.
_MOST_PRODUCTS = 20_000

COMPILED_ROWS = 800
"""Rows that a compiled map takes at a time, a whole number of its groups; they need not fit the cache."""

Write = Callable[[NDArray[Any], NDArray[Any]], None]
"""Writes the images of rows X, the first argument, into the second."""


# Making a program takes some milliseconds; it lives as long as its map.
_kept: WeakKeyDictionary[Map, dict[np.dtype[Any], Write]] = WeakKeyDictionary()


class Map(Protocol):
    """A linear map that acts block by block."""

    @property
    def source(self) -> object:
        """The space of its arguments."""

    @property
    def target(self) -> object:
        """The space of its values."""

    @property
    def blocks(self) -> tuple[NDArray[np.float64], ...]:
        """For each bundle the components (members, rows, cols, beta) of its matrices."""

    @property
    def shape(self) -> tuple[int, int]:
        """(target degree, source degree)."""


def compiled_map(map: Map, X: NDArray[Any]) -> Write | None:
    """The compiled way for this map and these data, if there is one and it pays."""
    if not may_compile(map, X.shape[0], X.dtype) or multiply_adds(map) is None:
        return None
    out = np.empty((1, map.shape[0]), dtype=X.dtype)
    return _program(map, X.dtype) if runs(lambda: _program(map, X.dtype)(X[:1], out)) else None


def _program(map: Map, dtype: np.dtype[Any]) -> Write:
    programs = _kept.setdefault(map, {})
    return programs[dtype] if dtype in programs else programs.setdefault(dtype, _CompiledMap(map, dtype))


def may_compile(map: Map, samples: int, dtype: np.dtype[Any]) -> bool:
    """Whether so many rows are worth loading compiled code, and it can be loaded."""
    return samples * max(map.shape) >= _FEWEST_VALUES and dtype in COMPILED_TYPES and available()


def multiply_adds(map: Map) -> int | None:
    """Multiply-adds of the compiled way for one row, whether or not it can be loaded; None if the map has none."""
    sides = (map.source, map.target)
    bases = [side for side in sides if isinstance(side, ChangeOfBasis)]
    if not bases or not all(isinstance(side, ChangeOfBasis | HiddenSpace) for side in sides):
        return None
    if not all(has_small_bases(basis) for basis in bases) or sum(_products(basis) for basis in bases) > _MOST_PRODUCTS:
        return None
    transforms = sum(piece.points.size * piece.points.shape[1] for basis in bases for piece in basis.pieces)
    return transforms + sum(
        bundle.copies * block.size * block.shape[3] for bundle, block in zip(bases[0].bundles, map.blocks, strict=True)
    )


def _products(basis: ChangeOfBasis) -> int:
    """Products that a change of basis takes: one for each orbit, one for each coordinate."""
    return sum(sum(piece.points.shape) for piece in basis.pieces)


class _CompiledMap:
    """The program of a map, and how rows are handed to it."""

    def __init__(self, map: Map, dtype: np.dtype[Any]) -> None:
        self._builder = ProgramBuilder(dtype)
        self._bundles: tuple[Bundle, ...] = map.source.bundles  # type: ignore[attr-defined]
        self._entries = [bundle.field.realize(block) for bundle, block in zip(self._bundles, map.blocks, strict=True)]
        self._count = sum(entries.size for entries in self._entries)
        self._take(map.source)
        self._give(map.target)
        weights = np.concatenate([entries.ravel() for entries in self._entries]).astype(dtype)
        self._program = self._builder.finish(self._count)
        self._matrices, self._nothing = self._program.matrices(weights), np.zeros(0, dtype=dtype)

    def _take(self, source: Any) -> None:
        self._inputs: Callable[[int], list[Columns]]
        self._taken: Callable[[NDArray[Any]], Rows]
        if isinstance(source, ChangeOfBasis):
            side = side_of(source, self._everything())
            analysis = Analysis(self._builder, side)
            self._inputs, self._taken = analysis.inputs, lambda X: side.rows(X, analysis.taken)
            self._columns = [_outer_places(source, number) for number in range(len(self._bundles))]
        else:
            self._inputs = lambda slot: [Columns(first + features[slot].start, 1, len(features[slot]))]
            order, features = _features(source)
            first = self._builder.room(source.degree)
            self._taken = lambda X: Rows(X, order, X[:0, 0], first)
            self._columns = [_inner_places(source, number) for number in range(len(self._bundles))]

    def _give(self, target: Any) -> None:
        self._given: Callable[[NDArray[Any]], Rows]
        if isinstance(target, ChangeOfBasis):
            side = side_of(target, self._everything())
            synthesis = Synthesis(self._builder, side)
            self._rows = [_outer_places(target, number) for number in range(len(self._bundles))]
            self._multiply(synthesis.outputs)
            first = synthesis.into_points()
            self._given = lambda out: side.rows(out, first)
        else:
            order, features = _features(target)
            first = self._builder.room(target.degree)
            self._rows = [_inner_places(target, number) for number in range(len(self._bundles))]
            # Features of a slot stand before those of the next one, into which their last register spills over.
            self._multiply(
                lambda slot: [(first + features[slot].start, self._whole(np.arange(len(features[slot]))))]
                if len(features[slot]) else []
            )  # fmt: skip
            self._given = lambda out: Rows(out, order, out[:0, 0], first)

    def _whole(self, numbers: IntArray) -> IntArray:
        return padded(numbers, self._builder.whole(numbers.size))

    def _everything(self) -> list[tuple[int, IntArray]]:
        return [(number, np.arange(bundle.size)) for number, bundle in enumerate(self._bundles)]

    def _multiply(self, outputs: Callable[[int], list[tuple[int, IntArray]]]) -> None:
        """The products of all slots: a matrix for each member, the same for all its copies."""
        slot, start = 0, 0
        for number, (bundle, entries) in enumerate(zip(self._bundles, self._entries, strict=True)):
            rows, columns = self._rows[number], self._columns[number]
            for member in range(bundle.size):
                inside = rows[None, :] * entries.shape[2] + columns[:, None]
                table = start + member * entries[0].size + inside
                for _ in range(bundle.copies):
                    multiply(self._builder, self._inputs(slot), table, outputs(slot), 2 * self._count)
                    slot += 1
            start += entries.size

    def __call__(self, X: NDArray[Any], out: NDArray[Any]) -> None:
        if not (X.flags.c_contiguous and X.flags.writeable):  # of other arrays loops would have to be compiled anew
            X = np.array(X, order="C")
        self._program.run([self._taken(X)], [self._given(out)], self._matrices, self._nothing)


def _outer_places(basis: ChangeOfBasis, bundle: int) -> IntArray:
    """The row or column of a realized block for each coordinate of a slot: type by type, coordinate, then orbit."""
    beta = basis.bundles[bundle].field.beta
    found = [np.zeros(0, dtype=np.intp)]
    for numbers in basis.numbers(bundle):
        found.extend(row * beta + unit for row in numbers for unit in range(beta))
    return np.concatenate(found)


def _inner_places(space: HiddenSpace, bundle: int) -> IntArray:
    """Places of the features of a slot."""
    return np.arange(space.multiplicities[bundle] * space.bundles[bundle].field.beta)


def _features(space: HiddenSpace) -> tuple[IntArray, list[range]]:
    """The features slot by slot, and where those of each slot stand in this order."""
    places = [place.reshape(place.shape[0] * place.shape[1], -1) for place in space.places()]
    ends = np.cumsum([place.shape[1] for place in places for _ in place]).tolist()
    widths = [place.shape[1] for place in places for _ in place]
    order = np.concatenate([np.zeros(0, dtype=np.int64), *(place.ravel() for place in places)])
    return order, [range(end - width, end) for end, width in zip(ends, widths, strict=True)]
