"""Actions of every kind in model files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from equivariety.actions import Action, OrthogonalAction, PermutationAction, SignedPermutationAction
from equivariety.actions.action import simplest
from equivariety.actions.fibres import Fibres
from equivariety.actions.images import validated_images
from equivariety.actions.matrices import orthogonal
from equivariety.errors import InputError
from equivariety.models.values import Kind, State, require_array


def _kind(cls: type[Action], state: Callable[[Any], State], restore: Callable[[State], Action]) -> Kind:
    """With the names of the coordinates, where there are any."""

    def labelled(action: Action) -> State:
        return state(action) if action.labels is None else {**state(action), "labels": list(action.labels)}

    def restored(found: State) -> Action:
        action = restore(found)
        return action if found.get("labels") is None else action.with_labels(found["labels"])

    return Kind(cls.__name__, labelled, restored)


def _permutations(state: State) -> PermutationAction:
    return PermutationAction(require_array(state["images"], "images", "i8"))


def _signed_permutations(state: State) -> SignedPermutationAction:
    images, signs = (require_array(state[name], name, kind) for name, kind in (("images", "i8"), ("signs", "i1")))
    return SignedPermutationAction(images, signs)


def _fibres_state(action: OrthogonalAction) -> State:
    return {
        "parts": [
            {"coordinates": part.coordinates, "images": part.images, "matrices": part.matrices} for part in action.parts
        ]
    }


def _fibres(state: State) -> Action:
    parts = [_part(stored) for stored in state["parts"]]
    degree = sum(part.coordinates.size for part in parts)
    covered = np.concatenate([part.coordinates.ravel() for part in parts]) if parts else np.empty(0)
    if not parts or not np.array_equal(np.sort(covered), np.arange(degree)):
        raise InputError("the fibres of an action must cover every coordinate once")
    return simplest(parts, degree)


def _part(stored: Any) -> Fibres:
    coordinates = require_array(stored["coordinates"], "coordinates", "i8")
    images = validated_images(require_array(stored["images"], "images", "i8"))
    if coordinates.ndim != 2 or len(coordinates) != images.shape[1]:
        raise InputError(f"fibres must stand over {images.shape[1]} points, not over {coordinates.shape}")
    d = coordinates.shape[1]
    matrices = require_array(stored["matrices"], "matrices", "f8", (*images.shape, d, d))
    return Fibres(coordinates, images, orthogonal(matrices, "matrices"))


KINDS: dict[type, Kind] = {
    PermutationAction: _kind(PermutationAction, lambda action: {"images": action.images}, _permutations),
    SignedPermutationAction: _kind(
        SignedPermutationAction,
        lambda action: {"images": action.images, "signs": action.signs},
        _signed_permutations,
    ),
    OrthogonalAction: _kind(OrthogonalAction, _fibres_state, _fibres),
}
