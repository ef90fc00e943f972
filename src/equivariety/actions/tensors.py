"""Actions as named arrays, for files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.actions.action import Action, simplest
from equivariety.actions.fibres import Fibres
from equivariety.actions.images import validated_images
from equivariety.actions.matrices import orthogonal
from equivariety.actions.permutation import PermutationAction
from equivariety.actions.signed import SignedPermutationAction
from equivariety.errors import InputError


def tensors_of_action(name: str, action: Action) -> dict[str, NDArray[Any]]:
    """Images under the name itself; signs and fibres under further names.

    Examples
    --------
    >>> action = SignedPermutationAction.from_cycles("(1 -2)")
    >>> sorted(tensors_of_action("domain", action))
    ['domain', 'domain.signs']
    >>> action_of_tensors("domain", tensors_of_action("domain", action)) == action
    True
    """
    if action.monomial is not None:
        images, signs = action.monomial
        return {name: images} if action.permutes else {name: images, f"{name}.signs": signs}
    found: dict[str, NDArray[Any]] = {}
    for number, part in enumerate(action.parts):
        found[f"{name}.{number}.coordinates"] = part.coordinates
        found[f"{name}.{number}.images"] = part.images
        found[f"{name}.{number}.matrices"] = part.matrices
    return found


def action_of_tensors(name: str, tensors: Mapping[str, NDArray[Any]]) -> Action:
    """The inverse of :func:`tensors_of_action`; what does not fit together is refused.

    Raises
    ------
    InputError
        If the arrays are not those of an action.
    KeyError
        If one is missing.
    """
    if name in tensors:
        signs = tensors.get(f"{name}.signs")
        return PermutationAction(tensors[name]) if signs is None else SignedPermutationAction(tensors[name], signs)
    parts: list[Fibres] = []
    while f"{name}.{len(parts)}.images" in tensors:
        prefix = f"{name}.{len(parts)}"
        coordinates, images, matrices = (tensors[f"{prefix}.{key}"] for key in ("coordinates", "images", "matrices"))
        parts.append(_part(coordinates, images, matrices, name))
    if not parts:
        raise KeyError(name)
    degree = sum(part.coordinates.size for part in parts)
    if not np.array_equal(np.sort(np.concatenate([part.coordinates.ravel() for part in parts])), np.arange(degree)):
        raise InputError(f"the fibres of {name} must cover every coordinate once")
    return simplest(parts, degree)


def _part(coordinates: NDArray[Any], images: NDArray[Any], matrices: NDArray[Any], name: str) -> Fibres:
    checked = validated_images(images)
    if coordinates.ndim != 2 or len(coordinates) != checked.shape[1]:
        raise InputError(f"the fibres of {name} must stand over {checked.shape[1]} points, not {coordinates.shape}")
    d = coordinates.shape[1]
    if matrices.shape != (*checked.shape, d, d):
        raise InputError(f"the matrices of {name} must have shape {(*checked.shape, d, d)}, not {matrices.shape}")
    return Fibres(coordinates.astype(np.intp), checked, orthogonal(matrices.astype(np.float64), name))
