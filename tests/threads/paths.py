"""Every way that data take through the library, as functions of rows whose results threads must not change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

import equivariety as ev
from equivariety.varieties.block_map import BlockMap
from equivariety.varieties.fitting import data_moments
from referees import reference_actions

Arrays = list[np.ndarray]


@dataclass(frozen=True)
class Case:
    """An action, and the way its data take."""

    action: ev.PermutationAction
    compiled: bool = False
    dense: bool = False
    count: int = 300
    """Rows: several chunks for the largest block, which one chunk may hold."""

    @cached_property
    def maps(self) -> ev.EquivariantMaps:
        return ev.EquivariantMaps(self.action)

    @cached_property
    def encoder_and_decoder(self) -> tuple[BlockMap, BlockMap]:
        """Two that stand for no data."""
        target = np.random.default_rng(1).standard_normal(self.maps.shape)
        nearest = self.maps.bounded(self.action.degree // 2).nearest(target)
        return nearest.encoder, nearest.decoder

    def rows(self, dtype: str) -> np.ndarray:
        """Rows with a mean, of numbers that every type has exactly: all types see the same data."""
        return np.random.default_rng(0).integers(0, 256, (self.count, self.action.degree)).astype(dtype)


def _quaternions() -> ev.PermutationAction:
    case = next(case for case in reference_actions() if case["name"] == "Q8_two_copies_regular_n16")
    return 6 * ev.PermutationAction(case["generators"])


def _shuffled(action: ev.PermutationAction) -> ev.PermutationAction:
    shuffle = np.random.default_rng(0).permutation(action.degree)
    return ev.PermutationAction(np.argsort(shuffle)[action.images[0]][shuffle])


_SHIFT = ev.actions.image_shift((16, 16), axis=1)
CASES = {
    "R, two kinds of orbits": Case(ev.actions.image_dihedral(28), count=1100),
    "C, many orbits": Case(_SHIFT),
    "C, few orbits": Case(ev.actions.image_shift((4, 16), axis=1)),
    "C, by Fourier transform": Case(ev.actions.image_shift((20, 20))),
    "C, points out of order": Case(_shuffled(_SHIFT)),
    "H, many orbits": Case(_quaternions()),
    "dense products": Case(_SHIFT, dense=True, count=1100),
    "compiled, read in place": Case(_SHIFT, compiled=True),
    "compiled, few orbits": Case(ev.actions.image_shift((4, 16), axis=1), compiled=True),
    "compiled, gathered": Case(_shuffled(_SHIFT), compiled=True),
}
TYPES = ("float32", "float64", "uint8")


def sums(case: Case, X: np.ndarray) -> Arrays:
    """Gram matrices and totals of inputs alone."""
    return list(data_moments(case.maps, X).matrices)


def sums_of_pairs(case: Case, X: np.ndarray) -> Arrays:
    """The same of inputs and targets, with weights."""
    return list(data_moments(case.maps, X, X[::-1], np.linspace(0.5, 2.0, len(X))).matrices)


def encoding(case: Case, X: np.ndarray) -> Arrays:
    """Features, and rows from features."""
    encoder, decoder = case.encoder_and_decoder
    features = encoder.apply(X)
    return [features, decoder.apply(features)]


def fit(case: Case, X: np.ndarray) -> Arrays:
    """The optimum: its loss, ranks and blocks."""
    solution = case.maps.bounded(11).fit(X)
    return [np.array([solution.loss, *solution.ranks]), *solution.encoder.blocks, *solution.decoder.blocks]


def estimator(case: Case, X: np.ndarray) -> Arrays:
    """Features, reconstructions and score of principal components."""
    pca = ev.EquivariantPCA(case.action, n_components=11).fit(X)
    features = pca.transform(X)
    return [features, pca.inverse_transform(features), np.array(pca.score(X))]


PATHS: dict[str, Callable[[Case, np.ndarray], Arrays]] = {
    "sums": sums,
    "sums of pairs": sums_of_pairs,
    "encoding": encoding,
    "fit": fit,
    "estimator": estimator,
}
SHARED = ("sums", "sums of pairs", "encoding")
"""Paths that share their work in threads of one core each; the others end with LAPACK, whose rounding may depend on
the number of its threads."""
