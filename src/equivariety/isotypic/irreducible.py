"""Irreducible representations, described, and bundles of those that split alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from equivariety.isotypic.fields import Field, field_of_beta
from equivariety.isotypic.rows import row_codes

Label = tuple[int, int] | tuple[str, ...] | str


class Irreducible(NamedTuple):
    """A real irreducible representation of the acting group.

    Examples
    --------
    >>> import equivariety as ev
    >>> for irreducible in ev.isotypic.decompose(ev.actions.cyclic(3)).irreducibles:
    ...     print(irreducible.label, irreducible.field, irreducible.dimension)
    (1, 1) R 1
    (3, 2) C 2
    """

    label: Label
    """(l, m) for one generator, the frequencies m/l for commuting ones; else "trivial", "sign", or the dimension and a
    letter: "2a", "2b"."""
    field: str
    """Commuting field ``"R"``, ``"C"`` or ``"H"``."""
    dimension: int
    """Real dimension n of the representation."""
    eigenvalue: complex | None
    """exp(2 pi i m / l) for one generator, None otherwise."""
    character: tuple[float, ...]
    """The trace of each generator."""


@dataclass(frozen=True)
class Bundle:
    """Irreducibles with one field, one dimension and equal multiplicities: their blocks form one array.

    Large groups have hundreds of thousands of small blocks; arrays with a leading axis for the members of a bundle
    keep every computation on them vectorized.

    Examples
    --------
    >>> import equivariety as ev
    >>> bundles = ev.EquivariantMaps(ev.actions.cyclic(5)).bundles
    >>> [(bundle.field.name, bundle.size, bundle.dimension, bundle.copies) for bundle in bundles]
    [('R', 1, 1, 1), ('C', 2, 2, 1)]
    """

    members: NDArray[np.intp]
    """Indices of the irreducibles, shape (size,)."""
    field: Field
    dimension: int

    @property
    def size(self) -> int:
        return int(self.members.size)

    @property
    def copies(self) -> int:
        """Dimension over the field: how many independent columns each block acts on."""
        return self.dimension // self.field.beta


def bundle_irreducibles(
    betas: NDArray[np.intp], dimensions: NDArray[np.intp], signatures: NDArray[np.intp]
) -> tuple[Bundle, ...]:
    """Group irreducibles of equal field, dimension and signature, in order of first appearance.

    Parameters
    ----------
    betas, dimensions : int arrays of shape (irreducibles,)
        Real dimension of the commuting field, and of the irreducible.
    signatures : int array, shape (irreducibles, types)
        Multiplicity of each irreducible in each orbit type.
    """
    codes = row_codes(np.column_stack([betas, dimensions, signatures]))
    _, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
    members = np.split(np.argsort(inverse, kind="stable"), np.cumsum(np.bincount(inverse))[:-1])
    return tuple(
        Bundle(members[number], field_of_beta(int(betas[first[number]])), int(dimensions[first[number]]))
        for number in np.argsort(first)
    )
