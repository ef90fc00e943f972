"""Errors on held-out data of every tuple of block ranks, from moments of folds alone.

Moments of folds add, so that training moments are sums, and the error of a map on a fold is a quadratic form in the
fold's moments: ||Y||^2 - 2 Re tr(Z C^*) + tr(Z S Z^*). It is a sum over the blocks, and within a block over the terms
that are kept. One pass over the data thus gives the cross-validated error of every component.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np
from numpy.typing import NDArray

from equivariety.blocks import BlockSpectrum
from equivariety.moments import Moments
from equivariety.varieties.maps import EquivariantMaps
from equivariety.varieties.problem import DataProblem, Problem


@dataclass(frozen=True, eq=False)
class HeldOutError:
    """The squared error on all held-out folds, for all tuples of block ranks."""

    of_zero: float
    """Squared error of the zero map (of the training mean, with an intercept), summed over samples and targets."""
    changes: tuple[NDArray[np.float64], ...]
    """Per bundle (members, ranks from 0): what keeping so many terms of a block adds to it."""

    def __add__(self, other: HeldOutError) -> HeldOutError:
        changes = tuple(a + b for a, b in zip(self.changes, other.changes, strict=True))
        return HeldOutError(self.of_zero + other.of_zero, changes)

    def of(self, maps: EquivariantMaps, ranks: Sequence[int]) -> float:
        """The squared error with the given block ranks."""
        given = np.asarray(ranks)
        return self.of_zero + sum(
            float(np.take_along_axis(change, given[bundle.members][:, None], axis=1).sum())
            for bundle, change in zip(maps.bundles, self.changes, strict=True)
        )

    def best_ranks(self, maps: EquivariantMaps, budget: int | None = None) -> tuple[int, ...]:
        """The best tuple of all components, or of those whose total rank is within a budget."""
        ranks = np.zeros(len(maps.blocks), dtype=np.intp)
        if budget is None:
            for bundle, change in zip(maps.bundles, self.changes, strict=True):
                ranks[bundle.members] = change.argmin(axis=1)
            return tuple(ranks.tolist())
        members = np.concatenate([bundle.members for bundle in maps.bundles])
        costs = [bundle.dimension for bundle in maps.bundles for _ in range(bundle.size)]
        ranks[members] = _within(list(_rows(self.changes)), costs, budget)
        return tuple(ranks.tolist())


def cross_validated(maps: EquivariantMaps, folds: Sequence[Moments], alpha: float, intercept: bool) -> HeldOutError:
    """Held-out errors summed over the folds; every fold is left out once.

    Parameters
    ----------
    folds : sequence of Moments
        About common origins, not centered.
    alpha : float
        Ridge penalty of ||M||_F^2.
    intercept : bool
        Whether the invariant part of the training means is subtracted.
    """
    parts = []
    for number, fold in enumerate(folds):
        training = reduce(add, [other for place, other in enumerate(folds) if place != number])
        parts.append(held_out(maps, training, fold, alpha, intercept))
    return reduce(add, parts)


def held_out(maps: EquivariantMaps, training: Moments, fold: Moments, alpha: float, intercept: bool) -> HeldOutError:
    """Errors on one fold of what was learned from other data."""
    trivial = maps.domain_basis.trivial
    if intercept:
        fold = fold.about(trivial, training.input_sum / training.weight, training.target_sum / training.weight)
        training = training.centered(trivial)
    return errors_on(Problem.of_data(maps, ridge(maps, training, alpha)), fold)


def errors_on(problem: DataProblem, moments: Moments) -> HeldOutError:
    """Errors of the optima of a problem, for all ranks, on the data of other moments about the same origins."""
    changes = [
        _changes(spectrum, problem.map_scale, S, C)
        for spectrum, S, C in zip(problem.error.spectra, moments.inner, moments.cross or moments.inner, strict=True)
    ]
    return HeldOutError(moments.target_norm, tuple(changes))


def ridge(maps: EquivariantMaps, moments: Moments, alpha: float) -> Moments:
    """Moments whose least squares is ridge regression: alpha k is added to the diagonal of every block of S.

    ||M||_F^2 = sum k |Z_i|^2, so a block whose irreducible has dimension k is penalized k times.
    """
    if alpha == 0:
        return moments
    cross = moments.inner if moments.cross is None else moments.cross
    return moments.with_diagonal([alpha * bundle.dimension for bundle in maps.bundles], cross)


def _changes(
    spectrum: BlockSpectrum, scale: float, S: NDArray[np.float64], C: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Of one bundle what 0, 1, 2, ... terms add to the squared error, shape (members, terms + 1)."""
    field = spectrum.field
    encoder, decoder = scale * field.pack(spectrum.encoder), field.pack(spectrum.decoder)
    quadratic = np.einsum("bti,bij,btj->bt", encoder, field.pack(S), encoder.conj(), optimize=True).real
    linear = np.einsum("bit,bij,btj->bt", decoder.conj(), field.pack(C), encoder.conj(), optimize=True).real
    terms = (quadratic - 2 * linear)[:, : spectrum.gains.shape[1]]
    return np.concatenate([np.zeros((len(terms), 1)), np.cumsum(terms, axis=1)], axis=1)


def _rows(changes: Sequence[NDArray[np.float64]]) -> list[NDArray[np.float64]]:
    return [row for change in changes for row in change]


def _within(changes: list[NDArray[np.float64]], costs: list[int], budget: int) -> list[int]:
    """The multiple-choice knapsack: one rank for each block, of least total change within the budget."""
    best = np.zeros(budget + 1)
    choices = []
    for change, cost in zip(changes, costs, strict=True):
        counts = range(min(len(change) - 1, budget // cost) + 1)
        options = np.full((len(counts), budget + 1), np.inf)
        for count in counts:
            options[count, count * cost :] = best[: budget + 1 - count * cost] + change[count]
        choices.append(options.argmin(axis=0))
        best = options.min(axis=0)
    left, ranks = budget, []
    for choice, cost in zip(reversed(choices), reversed(costs), strict=True):
        ranks.append(int(choice[left]))
        left -= ranks[-1] * cost
    return ranks[::-1]
