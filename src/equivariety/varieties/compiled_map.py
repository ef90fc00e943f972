"""Encoders and decoders of many alike orbits, applied by compiled loops."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from equivariety.isotypic import Bundle
from equivariety.isotypic.decomposition import ChangeOfBasis
from equivariety.moments.kernels import available, runs
from equivariety.moments.kernels.layout import (
    COMPILED_TYPES,
    OrbitLayout,
    aligned,
    aligned_zeros,
    blocks_of_rows,
    orbit_layout,
    whole_registers,
)
from equivariety.varieties.hidden_space import HiddenSpace

# With fewer values the library takes about a millisecond, which nobody saves by loading compiled code.
_FEWEST_VALUES = 2**20

# With both more orbits and more points in each, the library's products are as fast.
_SMALL = 32

COMPILED_ROWS = 800
"""Rows that a compiled map takes at a time, a whole number of its groups; they need not fit the cache."""

Write = Callable[[NDArray[Any], NDArray[Any]], None]
"""Writes the images of rows X, the first argument, into the second."""


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
    if not may_compile(map, X.shape[0], X.dtype):
        return None
    write = _chosen(map, X)
    out = np.empty((1, map.shape[0]), dtype=X.dtype)
    return write if write is not None and runs(lambda: write(X[:1], out)) else None


def may_compile(map: Map, samples: int, dtype: np.dtype[Any]) -> bool:
    """Whether so many rows are worth loading compiled code, and it can be loaded."""
    return samples * max(map.shape) >= _FEWEST_VALUES and dtype in COMPILED_TYPES and available()


def multiply_adds(map: Map) -> int | None:
    """Multiply-adds of the compiled way for one row, whether or not it can be loaded; None if the map has none."""
    source, target = map.source, map.target
    if isinstance(source, HiddenSpace) == isinstance(target, HiddenSpace):
        return None
    basis = target if isinstance(source, HiddenSpace) else source
    layout = _small_layout(basis) if isinstance(basis, ChangeOfBasis) else None
    if layout is None or not layout.bases:
        return None
    blocks = sum(block.size * block.shape[3] for block in map.blocks)
    return layout.orbits * layout.coordinates.size + blocks


def _chosen(map: Map, X: NDArray[Any]) -> Write | None:
    if isinstance(map.source, ChangeOfBasis) and isinstance(map.target, HiddenSpace):
        layout = _small_layout(map.source)
        realizations = _realizations(map.source.bundles, map.blocks)
        return None if layout is None else _Encoder(realizations, map.target, layout, X.dtype)
    if isinstance(map.source, HiddenSpace) and isinstance(map.target, ChangeOfBasis):
        layout = _small_layout(map.target)
        realizations = _realizations(map.source.bundles, map.blocks)
        return None if layout is None else _Decoder(realizations, map.source, layout, X.dtype)
    return None


def _small_layout(basis: ChangeOfBasis) -> OrbitLayout | None:
    layout = orbit_layout(basis)
    if layout is None or min(layout.orbits, layout.size) > _SMALL:
        return None
    return layout


class _Encoder:
    """From points to features."""

    def __init__(
        self,
        realizations: Iterable[NDArray[np.float64]],
        hidden: HiddenSpace,
        layout: OrbitLayout,
        dtype: np.dtype[Any],
    ) -> None:
        from equivariety.moments.kernels import compiled

        self._compiled, self._layout, self._dtype = compiled, layout, dtype
        self._lanes = compiled.VECTOR_BYTES // dtype.itemsize
        columns = whole_registers(layout.coordinates, self._lanes, dtype)
        self._orbits = compiled.Orbits(layout.starts * dtype.itemsize, layout.step * dtype.itemsize, columns)
        matrices = [
            real[:, :, :, unit].transpose(2, 0, 1).reshape(real.shape[2], -1)
            for real in realizations
            for unit in range(real.shape[3])
        ]
        self._products = _products(matrices, hidden, [matrix.shape[1] for matrix in matrices], dtype)

    def __call__(self, X: NDArray[Any], out: NDArray[Any]) -> None:
        samples = self._compiled.SAMPLES
        coordinates = aligned_zeros((samples, self._layout.orbits, self._orbits.columns.shape[1]), self._dtype)
        features = aligned_zeros((samples, out.shape[1] + self._lanes), self._dtype)
        for rows, block in blocks_of_rows(self._layout.readable(X), samples):
            self._compiled.encode(
                block.ctypes.data, block.strides[0], self._orbits, self._products, coordinates, features, out[rows]
            )


class _Decoder:
    """From features to points."""

    def __init__(
        self,
        realizations: Iterable[NDArray[np.float64]],
        hidden: HiddenSpace,
        layout: OrbitLayout,
        dtype: np.dtype[Any],
    ) -> None:
        from equivariety.moments.kernels import compiled

        self._compiled, self._layout, self._dtype = compiled, layout, dtype
        self._lanes = compiled.VECTOR_BYTES // dtype.itemsize
        self._columns = whole_registers(layout.coordinates.T, self._lanes, dtype)
        matrices = [
            real[:, unit].transpose(1, 2, 0).reshape(-1, real.shape[0])
            for real in realizations
            for unit in range(real.shape[1])
        ]
        self._products = _products(matrices, hidden, [matrix.shape[0] for matrix in matrices], dtype)

    def __call__(self, X: NDArray[Any], out: NDArray[Any]) -> None:
        samples, layout = self._compiled.SAMPLES, self._layout
        width = -(-layout.orbits // self._lanes) * self._lanes
        coordinates = aligned_zeros((samples, self._columns.shape[0], width), self._dtype)
        values = aligned_zeros((samples, layout.order.size + self._lanes), self._dtype)
        ordered = np.array_equal(layout.order, np.arange(layout.order.size))
        rows_of_features = X if X.strides[1] == X.itemsize else np.ascontiguousarray(X)
        for rows, block in blocks_of_rows(rows_of_features, samples):
            self._compiled.decode(
                block.ctypes.data, block.strides[0], self._products, self._columns, layout.size, coordinates, values,
                layout.order, ordered, out[rows],
            )  # fmt: skip


def _realizations(bundles: Sequence[Bundle], blocks: Sequence[NDArray[np.float64]]) -> Iterator[NDArray[np.float64]]:
    """The matrix of each irreducible over R, shape (rows, units, cols, units)."""
    for bundle, block in zip(bundles, blocks, strict=True):
        members, rows, cols, beta = block.shape
        yield from bundle.field.realize(block).reshape(members, rows, beta, cols, beta)


def _products(matrices: list[NDArray[np.float64]], hidden: HiddenSpace, widths: list[int], dtype: np.dtype[Any]) -> Any:
    """The matrices of all coordinates as compiled loops take them."""
    from equivariety.moments.kernels import compiled

    lanes = compiled.VECTOR_BYTES // dtype.itemsize
    padded = [whole_registers(matrix, lanes, dtype).ravel() for matrix in matrices]
    ends = np.cumsum([matrix.nbytes for matrix in padded])
    places = [
        int(place[member, 0, 0, 0])
        for bundle, place in zip(hidden.bundles, hidden.places(), strict=True)
        for member in range(bundle.size)
        for _ in range(bundle.field.beta)
    ]
    return compiled.Products(
        aligned(np.concatenate(padded), dtype),
        ends - np.array([matrix.nbytes for matrix in padded]),
        np.array(places, dtype=np.int64),
        np.array(widths, dtype=np.int64),
    )
