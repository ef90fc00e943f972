"""Moments of centered data, batch by batch: what ``fit`` and ``partial_fit`` share.

Only the *invariant part* of a mean is subtracted, the mean averaged over each orbit. An affine map x -> M x + b is
equivariant if and only if M is and b is fixed by the group; so nothing else may be subtracted, and the invariant part
of the means gives exactly the best such b. What remains of the mean is data like everything else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.actions import Action
from equivariety.errors import InputError
from equivariety.estimators.larger_than_memory import TrainingData
from equivariety.estimators.standardized import warn_if_standardized
from equivariety.estimators.validation import require_labels
from equivariety.isotypic import ChangeOfBasis
from equivariety.isotypic.arrays import namespace, to_numpy, widest_float
from equivariety.moments import Moments, batch_moments, data_moments
from equivariety.moments.chunks import as_floating
from equivariety.varieties.maps import EquivariantMaps

Vector = NDArray[np.float64]

# Rows whose mean is good enough for an origin.
_FIRST_ROWS = 256


@dataclass(frozen=True, eq=False)
class Accumulated:
    """The moments of all batches so far, around origins near the means.

    Sums of squares around the origin zero lose the digits of data that lie far from it. So the invariant part of the
    means of the first rows is subtracted from all rows before they are summed; the exact means follow in the end.

    The rows of a batch may come from any array library; nothing here but sums and means is kept, on the host.
    """

    maps: EquivariantMaps
    centered: bool
    input_origin: Vector
    target_origin: Vector
    total: Moments | None = None

    @classmethod
    def starting(cls, maps: EquivariantMaps, X: Any, Y: Any | None, centered: bool) -> Accumulated:
        """No batch yet; the origins come from the first of these rows, zero without centering."""
        if not centered:
            return cls(maps, centered, np.zeros(maps.domain.degree), np.zeros(maps.codomain.degree))
        input_origin = orbit_average(maps.domain, _first_mean(X))
        target_origin = input_origin if Y is None else orbit_average(maps.codomain, _first_mean(Y))
        return cls(maps, centered, input_origin, target_origin)

    def require_unchanged(self, maps: EquivariantMaps, centered: bool, names: str) -> None:
        """Raise an error if the estimator got other parameters since: what was summed up does not fit them."""
        same_maps = maps.domain == self.maps.domain and maps.codomain == self.maps.codomain
        if not same_maps or bool(centered) != bool(self.centered):
            raise InputError(f"{names} must stay as they were in the first partial_fit: call fit to start anew")

    def added(self, X: Any, Y: Any | None, sample_weight: Vector | None) -> Accumulated:
        """With one more batch."""
        origins = (self.input_origin, self.target_origin) if self.centered else None
        if self.total is None:
            return replace(self, total=data_moments(self.maps, X, Y, sample_weight, origins))
        return replace(self, total=self.total + batch_moments(self.maps, X, Y, sample_weight, origins))

    @cached_property
    def moments(self) -> Moments:
        """The moments that the fit needs."""
        total = self.given
        return total.centered(self.maps.domain_basis.trivial) if self.centered else total

    @cached_property
    def input_mean(self) -> Vector:
        """Invariant part of the mean of the inputs; zero without centering."""
        return self.input_origin + self._mean(self.maps.domain_basis, self.given.input_sum)

    @cached_property
    def target_mean(self) -> Vector:
        """Invariant part of the mean of the targets; zero without centering."""
        return self.target_origin + self._mean(self.maps.codomain_basis, self.given.target_sum)

    @property
    def mean_parameters(self) -> int:
        """Free parameters of the input mean: the dimension of the space that the group fixes, if means are learned."""
        trivial = self.maps.domain_basis.trivial
        return 0 if trivial is None or not self.centered else self.maps.domain_basis.multiplicities[trivial]

    @property
    def given(self) -> Moments:
        """The moments about the origins, not centered."""
        if self.total is None:
            raise RuntimeError("no batch was added")
        return self.total

    def _mean(self, basis: ChangeOfBasis, coordinates: Vector) -> Vector:
        if not self.centered or basis.trivial is None:
            return np.zeros(basis.degree)
        alone = basis.select([(basis.trivial, np.zeros(1, dtype=np.intp))])
        return alone.synthesize([(coordinates / self.given.weight)[None, None, None, :, None]])[0]


def updated(
    estimator: Any, data: TrainingData, maps: EquivariantMaps, centered: bool, fresh: bool, names: str
) -> Accumulated:
    """Moments of the data, of ``partial_fit`` together with those of all batches before; ``fresh`` forgets them.

    ``names`` are the parameters that must stay as they are, for messages.
    """
    if fresh:
        require_labels(estimator, maps.domain)
        warn_if_standardized(maps.domain, data.X)
        start = Accumulated.starting(maps, data.first_inputs, data.first_targets, centered)
    else:
        start = estimator._accumulated
        start.require_unchanged(maps, centered, names)
    return start.added(data.X, data.Y, data.weight)


def _first_mean(data: Any) -> Vector:
    """Mean of the first rows."""
    rows = as_floating(data[: min(_FIRST_ROWS, data.shape[0]), ...])
    total = namespace(rows).sum(rows, axis=0, dtype=widest_float(rows))
    mean = to_numpy(total).astype(np.float64) / rows.shape[0]
    # Values that are not finite are found, and named, by the sums that follow.
    return mean if np.isfinite(mean).all() else np.zeros_like(mean)


def orbit_average(action: Action, vector: Vector) -> Vector:
    """The invariant part of a vector: averaged over each orbit, or its projection to the fixed vectors.

    Examples
    --------
    >>> import equivariety as ev
    >>> orbit_average(ev.PermutationAction.from_cycles("(1 2)", 3), np.array([1.0, 3.0, 5.0]))
    array([2., 2., 5.])
    """
    if not action.permutes:
        return action.invariant_part(vector)
    labels = action.orbit_labels
    return (np.bincount(labels, weights=vector) / np.bincount(labels))[labels]
