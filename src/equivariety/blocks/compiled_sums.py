"""Moments of chunks by compiled loops, where orbits are alike and blocks are too small for a library's products."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.blocks.chunks import row_chunks
from equivariety.blocks.moments import Matrices, Moments
from equivariety.blocks.samples import Samples, floating_type, squared_norm
from equivariety.isotypic.decomposition import ChangeOfBasis
from equivariety.isotypic.irreducible import Bundle
from equivariety.kernels.layout import OrbitLayout, aligned_zeros, blocks_of_rows, orbit_layout
from equivariety.tolerances import precision_of

Vector = NDArray[np.float64]

# Below this many values, loading the compiled code takes longer than the sums.
_FEWEST_VALUES = 2**22

# Rows to take at a time where they are read in place.
_ROWS_IN_PLACE = 4096

# Beyond this many orbits the library's products are as fast, and below the smaller number always slower.
_MOST_ORBITS = 64
_FEW_ORBITS = 8


def compiled_sums(samples: Samples, domain: ChangeOfBasis, codomain: ChangeOfBasis) -> CompiledSums | None:
    """The compiled way for these data and bases, if there is one and it pays."""
    X, Y = samples.X, samples.Y
    if not isinstance(X, np.ndarray) or X.shape[0] * max(domain.degree, codomain.degree) < _FEWEST_VALUES:
        return None
    dtype = floating_type(X)
    if dtype.itemsize > 8 or (Y is not None and (not isinstance(Y, np.ndarray) or floating_type(Y) != dtype)):
        return None
    if find_spec("numba") is None:
        return None
    inputs, targets = orbit_layout(domain), None if Y is None else orbit_layout(codomain)
    if inputs is None or (Y is not None and targets is None):
        return None
    sums = CompiledSums(domain.bundles, codomain.degree, inputs, targets, dtype)
    return sums if sums.pays else None


@dataclass(frozen=True, eq=False)
class _Totals:
    """Sums of rows, and room for the next ones. Lanes are irreducibles."""

    weight: float
    inner: Vector
    """Shape (groups, orbits, orbits, 2, lanes): real and imaginary parts, below the diagonal only."""
    cross: Vector | None
    input_sum: Vector
    target_sum: Vector
    target_norm: float
    input_panels: NDArray[Any]
    """Coordinates of one group of samples, shape (2, orbits, samples, lanes)."""
    target_panels: NDArray[Any] | None
    recent_inner: NDArray[Any]
    """Room for the Gram matrices of a few groups of samples, in the precision of the data."""
    recent_cross: NDArray[Any] | None


@dataclass(frozen=True, eq=False)
class CompiledSums:
    """Sums by compiled loops: coordinates of a few samples at a time stay in the cache between both products."""

    bundles: tuple[Bundle, ...]
    outputs: int
    inputs: OrbitLayout
    targets: OrbitLayout | None
    """None: the inputs are their own targets."""
    dtype: np.dtype[Any]

    @cached_property
    def _compiled(self) -> Any:
        from equivariety.kernels import compiled

        return compiled

    @cached_property
    def _lanes(self) -> int:
        return int(self._compiled.VECTOR_BYTES // self.dtype.itemsize)

    @cached_property
    def _input_orbits(self) -> Any:
        return self._orbits(self.inputs)

    @cached_property
    def _target_orbits(self) -> Any:
        return None if self.targets is None else self._orbits(self.targets)

    @property
    def pays(self) -> bool:
        """Whether blocks are small, and registers at least half full."""
        orbits = max(layout.orbits for layout in (self.inputs, self.targets) if layout is not None)
        half_full = 2 * len(self.inputs.bases) >= self.inputs.groups(self._lanes) * self._lanes
        return orbits <= _FEW_ORBITS or (orbits <= _MOST_ORBITS and half_full)

    def _orbits(self, layout: OrbitLayout) -> Any:
        columns = layout.paired_columns(self._lanes, self.dtype)
        return self._compiled.Orbits(layout.starts * self.dtype.itemsize, layout.step * self.dtype.itemsize, columns)

    def chunks(self, samples: Samples) -> Iterator[slice]:
        """Rows that are read where they lie need no room in the cache; copies of others should stay there."""
        width, step = max(self.inputs.order.size, self.outputs), self._compiled.SAMPLES
        least = _ROWS_IN_PLACE if self._untouched(samples) else 1
        return row_chunks(samples.X.shape[0], width, least, multiple=step)

    def _untouched(self, samples: Samples) -> bool:
        sides = [(samples.X, samples.input_origin, self.inputs)]
        if self.targets is not None:
            sides.append((samples.Y, samples.target_origin, self.targets))
        return samples.weight is None and all(
            data.dtype == self.dtype and origin is None and layout.in_place for data, origin, layout in sides
        )

    def zero(self) -> _Totals:
        inner = self._grams(self.inputs, self.inputs)
        cross = None if self.targets is None else self._grams(self.targets, self.inputs)
        return _Totals(
            weight=0.0,
            inner=np.zeros(inner.shape),
            cross=None if cross is None else np.zeros(cross.shape),
            input_sum=np.zeros(self.inputs.orbits),
            target_sum=np.zeros((self.targets or self.inputs).orbits),
            target_norm=0.0,
            input_panels=self._panels(self.inputs),
            target_panels=None if self.targets is None else self._panels(self.targets),
            recent_inner=inner,
            recent_cross=cross,
        )

    def _rounded(self, layout: OrbitLayout) -> int:
        step = self._compiled.ORBIT_STEP
        return int(-(-layout.orbits // step) * step)

    def _grams(self, left: OrbitLayout, right: OrbitLayout) -> NDArray[Any]:
        shape = (left.groups(self._lanes), self._rounded(left), self._rounded(right), 2, self._lanes)
        return aligned_zeros(shape, self.dtype)

    def _panels(self, layout: OrbitLayout) -> NDArray[Any]:
        return aligned_zeros((2, self._rounded(layout), self._compiled.SAMPLES, self._lanes), self.dtype)

    def add(self, total: _Totals, samples: Samples, rows: slice) -> _Totals:
        factors = self._factors(samples, rows)
        X, target_norm = samples.inputs(rows), total.target_norm
        if self.targets is None:
            self._add_inputs(total, X, factors)
        else:
            Y = samples.targets(rows)
            target_norm += squared_norm(Y)
            self._add_pairs(total, X, Y, factors)
        return replace(total, weight=total.weight + samples.weight_of(rows), target_norm=target_norm)

    def _add_inputs(self, total: _Totals, X: NDArray[Any], factors: Vector) -> None:
        for rows, block in self._readable(self.inputs, X):
            self._compiled.add_moments(
                block.ctypes.data, block.strides[0], self._input_orbits, factors[rows], self._trivial,
                total.input_panels, total.recent_inner, total.inner, total.input_sum,
            )  # fmt: skip

    def _add_pairs(self, total: _Totals, X: NDArray[Any], Y: NDArray[Any], factors: Vector) -> None:
        assert self.targets is not None
        pairs = zip(self._readable(self.inputs, X), self._readable(self.targets, Y), strict=True)
        for (rows, x), (_, y) in pairs:
            self._compiled.add_cross_moments(
                x.ctypes.data, x.strides[0], self._input_orbits, y.ctypes.data, y.strides[0], self._target_orbits,
                factors[rows], self._trivial, total.input_panels, total.target_panels,
                total.recent_inner, total.recent_cross, total.inner, total.cross, total.input_sum, total.target_sum,
            )  # fmt: skip

    def _readable(self, layout: OrbitLayout, values: NDArray[Any]) -> Iterator[tuple[slice, NDArray[Any]]]:
        return blocks_of_rows(layout.readable(values), self._compiled.SAMPLES)

    def _factors(self, samples: Samples, rows: slice) -> Vector:
        """What coordinates of prepared rows count in sums; zero for what is missing to whole groups of samples."""
        count, step = rows.stop - rows.start, self._compiled.SAMPLES
        factors = np.zeros(-(-count // step) * step)
        roots = samples.roots(rows)
        factors[:count] = 1.0 if roots is None else roots
        return factors

    def join(self, total: _Totals, part: _Totals) -> _Totals:
        np.add(total.inner, part.inner, out=total.inner)
        np.add(total.input_sum, part.input_sum, out=total.input_sum)
        np.add(total.target_sum, part.target_sum, out=total.target_sum)
        if total.cross is not None and part.cross is not None:
            np.add(total.cross, part.cross, out=total.cross)
        return replace(total, weight=total.weight + part.weight, target_norm=total.target_norm + part.target_norm)

    def moments(self, total: _Totals) -> Moments:
        alone = self.targets is None
        return Moments(
            weight=total.weight,
            inner=self._split(total.inner, self.inputs, self.inputs, hermitian=True),
            cross=None if total.cross is None else self._split(total.cross, self.targets or self.inputs, self.inputs),
            input_sum=total.input_sum,
            target_sum=total.input_sum.copy() if alone else total.target_sum,
            target_norm=total.target_norm,
            outputs=self.outputs,
            precision=precision_of(self.dtype),
        )

    def _split(self, grams: Vector, left: OrbitLayout, right: OrbitLayout, hermitian: bool = False) -> Matrices:
        """Gram matrices of the bundles (members, rows, cols, beta) from those of the lanes."""
        lanes = grams[:, : left.orbits, : right.orbits].transpose(0, 4, 1, 2, 3)
        every = lanes.reshape(-1, left.orbits, right.orbits, 2)
        if hermitian:
            lower = np.tril(np.moveaxis(every, 3, 0))
            strict = np.tril(lower, -1).swapaxes(2, 3) * np.array([1.0, -1.0])[:, None, None, None]
            # Imaginary parts vanish on the diagonal up to rounding.
            lower[1] -= lower[1] * np.eye(left.orbits)
            every = np.moveaxis(lower + strict, 0, 3)
        ends = np.cumsum([bundle.size for bundle in self.bundles])
        return tuple(
            np.ascontiguousarray(every[end - bundle.size : end, :, :, : bundle.field.beta])
            for end, bundle in zip(ends, self.bundles, strict=True)
        )

    @cached_property
    def _trivial(self) -> int:
        """The lane of the trivial irreducible, counted through all groups; every orbit contains it."""
        members = np.concatenate([bundle.members for bundle in self.bundles])
        return int(np.flatnonzero(members == 0)[0])
