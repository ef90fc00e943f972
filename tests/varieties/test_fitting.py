"""Fits: the optimum over every component, against brute force and against the textbooks without symmetry."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

import equivariety as ev
from cases import FAMILIES, data, pairs_of_actions, random_map
from equivariety.errors import InputError
from equivariety.moments.sparse_rows import SparseRows
from equivariety.varieties.fitting import data_moments

# Families with one action on both sides, whose inputs can be their own targets.
SQUARE = [name for name, maps in FAMILIES.items() if maps.domain == maps.codomain]


def mean_square(residual):
    return float(np.mean(residual**2))


@settings(max_examples=200, deadline=None)
@given(pairs_of_actions(6), st.integers(0, 6), st.integers(0, 99))
def test_the_best_component_is_the_best_of_all(pair, rank, seed):
    maps = ev.EquivariantMaps(*pair)
    family = maps.bounded(min(rank, *maps.shape))
    X, Y = data(maps, 20, seed)
    moments = data_moments(maps, X, Y)
    best = family.solve(moments)
    losses = [component.solve(moments).loss for component in family.components()]
    assert best.loss == pytest.approx(min(losses), rel=1e-9)
    assert best.ranks in {component.ranks for component in family.components()}


@pytest.mark.parametrize(("name", "targets"), [(name, True) for name in FAMILIES] + [(name, False) for name in SQUARE])
def test_no_random_map_on_the_component_beats_the_fit(name, targets):
    maps = FAMILIES[name]
    X, Y = data(maps, 60)
    Y = Y if targets else X
    solution = maps.bounded(min(maps.shape) // 2).fit(X, Y if targets else None)
    rng = np.random.default_rng(1)
    best = mean_square(X @ solution.matrix().T - Y)
    for size in (10, 1, 0.1, 1e-3):
        for _ in range(10):
            near = _moved(solution, size, rng)
            assert mean_square(X @ near.T - Y) >= best * (1 - 1e-12)
        far = random_map(maps, solution.ranks, rng).matrix()
        scale = np.sum((X @ far.T) * Y) / max(np.sum((X @ far.T) ** 2), 1e-300)  # the best multiple of a random map
        assert mean_square(scale * X @ far.T - Y) >= best


def _moved(solution, size, rng):
    """Another map of the same ranks: noise on encoder and decoder."""
    encoder, decoder = solution.encoder, solution.decoder
    factors = [
        type(factor)(
            factor.source, factor.target, tuple(b + size * rng.standard_normal(b.shape) for b in factor.blocks)
        )
        for factor in (decoder, encoder)
    ]
    return (factors[0] @ factors[1]).matrix()


@pytest.mark.parametrize("name", FAMILIES)
def test_what_a_solution_promises(name):
    maps = FAMILIES[name]
    X, Y = data(maps, 60)
    rank = min(maps.shape) // 2
    solution = maps.bounded(rank).fit(X, Y)
    M = solution.matrix()
    assert solution.component.rank <= rank
    np.testing.assert_allclose(solution.apply(X), X @ M.T, atol=1e-10)
    assert solution.loss == pytest.approx(mean_square(X @ M.T - Y))
    assert solution.error(X, Y) == pytest.approx(solution.loss)
    assert solution.encoder.shape == (solution.component.rank, maps.domain.degree)
    assert solution.decoder.shape == (maps.codomain.degree, solution.component.rank)
    D = solution.decoder.matrix()
    np.testing.assert_allclose(D.T @ D, np.eye(D.shape[1]), atol=1e-12)
    for block, rank, gains in zip(maps.blocks, solution.ranks, solution.spectrum, strict=True):
        assert len(gains) == block.largest_rank >= rank
        assert (np.diff(gains) <= 0).all()
    kept = sum(gains[:rank].sum() for gains, rank in zip(solution.spectrum, solution.ranks, strict=True))
    assert np.sum(Y**2) - kept == pytest.approx(solution.loss * Y.size)
    for g, h in zip(maps.domain.images, maps.codomain.images, strict=True):
        np.testing.assert_allclose(M[:, np.argsort(g)], M[h], atol=1e-12 * max(1.0, np.abs(M).max()))


@pytest.mark.parametrize("name", FAMILIES)
def test_moving_inputs_and_targets_alike_changes_nothing(name):
    maps = FAMILIES[name]
    X, Y = data(maps, 60)
    family = maps.bounded(min(maps.shape) // 2)
    solution = family.fit(X, Y)
    for g, h in zip(maps.domain.images, maps.codomain.images, strict=True):
        moved = family.fit(X[:, g], Y[:, h])
        assert moved.ranks == solution.ranks
        assert moved.loss == pytest.approx(solution.loss)
        np.testing.assert_allclose(moved.matrix(), solution.matrix(), atol=1e-9 * np.abs(solution.matrix()).max())


@pytest.mark.parametrize("name", FAMILIES)
def test_more_rank_and_less_symmetry_lower_the_loss(name):
    maps = FAMILIES[name]
    X, Y = data(maps, 60)
    dense = ev.EquivariantMaps(ev.actions.trivial(maps.domain.degree), ev.actions.trivial(maps.codomain.degree))
    losses = [maps.bounded(rank).fit(X, Y).loss for rank in range(min(maps.shape) + 1)]
    free = [dense.bounded(rank).fit(X, Y).loss for rank in range(min(maps.shape) + 1)]
    assert losses[0] == pytest.approx(free[0], rel=1e-14)  # summed in another order
    assert losses[0] == pytest.approx(mean_square(Y))
    assert (np.diff(losses) <= 1e-12).all()
    assert all(loss >= best * (1 - 1e-9) for loss, best in zip(losses, free, strict=True))


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_without_symmetry_it_is_reduced_rank_regression(rank):
    maps = ev.EquivariantMaps(ev.actions.trivial(5), ev.actions.trivial(4))
    X, Y = data(maps, 30)
    B = np.linalg.lstsq(X, Y, rcond=None)[0]
    right = np.linalg.svd(X @ B, full_matrices=False)[2][:rank]
    np.testing.assert_allclose(maps.bounded(rank).fit(X, Y).matrix(), (B @ right.T @ right).T, atol=1e-10)


@pytest.mark.parametrize(
    "X",
    [
        np.random.default_rng(0).standard_normal((3, 6)),  # fewer samples than features
        np.random.default_rng(0).standard_normal((30, 6)) * [1, 1, 0, 1, 1, 0],  # constant pixels
        np.random.default_rng(0).standard_normal((30, 2)) @ np.random.default_rng(1).standard_normal((2, 6)),
    ],
    ids=["few samples", "zero columns", "low rank"],
)
def test_deficient_data_give_the_map_of_least_norm(X):
    maps = ev.EquivariantMaps(ev.actions.trivial(6), ev.actions.trivial(2))
    Y = np.random.default_rng(2).standard_normal((len(X), 2))
    solution = maps.bounded(2).fit(X, Y)
    np.testing.assert_allclose(solution.matrix(), (np.linalg.pinv(X) @ Y).T, atol=1e-8)
    wide = ev.EquivariantMaps(ev.actions.trivial(6)).bounded(6).fit(X)
    assert wide.numerical_ranks == (np.linalg.matrix_rank(X),)
    np.testing.assert_allclose(wide.matrix(), np.linalg.pinv(X) @ X, atol=1e-8)


@pytest.mark.parametrize("name", ["one shift", "rotation", "quaternion group"])
def test_symmetric_data_leave_the_other_blocks_alone(name):
    """Where the data vanish up to rounding, rounding errors must not be taken for a signal."""
    maps = FAMILIES[name]
    X, Y = data(maps, 40)
    X = X @ ev.EquivariantMaps(maps.domain, ev.actions.trivial(maps.domain.degree, like=maps.domain)).project(
        np.eye(maps.domain.degree)
    )
    for orbit in maps.domain.orbits():
        X[:, orbit] = X[:, orbit].mean(axis=1, keepdims=True)
    solution = maps.bounded(min(maps.shape)).fit(X, Y)
    assert np.abs(solution.matrix()).max() < 1e3
    assert not any(solution.numerical_ranks[1:])


@pytest.mark.parametrize("kind", [np.float32, np.uint8])
@pytest.mark.parametrize("symmetric", [True, False])
def test_small_components_of_coarse_data_count(kind, symmetric):
    """Single precision costs no more than its rounding errors, however many directions have small variance."""
    rng = np.random.default_rng(0)
    smooth = rng.standard_normal((400, 144)) * np.exp(-np.arange(144) / 16)
    X = (128 + 20 * smooth @ np.linalg.qr(rng.standard_normal((144, 144)))[0]).clip(0, 255).astype(kind)
    family = ev.EquivariantMaps(ev.actions.image_shift((12, 12), axis=1) if symmetric else ev.actions.trivial(144))
    exact = family.bounded(100).fit(X.astype(np.float64))
    coarse = family.bounded(100).fit(X)
    allowed = 4 * float(np.finfo(np.float32).eps) * mean_square(X.astype(np.float64))
    assert coarse.error(X.astype(np.float64)) == pytest.approx(exact.loss, abs=allowed)
    assert coarse.loss == pytest.approx(exact.loss, abs=allowed)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_map_of_the_family_is_recovered(name):
    maps = FAMILIES[name]
    ranks = tuple(min(1, block.largest_rank) for block in maps.blocks)
    M = random_map(maps, ranks, np.random.default_rng(0)).matrix()
    X, _ = data(maps, 4 * maps.domain.degree)
    solution = maps.bounded(np.linalg.matrix_rank(M)).fit(X, X @ M.T)
    np.testing.assert_allclose(solution.matrix(), M, atol=1e-8)
    assert solution.ranks == ranks


def test_the_talks_losses_and_parameters_on_digits():
    """As on MNIST: the best component beats others, the dense map beats the best, at 28 times the parameters."""
    X = ev.datasets.shift_images(ev.datasets.digits().reshape(-1, 8, 8)).reshape(-1, 64)
    maps = ev.EquivariantMaps(ev.actions.image_shift((8, 8), axis=1))
    best = maps.bounded(12).fit(X)
    dense = ev.EquivariantMaps(ev.actions.trivial(64)).bounded(12).fit(X)
    other = maps.bounded(12).component((0, 0, 0, 4, 4)).fit(X)
    assert dense.loss < best.loss < other.loss
    assert (best.component.parameters, dense.component.parameters) == (sum(
        field * rank * 16 for field, rank in zip((1, 2, 2, 2, 1), best.ranks, strict=True)
    ), 12 * 128)  # fmt: skip


@pytest.mark.parametrize(
    ("X", "Y", "message"),
    [
        (np.ones((3, 4)), None, r"X must have shape \(samples, 5\), the degree of the domain, not \(3, 4\)"),
        (np.ones(5), None, r"X must have shape \(samples, 5\), the degree of the domain, not \(5,\)"),
        (np.ones((0, 5)), None, "X must have at least one sample, not 0"),
        (np.full((3, 5), "a"), None, "X must hold real numbers, not values of type <U1"),
        (np.ones((3, 5)), np.ones((2, 5)), "Y must have as many samples as X: 3, not 2"),
        (np.ones((3, 5)), np.ones((3, 4)), r"Y must have shape \(samples, 5\), the degree of the codomain, not"),
        (np.diag([1, 1, np.nan, 1, 1]), None, "X must hold finite numbers: row 2 contains NaN or infinity"),
        (np.full((5, 5), np.nan), None, "row 0 contains NaN or infinity, the first of 25 such values"),
        (np.ones((5, 5)), np.diag([1, np.inf, 1, 1, 1]), "Y must hold finite numbers: row 1 contains NaN or inf"),
        (np.ones((5, 5)), np.full((5, 5), 1e200), "Y must hold numbers whose squares are finite: some are too large"),
        (np.full((5, 5), 1e200), np.ones((5, 5)), "X must hold numbers whose squares are finite: some are too large"),
        (np.ma.ones((5, 5)), None, "X must not be a masked array: fill the masked values, or leave their rows out, fi"),
        (np.ones((5, 5)), np.ma.ones((5, 5)), "Y must not be a masked array"),
        (np.full((5, 5), 1e200), None, "X must hold numbers whose squares are finite: some are too large"),
    ],
)
@pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid value")
def test_data_that_cannot_be_used(X, Y, message):
    with pytest.raises(InputError, match=message):
        FAMILIES["one permutation"].bounded(2).fit(X, Y)


def test_targets_are_needed_when_the_sides_differ():
    with pytest.raises(InputError, match="Y must be given when the codomain differs from the domain"):
        FAMILIES["corners to edges"].bounded(2).fit(np.ones((3, 4)))


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        (np.ones(4), r"sample_weight must have shape \(5,\), one weight for each sample, not \(4,\)"),
        (2.0, r"sample_weight must have shape \(5,\), one weight for each sample, not \(\)"),
        (["a"] * 5, "sample_weight must hold real numbers, not values of type <U1"),
        ([1, 1, -1, 1, 1], "sample_weight must hold finite numbers that are not negative: row 2 has -1"),
        ([1, 1, 1, np.nan, 1], "sample_weight must hold finite numbers that are not negative: row 3 has nan"),
        ([0] * 5, "sample_weight must not be zero for all samples"),
    ],
)
def test_weights_that_cannot_be_used(weight, message):
    with pytest.raises(InputError, match=message):
        data_moments(FAMILIES["one permutation"], np.eye(5), sample_weight=weight)


def test_weights_of_a_fit_repeat_samples():
    maps = FAMILIES["corners to edges"]
    X, Y = data(maps, 30)
    counts = np.arange(30) % 3
    for family in (maps.bounded(2), maps.bounded(2).component(maps.bounded(2).fit(X, Y).ranks)):
        weighted, repeated = family.fit(X, Y, counts), family.fit(*(np.repeat(A, counts, axis=0) for A in (X, Y)))
        np.testing.assert_allclose(weighted.matrix(), repeated.matrix(), atol=1e-10)
        assert weighted.loss == pytest.approx(repeated.loss)


@pytest.mark.filterwarnings("ignore:the matrix subclass")
def test_matrices_of_numpy_are_arrays():
    family = FAMILIES["one permutation"].bounded(2)
    X = np.random.default_rng(0).normal(size=(20, 5))
    assert family.fit(np.matrix(X)).loss == family.fit(X).loss


@pytest.mark.parametrize("make", [sparse.csr_array, sparse.csc_matrix, sparse.coo_array])
@pytest.mark.parametrize("kind", [np.float32, np.float64, np.uint8])
def test_sparse_rows_are_read_slab_by_slab(make, kind, monkeypatch):
    """Only some rows are dense at a time: the whole is never asked for."""
    rng = np.random.default_rng(0)
    X = (rng.integers(1, 9, (40, 5)) * (rng.random((40, 5)) < 0.3)).astype(kind)
    Y = rng.standard_normal((40, 5))
    family = FAMILIES["one permutation"].bounded(2)
    monkeypatch.setattr("equivariety.moments.streams._SLAB_VALUES", 35)
    sizes, read = [], SparseRows.__getitem__
    monkeypatch.setattr(SparseRows, "__getitem__", lambda self, rows: _noted(sizes, read(self, rows)))
    for targets in (None, Y):
        known, found = family.fit(X, targets), family.fit(make(X), targets)
        np.testing.assert_allclose(found.matrix(), known.matrix(), atol=1e-5)
        assert found.ranks == known.ranks
    assert 1 <= max(sizes) <= 7


def _noted(sizes, rows):
    sizes.append(len(rows))
    return rows
