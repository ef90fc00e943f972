"""Reports on what passes between two actions: the blocks of both sides, and the ranks they give."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from equivariety.blocks import Block

_MOST_ROWS = 20


@dataclass(frozen=True)
class MapsReport:
    """The blocks of equivariant maps, told by what can pass.

    Print it for a table. ``maps.report()`` makes it.
    """

    shape: tuple[int, int]
    """Shape (m, n) of the matrices."""
    shared: tuple[Block, ...]
    """Blocks that occur on both sides: where maps can be nonzero."""
    lost: tuple[Block, ...]
    """Blocks that occur on one side only: what every map forgets of the domain, or never reaches of the codomain."""

    def __repr__(self) -> str:
        m, n = self.shape
        return f"<MapsReport R^{n} -> R^{m}: {len(self.shared)} blocks on both sides, {len(self.lost)} lost>"

    @property
    def dimension(self) -> int:
        """Real dimension of the maps."""
        return sum(block.dimension for block in self.shared)

    @property
    def largest_rank(self) -> int:
        """The largest rank that a map can have."""
        return sum(block.irrep_dim * block.largest_rank for block in self.shared)

    def reachable(self, rank: int) -> int:
        """The largest rank of a map of rank at most ``rank``: ranks are sums of the dimensions of irreducibles."""
        possible, mask = 1, (1 << (rank + 1)) - 1  # bit k: rank k can be had
        steps: Counter[int] = Counter()
        for block in self.shared:
            steps[block.irrep_dim] += block.largest_rank
        for step, times in steps.items():
            taken = 1
            while times:
                taken = min(taken, times)
                possible |= (possible << (step * taken)) & mask
                times -= taken
                taken *= 2
        return possible.bit_length() - 1

    def __str__(self) -> str:
        rows = [_row(block, passes=True) for block in self.shared] + [_row(block, passes=False) for block in self.lost]
        more = [f"... and {len(rows) - _MOST_ROWS} more blocks"] if len(rows) > _MOST_ROWS else []
        head = f"{'block':<20} {'field':>5} {'dimension':>9} {'rows':>6} {'columns':>7} {'rank up to':>10}"
        m, n = self.shape
        last = f"R^{n} -> R^{m}: dimension {self.dimension}, largest rank {self.largest_rank}"
        return "\n".join([head, *rows[:_MOST_ROWS], *more, last])


def report_of(blocks: Sequence[Block], shape: tuple[int, int]) -> MapsReport:
    """The report on maps of some shape with the given blocks."""
    shared = tuple(block for block in blocks if block.largest_rank)
    return MapsReport(shape, shared, tuple(block for block in blocks if not block.largest_rank))


def warn_if_unreachable(report: MapsReport, rank: int) -> None:
    """Warn where no map has a rank that was asked for.

    Examples
    --------
    >>> import equivariety as ev
    >>> report = ev.EquivariantMaps(ev.actions.cyclic(4), ev.actions.cyclic(6)).report()
    >>> warnings.simplefilter("error")
    >>> warn_if_unreachable(report, 4)
    Traceback (most recent call last):
    ...
    UserWarning: rank 4 cannot be reached: equivariant maps have rank at most 2 here, because only 2 of 5 blocks ...
    """
    reached = report.reachable(rank)
    if reached < rank:
        every = len(report.shared) + len(report.lost)
        warnings.warn(f"rank {rank} cannot be reached: equivariant maps have rank at most {reached} here, because only "
                      f"{len(report.shared)} of {every} blocks occur on both sides, and ranks are sums of their "
                      "dimensions; see maps.report()", UserWarning, stacklevel=3)  # fmt: skip


def _row(block: Block, passes: bool) -> str:
    rank = str(block.irrep_dim * block.largest_rank) if passes else "lost"
    label = str(block.label)
    label = label if len(label) <= 20 else label[:17] + "..."
    return f"{label:<20} {block.field:>5} {block.irrep_dim:>9} {block.rows:>6} {block.cols:>7} {rank:>10}"
