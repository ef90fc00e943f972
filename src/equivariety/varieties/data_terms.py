"""The terms of the squared error on data: from moments of any magnitude to what each rank of each block gains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import frexp, ldexp
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.blocks import BlockSpectrum, principal, regression
from equivariety.isotypic import Bundle
from equivariety.moments import Moments
from equivariety.tolerances import gram_eigenvalue_error
from equivariety.varieties.squared_error import SquaredError

# Sums of squares between 2 to minus and plus this power are taken as they are.
_COMFORTABLE = 200


def spectra_of(
    moments: Moments, squares: Sequence[NDArray[Any]], bundles: Sequence[Bundle]
) -> tuple[BlockSpectrum, ...]:
    """The optima of all ranks of every block, one for each bundle with its Gram matrices ``squares``."""
    fields, energy, precision = [bundle.field for bundle in bundles], moments.energy, moments.precision
    if moments.cross is None:
        return tuple(principal(S, field, energy, precision) for S, field in zip(squares, fields, strict=True))
    cross = [field.pack(C) for field, C in zip(fields, moments.cross, strict=True)]
    return tuple(regression(S, C, field, energy, precision) for S, C, field in zip(squares, cross, fields, strict=True))


def squared_error(
    moments: Moments, spectra: tuple[BlockSpectrum, ...], bundles: Sequence[Bundle], exponent: int
) -> SquaredError:
    """The mean squared error per entry, of targets that were divided by 2 to the exponent."""
    doubt = sum(spectrum.doubt for spectrum in spectra)
    if moments.cross is None:
        rest = sum(spectrum.lost for spectrum in spectra)
    else:
        rest = max(moments.target_norm - sum(float(spectrum.gains.sum()) for spectrum in spectra), 0.0)
        doubt += float(gram_eigenvalue_error(moments.target_norm, moments.precision))
    members = tuple(bundle.members for bundle in bundles)
    unit = moments.weight * moments.outputs
    scale, by_difference = ldexp(1.0, exponent), moments.cross is not None
    return SquaredError(spectra, members, rest, unit, scale, moments.precision, doubt, by_difference)


def at_unit_scale(moments: Moments) -> tuple[Moments, tuple[int, int]]:
    """Moments of data of any magnitude, of inputs and targets divided by 2 to the two exponents."""
    into = _exponent(moments.energy)
    out = into if moments.cross is None else _exponent(moments.target_norm)
    if not into and not out:
        return moments, (0, 0)
    return replace(
        moments,
        inner=tuple(np.ldexp(S, -2 * into) for S in moments.inner),
        cross=None if moments.cross is None else tuple(np.ldexp(C, -into - out) for C in moments.cross),
        input_sum=np.ldexp(moments.input_sum, -into),
        target_sum=np.ldexp(moments.target_sum, -out),
        target_norm=ldexp(moments.target_norm, -2 * out),
    ), (into, out)


def _exponent(squares: float) -> int:
    """Half the exponent of a sum of squares that is extreme, else 0."""
    exponent = frexp(squares)[1] if squares else 0
    return 0 if abs(exponent) <= _COMFORTABLE else exponent // 2
