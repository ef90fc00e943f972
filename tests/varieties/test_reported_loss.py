"""The reported loss is the loss of the map, and the map is the best one: judged in extended precision.

Data stand far from the origin, are not centered, and the groups are small: sums of squares in double precision then
know nothing of the noise any more, or half of it.
"""

from __future__ import annotations

from itertools import product

import mpmath
import numpy as np
import pytest

import equivariety as ev

FAR = [5e6, 1e8, 1e10]
TOLERANCE = 1e-5


def loss_of(M, X, Y, weight=None):
    """Mean squared error in extended precision."""
    M, X, Y = (np.asarray(array, np.longdouble) for array in (M, X, Y))
    return float(np.average((((X @ M.T) - Y) ** 2).mean(axis=1), weights=weight))


def least_loss(X, size, rank):
    """The optimum of an equivariant autoencoder under copies of one cycle of length ``size``, 1 or 3, in 50 digits."""
    mpmath.mp.dps = 50
    samples, copies = len(X), X.shape[1] // size
    blocks = []
    for frequency in range((size + 1) // 2 + (size == 1) * 0):
        powers = [mpmath.expjpi(mpmath.mpf(2) * frequency * k / size) / mpmath.sqrt(size) for k in range(size)]
        Z = mpmath.matrix(samples, copies)
        for sample, copy in product(range(samples), range(copies)):
            row = X[sample, copy * size : (copy + 1) * size]
            Z[sample, copy] = sum((p * mpmath.mpf(float(x)) for p, x in zip(powers, row, strict=True)), mpmath.mpc(0))
        values = sorted((mpmath.re(v) for v in mpmath.eighe(Z.H * Z)[0]), reverse=True)
        cost = 1 if frequency == 0 else 2
        blocks.append((cost, [cost * v for v in values]))
    best = min(
        sum(sum(values[r:]) for (_, values), r in zip(blocks, ranks, strict=True))
        for ranks in product(*(range(len(values) + 1) for _, values in blocks))
        if sum(cost * r for (cost, _), r in zip(blocks, ranks, strict=True)) <= rank
    )
    return float(best / X.size)


CASES = [(1, 4, 2, ev.actions.trivial(4)), (1, 4, 1, ev.actions.trivial(4)), (3, 6, 2, 2 * ev.actions.cyclic(3)),
         (3, 6, 3, 2 * ev.actions.cyclic(3))]  # fmt: skip


@pytest.mark.parametrize("offset", FAR)
@pytest.mark.parametrize(("size", "degree", "rank", "action"), CASES)
@pytest.mark.parametrize("invariant", [True, False])
def test_autoencoders(offset, size, degree, rank, action, invariant):
    rng = np.random.default_rng(degree + rank)
    center = 1.0 if invariant else rng.standard_normal(degree)
    X = offset * center + rng.standard_normal((30, degree))
    solution = ev.EquivariantMaps(action).bounded(rank).fit(X)
    assert solution.loss == pytest.approx(loss_of(solution.matrix(), X, X), rel=TOLERANCE)
    assert loss_of(solution.matrix(), X, X) == pytest.approx(least_loss(X, size, rank), rel=TOLERANCE)
    curve = ev.EquivariantMaps(action).problem(X).curve()
    assert curve.losses[rank] == pytest.approx(solution.loss)


@pytest.mark.parametrize("offset", FAR)
@pytest.mark.parametrize("action", [ev.actions.trivial(4), ev.actions.cyclic(6), 2 * ev.actions.cyclic(3)])
@pytest.mark.parametrize("weighted", [False, True])
def test_regressions(offset, action, weighted):
    """Least squares over the equivariant maps from normal equations in 60 digits."""
    rng, n = np.random.default_rng(action.degree), action.degree
    noise = rng.standard_normal((40, n))
    X = offset + noise
    Y = offset + noise @ rng.standard_normal((n, n)) + rng.standard_normal((40, n))
    weight = rng.integers(1, 4, 40).astype(float) if weighted else None
    solution = ev.EquivariantMaps(action).bounded(n).fit(X, Y, weight)
    reported, true = solution.loss, loss_of(solution.matrix(), X, Y, weight)
    assert reported == pytest.approx(true, rel=TOLERANCE)
    assert true == pytest.approx(least_squares(action, X, Y, weight), rel=TOLERANCE)


def least_squares(action, X, Y, weight):
    """Unknowns are the orbits on pairs: M = sum of m_o E_o; normal equations in 60 digits."""
    mpmath.mp.dps = 60
    n = action.degree
    image = np.asarray(action.images[0])
    orbit, found = -np.ones((n, n), dtype=int), 0
    for i, j in product(range(n), range(n)):
        if orbit[i, j] < 0:
            a, b = i, j
            while orbit[a, b] < 0:
                orbit[a, b] = found
                a, b = image[a], image[b]
            found += 1
    weight = np.ones(len(X)) if weight is None else weight
    features = np.zeros((len(X) * n, found))
    for i, j in product(range(n), range(n)):
        features[i::n, orbit[i, j]] += X[:, j]  # sums of at most n numbers, exact to rounding of the data
    A, y = mpmath.matrix(features.tolist()), mpmath.matrix(Y.ravel().tolist())
    W = [mpmath.mpf(float(w)) for w in np.repeat(weight, n)]
    scaled = mpmath.matrix(A.rows, A.cols)
    for r, c in product(range(A.rows), range(A.cols)):
        scaled[r, c] = A[r, c] * W[r]
    residual = A * mpmath.lu_solve(scaled.T * A, scaled.T * y) - y
    total = sum(w * residual[r] ** 2 for r, w in enumerate(W))
    return float(total / (mpmath.mpf(float(weight.sum())) * n))


@pytest.mark.parametrize("offset", [3e2, 1e4])
def test_single_precision(offset):
    """Where the first pass in single precision has lost the noise, the second one is in double precision."""
    X = (offset + np.random.default_rng(0).standard_normal((50, 4))).astype(np.float32)
    solution = ev.EquivariantMaps(ev.actions.trivial(4)).bounded(2).fit(X)
    assert solution.loss == pytest.approx(loss_of(solution.matrix(), X, X), rel=1e-3)
    assert solution.loss == pytest.approx(least_loss(X, 1, 2), rel=1e-3)


def test_an_exact_fit_is_exact_and_a_deficient_one_of_least_norm():
    rng = np.random.default_rng(0)
    X = 1e8 + rng.standard_normal((3, 6))
    maps = ev.EquivariantMaps(ev.actions.trivial(6))
    solution = maps.bounded(6).fit(X, X @ rng.standard_normal((6, 6)))
    assert solution.loss < 1e-12 * 1e16
    assert solution.numerical_ranks == (3,)
    assert np.abs(solution.matrix()).max() < 1e3


def test_streams_count_directions_lost_in_rounding_as_not_determined():
    """What cannot be read again keeps its promise to the precision of its sums: epsilon times the mean square."""
    X = 1e8 + np.random.default_rng(0).standard_normal((50, 4))
    solution = ev.EquivariantMaps(ev.actions.trivial(4)).bounded(2).fit(iter([X]))
    assert solution.numerical_ranks == (1,)
    assert abs(solution.loss - loss_of(solution.matrix(), X, X)) < 16 * np.finfo(float).eps * np.mean(X**2)
