"""Equivariant maps in block coordinates: applied without ever forming the dense matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from array_api_compat import is_array_api_obj
from numpy.typing import NDArray

from equivariety.blocks.linear_algebra import conjugate
from equivariety.errors import InputError
from equivariety.isotypic import Bundle
from equivariety.isotypic.arrays import constant, namespace
from equivariety.isotypic.products import product
from equivariety.memory import refuse_if_larger
from equivariety.moments.chunks import as_floating, row_chunks
from equivariety.threads import in_threads
from equivariety.varieties.compiled_map import COMPILED_ROWS, Write, compiled_map, may_compile, multiply_adds
from equivariety.varieties.hidden_space import HiddenSpace
from equivariety.varieties.kept_matrices import KEPT
from equivariety.varieties.ways import Costs, Way, cheapest

# Values of one chunk of a dense product: so large that threads of chunks are as quick as the threads of one product.
_DENSE_VALUES = 2**20


class Coordinates(Protocol):
    """A space with coordinates in bundles: a permuted R^n, or the hidden space of a factorization."""

    @property
    def degree(self) -> int:
        """Dimension of the space."""

    @property
    def bundles(self) -> tuple[Bundle, ...]:
        """The irreducibles it consists of, by bundle."""

    def analyze(self, X: Any) -> tuple[Any, ...]:
        """Coordinates of the rows of X, per bundle (samples, members, copies, multiplicity, beta)."""

    def panels(self, X: Any) -> tuple[Any, ...]:
        """Coordinates of the rows of X as they lie in memory: (samples, members, copies, beta, multiplicity)."""

    def from_panels(self, panels: Sequence[Any]) -> Any:
        """Rows with the given coordinates."""


@dataclass(frozen=True, eq=False)
class BlockMap:
    """A linear map that acts block by block: an equivariant map, an encoder or a decoder.

    ``blocks`` holds for each bundle the components (members, rows, cols, beta) of its matrices over the field.
    ``map.apply(X)`` maps the rows of X, ``map.matrix()`` is the dense matrix acting on columns, ``second @ first``
    composes.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> maps = ev.EquivariantMaps(ev.actions.cyclic(3))
    >>> shift = maps.from_coordinates(maps.coordinates(np.roll(np.eye(3), 1, axis=1)))
    >>> shift.shape, shift.apply([[1.0, 2.0, 3.0]]).round(6).tolist()
    ((3, 3), [[2.0, 3.0, 1.0]])
    >>> np.allclose((shift @ shift @ shift).matrix(), np.eye(3))
    True
    >>> np.allclose(shift.adjoint.matrix(), shift.matrix().T)
    True
    """

    source: Coordinates
    target: Coordinates
    blocks: tuple[NDArray[np.float64], ...]

    def __repr__(self) -> str:
        m, n = self.shape
        return f"<BlockMap R^{n} -> R^{m}, {sum(map(len, self.blocks))} blocks>"

    @cached_property
    def shape(self) -> tuple[int, int]:
        """(target degree, source degree)."""
        return self.target.degree, self.source.degree

    def apply(self, X: Any, offset: NDArray[np.float64] | None = None) -> Any:
        """Images of the rows of X, shape (samples, target degree), in the array library of X.

        Parameters
        ----------
        X : array of shape (samples, source degree)
        offset : array of shape (target degree,), optional
            Added to every image, in the precision of the images.

        Raises
        ------
        InputError
            If X does not have as many columns as the source has points.
        """
        X = as_floating(X if is_array_api_obj(X) else np.asarray(X))
        if X.ndim != 2 or X.shape[1] != self.source.degree:
            raise InputError(f"X must have shape (samples, {self.source.degree}), not {tuple(X.shape)}")
        if not isinstance(X, np.ndarray) or not self.blocks:
            images = self._applied(X) if self.blocks else constant(np.zeros((X.shape[0], self.target.degree)), X)
            return images if offset is None else images + constant(offset, images)
        offset = None if offset is None else offset.astype(X.dtype)
        way = self.way(X.shape[0], X.dtype)
        if way is Way.DENSE:
            return self._by_product(X, offset)
        return self._by_blocks(X, offset, compiled_map(self, X) if way is Way.COMPILED else None)

    def way(self, samples: int, dtype: Any = np.float64) -> Way:
        """How :meth:`apply` maps so many rows of a NumPy array of this type.

        The quickest way by an estimate that rests on sizes alone, so that it is the same in every run.

        Examples
        --------
        >>> import equivariety as ev
        >>> maps = ev.EquivariantMaps(ev.actions.image_shift((16, 16)))
        >>> encoder = maps.bounded(8).nearest(np.eye(256)).encoder
        >>> encoder.way(samples=1000)
        <Way.DENSE: 'dense'>
        """
        return self.plan(samples, dtype)[1]

    def plan(self, samples: int, dtype: Any = np.float64) -> tuple[float, Way]:
        """The cost of the quickest way, in multiply-adds of a large dense product in single precision, and the way.

        Examples
        --------
        >>> import numpy as np
        >>> import equivariety as ev
        >>> maps = ev.EquivariantMaps(ev.actions.cyclic(3))
        >>> cost, way = maps.from_coordinates(maps.coordinates(np.eye(3))).plan(samples=100)
        >>> cost > 0, way
        (True, <Way.DENSE: 'dense'>)
        """
        dtype = np.dtype(dtype)
        first, *others = cheapest(self._costs, samples, dtype)
        return others[0] if first[1] is Way.COMPILED and not may_compile(self, samples, dtype) else first

    @cached_property
    def _costs(self) -> Costs:
        sides = (self.source, self.target)
        hidden = sum(side.degree for side in sides if isinstance(side, HiddenSpace))
        products = sum(
            bundle.copies * block.size * bundle.field.beta
            for bundle, block in zip(self.source.bundles, self.blocks, strict=True)
        )
        return Costs(*self.shape, sum(side.degree for side in sides) - hidden, hidden, products, multiply_adds(self))

    def _by_product(self, X: NDArray[Any], offset: NDArray[Any] | None = None) -> NDArray[Any]:
        """One product with the dense matrix; several chunks are shared among threads of one core each."""
        matrix = KEPT.matrix(self, X.dtype, lambda: self.matrix().T)
        result = np.empty((X.shape[0], self.target.degree), dtype=X.dtype)

        def multiply(rows: slice) -> None:
            product(X[rows], matrix, out=result[rows])
            if offset is not None:
                result[rows] += offset

        step = max(_DENSE_VALUES // max(self.shape), 1)
        if X.shape[0] <= step:
            multiply(slice(None))
            return result
        for _ in in_threads(multiply, [slice(start, start + step) for start in range(0, X.shape[0], step)]):
            pass
        return result

    def _by_blocks(
        self, X: NDArray[Any], offset: NDArray[Any] | None = None, write: Write | None = None
    ) -> NDArray[Any]:
        """Through the blocks, chunk by chunk."""
        result = np.empty((X.shape[0], self.target.degree), dtype=X.dtype)
        chunks = row_chunks(X.shape[0], max(self.shape), multiple=1 if write is None else COMPILED_ROWS)
        write = write or self._write

        def map_rows(rows: slice) -> None:
            write(X[rows], result[rows])
            if offset is not None:
                result[rows] += offset

        for _ in in_threads(map_rows, list(chunks)):
            pass
        return result

    def _write(self, X: NDArray[Any], out: NDArray[Any]) -> None:
        out[...] = self._applied(X)

    def _applied(self, X: Any) -> Any:
        images = [
            _act(matrix, panel, bundle.field.beta, self._features_follow)
            for bundle, matrix, panel in zip(self.source.bundles, self._matrices, self.source.panels(X), strict=True)
        ]
        return self.target.from_panels(images)

    @cached_property
    def _matrices(self) -> tuple[NDArray[np.float64], ...]:
        """The transposed blocks as real matrices, from columns (unit, index) to the order that the target stores."""
        matrices = []
        order = (0, 4, 3, 1, 2) if self._features_follow else (0, 4, 3, 2, 1)
        for bundle, block in zip(self.source.bundles, self.blocks, strict=True):
            members, rows, cols, beta = block.shape
            real = bundle.field.realize(block).reshape(members, rows, beta, cols, beta)
            matrices.append(np.ascontiguousarray(real.transpose(order).reshape(members, beta * cols, rows * beta)))
        return tuple(matrices)

    @property
    def _features_follow(self) -> bool:
        """Whether the target wants its coordinates (index, unit) in memory, as features, and not (unit, index)."""
        return isinstance(self.target, HiddenSpace)

    def matrix(self) -> NDArray[np.float64]:
        """The dense matrix, shape (target degree, source degree), from the unit vectors of the shorter side."""
        rows, columns = self.shape
        refuse_if_larger(8 * min(rows, columns) * (columns + rows), f"the dense matrix of shape {self.shape}",
                         "apply(X) maps data through the blocks, without it")  # fmt: skip
        if not self.blocks:
            return np.zeros(self.shape)
        if rows < columns:
            return self.adjoint._by_blocks(np.eye(rows))
        return np.ascontiguousarray(self._by_blocks(np.eye(columns)).T)

    @property
    def adjoint(self) -> BlockMap:
        """The transposed map, from the target to the source: both have orthonormal coordinates."""
        return BlockMap(self.target, self.source, tuple(conjugate(np.swapaxes(block, 1, 2)) for block in self.blocks))

    def __matmul__(self, first: BlockMap) -> BlockMap:
        """The composition that applies ``first`` and then this map; both must share the space between."""
        products = tuple(
            bundle.field.unpack(bundle.field.pack(left) @ bundle.field.pack(right))
            for bundle, left, right in zip(self.source.bundles, self.blocks, first.blocks, strict=True)
        )
        return BlockMap(first.source, self.target, products)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return self.matrix().astype(dtype or np.float64)


def _act(matrices: NDArray[np.float64], panel: Any, beta: int, features_follow: bool) -> Any:
    """Multiply the axes (beta, multiplicity) of a panel by the matrices of the members, the same for every copy."""
    xp = namespace(panel)
    samples, members, copies, _, _ = panel.shape
    rows = xp.permute_dims(xp.reshape(panel, (samples, members, copies, -1)), (1, 2, 0, 3))
    images = product(rows, constant(matrices, rows)[:, None, ...])
    if features_follow:
        images = xp.reshape(images, (members, copies, samples, images.shape[3] // beta, beta))
        return xp.permute_dims(images, (2, 0, 1, 4, 3))
    images = xp.reshape(images, (members, copies, samples, beta, images.shape[3] // beta))
    return xp.permute_dims(images, (2, 0, 1, 3, 4))
