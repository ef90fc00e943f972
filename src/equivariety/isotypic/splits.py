"""How one orbit type splits: by a small dense basis, or by the fast Fourier transform.

A split turns values on the points of orbits into coordinates in the bundles and back, by orthogonal maps. It works on
*panels*: coordinates of shape (samples, members, copies, beta, multiplicity), in which all that one coordinate of an
irreducible takes on the orbits is contiguous, as the matrix products of a block want it. Arrays may come from any
array-API library.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from equivariety.isotypic.arrays import constant, namespace
from equivariety.isotypic.products import product

Groups = Sequence[tuple[int, NDArray[np.intp]]]
"""Bundles chosen anew: for each the number of an old bundle and positions in it."""


# Up to this many orbits one product for all samples, with a copy to transpose, beats one small product for each.
_FEWEST_ORBITS = 8


class Split(Protocol):
    """How an orbit type splits, as far as a change of basis needs it."""

    def panels(self, values: Any) -> list[Any | None]:
        """Values (samples, orbits, points) to (samples, members, copies, beta, multiplicity * orbits) per bundle."""

    def from_panels(self, panels: Sequence[Any | None]) -> Any:
        """The inverse: from coordinates per bundle (None: absent) to values on the points."""

    def multiplicity(self, bundle: int) -> int:
        """How often an orbit of this type contains each member of the bundle."""

    def select(self, groups: Groups) -> Split:
        """The split whose bundles are the given groups: positions in one of today's bundles each."""


@dataclass(frozen=True)
class DenseSplit:
    """A basis of the functions on the orbit, per bundle: shape (points, members, copies, multiplicity, beta)."""

    bases: tuple[NDArray[np.float64], ...]

    @cached_property
    def _columns(self) -> NDArray[np.float64]:
        return _side_by_side(self.bases)

    def multiplicity(self, bundle: int) -> int:
        basis = self.bases[bundle]
        return int(basis.shape[3]) if basis.size else 0

    def panels(self, values: Any) -> list[Any | None]:
        xp = namespace(values)
        samples, orbits, points = values.shape
        columns = constant(self._columns, values)
        if orbits < _FEWEST_ORBITS:
            flat = product(xp.reshape(values, (samples * orbits, points)), columns)
            coordinates = xp.permute_dims(xp.reshape(flat, (samples, orbits, -1)), (0, 2, 1))
        else:
            # One product for each sample leaves every coordinate of all orbits contiguous: what Gram products need.
            coordinates = product(columns.T, xp.permute_dims(values, (0, 2, 1)))
        panels: list[Any | None] = []
        start = 0
        for basis in self.bases:
            _, members, copies, multiplicity, beta = basis.shape
            stop = start + basis[0].size
            shape = (samples, members, copies, beta, multiplicity * orbits)
            panels.append(xp.reshape(coordinates[:, start:stop, :], shape) if stop > start else None)
            start = stop
        return panels

    def from_panels(self, panels: Sequence[Any | None]) -> Any:
        present = [
            (panel, basis) for panel, basis in zip(panels, self.bases, strict=True) if panel is not None and basis.size
        ]
        xp, samples = namespace(present[0][0]), present[0][0].shape[0]
        orbits = present[0][0].shape[4] // present[0][1].shape[3]
        flat = [xp.reshape(panel, (samples, -1, orbits)) for panel, _ in present]
        coordinates = flat[0] if len(flat) == 1 else xp.concat(flat, axis=1)
        rows = constant(_side_by_side([basis for _, basis in present]).T, coordinates)
        return product(xp.permute_dims(coordinates, (0, 2, 1)), rows)

    def select(self, groups: Groups) -> DenseSplit:
        # A bundle that this orbit type does not contain stays absent.
        return DenseSplit(
            tuple(
                np.ascontiguousarray(self.bases[bundle][:, rows]) if self.bases[bundle].size else self.bases[bundle]
                for bundle, rows in groups
            )
        )


