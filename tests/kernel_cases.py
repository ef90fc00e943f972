"""Actions on which compiled loops take each of their ways."""

from __future__ import annotations

import numpy as np

import equivariety as ev
from referees import reference_actions

SHUFFLE = np.random.default_rng(0).permutation(45)
ROWS = ev.actions.image_shift((5, 9), axis=1)
ACTIONS = {
    "read where they lie": ROWS,
    "read with a step": ev.actions.image_shift((9, 5), axis=0),
    "gathered": ev.PermutationAction(np.argsort(SHUFFLE)[ROWS.images[0]][SHUFFLE]),
    "one orbit": ev.actions.cyclic(6),
    "several registers of irreducibles": ev.actions.image_shift((2, 70), axis=1),
    "several tiles of orbits": ev.actions.image_shift((11, 31), axis=1),
    "two commuting shifts": 2 * ev.actions.image_shift((3, 4)),
    "fixed points only": ev.actions.trivial(7),
}
EVERY_ACTION = {
    **ACTIONS,
    "orbits of several sizes": ev.PermutationAction.from_cycles("(1 3 4)(2 5)(6 7 8); (9 10)(11 12)"),
    "not commuting": ev.actions.image_dihedral(5),
    "rotations of the cube": ev.actions.volume_rotations(3),
    "quaternions": ev.PermutationAction(
        next(case for case in reference_actions() if case["name"] == "Q8_two_copies_regular_n16")["generators"]
    ),
    "signs": ev.actions.cyclic(6).with_signs([1, 1, 1, 1, 1, -1]),
    "signs and several orbits": ev.actions.image_shift((3, 4), axis=1).with_signs([1, -1] * 6),
}
EPSILON = {"float32": 2.0**-24, "float64": 2.0**-53}
