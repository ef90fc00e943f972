"""How a space splits: irreducible representations, their fields, and the change of basis."""

from equivariety.isotypic.classical_bases import (
    block_circulant,
    diagonal_form,
    grouping_matrix,
    realization,
    sorting_matrix,
    vandermonde_matrix,
)
from equivariety.isotypic.decomposition import ChangeOfBasis, Decomposition, decompose, decompose_invariants
from equivariety.isotypic.fields import COMPLEX, QUATERNION, REAL, Field, field_named
from equivariety.isotypic.irreducible import Bundle, Irreducible

__all__ = [
    "COMPLEX",
    "QUATERNION",
    "REAL",
    "Bundle",
    "ChangeOfBasis",
    "Decomposition",
    "Field",
    "Irreducible",
    "block_circulant",
    "decompose",
    "decompose_invariants",
    "diagonal_form",
    "field_named",
    "grouping_matrix",
    "realization",
    "sorting_matrix",
    "vandermonde_matrix",
]
