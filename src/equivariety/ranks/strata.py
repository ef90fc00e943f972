"""Where a union of products of rank-bounded matrices is singular, in terms of block ranks alone.

A matrix whose blocks have exactly the ranks s lies on the components whose tuples are at least s. It is a smooth point
of the union if and only if there is only one of them and in each block either s_i is the rank of that component or the
block is not bounded at all (its rank is the full one).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from equivariety.ranks.counting import Slot, count_maximal
from equivariety.ranks.listing import maximal_tuples

Ranks = tuple[int, ...]

_CHUNK = 2**22  # entries of one batch of pairwise comparisons


def components_through(slots: Sequence[Slot], budget: int, ranks: Sequence[int]) -> Iterator[Ranks]:
    """The maximal tuples that are at least ``ranks``, lazily.

    Examples
    --------
    >>> list(components_through([Slot(1, 2), Slot(1, 2)], 2, (1, 0)))
    [(2, 0), (1, 1)]
    """
    rest, left = _residual(slots, budget, ranks)
    for extra in maximal_tuples(rest, left):
        yield tuple(rank + more for rank, more in zip(ranks, extra, strict=True))


def count_components_through(slots: Sequence[Slot], budget: int, ranks: Sequence[int]) -> int:
    """How many components contain the matrices with these block ranks."""
    return count_maximal(*_residual(slots, budget, ranks))


def is_singular(slots: Sequence[Slot], budget: int, ranks: Sequence[int]) -> bool:
    """Whether a matrix with exactly these block ranks is a singular point of the union of all components.

    Examples
    --------
    >>> slots = [Slot(1, 1), Slot(2, 1)]
    >>> is_singular(slots, 2, (0, 0)), is_singular(slots, 2, (0, 1))
    (True, False)
    """
    if count_components_through(slots, budget, ranks) > 1:
        return True
    top = next(components_through(slots, budget, ranks))
    return drops_rank(slots, top, ranks)


def drops_rank(slots: Sequence[Slot], top: Sequence[int], ranks: Sequence[int]) -> bool:
    """Whether some block of a component has smaller rank than allowed, although its rank is bounded."""
    return any(rank < bound < slot.capacity for rank, bound, slot in zip(ranks, top, slots, strict=True))


def singular_tuples_of_component(slots: Sequence[Slot], ranks: Sequence[int]) -> list[Ranks]:
    """The maximal tuples of the singular locus of one product: one rank less in one block that is bounded.

    Examples
    --------
    >>> singular_tuples_of_component([Slot(1, 2), Slot(1, 2), Slot(2, 1)], (1, 2, 1))
    [(0, 2, 1)]
    """
    given = tuple(ranks)
    bounded = [i for i, slot in enumerate(slots) if 0 < given[i] < slot.capacity]
    return [(*given[:i], given[i] - 1, *given[i + 1 :]) for i in reversed(bounded)]


def singular_tuples(slots: Sequence[Slot], budget: int) -> list[Ranks]:
    """The maximal tuples of the singular locus of the union: those of all components, and pairwise minima.

    Time grows with the square of the number of components.

    Examples
    --------
    >>> singular_tuples([Slot(1, 2), Slot(1, 2)], 2)
    [(1, 0), (0, 1)]
    """
    tops = list(maximal_tuples(slots, budget))
    own = [ranks for top in tops for ranks in singular_tuples_of_component(slots, top)]
    array = np.array(tops, dtype=np.intp).reshape(len(tops), len(slots))
    candidates = [np.array(own, dtype=np.intp).reshape(len(own), len(slots))]
    step = max(1, _CHUNK // max(1, array.size))
    for start in range(0, len(tops), step):
        minima = np.minimum(array[start : start + step, None], array[None])
        rows, columns = np.triu_indices(len(minima), start + 1, len(tops))
        candidates.append(np.unique(minima[rows, columns], axis=0))
    return maximal_members(np.concatenate(candidates))


def maximal_members(tuples: NDArray[np.intp]) -> list[Ranks]:
    """The componentwise maximal ones among the rows, in falling lexicographic order."""
    left = np.unique(tuples, axis=0)
    left = left[np.argsort(-left.sum(axis=1), kind="stable")]
    kept = []
    while len(left):
        top = left[0]
        kept.append(tuple(top.tolist()))
        left = left[(left > top).any(axis=1)]
    return sorted(kept, reverse=True)


def _residual(slots: Sequence[Slot], budget: int, ranks: Sequence[int]) -> tuple[list[Slot], int]:
    rest = [Slot(slot.weight, slot.capacity - rank) for slot, rank in zip(slots, ranks, strict=True)]
    return rest, budget - sum(slot.weight * rank for slot, rank in zip(slots, ranks, strict=True))
