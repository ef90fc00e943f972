"""The Fourier transform on orbits whose relations carry signs: all frequencies are shifted by a constant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.isotypic.arrays import constant, namespace
from equivariety.isotypic.splits import Groups


@dataclass(frozen=True)
class TwistedFourierSplit:
    """A twisted orbit of an abelian group: the complex FFT of ``y_a exp(2 pi i f . a)``, f the shift.

    The odd functions on the signed points of such an orbit have exactly the frequencies f + u, u those of the unsigned
    orbit. ``cells`` holds per bundle where its members stand in the full spectrum.
    """

    shape: tuple[int, ...]
    phases: NDArray[np.float64]
    """f . a for every point, shape (size,)."""
    cells: tuple[NDArray[np.intp], ...]
    betas: tuple[int, ...]

    def multiplicity(self, bundle: int) -> int:
        return int(self.cells[bundle].size > 0)

    def panels(self, values: Any) -> list[Any | None]:
        xp = namespace(values)
        samples, orbits, size = values.shape
        cosines, sines = self._turns(values)
        turned = xp.reshape(values * cosines + 1j * (values * sines), (samples, orbits, *self.shape))
        spectrum = xp.fft.fftn(turned, axes=self._axes, norm="ortho")
        spectrum = xp.permute_dims(xp.reshape(spectrum, (samples, orbits, size)), (0, 2, 1))
        return [
            self._pick(spectrum, cells, beta) if cells.size else None
            for cells, beta in zip(self.cells, self.betas, strict=True)
        ]

    def _pick(self, spectrum: Any, cells: NDArray[np.intp], beta: int) -> Any:
        """Real coordinates (samples, members, 1, beta, orbits) of the members in the given cells."""
        xp = namespace(spectrum)
        coefficients = xp.take(spectrum, constant(cells, spectrum), axis=1)
        if beta == 1:
            return xp.real(coefficients)[:, :, None, None, :]
        return (2**0.5 * xp.stack([xp.real(coefficients), xp.imag(coefficients)], axis=2))[:, :, None, ...]

    def from_panels(self, panels: Sequence[Any | None]) -> Any:
        present = [(number, part) for number, part in enumerate(panels) if part is not None and self.cells[number].size]
        columns = [_coefficients(part) for _, part in present]
        xp = namespace(columns[0])
        samples, _, orbits = columns[0].shape
        source = xp.concat([*columns, xp.zeros_like(columns[0][:, :1, :])], axis=1)
        cells = np.concatenate([self.cells[number] for number, _ in present])
        places = np.full(self.phases.size, cells.size, dtype=np.intp)
        places[cells] = np.arange(cells.size)
        spectrum = xp.permute_dims(xp.take(source, constant(places, source), axis=1), (0, 2, 1))
        spectrum = xp.reshape(spectrum, (samples, orbits, *self.shape))
        turned = xp.reshape(xp.fft.ifftn(spectrum, axes=self._axes, norm="ortho"), (samples, orbits, -1))
        real, imaginary = xp.real(turned), xp.imag(turned)
        cosines, sines = self._turns(real)
        return real * cosines + imaginary * sines

    @property
    def _axes(self) -> tuple[int, ...]:
        return tuple(range(2, 2 + len(self.shape)))

    def _turns(self, like: Any) -> tuple[Any, Any]:
        angles = 2 * np.pi * self.phases
        return constant(np.cos(angles), like), constant(np.sin(angles), like)

    def select(self, groups: Groups) -> TwistedFourierSplit:
        cells = tuple(self.cells[bundle][rows if self.cells[bundle].size else rows[:0]] for bundle, rows in groups)
        return TwistedFourierSplit(self.shape, self.phases, cells, tuple(self.betas[bundle] for bundle, _ in groups))


def _coefficients(panel: Any) -> Any:
    """Cells of the spectrum, (samples, members, orbits), from real coordinates."""
    if panel.shape[3] == 1:
        return panel[:, :, 0, 0, :] + 0j
    return 2**0.5 * (panel[:, :, 0, 0, :] + 1j * panel[:, :, 0, 1, :])
