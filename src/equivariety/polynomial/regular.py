"""The regular action of a group given by generators in any faithful action."""

from __future__ import annotations

import numpy as np

from equivariety.actions import PermutationAction
from equivariety.errors import InputError
from equivariety.polynomial.group_elements import MOST_ENTRIES, closure


def regular_representation(group: PermutationAction) -> PermutationAction:
    """The generators acting on the elements of the group that they generate.

    Raises
    ------
    InputError
        If the group has too many elements to be listed.

    Examples
    --------
    >>> import equivariety as ev
    >>> regular_representation(ev.actions.symmetric(3)).degree
    6
    """
    if not isinstance(group, PermutationAction):
        raise InputError(f"group must be a PermutationAction, not {type(group).__name__}")
    elements = closure(group.images)
    if elements is None:
        raise InputError(f"group must be small enough to be listed: it has more than "
                         f"{MOST_ENTRIES // group.degree:,} elements on {group.degree:,} points")  # fmt: skip
    places = {element.tobytes(): place for place, element in enumerate(elements)}
    images = [[places[moved.tobytes()] for moved in np.ascontiguousarray(image[elements])] for image in group.images]
    return PermutationAction(images)
