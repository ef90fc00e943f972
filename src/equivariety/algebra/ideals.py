"""The ideals of components and families as sums and products of determinantal ideals of the blocks.

In the coordinates of the blocks the ideal of a component is the sum of the ideals of (r_i + 1)-minors, one for each
block; it is radical. The ideal of a union of components is, because the blocks have no variable in common, the sum over
the smallest forbidden tuples s of the products of the ideals of s_i-minors; it is radical, too. The minors of the
whole matrix cut out the same set, but their ideal is not radical as soon as the group has irreducibles over C of
dimension above one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from equivariety.blocks import Block
from equivariety.errors import InputError
from equivariety.isotypic import field_named
from equivariety.ranks.counting import Slot, complex_slots

LETTERS = "abcd"
"""Names of the coefficients of 1, i, j, k in the coordinates of a block."""
MOST_TUPLES = 10_000


@dataclass(frozen=True)
class Minors:
    """The ideal of the minors of some size of one matrix: a block, its conjugate, or both."""

    block: int
    size: int
    """Size of the minors of the matrix in question; for H that of the complex adjoint."""
    conjugate: str = "both"
    """``"no"``, ``"yes"`` or ``"both"``: of a C-block, which of the two complex matrices is meant."""


Product = tuple[Minors, ...]


@dataclass(frozen=True)
class BlockVariables:
    """Variables a, b, c, d of one block: entry (r, c) of block i is a<i>r<r>c<c> + i b... + j c... + k d..."""

    number: int
    """Position among the blocks, from 0; names count from 1."""
    field: str
    rows: int
    cols: int

    def name(self, part: int, row: int, col: int) -> str:
        return f"{LETTERS[part]}{self.number + 1}r{row + 1}c{col + 1}"

    def names(self) -> list[str]:
        """All variables, entry by entry."""
        parts = field_named(self.field).beta
        entries = [(row, col) for row in range(self.rows) for col in range(self.cols)]
        return [self.name(part, row, col) for row, col in entries for part in range(parts)]

    def entry(self, row: int, col: int, first: int, signs: tuple[int, int]) -> str:
        """The complex number sign * part + sign * i * next part, as text with i as a name."""
        real = ("-" if signs[0] < 0 else "") + self.name(first, row, col)
        return real + (" - " if signs[1] < 0 else " + ") + f"i*{self.name(first + 1, row, col)}"

    def matrix(self, conjugate: bool = False) -> list[list[str]]:
        """The block as a matrix of numbers over C (for H the complex adjoint), or the conjugate matrix."""
        spots = [[(row, col) for col in range(self.cols)] for row in range(self.rows)]
        if self.field == "R":
            return [[self.name(0, *spot) for spot in line] for line in spots]
        bar = (1, -1) if conjugate else (1, 1)
        z = [[self.entry(*spot, 0, bar) for spot in line] for line in spots]
        if self.field == "C":
            return z
        w = [[self.entry(*spot, 2, (1, 1)) for spot in line] for line in spots]
        minus_w_bar = [[self.entry(*spot, 2, (-1, 1)) for spot in line] for line in spots]
        z_bar = [[self.entry(*spot, 0, (1, -1)) for spot in line] for line in spots]
        return [x + y for x, y in zip(z, w, strict=True)] + [x + y for x, y in zip(minus_w_bar, z_bar, strict=True)]


@dataclass(frozen=True)
class Ideal:
    """A sum of products of determinantal ideals; an empty sum is the zero ideal."""

    blocks: tuple[BlockVariables, ...]
    products: tuple[Product, ...]
    title: str
    about: str
    """Which points the ideal is about."""

    @property
    def variables(self) -> list[str]:
        return [name for block in self.blocks for name in block.names()]

    @property
    def needs_imaginary_unit(self) -> bool:
        used = {minors.block for product in self.products for minors in product}
        return any(block.field != "R" and block.number in used for block in self.blocks)


def component_ideal(blocks: Sequence[Block], ranks: Sequence[int]) -> Ideal:
    """The radical ideal of the component in which every block has at most its rank, of its complexification."""
    products = []
    for number, (block, rank) in enumerate(zip(blocks, ranks, strict=True)):
        if rank < block.largest_rank:
            products.append((Minors(number, _size(block.field, rank + 1)),))
    return Ideal(
        _variables(blocks),
        tuple(products),
        f"component with block ranks {tuple(ranks)}",
        "the complexification of the component; its real points have the same dimension and are dense in it",
    )


def family_ideal(blocks: Sequence[Block], rank: int, points: str = "real") -> Ideal:
    """The radical ideal of all maps of bounded rank.

    Parameters
    ----------
    blocks : sequence of Block
    rank : int
        Bound on the rank of the whole matrix, the sum of irrep_dim * rank over the blocks.
    points : {"real", "complex"}
        The ideal of the real points, whose components are those of the family; or of all complex points, which can
        have more components and a larger dimension.

    Raises
    ------
    InputError
        If ``points`` is neither, or there are more than 10000 products.
    """
    if points == "real":
        targets = [(_slot(block), number, "both") for number, block in enumerate(blocks)]
    elif points == "complex":
        targets = list(_complex_targets(blocks))
    else:
        raise InputError(f"points must be 'real' or 'complex', not {points!r}")
    products: list[Product] = []
    for ranks in forbidden_tuples([slot for slot, _, _ in targets], rank):
        if len(products) == MOST_TUPLES:
            raise InputError(f"the ideal of this family has more than {MOST_TUPLES} products of minors; "
                             "take components one at a time")  # fmt: skip
        products.append(tuple(
            Minors(number, size if points == "complex" else _size(blocks[number].field, size), conjugate)
            for size, (_, number, conjugate) in zip(ranks, targets, strict=True) if size
        ))  # fmt: skip
    about = {
        "real": "the Zariski closure of the real points",
        "complex": "all complex points, of which there can be more components than of the real ones",
    }
    return Ideal(_variables(blocks), tuple(products), f"maps of rank at most {rank}", about[points])


def forbidden_tuples(slots: Sequence[Slot], budget: int) -> Iterator[tuple[int, ...]]:
    """The minimal tuples of ranks whose total exceeds the budget.

    Examples
    --------
    >>> list(forbidden_tuples([Slot(1, 2), Slot(2, 1)], 2))
    [(1, 1)]
    """
    suffixes = [0]
    for slot in reversed(slots):
        suffixes.append(suffixes[-1] + slot.weight * slot.capacity)
    suffixes.reverse()

    def extend(prefix: tuple[int, ...], total: int, smallest: int) -> Iterator[tuple[int, ...]]:
        # Minimal: taking one unit from any slot in use must bring the total within the budget.
        if total > budget and total - smallest > budget:
            return
        if total + suffixes[len(prefix)] <= budget:
            return
        if len(prefix) == len(slots):
            yield prefix
            return
        slot = slots[len(prefix)]
        for rank in range(slot.capacity + 1):
            least = min(smallest, slot.weight) if rank else smallest
            yield from extend((*prefix, rank), total + rank * slot.weight, least)

    yield from extend((), 0, max((slot.weight for slot in slots), default=0) + 1)


def _slot(block: Block) -> Slot:
    return Slot(block.irrep_dim, block.largest_rank)


def _complex_targets(blocks: Sequence[Block]) -> Iterator[tuple[Slot, int, str]]:
    for number, block in enumerate(blocks):
        parts = complex_slots(_slot(block), field_named(block.field))
        yield from ((slot, number, conjugate) for slot, conjugate in zip(parts, ("no", "yes"), strict=False))


def _size(field: str, rank: int) -> int:
    """Size of the minors of the working form that vanish where the rank over the field is below ``rank``."""
    (largest,) = field_named(field).complexified(rank - 1)
    return largest + 1


def _variables(blocks: Sequence[Block]) -> tuple[BlockVariables, ...]:
    numbered = enumerate(blocks)
    return tuple(BlockVariables(number, b.field, b.rows, b.cols) for number, b in numbered if b.rows and b.cols)
