"""The talk's comparison: given ranks, equal ranks, high-pass, dense, and the best of all components."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from equivariety.cli.progress import moments_with_progress

if TYPE_CHECKING:
    from equivariety.varieties import EquivariantMaps, Solution


@dataclass(frozen=True, eq=False)
class Row:
    """One line of the comparison."""

    name: str
    solution: Solution
    loss_test: float
    loss_talk: float | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "ranks": list(self.solution.ranks),
            "parameters": self.solution.component.parameters,
            "loss_train": self.solution.loss,
            "loss_test": self.loss_test,
            "loss_talk": self.loss_talk,
        }


def compare(
    maps: EquivariantMaps,
    rank: int,
    train: Any,
    test: Any,
    ranks: Sequence[int] | None = None,
    losses: dict[str, float] | None = None,
) -> list[Row]:
    """Optimal autoencoders of one rank on different components, from one pass over the training data each for the
    equivariant and the dense maps.

    Parameters
    ----------
    ranks : sequence of int, optional
        The block ranks of the first row ``talk``; by default there is no such row, and ``high_pass`` mirrors the best.
    losses : dict, optional
        Test losses reported elsewhere, by name of the row.
    """
    from equivariety.actions import trivial
    from equivariety.varieties import EquivariantMaps
    from equivariety.varieties.equal_ranks import equal_ranks
    from equivariety.varieties.problem import Problem

    problem = Problem.of_data(maps, moments_with_progress(maps, train))
    best = problem.best(rank)
    dense_maps = EquivariantMaps(trivial(maps.domain.degree))
    dense = Problem.of_data(dense_maps, moments_with_progress(dense_maps, train)).best(rank)
    low_pass = best.ranks if ranks is None else tuple(ranks)
    solutions = {} if ranks is None else {"talk": problem.at(low_pass)}
    solutions["equal_rank"] = problem.at(equal_ranks(maps, rank))
    solutions["high_pass"] = problem.at(low_pass[::-1])
    solutions["dense"] = dense
    solutions["best"] = best
    return [Row(name, solution, solution.error(test), (losses or {}).get(name)) for name, solution in solutions.items()]
