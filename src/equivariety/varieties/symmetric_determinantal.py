"""The variety of symmetric matrices of bounded rank, Hermitian ones over C and H."""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

from equivariety.blocks.symmetric_degrees import generic_symmetric_ed_degree, skew_degree, symmetric_degree
from equivariety.isotypic import field_named
from equivariety.validation import whole_number
from equivariety.varieties.determinantal import DeterminantalVariety


@dataclass(frozen=True)
class SymmetricDeterminantalVariety:
    """The matrices M = M^* over R, C or H of size n and rank at most r.

    All figures are about the real variety: the degree is that of its complexification, distances are of the Frobenius
    norm tr(M^2).

    Parameters
    ----------
    rank, n : int
    field : {"R", "C", "H"}

    Raises
    ------
    InputError
        If a size is negative, the rank exceeds n, or the field is unknown.

    Notes
    -----
    Degrees over R and H are those of Harris and Tu (On symmetric and skew-symmetric determinantal varieties). The ED
    degree is C(n, r) over all three fields: from M (U - M) = 0 = (U - M) M, a critical point keeps r eigenvalues of U.

    Examples
    --------
    >>> cone = SymmetricDeterminantalVariety(1, 3)
    >>> cone.dimension, cone.degree, cone.ed_degree, cone.generic_ed_degree
    (3, 4, 3, 13)
    >>> cone.connected_components, cone.singular_locus()
    (2, SymmetricDeterminantalVariety(rank=0, n=3, field='R'))
    """

    rank: int
    n: int
    field: str = "R"

    def __post_init__(self) -> None:
        field_named(self.field)
        object.__setattr__(self, "n", whole_number(self.n, "n", 0))
        object.__setattr__(self, "rank", whole_number(self.rank, "rank", 0, self.n))

    @property
    def dimension(self) -> int:
        """Real dimension: r n - r (r - 1) / 2, 2 r n - r^2, r (4 n - 2 r - 1) over R, C, H."""
        r, n = self.rank, self.n
        return {"R": r * n - r * (r - 1) // 2, "C": 2 * r * n - r * r, "H": r * (4 * n - 2 * r - 1)}[self.field]

    @property
    def degree(self) -> int:
        """Degree of the complexification: symmetric matrices, all n x n matrices, skew ones of size 2n."""
        if self.field == "R":
            return symmetric_degree(self.rank, self.n)
        if self.field == "H":
            return skew_degree(2 * self.rank, 2 * self.n)
        return DeterminantalVariety(self.rank, self.n, self.n).degree

    @property
    def ed_degree(self) -> int:
        """Number of complex critical points of the Frobenius distance to a generic matrix: C(n, r)."""
        return comb(self.n, self.rank)

    @property
    def generic_ed_degree(self) -> int:
        """Number of complex critical points of a generic quadratic form."""
        return generic_symmetric_ed_degree(self.rank, self.n, self.field)

    @property
    def connected_components(self) -> int:
        """Number of connected components of the matrices of rank exactly r: one for each signature."""
        return self.rank + 1

    def singular_locus(self) -> SymmetricDeterminantalVariety | None:
        """The matrices of rank at most r - 1; None if the variety is a linear space."""
        if 0 < self.rank < self.n:
            return SymmetricDeterminantalVariety(self.rank - 1, self.n, self.field)
        return None
