"""Canonical correlations and partial least squares of two sets of variables with a symmetry, block by block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.blocks.linear_algebra import adjoint, singular
from equivariety.errors import InputError
from equivariety.isotypic import Field
from equivariety.moments import data_moments
from equivariety.varieties.maps import EquivariantMaps

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class CanonicalCorrelations:
    """Canonical correlations of two sets of variables, for each block that occurs in both; nothing is centered.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> X = np.random.default_rng(0).standard_normal((50, 3))
    >>> found = ev.statistics.canonical_correlations(ev.EquivariantMaps(ev.actions.cyclic(3)), X, X + 0.1)
    >>> {block: values.round(2).tolist() for block, values in found.correlations.items()}, found.degrees_of_freedom
    ({0: [0.99], 1: [1.0]}, 3)
    """

    correlations: dict[int, Vector]
    """Falling canonical correlations of every shared block; each occurs as often as the irreducible is large."""
    covariances: dict[int, Vector]
    """Singular values of the averaged cross-covariance (partial least squares)."""
    independence_statistic: float
    """-n sum k log(1 - rho^2), the likelihood ratio of independence; its null distribution is pivotal."""
    degrees_of_freedom: int


def canonical_correlations(maps: EquivariantMaps, X: Any, Y: Any) -> CanonicalCorrelations:
    """Canonical correlations of X with Y under a symmetry of both.

    In each block the singular values of S_yy^-1/2 C S_xx^-1/2 over its field: those of the covariances averaged over
    the group (Hotelling 1936, block by block).

    Parameters
    ----------
    maps : EquivariantMaps
        From the space of X to that of Y.
    X, Y : arrays of shape (samples, domain degree) and (samples, codomain degree)

    Raises
    ------
    InputError
        If shapes do not fit, or there are too few samples for regular covariances.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> X = np.random.default_rng(0).standard_normal((50, 4))
    >>> found = ev.statistics.canonical_correlations(ev.EquivariantMaps(ev.actions.cyclic(4)), X, np.roll(X, 1, axis=1))
    >>> {block: values.round(6).tolist() for block, values in sorted(found.correlations.items())}
    {0: [1.0], 1: [1.0], 2: [1.0]}
    """
    joint = data_moments(maps, X, Y)
    targets = maps.codomain_basis.analyze(np.asarray(Y, dtype=np.float64))
    correlations, covariances, statistic, freedom = {}, {}, 0.0, 0
    joint_cross = joint.cross if joint.cross is not None else joint.inner
    for bundle, S, C, target in zip(maps.bundles, joint.inner, joint_cross, targets, strict=True):
        for position, block in enumerate(bundle.members.tolist()):
            T = _gram(target[:, position], bundle.field)
            whitened = _inverse_root(T) @ bundle.field.pack(C[position])
            whitened = whitened @ _inverse_root(bundle.field.pack(S[position]))
            rho = np.minimum(singular(whitened[None], bundle.field)[1][0], 1.0)
            raw = singular(bundle.field.pack(C[position])[None], bundle.field)[1][0]
            correlations[block], covariances[block] = rho, raw / (joint.weight * bundle.dimension)
            with np.errstate(divide="ignore"):
                statistic -= joint.weight * bundle.dimension * float(np.log1p(-(rho**2)).sum())
            freedom += bundle.field.beta * C.shape[1] * S.shape[1]
    return CanonicalCorrelations(correlations, covariances, statistic, freedom)


def _gram(target: Vector, field: Field) -> NDArray[Any]:
    """Sum of y y^* over samples and copies in working form, from coordinates (samples, copies, rows, beta)."""
    columns = field.pack(np.swapaxes(target, 1, 2))
    return np.asarray((columns @ adjoint(columns)).sum(axis=0))


def _inverse_root(gram: NDArray[Any]) -> NDArray[Any]:
    values, vectors = np.linalg.eigh(gram)
    if values[0] <= values[-1] * len(values) * np.finfo(np.float64).eps:
        raise InputError("X and Y must have enough samples for regular covariances in every block")
    return (vectors / np.sqrt(values)) @ adjoint(vectors)