def _side_by_side(bases: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """All bases in one matrix of shape (points, coordinates), ordered as panels are."""
    points = bases[0].shape[0] if bases else 0
    flat = [basis.transpose(0, 1, 2, 4, 3).reshape(points, -1) for basis in bases]
    return np.concatenate([np.zeros((points, 0)), *flat], axis=1)


@dataclass(frozen=True)
class FourierSplit:
    """An orbit on which an abelian group acts like Z/d_1 x ... x Z/d_k on itself, by the real FFT.

    ``cells`` holds per bundle the cells of the half spectrum, in C order, where its members stand, ``conjugated``
    whether the half spectrum stores the conjugate. Real members have a real coefficient, of norm sqrt(size); the
    others a complex one, of norm sqrt(size / 2).
    """

    shape: tuple[int, ...]
    cells: tuple[NDArray[np.intp], ...]
    conjugated: tuple[NDArray[np.bool_], ...]
    betas: tuple[int, ...]

    def multiplicity(self, bundle: int) -> int:
        return int(self.cells[bundle].size > 0)

    def panels(self, values: Any) -> list[Any | None]:
        xp = namespace(values)
        samples, orbits, _ = values.shape
        axes = tuple(range(2, 2 + len(self.shape)))
        spectrum = xp.fft.rfftn(xp.reshape(values, (samples, orbits, *self.shape)), axes=axes, norm="ortho")
        spectrum = xp.reshape(spectrum, (samples, orbits, -1))
        return [
            self._pick(spectrum, cells, conjugated, beta) if cells.size else None
            for cells, conjugated, beta in zip(self.cells, self.conjugated, self.betas, strict=True)
        ]

    def _pick(self, spectrum: Any, cells: NDArray[np.intp], conjugated: NDArray[np.bool_], beta: int) -> Any:
        """Real coordinates (samples, members, 1, beta, orbits) of the members that stand in the given cells."""
        xp = namespace(spectrum)
        coefficients = xp.permute_dims(_taken(spectrum, cells), (0, 2, 1))
        if beta == 1:
            return xp.real(coefficients)[:, :, None, None, :]
        parts = xp.stack([xp.real(coefficients), xp.imag(coefficients)], axis=2)
        scale = 2**0.5 * np.stack([np.ones(cells.size), np.where(conjugated, -1.0, 1.0)], axis=1)
        return (parts * constant(scale, parts)[None, :, :, None])[:, :, None, ...]

    def from_panels(self, panels: Sequence[Any | None]) -> Any:
        present = [(number, part) for number, part in enumerate(panels) if part is not None and self.cells[number].size]
        columns = [self._coefficients(part, self.conjugated[number]) for number, part in present]
        xp = namespace(columns[0])
        samples, _, orbits = columns[0].shape
        zero = xp.zeros_like(columns[0][:, :1, :])
        source = xp.concat([*columns, zero], axis=1)
        source = xp.concat([source, xp.conj(source)], axis=1)
        spectrum = xp.take(source, constant(self._sources(present), source), axis=1)
        spectrum = xp.reshape(xp.permute_dims(spectrum, (0, 2, 1)), (samples, orbits, *self._half_shape()))
        axes = tuple(range(2, 2 + len(self.shape)))
        values = xp.fft.irfftn(spectrum, s=self.shape, axes=axes, norm="ortho")
        return xp.reshape(values, (samples, orbits, -1))

    def _coefficients(self, panel: Any, conjugated: NDArray[np.bool_]) -> Any:
        """Cells of the half spectrum, (samples, members, orbits), from real coordinates."""
        if panel.shape[3] == 1:
            return panel[:, :, 0, 0, :] + 0j
        signs = constant(np.where(conjugated, -1.0, 1.0), panel)[None, :, None]
        return (panel[:, :, 0, 0, :] + 1j * (signs * panel[:, :, 0, 1, :])) * 0.5**0.5

    def _half_shape(self) -> tuple[int, ...]:
        return (*self.shape[:-1], self.shape[-1] // 2 + 1)

    def _sources(self, present: Sequence[tuple[int, Any]]) -> NDArray[np.intp]:
        """For each cell of the half spectrum the column it is read from.

        A column beyond the given ones stands for its conjugate; the last given one is zero, for members left out.
        """
        cells = np.concatenate([self.cells[number] for number, _ in present])
        width = cells.size + 1
        sources = np.full(int(np.prod(self._half_shape())), width - 1, dtype=np.intp)
        sources[self.mirrors(cells)] = np.arange(cells.size) + width
        sources[cells] = np.arange(cells.size)
        return sources

    def mirrors(self, cells: NDArray[np.intp]) -> NDArray[np.intp]:
        """The cell of the half spectrum that holds the conjugate of each given one; itself if there is none."""
        place = np.unravel_index(cells, self._half_shape())
        mirror = [(-axis) % side for axis, side in zip(place, self.shape, strict=True)]
        inside = mirror[-1] <= self.shape[-1] // 2
        mirror[-1] = np.where(inside, mirror[-1], 0)
        return np.where(inside, np.ravel_multi_index(tuple(mirror), self._half_shape()), cells)

    def select(self, groups: Groups) -> FourierSplit:
        present = [(bundle, rows if self.cells[bundle].size else rows[:0]) for bundle, rows in groups]
        return FourierSplit(
            self.shape,
            tuple(self.cells[bundle][rows] for bundle, rows in present),
            tuple(self.conjugated[bundle][rows] for bundle, rows in present),
            tuple(self.betas[bundle] for bundle, _ in groups),
        )


def _taken(spectrum: Any, cells: NDArray[np.intp]) -> Any:
    """The given cells of the last axis; neighbours are a view."""
    if np.array_equal(cells, np.arange(cells[0], cells[0] + cells.size)):
        return spectrum[:, :, int(cells[0]) : int(cells[0]) + cells.size]
    return namespace(spectrum).take(spectrum, constant(cells, spectrum), axis=2)
