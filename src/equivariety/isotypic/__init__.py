"""How a space splits: irreducible representations, their fields, and the change of basis."""

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
    "decompose",
    "decompose_invariants",
    "field_named",
]
