"""Any orthogonal matrices, and vectors on points that turn while the points are permuted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from equivariety.actions.action import Action
from equivariety.actions.fibres import Fibres
from equivariety.actions.matrices import parts_of_matrices


@dataclass(frozen=True, init=False, eq=False, repr=False)
class OrthogonalAction(Action):
    """A group acting on R^n by orthogonal matrices, one for each generator.

    The group they generate need not be finite: everything holds for its closure. Coordinates that the matrices only
    permute, up to signs, are recognized and treated exactly, as in :class:`SignedPermutationAction`. Vectors on points
    are better given by ``action.on_vectors(matrices)``, which tells the points from the fibres: then orbits, and the
    dimension of the equivariant maps, are exact whole numbers, and sizes can be large. A bare matrix that mixes
    more than thirty coordinates is split by averaging over random words in the generators.

    Parameters
    ----------
    matrices : one square matrix or a sequence of them, dense or sparse
        Orthogonal up to 1e-5. Each is replaced by the nearest orthogonal matrix, with a warning if it is further than
        1e-10 from it.

    Raises
    ------
    InputError
        If a matrix is not square, not finite or not orthogonal (the entry of T T^t - 1 is named), or sizes differ.

    Examples
    --------
    The plane turned by a fifth of a full turn, on which nothing is fixed and the maps that commute form C:

    >>> import numpy as np
    >>> import equivariety as ev
    >>> c, s = np.cos(2 * np.pi / 5), np.sin(2 * np.pi / 5)
    >>> action = OrthogonalAction([[[c, s], [-s, c]]])
    >>> action.fixed_dimension
    0
    >>> [(block.field, block.irrep_dim) for block in ev.EquivariantMaps(action).blocks]
    [('C', 2)]
    """

    _parts: tuple[Fibres, ...]
    _degree: int

    def __init__(self, matrices: Any) -> None:
        parts, degree = parts_of_matrices(matrices)
        object.__setattr__(self, "_parts", tuple(parts))
        object.__setattr__(self, "_degree", degree)

    generality = 2

    @classmethod
    def fitting(cls, parts: Sequence[Fibres], degree: int) -> OrthogonalAction:
        action = cls.__new__(cls)
        object.__setattr__(action, "_parts", tuple(parts))
        object.__setattr__(action, "_degree", degree)
        return action

    @property
    def degree(self) -> int:
        return self._degree

    @property
    def parts(self) -> tuple[Fibres, ...]:
        return self._parts

    def __repr__(self) -> str:
        return f"<OrthogonalAction of degree {self.degree} with {self.number_of_generators} generators>"
