"""Permutations of the coordinates with signs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equivariety.actions import fibres
from equivariety.actions.action import Action, signed_or_plain
from equivariety.actions.fibres import Fibres
from equivariety.actions.fixed import split_orbits
from equivariety.actions.images import validated_images, validated_signs
from equivariety.actions.permutation import PermutationAction
from equivariety.actions.signed_notation import format_signed_cycles, parse_signed_cycles
from equivariety.actions.subsets import on_subsets
from equivariety.actions.vectors import on_vectors

_REPR_LIMIT = 64  # points up to which ``repr`` writes the cycles out


@dataclass(frozen=True, init=False, eq=False, repr=False)
class SignedPermutationAction(Action):
    """A group acting on R^n by permuting the coordinates and changing signs: ``(T x)[i] = signs[i] * x[images[i]]``.

    Such are the joints of a robot under its mirror, currents on oriented edges, vector fields on a grid under its
    symmetries, and lattices with antiperiodic boundary.

    Parameters
    ----------
    images : array_like of int, shape (generators, n), or (n,) for one generator
        0-based images, as for :class:`PermutationAction`.
    signs : array_like of the same shape
        +1 or -1 for each generator and coordinate.

    Raises
    ------
    InputError
        If the images are no permutations, the shapes differ, or a sign is neither +1 nor -1.

    Examples
    --------
    The mirror of a body swaps the hips 1 and 2, which turn the same way, swaps the ankles 3 and 4, which turn opposite
    ways, and reverses the waist 5:

    >>> mirror = SignedPermutationAction([1, 0, 3, 2, 4], [1, 1, -1, -1, -1])
    >>> mirror
    SignedPermutationAction.from_cycles('(1 2)(-3 -4)(-5)', degree=5)
    >>> mirror.apply([[10, 20, 30, 40, 50]])
    array([[ 20,  10, -40, -30, -50]])
    >>> mirror.signed_orbits()
    ((2, 'split'), (2, 'split'), (1, 'twisted'))
    >>> mirror.cycles(), mirror.unsigned.cycles()
    ('(1 2)(-3 -4)(-5)', '(1 2)(3 4)')
    >>> mirror.with_signs([[1, 1, -1, -1, -1]]) == mirror.unsigned  # signs multiply
    True
    >>> mirror.on_subsets(2).degree, mirror.on_vectors([[[0, 1], [1, 0]]]).degree
    (10, 10)
    """

    generality = 1

    images: NDArray[np.intp]
    """The generators on the coordinates, read-only, shape (generators, n)."""
    signs: NDArray[np.int8]
    """Their signs, read-only, of the same shape."""

    def __init__(self, images: Iterable[Any], signs: ArrayLike) -> None:
        object.__setattr__(self, "images", validated_images(images))
        object.__setattr__(self, "signs", validated_signs(signs, self.images.shape))

    @classmethod
    def from_cycles(cls, text: str, degree: int | None = None) -> SignedPermutationAction:
        """Read cycle notation (1-based) with signs; several generators are separated by ``;``.

        A minus stands before the point i whose coordinate gets the sign: in ``(1 -2 3)`` sigma carries 1 to 2, 2 to 3,
        3 to 1, and ``(T x)_1 = x_2``, ``(T x)_2 = -x_3``, ``(T x)_3 = x_1``. A point that only changes its sign is a
        cycle of its own, ``(-4)``.

        Examples
        --------
        >>> action = SignedPermutationAction.from_cycles("(1 -2 3)(-4)")
        >>> action.images.tolist(), action.signs.tolist()
        ([[1, 2, 0, 3]], [[1, -1, 1, -1]])
        >>> action.cycles()
        '(1 -2 3)(-4)'
        """
        return cls(*parse_signed_cycles(text, degree))

    @classmethod
    def fitting(cls, parts: Sequence[Fibres], degree: int) -> SignedPermutationAction | None:
        found = fibres.signs_of(parts, degree)
        return None if found is None else cls(*found)

    @property
    def degree(self) -> int:
        return int(self.images.shape[1])

    @cached_property
    def parts(self) -> tuple[Fibres, ...]:
        return (fibres.of_signs(self.images, self.signs),)

    @property
    def monomial(self) -> tuple[NDArray[np.intp], NDArray[np.int8]]:
        return self.images, self.signs

    @property
    def unsigned(self) -> PermutationAction:
        """The permutations without their signs."""
        return PermutationAction(self.images)

    def cycles(self) -> str:
        """The generators in the notation of :meth:`from_cycles`, separated by ``;``."""
        return "; ".join(
            format_signed_cycles(image, sign) for image, sign in zip(self.images, self.signs, strict=True)
        )  # fmt: skip

    def signed_orbits(self) -> tuple[tuple[int, str], ...]:
        """Size of each orbit, and whether it is split or twisted.

        A *split* orbit becomes an ordinary one when some coordinates are replaced by their negatives, and carries one
        fixed vector. On a *twisted* one the group changes the sign of a coordinate that it leaves in place: nothing is
        fixed.
        """
        labels, signs = split_orbits(self.images, self.signs)
        first = np.unique(labels, return_index=True)[1]
        kinds = np.where(signs[first] == 0, "twisted", "split")
        return tuple(zip(np.bincount(labels).tolist(), kinds.tolist(), strict=True))

    def with_signs(self, signs: ArrayLike) -> Action:
        """Multiply the signs of the permutations by the given ones."""
        return signed_or_plain(self.images, self.signs * validated_signs(signs, self.images.shape))

    def on_vectors(self, matrices: ArrayLike, order: str = "points") -> Action:
        """Vectors on the points, see :meth:`PermutationAction.on_vectors`; the signs multiply the matrices."""
        return on_vectors(self, matrices, order)

    def on_subsets(self, size: int, oriented: bool = False) -> Action:
        """Subsets of ``size`` coordinates, see :meth:`PermutationAction.on_subsets`; signs multiply."""
        return on_subsets(self, size, oriented)

    def __reduce__(self) -> tuple[Any, ...]:
        # Copies and pickles are built anew, since NumPy forgets on the way that an array is read-only.
        return SignedPermutationAction, (self.images, self.signs), self.labels and {"labels": self.labels}

    def __repr__(self) -> str:
        if self.degree <= _REPR_LIMIT:
            return f"SignedPermutationAction.from_cycles({self.cycles()!r}, degree={self.degree})"
        return f"<SignedPermutationAction of degree {self.degree} with {len(self.images)} generators>"
