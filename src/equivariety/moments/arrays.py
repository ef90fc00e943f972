"""Arrays in memory: checked against the spaces they should live in, then summed."""

from __future__ import annotations

from dataclasses import replace
from math import frexp
from typing import Any

import array_api_compat
import numpy as np
from numpy.typing import NDArray

from equivariety.errors import InputError
from equivariety.isotypic.arrays import to_numpy
from equivariety.isotypic.spaces import Spaces
from equivariety.moments.chunks import as_floating
from equivariety.moments.moments import Moments
from equivariety.moments.samples import Samples
from equivariety.moments.summation import moments
from equivariety.validation import flattening, refuse_masked, refuse_sparse


def array_moments(spaces: Spaces, samples: Samples) -> Moments:
    """Moments of arrays in memory, after checking them."""
    samples, exponent = _at_unit_weight(validated_samples(spaces, samples))
    total = moments(samples, spaces.domain_basis, spaces.codomain_basis)
    with np.errstate(over="ignore"):
        total = total.times_power_of_two(exponent)
    if not np.isfinite(total.weight + total.energy + total.target_norm):
        raise InputError("sample_weight must hold numbers whose products with squares of the data are finite: "
                         "some are too large")  # fmt: skip
    return total


def _at_unit_weight(samples: Samples) -> tuple[Samples, int]:
    """Samples whose largest weight is between 1 and 4, and the exponent of the power of two that is taken off.

    It is even, so that roots of weights change by a power of two, too, and sums are the same to the last bit; without
    this weights near the ends of the range would vanish, or not be finite, in the precision of the data.
    """
    if samples.weight is None or not samples.weight.any():
        return samples, 0
    exponent = (frexp(float(samples.weight.max()))[1] - 1) // 2 * 2
    return replace(samples, weight=np.ldexp(samples.weight, -exponent)), exponent


def require_positive_weight(total: Moments) -> Moments:
    """The moments of all data, unless no sample counts; a batch may well have none that does."""
    if total.weight == 0:
        raise InputError("sample_weight must not be zero for all samples")
    return total


def validated_samples(spaces: Spaces, samples: Samples) -> Samples:
    """Samples whose shapes fit the spaces and each other, or an error that says which do not."""
    X = validated_data(samples.X, "X", spaces.domain.degree, "the domain")
    samples = replace(
        samples,
        weight=None if samples.weight is None else validated_weight(samples.weight, X.shape[0], samples.first_row),
        input_origin=_validated_origin(samples.input_origin, "X", spaces.domain.degree),
        target_origin=_validated_origin(samples.target_origin, "Y", spaces.codomain.degree),
    )
    if samples.Y is None:
        if spaces.codomain != spaces.domain:
            raise InputError("Y must be given when the codomain differs from the domain")
        return replace(samples, X=X)
    Y = validated_data(samples.Y, "Y", spaces.codomain.degree, "the codomain")
    if Y.shape[0] != X.shape[0]:
        raise InputError(f"Y must have as many samples as X: {X.shape[0]}, not {Y.shape[0]}")
    return replace(samples, X=X, Y=Y)


def validated_weight(weight: Any, samples: int, first_row: int = 0) -> NDArray[np.float64]:
    """Finite weights >= 0, one for each sample; ``first_row`` is the number of the first one, for messages."""
    refuse_masked(weight, "sample_weight")
    of_a_library = array_api_compat.is_array_api_obj(weight) and not isinstance(weight, np.ndarray)
    given = to_numpy(as_floating(weight)) if of_a_library else np.asarray(weight)
    if given.shape != (samples,):
        raise InputError(f"sample_weight must have shape ({samples},), one weight for each sample, not {given.shape}")
    if given.dtype.kind not in "fiub":
        raise InputError(f"sample_weight must hold real numbers, not values of type {given.dtype}")
    wrong = np.flatnonzero(~(np.isfinite(given) & (given >= 0)))
    if wrong.size:
        raise InputError(f"sample_weight must hold finite numbers that are not negative: "
                         f"row {first_row + wrong[0]} has {given[wrong[0]]}")  # fmt: skip
    return given.astype(np.float64)


def _validated_origin(origin: Any | None, name: str, degree: int) -> NDArray[np.float64] | None:
    if origin is None:
        return None
    vector = np.asarray(origin, dtype=np.float64)
    if vector.shape != (degree,) or not np.isfinite(vector).all():
        raise InputError(f"the origin of {name} must be a vector of {degree} finite numbers, not {origin!r}")
    return vector


def validated_data(data: Any, name: str, degree: int, side: str) -> Any:
    """A two-dimensional array of numbers with samples as rows, in its own array library."""
    refuse_masked(data, name)
    refuse_sparse(data, name)
    # Subclasses of arrays, such as matrices, multiply and index by rules of their own.
    is_array = hasattr(data, "shape") and hasattr(data, "dtype") and not isinstance(data, np.ndarray)
    array = data if is_array else np.asarray(data)
    if len(array.shape) != 2 or array.shape[1] != degree:
        raise InputError(f"{name} must have shape (samples, {degree}), the degree of {side}, not {tuple(array.shape)}"
                         f"{flattening(tuple(array.shape), degree)}")  # fmt: skip
    if array.shape[0] == 0:
        raise InputError(f"{name} must have at least one sample, not 0")
    if isinstance(array, np.ndarray) and array.dtype.kind not in "fiub":
        raise InputError(f"{name} must hold real numbers, not values of type {array.dtype}")
    return array
