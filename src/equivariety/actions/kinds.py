"""The simplest kind of action that given matrices fit: permutation, signed permutation, or orthogonal."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from equivariety.actions.action import Action
from equivariety.actions.fibres import Fibres, signs_of
from equivariety.actions.orthogonal import OrthogonalAction
from equivariety.actions.permutation import PermutationAction
from equivariety.actions.signed import SignedPermutationAction


def of_parts(parts: Sequence[Fibres], degree: int) -> Action:
    """An action with the given fibres."""
    monomial = signs_of(parts, degree)
    if monomial is None:
        return OrthogonalAction.of_parts(parts, degree)
    return of_signs(*monomial)


def of_signs(images: np.ndarray, signs: np.ndarray) -> Action:
    """Permutations if no sign is negative."""
    return PermutationAction(images) if (signs > 0).all() else SignedPermutationAction(images, signs)
