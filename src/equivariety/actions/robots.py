"""The mirror of a robot from the names of its joints."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from equivariety.actions.signed import SignedPermutationAction
from equivariety.errors import InputError


def joint_mirror(
    joints: Sequence[str], swapped: Iterable[tuple[str, str]], reversed_joints: Iterable[str] = ()
) -> SignedPermutationAction:
    """The mirror symmetry of a body on its joint angles: joints change sides, and some change their sign.

    Parameters
    ----------
    joints : sequence of str
        Names in the order of the data.
    swapped : iterable of pairs
        Joints that the mirror exchanges; all others stay.
    reversed_joints : iterable of str
        Joints whose angle changes its sign, for a pair both of them.

    Raises
    ------
    InputError
        If a name is unknown or given twice, or one joint of a pair is reversed and the other one is not.

    Examples
    --------
    >>> joint_mirror(["waist", "left_hip", "right_hip"], [("left_hip", "right_hip")], ["waist"])
    SignedPermutationAction.from_cycles('(-1)(2 3)', degree=3)
    """
    place = {name: number for number, name in enumerate(joints)}
    if len(place) < len(joints):
        raise InputError("joints must have different names")
    pairs, turned = [tuple(pair) for pair in swapped], list(reversed_joints)
    unknown = [name for name in [*(n for pair in pairs for n in pair), *turned] if name not in place]
    if unknown:
        raise InputError(f"joint {unknown[0]!r} is not one of the joints")
    image, signs = np.arange(len(joints)), np.ones(len(joints), dtype=np.int8)
    signs[[place[name] for name in turned]] = -1
    for left, right in pairs:
        if image[place[left]] != place[left] or image[place[right]] != place[right] or left == right:
            raise InputError(f"joints must be swapped once, not {left!r} and {right!r} again")
        if signs[place[left]] != signs[place[right]]:
            raise InputError(f"{left!r} and {right!r} change places, so both or none of them must be reversed")
        image[place[left]], image[place[right]] = place[right], place[left]
    return SignedPermutationAction(image, signs)
