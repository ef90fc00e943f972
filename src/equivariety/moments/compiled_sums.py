"""Moments of chunks by compiled loops, where orbits are alike and blocks are too small for a library's products."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.isotypic.decomposition import ChangeOfBasis
from equivariety.isotypic.irreducible import Bundle
from equivariety.moments.chunks import row_chunks
from equivariety.moments.kernels import available, runs
from equivariety.moments.kernels.layout import COMPILED_TYPES, OrbitLayout, aligned_zeros, blocks_of_rows, orbit_layout
from equivariety.moments.moments import Matrices, Moments
from equivariety.moments.parseval import Energies
from equivariety.moments.samples import Rows, Samples, floating_type
from equivariety.tolerances import precision_of

Vector = NDArray[np.float64]

# With fewer values the library takes some milliseconds, which nobody saves by loading compiled code.
_FEWEST_VALUES = 2**22

# Rows to take at a time where they are read in place.
_ROWS_IN_PLACE = 512

# Beyond this many orbits the library's products are as fast, and below the smaller number always slower.
_MOST_ORBITS = 64
_FEW_ORBITS = 8


def compiled_sums(samples: Samples, domain: ChangeOfBasis, codomain: ChangeOfBasis) -> CompiledSums | None:
    """The compiled way for these data and bases, if there is one and it pays."""
    X, Y = samples.X, samples.Y
    if not isinstance(X, np.ndarray) or X.shape[0] * max(domain.degree, codomain.degree) < _FEWEST_VALUES:
        return None
    dtype = floating_type(X)
    if dtype not in COMPILED_TYPES or (Y is not None and (not isinstance(Y, np.ndarray) or floating_type(Y) != dtype)):
        return None
    layouts = [orbit_layout(basis) for basis in ((domain,) if Y is None else (domain, codomain))]
    if any(layout is None for layout in layouts) or not available():
        return None
    sides = [_Side(layout, dtype) for layout in layouts if layout is not None]
    if not all(side.pays for side in sides):
        return None
    sums = CompiledSums(domain.bundles, codomain.degree, sides[0], sides[1] if len(sides) > 1 else None, dtype)
    first = replace(samples, weight=None).rows(slice(0, 1))
    return sums if runs(lambda: sums.add(sums.zero(), first)) else None


@dataclass(frozen=True, eq=False)
class _Side:
    """Inputs or targets, as compiled loops take them."""

    layout: OrbitLayout
    dtype: np.dtype[Any]

    @cached_property
    def lanes(self) -> int:
        """Irreducibles in one register."""
        from equivariety.moments.kernels.compiled import VECTOR_BYTES

        return int(VECTOR_BYTES // self.dtype.itemsize)

    @property
    def pays(self) -> bool:
        """Whether blocks are small, and registers at least half full."""
        half_full = 2 * len(self.layout.bases) >= self.groups * self.lanes
        return self.layout.orbits <= _FEW_ORBITS or (self.layout.orbits <= _MOST_ORBITS and half_full)

    @property
    def groups(self) -> int:
        """Registers that the irreducibles fill."""
        return -(-len(self.layout.bases) // self.lanes)

    @cached_property
    def orbits(self) -> Any:
        """Places of the points, and the basis."""
        from equivariety.moments.kernels.compiled import Orbits

        columns = self.layout.paired_columns(self.lanes, self.dtype)
        return Orbits(self.layout.starts * self.dtype.itemsize, self.layout.step * self.dtype.itemsize, columns)

    @property
    def rounded(self) -> int:
        """Number of orbits in whole tiles."""
        from equivariety.moments.kernels.compiled import ORBIT_STEP

        return int(-(-self.layout.orbits // ORBIT_STEP) * ORBIT_STEP)

    def panels(self) -> NDArray[Any]:
        """Room for coordinates of a group of samples, shape (2, orbits, samples, lanes)."""
        from equivariety.moments.kernels.compiled import SAMPLES

        return aligned_zeros((2, self.rounded, SAMPLES, self.lanes), self.dtype)

    def is_read_in_place(self, data: Any, origin: Vector | None) -> bool:
        """Whether rows of these data are taken as they lie in memory."""
        return bool(data.dtype == self.dtype and origin is None and self.layout.in_place)

    def blocks(self, values: NDArray[Any]) -> Iterator[tuple[slice, NDArray[Any]]]:
        """Rows in whole groups of samples, ordered as the orbits say."""
        from equivariety.moments.kernels.compiled import SAMPLES

        return blocks_of_rows(self.layout.readable(values), SAMPLES)


@dataclass(frozen=True, eq=False)
class _Totals:
    """Sums of rows. Lanes are irreducibles."""

    weight: float
    inner: Vector
    """Shape (groups, orbits, orbits, 2, lanes): real and imaginary parts, below the diagonal only."""
    cross: Vector | None
    input_sum: Vector
    target_sum: Vector
    target_norm: float


@dataclass(frozen=True, eq=False)
class _Workspace:
    """Where one thread works: coordinates of a group of samples, and their products in the precision of the data."""

    input_panels: NDArray[Any]
    target_panels: NDArray[Any] | None
    inner: NDArray[Any]
    cross: NDArray[Any] | None


@dataclass(frozen=True, eq=False)
class CompiledSums:
    """Sums by compiled loops: coordinates of a few samples at a time stay in the cache between both products."""

    bundles: tuple[Bundle, ...]
    outputs: int
    inputs: _Side
    targets: _Side | None
    """None: the inputs are their own targets."""
    dtype: np.dtype[Any]
    _threads: threading.local = field(default_factory=threading.local)

    def chunks(self, samples: Samples) -> Iterator[slice]:
        """Rows that are read where they lie need no room in the cache; copies of others should stay there."""
        from equivariety.moments.kernels.compiled import SAMPLES

        in_place = samples.weight is None and self.inputs.is_read_in_place(samples.X, samples.input_origin)
        if self.targets is not None:
            in_place = in_place and self.targets.is_read_in_place(samples.Y, samples.target_origin)
        width = max(self.inputs.layout.order.size, self.outputs)
        return row_chunks(samples.X.shape[0], width, _ROWS_IN_PLACE if in_place else 1, multiple=SAMPLES)

    def zero(self) -> _Totals:
        inputs, targets = self.inputs, self.targets or self.inputs
        return _Totals(
            weight=0.0,
            inner=np.zeros(self._shape(inputs)),
            cross=None if self.targets is None else np.zeros(self._shape(targets)),
            input_sum=np.zeros(inputs.layout.orbits),
            target_sum=np.zeros(targets.layout.orbits),
            target_norm=0.0,
        )

    def _shape(self, left: _Side) -> tuple[int, ...]:
        return (left.groups, left.rounded, self.inputs.rounded, 2, left.lanes)

    def _workspace(self) -> _Workspace:
        """Workspace of this thread, made when it works for the first time."""
        if not hasattr(self._threads, "workspace"):
            targets = self.targets
            self._threads.workspace = _Workspace(
                self.inputs.panels(),
                None if targets is None else targets.panels(),
                aligned_zeros(self._shape(self.inputs), self.dtype),
                None if targets is None else aligned_zeros(self._shape(targets), self.dtype),
            )
        workspace: _Workspace = self._threads.workspace
        return workspace

    def add(self, total: _Totals, rows: Rows) -> tuple[_Totals, Energies]:
        factors, count = self._factors(rows), rows.inputs.shape[0]
        if self.targets is None or rows.targets is None:
            energy = self._add_inputs(total, rows.inputs, factors)
            return replace(total, weight=total.weight + rows.weight), Energies(energy, energy, count)
        energies = self._add_pairs(total, self.targets, rows.inputs, rows.targets, factors)
        weight, target_norm = total.weight + rows.weight, total.target_norm + energies[1]
        return replace(total, weight=weight, target_norm=target_norm), Energies(*energies, count)

    def energy(self, total: _Totals) -> float:
        return float(np.einsum("giil->", total.inner[..., 0, :]))

    def inner(self, total: _Totals, bundle: int, position: int) -> Vector:
        return self._block(total.inner, self.inputs, bundle, position, hermitian=True)

    def cross(self, total: _Totals, bundle: int, position: int) -> Vector:
        assert total.cross is not None
        return self._block(total.cross, self.targets or self.inputs, bundle, position)

    def _block(self, grams: Vector, left: _Side, bundle: int, position: int, hermitian: bool = False) -> Vector:
        number = sum(other.size for other in self.bundles[:bundle]) + position
        group, lane = divmod(number, left.lanes)
        one = self._lanes(grams[group : group + 1, ..., lane : lane + 1], left, hermitian)
        return one[0, :, :, : self.bundles[bundle].field.beta]

    def _factors(self, rows: Rows) -> Vector:
        """Weights of the coordinates of prepared rows in sums; zero for what is missing to whole groups of samples."""
        from equivariety.moments.kernels.compiled import SAMPLES

        count = rows.inputs.shape[0]
        factors = np.zeros(-(-count // SAMPLES) * SAMPLES)
        factors[:count] = 1.0 if rows.roots is None else rows.roots
        return factors

    def _add_inputs(self, total: _Totals, X: NDArray[Any], factors: Vector) -> float:
        from equivariety.moments.kernels.compiled import add_moments

        workspace, energy = self._workspace(), 0.0
        for rows, block in self.inputs.blocks(X):
            energy += add_moments(
                block.ctypes.data, block.strides[0], block.shape[1], self.inputs.orbits, factors[rows], self._trivial,
                workspace.input_panels, workspace.inner, total.inner, total.input_sum,
            )  # fmt: skip
        return energy

    def _add_pairs(
        self, total: _Totals, targets: _Side, X: NDArray[Any], Y: NDArray[Any], factors: Vector
    ) -> tuple[float, float]:
        from equivariety.moments.kernels.compiled import add_cross_moments

        workspace, energies = self._workspace(), (0.0, 0.0)
        for (rows, x), (_, y) in zip(self.inputs.blocks(X), targets.blocks(Y), strict=True):
            found = add_cross_moments(
                x.ctypes.data, x.strides[0], x.shape[1], self.inputs.orbits,
                y.ctypes.data, y.strides[0], y.shape[1], targets.orbits,
                factors[rows], self._trivial, workspace.input_panels, workspace.target_panels,
                workspace.inner, workspace.cross, total.inner, total.cross, total.input_sum, total.target_sum,
            )  # fmt: skip
            energies = energies[0] + found[0], energies[1] + found[1]
        return energies

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
            inner=self._split(total.inner, self.inputs, hermitian=True),
            cross=None if total.cross is None else self._split(total.cross, self.targets or self.inputs),
            input_sum=total.input_sum,
            target_sum=total.input_sum.copy() if alone else total.target_sum,
            target_norm=total.target_norm,
            outputs=self.outputs,
            precision=precision_of(self.dtype),
        )

    def _split(self, grams: Vector, left: _Side, hermitian: bool = False) -> Matrices:
        """Gram matrices of the bundles (members, rows, cols, beta) from those of the lanes."""
        every = self._lanes(grams, left, hermitian)
        ends = np.cumsum([bundle.size for bundle in self.bundles])
        return tuple(
            np.ascontiguousarray(every[end - bundle.size : end, :, :, : bundle.field.beta])
            for end, bundle in zip(ends, self.bundles, strict=True)
        )

    def _lanes(self, grams: Vector, left: _Side, hermitian: bool) -> Vector:
        """Gram matrices of the irreducibles in all lanes, shape (irreducibles, rows, cols, 2)."""
        rows, columns = left.layout.orbits, self.inputs.layout.orbits
        every = grams[:, :rows, :columns].transpose(0, 4, 1, 2, 3).reshape(-1, rows, columns, 2)
        if not hermitian:
            return every
        lower = np.tril(np.moveaxis(every, 3, 0))
        strict = np.tril(lower, -1).swapaxes(2, 3) * np.array([1.0, -1.0])[:, None, None, None]
        lower[1, :, np.arange(rows), np.arange(rows)] = 0  # where imaginary parts vanish up to rounding
        return np.moveaxis(lower + strict, 0, 3)

    @cached_property
    def _trivial(self) -> int:
        """The lane of the trivial irreducible, counted through all groups; every orbit contains it."""
        members = np.concatenate([bundle.members for bundle in self.bundles])
        return int(np.flatnonzero(members == 0)[0])
