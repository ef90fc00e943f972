"""From moments to the spectra of all blocks: what the optima of every rank are read off from."""

from __future__ import annotations

from equivariety.blocks import BlockSpectrum, principal, regression
from equivariety.moments import Moments, data_moments
from equivariety.varieties.maps import EquivariantMaps

__all__ = ["data_moments", "spectra"]


def spectra(maps: EquivariantMaps, moments: Moments) -> tuple[BlockSpectrum, ...]:
    """The optima of all ranks of every block, one for each shared bundle."""
    fields = [bundle.field for bundle in maps.bundles]
    inner = [field.pack(gram) for field, gram in zip(fields, moments.inner, strict=True)]
    energy = moments.energy
    if moments.cross is None:
        return tuple(principal(S, field, energy, moments.precision) for S, field in zip(inner, fields, strict=True))
    cross = [field.pack(gram) for field, gram in zip(fields, moments.cross, strict=True)]
    return tuple(
        regression(S, C, field, energy, moments.precision) for S, C, field in zip(inner, cross, fields, strict=True)
    )
