"""One block of a space of equivariant maps, described: field, size, and the irreducible that it is repeated on."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from equivariety.isotypic import field_named
from equivariety.isotypic.irreducible import Label


@dataclass(frozen=True)
class Block:
    """One block of the equivariant maps: a rows x cols matrix over a field, repeated on an irreducible.

    Examples
    --------
    >>> import equivariety as ev
    >>> ring = ev.actions.cyclic(3)
    >>> blocks = ev.EquivariantMaps(2 * ring, ring).blocks
    >>> [(block.label, block.field, block.irrep_dim, block.rows, block.cols) for block in blocks]
    [((1, 1), 'R', 1, 1, 2), ((3, 2), 'C', 2, 1, 2)]
    >>> [(block.dimension, block.largest_rank) for block in blocks]
    [(2, 1), (4, 1)]
    """

    label: Label
    """(l, m) for one generator (eigenvalue exp(2 pi i m / l)), the frequencies m/l for commuting ones; else "trivial",
    "sign" (of the permutations), or the dimension of the irreducible and a letter, "2a". No two blocks share one."""
    field: str
    """``"R"``, ``"C"`` or ``"H"``: where the entries of the block live."""
    irrep_dim: int
    """Real dimension n of the irreducible: a block of rank r adds n r to the rank of the map."""
    rows: int
    """Multiplicity in the codomain."""
    cols: int
    """Multiplicity in the domain."""
    eigenvalue: complex | None = None
    """exp(2 pi i m / l) for one generator."""
    character: tuple[float, ...] = dataclasses.field(default=(), compare=False)
    """The trace of each generator on the irreducible."""

    @property
    def largest_rank(self) -> int:
        return min(self.rows, self.cols)

    @property
    def dimension(self) -> int:
        """Real dimension beta * rows * cols."""
        return field_named(self.field).beta * self.rows * self.cols
