"""A second pass over data whose weak directions the first one cannot tell from its rounding errors.

A Gram matrix knows all directions up to rounding errors of the size of its strongest one: with data at 10^8 and noise
of 1 none of the noise is left. The second pass subtracts what the strong directions explain, of inputs and targets,
and sums the rest, whose rounding errors are those of its own size. (One step of block Gauss-Seidel on the normal
equations: the residual is orthogonal to the strong directions up to rounding, so the two parts are solved apart.)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ldexp
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.blocks import BlockSpectrum
from equivariety.blocks.linear_algebra import adjoint
from equivariety.blocks.regression import (
    Axes,
    explained,
    principal_along,
    principal_axes,
    regression_along,
    sharpened_axes,
)
from equivariety.isotypic.arrays import to_numpy
from equivariety.isotypic.spaces import Spaces
from equivariety.moments import Moments, Source, source_of, stream_moments
from equivariety.moments.arrays import validated_samples
from equivariety.moments.chunks import as_floating
from equivariety.moments.samples import Samples
from equivariety.varieties.block_map import BlockMap

# Values that are copied at a time.
_VALUES = 2**22


@dataclass(frozen=True, eq=False)
class Rows:
    """Inputs, targets and weights that can be read a second time."""

    X: Any
    Y: Any | None = None
    weight: Any | None = None


def readable_again(X: Any, Y: Any | None, weight: Any | None) -> Rows | None:
    """The data, unless they are a stream or lie on a cluster."""
    return Rows(X, Y, weight) if source_of(X, Y) in (Source.MEMORY, Source.STORED) else None


def second_look(
    maps: Spaces, moments: Moments, rows: Rows, exponents: tuple[int, int]
) -> tuple[tuple[BlockSpectrum, ...], float, float]:
    """Spectra, the squared error that no map takes away, and what rounding errors may have changed it by.

    ``moments`` are those of inputs and targets divided by 2 to the two exponents.
    """
    energy = moments.energy
    fields = [bundle.field for bundle in maps.domain_basis.bundles]
    axes = [principal_axes(field.pack(S), field, energy, moments.precision)
            for field, S in zip(fields, moments.inner, strict=True)]  # fmt: skip
    if moments.cross is None:
        projection = _projection(maps, axes)
        second = _residual_moments(maps, rows, projection, projection, exponents)
        found = [principal_along(sharp) for sharp in _sharpened(axes, second, energy, moments.precision)]
        return tuple(found), sum(spectrum.lost for spectrum in found), sum(spectrum.doubt for spectrum in found)
    cross = [field.pack(C) for field, C in zip(fields, moments.cross, strict=True)]
    second = _residual_moments(maps, rows, _projection(maps, axes), _strong_fit(maps, axes, cross), exponents)
    spectra, weak = [], 0.0
    for place, sharp in enumerate(_sharpened(axes, second, energy, moments.precision)):
        strong, rest = sharp.strong, fields[place].pack((second.cross or ())[place])
        both = sharp.doubled(strong)[:, None, :]
        along = np.where(both, cross[place] @ sharp.vectors, rest @ sharp.vectors)
        spectra.append(regression_along(sharp, along))
        weak += float(np.where(strong, 0.0, explained(sharp, along)).sum())
    rest_of_all = max(second.target_norm - weak, 0.0)
    return tuple(spectra), rest_of_all, sum(spectrum.doubt for spectrum in spectra)


def _sharpened(axes: Sequence[Axes], second: Moments, energy: float, precision: float) -> list[Axes]:
    return [
        sharpened_axes(first, first.field.pack(S), energy, precision)
        for first, S in zip(axes, second.inner, strict=True)
    ]


def _projection(maps: Spaces, axes: Sequence[Axes]) -> BlockMap:
    """The orthogonal projection of inputs to the strong axes of all blocks."""
    blocks = []
    for each in axes:
        strong = each.vectors * each.doubled(each.strong)[:, None, :]
        blocks.append(each.field.unpack(strong @ adjoint(strong)))
    return BlockMap(maps.domain_basis, maps.domain_basis, tuple(blocks))


def _strong_fit(maps: Spaces, axes: Sequence[Axes], cross: Sequence[NDArray[Any]]) -> BlockMap:
    """The best map from the strong axes alone."""
    blocks = []
    for each, C in zip(axes, cross, strict=True):
        strong = each.strong
        inverse = each.doubled(np.where(strong, 1.0 / np.where(strong, each.values, 1.0), 0.0))
        blocks.append(each.field.unpack((C @ each.vectors * inverse[:, None, :]) @ adjoint(each.vectors)))
    return BlockMap(maps.domain_basis, maps.codomain_basis, tuple(blocks))


def _residual_moments(
    maps: Spaces, rows: Rows, projection: BlockMap, fit: BlockMap, exponents: tuple[int, int]
) -> Moments:
    """Moments of what is left of inputs and targets, both divided by 2 to their exponents, in double precision."""
    samples = validated_samples(maps, Samples(rows.X, rows.Y, rows.weight))
    into, out = (ldexp(1.0, -exponent) for exponent in exponents)

    def batches() -> Iterator[tuple[Any, Any, Any]]:
        samples_at_once = max(_VALUES // max(maps.domain.degree, maps.codomain.degree), 1)
        rows_in_all = samples.X.shape[0]
        for start in range(0, rows_in_all, samples_at_once):
            part = slice(start, min(start + samples_at_once, rows_in_all))
            X = _doubles(samples.X[part, ...]) * into
            Y = None if samples.Y is None else _doubles(samples.Y[part, ...]) * out
            weight = None if samples.weight is None else samples.weight[part]
            yield X - projection.apply(X), None if Y is None else Y - fit.apply(X), weight

    return stream_moments(maps, batches())


def _doubles(rows: Any) -> NDArray[np.float64]:
    """Rows of any kind of numbers, on the host, in double precision."""
    return to_numpy(as_floating(rows)).astype(np.float64)
