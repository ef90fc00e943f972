"""Three ways to enforce a symmetry on a linear map of bounded rank: by construction, by augmentation, by a penalty.

- *Hard-wired*: the squared error on the equivariant maps of bounded rank, ``family.critical_fits(X, Y)``.
- *Augmented*: the squared error of an arbitrary map of bounded rank, averaged over the whole group acting on the data.
- *Regularized*: the squared error of an arbitrary map plus a weight times the squared distance from equivariance.

For invariant maps all critical points of all three are known in closed form (arXiv 2506.13714 compares them):
hard-wiring and augmentation have the same ones, the penalty adds saddles, and its minimum tends to the hard-wired one.
For equivariant maps the penalty couples rows and columns, and there is no closed form: the path is found by local
search.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from equivariety.actions import trivial
from equivariety.errors import InputError
from equivariety.moments import Moments
from equivariety.moments.arrays import validated_data
from equivariety.tolerances import EPSILON
from equivariety.varieties.critical_points import CriticalPoints
from equivariety.varieties.maps import EquivariantMaps
from equivariety.varieties.problem import DataProblem, Problem

Matrix = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class QuadraticForm:
    """The squared error tr(M S M^T) - 2 tr(M C^T) + total of a matrix M on so many samples."""

    S: Matrix
    C: Matrix
    total: float
    samples: int


@dataclass(frozen=True, eq=False)
class PathPoint:
    """The regularized optimum for one weight of the penalty.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> X = np.random.default_rng(0).standard_normal((20, 3))
    >>> maps = ev.InvariantMaps(ev.actions.cyclic(3), outputs=2)
    >>> free, tied = ev.geometry.regularization_path(maps, 1, X, X[:, :2], [0.0, 1e6])
    >>> free.loss < tied.loss, free.penalty > tied.penalty, tied.matrix.shape
    (True, True, (2, 3))
    """

    weight: float
    loss: float
    """Mean squared error per entry, without the penalty."""
    penalty: float
    """Squared Frobenius distance from the equivariant maps."""
    matrix: Matrix
    """The optimum, shape (m, n)."""


def augmented(maps: EquivariantMaps, rank: int, X: Any, Y: Any) -> CriticalPoints:
    """Critical points of the mean squared error on matrices of rank r, averaged over the group acting on the data.

    The averages of X^T X and Y^T X are projections to equivariant maps, so that the group is not enumerated.

    Parameters
    ----------
    maps : EquivariantMaps
        Says how the group acts on inputs and targets.
    rank : int
    X, Y : arrays of shape (samples, n) and (samples, m)

    Raises
    ------
    InputError
        If shapes do not fit, or the augmented inputs do not span R^n.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> X = np.random.default_rng(0).standard_normal((20, 3))
    >>> maps = ev.InvariantMaps(ev.actions.cyclic(3), outputs=2)
    >>> best = next(iter(augmented(maps, 1, X, X[:, :2])))
    >>> maps.contains(best.matrix()), bool(np.isclose(best.loss, maps.bounded(1).fit(X, X[:, :2]).loss))
    (True, True)
    """
    form = _moments(maps, X, Y)
    squares = EquivariantMaps(maps.domain).project(form.S)
    return _dense(replace(form, S=squares, C=maps.project(form.C))).critical_points([rank])


def regularized(maps: EquivariantMaps, rank: int, X: Any, Y: Any, weight: float) -> CriticalPoints:
    """Critical points of the mean squared error plus weight * ||M - M Pi||^2 for invariant maps, Pi their projection.

    Values include the penalty.

    Raises
    ------
    InputError
        If the maps are not invariant maps (the codomain must carry the trivial action), or the weight is negative.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> X = np.random.default_rng(0).standard_normal((20, 3))
    >>> maps = ev.InvariantMaps(ev.actions.cyclic(3), outputs=2)
    >>> points = regularized(maps, 1, X, X[:, :2], weight=1.0)
    >>> points.count, [point.morse_index for point in points]
    (2, [0, 1])
    """
    if not maps.codomain.is_trivial:
        raise InputError("the penalty has a closed form for invariant maps only: the codomain must carry the trivial "
                         "action; `regularization_path` works for all")  # fmt: skip
    if weight < 0:
        raise InputError(f"weight must not be negative, not {weight}")
    return _penalized(maps, _moments(maps, X, Y), weight).critical_points([rank])


def regularization_path(
    maps: EquivariantMaps, rank: int, X: Any, Y: Any, weights: Sequence[float]
) -> tuple[PathPoint, ...]:
    """The optimum over matrices of rank r of mean squared error plus weight * squared distance from equivariance.

    For invariant maps this is the global optimum, in closed form. Otherwise each point is the better one of two local
    searches: from the dense optimum with growing weights, and from the hard-wired optimum with falling weights.

    Parameters
    ----------
    maps : EquivariantMaps
    rank : int
    X, Y : arrays of shape (samples, n) and (samples, m)
    weights : sequence of float
        Not negative; the path is returned in rising order.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> X = np.random.default_rng(0).standard_normal((20, 3))
    >>> path = regularization_path(ev.InvariantMaps(ev.actions.cyclic(3), outputs=2), 1, X, X[:, :2], [0.1, 1.0, 10.0])
    >>> bool(np.all(np.diff([point.penalty for point in path]) < 0))
    True
    """
    ordered = sorted(float(weight) for weight in weights)
    if not ordered or ordered[0] < 0:
        raise InputError(f"weights must be numbers that are not negative, and at least one, not {list(weights)}")
    form = _moments(maps, X, Y)
    plain = _dense(form)
    if maps.codomain.is_trivial:
        optima = [_penalized(maps, form, weight).best(rank).matrix() for weight in ordered]
    else:
        optima = _searched(maps, rank, plain, form, ordered, X, Y)
    return tuple(
        PathPoint(weight, plain.value_at(M), maps.distance(M) ** 2, M)
        for weight, M in zip(ordered, optima, strict=True)
    )


def _searched(
    maps: EquivariantMaps, rank: int, plain: DataProblem, form: QuadraticForm, weights: Sequence[float], X: Any, Y: Any
) -> list[Matrix]:
    rising = [plain.best(rank).matrix()]
    falling = [maps.bounded(min(rank, maps.largest_rank)).fit(X, Y).matrix()]
    for weight in weights:
        rising.append(_descend(maps, rank, form, weight, rising[-1]))
    for weight in reversed(weights):
        falling.append(_descend(maps, rank, form, weight, falling[-1]))

    def value(M: Matrix, weight: float) -> float:
        return plain.value_at(M) + weight * maps.distance(M) ** 2

    triples = zip(weights, rising[1:], falling[:0:-1], strict=True)
    return [first if value(first, weight) <= value(second, weight) else second for weight, first, second in triples]


def _descend(maps: EquivariantMaps, rank: int, form: QuadraticForm, weight: float, start: Matrix) -> Matrix:
    """Local minimum in balanced factors A B, from the factors of ``start``."""
    S, C, unit = form.S, form.C, form.samples * form.C.shape[0]
    m, n = start.shape
    U, sigma, V = np.linalg.svd(start, full_matrices=False)
    root = np.sqrt(sigma[:rank])

    def error(theta: Matrix) -> tuple[float, Matrix]:
        A, B = theta[: m * rank].reshape(m, rank), theta[m * rank :].reshape(rank, n)
        M = A @ B
        off = M - maps.project(M)
        value = float(np.vdot(M, M @ S - 2 * C)) / unit + weight * float(np.vdot(off, off))
        G = 2 * (M @ S - C) / unit + 2 * weight * off
        return value, np.concatenate([(G @ B.T).ravel(), (A.T @ G).ravel()])

    theta = np.concatenate([(U[:, :rank] * root).ravel(), (root[:, None] * V[:rank]).ravel()])
    found = minimize(
        error, theta, jac=True, method="L-BFGS-B", options={"maxiter": 5000, "ftol": EPSILON, "gtol": 1e-10}
    )
    return np.asarray(found.x[: m * rank].reshape(m, rank) @ found.x[m * rank :].reshape(rank, n))


def _moments(maps: EquivariantMaps, X: Any, Y: Any) -> QuadraticForm:
    X = np.asarray(validated_data(X, "X", maps.domain.degree, "the domain"), dtype=np.float64)
    Y = np.asarray(validated_data(Y, "Y", maps.codomain.degree, "the codomain"), dtype=np.float64)
    if len(X) != len(Y):
        raise InputError(f"Y must have as many samples as X: {len(X)}, not {len(Y)}")
    return QuadraticForm(X.T @ X, Y.T @ X, float(np.vdot(Y, Y)), len(X))


def _dense(form: QuadraticForm) -> DataProblem:
    """The problem of all matrices of bounded rank; refused if the inputs do not span all directions."""
    m, n = form.C.shape
    moments = Moments(
        weight=float(form.samples),
        inner=(form.S[None, :, :, None],),
        cross=(form.C[None, :, :, None],),
        input_sum=np.zeros(n),
        target_sum=np.zeros(m),
        target_norm=form.total,
        outputs=m,
        precision=EPSILON,
    )
    problem = Problem.of_data(EquivariantMaps(trivial(n), trivial(m)), moments)
    spanned = int(problem.error.spectra[0].spanned[0])
    if spanned < n:
        raise InputError(f"X must span all {n} directions for critical points to be isolated, not {spanned}")
    return problem


def _penalized(maps: EquivariantMaps, form: QuadraticForm, weight: float) -> DataProblem:
    n = maps.domain.degree
    off = np.eye(n) - EquivariantMaps(maps.domain, trivial(n, like=maps.domain)).project(np.eye(n))
    return _dense(replace(form, S=form.S + weight * form.samples * form.C.shape[0] * off))
