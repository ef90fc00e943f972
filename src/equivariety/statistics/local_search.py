"""Search among more groups than can be listed: approximate automorphisms of the covariance, then steepest ascent."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from equivariety.actions import PermutationAction
from equivariety.statistics.automorphisms import approximate_automorphisms
from equivariety.statistics.search import Criterion, Evidence, SymmetryModel, model_key, score, scored, scored_cyclic

_MOST_MATCHES = 400  # pairs of variables, each tried as a point and its image
_ASCENTS = 4
_MOST_STEPS = 60
_JOINED = 12  # best cyclic groups that are multiplied and joined with each other


class _Visited:
    """Every model that was scored, once."""

    def __init__(self, evidence: Evidence, criterion: Criterion) -> None:
        self.evidence, self.criterion = evidence, criterion
        self.models: dict[bytes, SymmetryModel] = {}

    def cyclic(self, images: NDArray[np.intp]) -> list[SymmetryModel]:
        """Models of cyclic groups, one for each row."""
        return self._known(map(PermutationAction, images), lambda fresh: scored_cyclic(
            self.evidence, np.array([action.images[0] for action in fresh])))  # fmt: skip

    def groups(self, actions: Iterable[PermutationAction]) -> list[SymmetryModel]:
        """Models of any groups."""
        return self._known(actions, lambda fresh: scored(self.evidence, fresh))

    def value(self, model: SymmetryModel) -> float:
        """The score, which is to be maximized."""
        return score(model, self.criterion)

    def best(self, models: Iterable[SymmetryModel]) -> list[SymmetryModel]:
        """Each model once, best first."""
        distinct = {id(model): model for model in models}
        return sorted(distinct.values(), key=self.value, reverse=True)

    def _known(self, actions, scorer) -> list[SymmetryModel]:  # type: ignore[no-untyped-def]
        keyed = [(model_key(action), action) for action in actions]
        fresh = {key: action for key, action in keyed if key not in self.models}
        if fresh:
            for model in scorer(list(fresh.values())):
                self.models[model_key(_permutations(model))] = model
        return [self.models[key] for key in dict(keyed)]


def best_neighbors(
    evidence: Evidence, criterion: Criterion, joins: bool, rng: np.random.Generator
) -> list[SymmetryModel]:
    """All models that the search met.

    It starts from permutations that nearly keep the covariance, two for each variable i and its image j, and their
    products. The generators of the best ones then change by a transposition, always to the best neighbor. With
    ``joins`` the best cyclic groups are joined greedily, and generators dropped, as long as this pays.
    """
    degree = len(evidence.scatter)
    visited = _Visited(evidence, criterion)
    ranked = visited.best(visited.cyclic(_starts(evidence.scatter, rng)))
    # Two reflections of a ring are found more easily than the rotation that is their product.
    found = np.array([_permutations(model).images[0] for model in ranked[:_JOINED]])
    products = np.concatenate([image[found] for image in found])
    ranked = visited.best([*ranked, *visited.cyclic(products)])
    swaps = _transpositions(degree)
    ends = [_ascended(visited, model, swaps) for model in ranked[:_ASCENTS]]
    if joins:
        _join(visited, visited.best([*ends, *ranked])[:_JOINED])
    return list(visited.models.values())


def _starts(scatter: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.intp]:
    """The identity, and permutations that nearly keep the scatter."""
    pairs = np.array(list(combinations(range(len(scatter)), 2)))
    if len(pairs) > _MOST_MATCHES:
        pairs = pairs[rng.choice(len(pairs), _MOST_MATCHES, replace=False)]
    found = [approximate_automorphisms(scatter, i, j)[:2] for i, j in pairs.tolist()]
    return np.unique(np.concatenate([np.arange(len(scatter))[None], *found]), axis=0)


def _ascended(visited: _Visited, current: SymmetryModel, swaps: NDArray[np.intp]) -> SymmetryModel:
    for _ in range(_MOST_STEPS):
        image = _permutations(current).images[0]
        neighbors = visited.cyclic(swaps[:, image])
        best = max(neighbors, key=visited.value)
        if visited.value(best) <= visited.value(current):
            break
        current = best
    return current


def _join(visited: _Visited, cyclic: list[SymmetryModel]) -> None:
    current, better = cyclic[0], True
    while better:
        images = list(_permutations(current).images)
        larger = [_without_redundant(PermutationAction([*images, _permutations(model).images[0]])) for model in cyclic]
        smaller = [PermutationAction(images[:place] + images[place + 1 :]) for place in range(len(images))
                   if len(images) > 1]  # fmt: skip
        best = max(visited.groups([*larger, *smaller]), key=visited.value)
        better = visited.value(best) > visited.value(current)
        current = best if better else current


def _without_redundant(action: PermutationAction) -> PermutationAction:
    """The model written with fewer generators."""
    key, images = model_key(action), list(action.images)
    for place in reversed(range(len(images) - 1)):
        fewer = images[:place] + images[place + 1 :]
        if model_key(PermutationAction(fewer)) == key:
            images = fewer
    return PermutationAction(images)


def _transpositions(degree: int) -> NDArray[np.intp]:
    pairs = list(combinations(range(degree), 2))
    swaps = np.tile(np.arange(degree), (len(pairs), 1))
    for row, (i, j) in zip(swaps, pairs, strict=True):
        row[[i, j]] = j, i
    return swaps


def _permutations(model: SymmetryModel) -> PermutationAction:
    """The action of a candidate of this search."""
    assert isinstance(model.action, PermutationAction)
    return model.action
