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
from equivariety.varieties.compiled_map import COMPILED_ROWS, compiled_map
from equivariety.varieties.hidden_space import HiddenSpace


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
        """The same as (samples, members, copies, beta, multiplicity)."""

    def from_panels(self, panels: Sequence[Any]) -> Any:
        """Rows with the given coordinates."""


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

    def __repr__(self) -> str:
        m, n = self.shape
        return f"<BlockMap R^{n} -> R^{m}, {sum(map(len, self.blocks))} blocks>"

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
        X = as_floating(X if is_array_api_obj(X) else np.asarray(X))
        if X.ndim != 2 or X.shape[1] != self.source.degree:
            raise InputError(f"X must have shape (samples, {self.source.degree}), not {tuple(X.shape)}")
        if not self.blocks:
            return constant(np.zeros((X.shape[0], self.target.degree)), X)
        if not isinstance(X, np.ndarray):
            return self._applied(X)
        result = np.empty((X.shape[0], self.target.degree), dtype=X.dtype)

        write, chunks = compiled_map(self, X), row_chunks(X.shape[0], max(self.shape), multiple=COMPILED_ROWS)
        if write is None:
            write, chunks = self._write, row_chunks(X.shape[0], max(self.shape))
        for _ in in_threads(lambda rows: write(X[rows], result[rows]), list(chunks)):
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
        refuse_if_larger(8 * min(self.shape) * (columns + rows), f"the dense matrix of shape {self.shape}",
                         "apply(X) maps data through the blocks, without it")  # fmt: skip
        if rows < columns:
            return self.adjoint.apply(np.eye(rows))
        return np.ascontiguousarray(self.apply(np.eye(columns)).T)

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
