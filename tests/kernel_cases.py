"""Actions on which compiled loops take each of their ways."""

from __future__ import annotations

import numpy as np

import equivariety as ev

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
EPSILON = {"float32": 2.0**-24, "float64": 2.0**-53}
