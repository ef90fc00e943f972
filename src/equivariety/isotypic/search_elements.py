"""Few group elements to search orbits with, where there are many generators.

The automorphism group of a graph may come with a thousand generators. Orbits are found by following a few random
elements of the group, and then checked, or completed, with every generator: the result does not depend on chance.
"""

from __future__ import annotations

import numpy as np

from equivariety.array_types import IntArray

MANY_GENERATORS = 4


def search_elements(generators: IntArray) -> IntArray:
    """The generators themselves if they are few, else some random products of them, shape (count, n).

    Two products of all generators in random order (all transpositions of neighbors give a full cycle), and two of a
    random half of them: such a subproduct leaves every proper subgroup with a probability of at least one half
    (Seress, Permutation Group Algorithms, section 2.3).
    """
    if len(generators) <= MANY_GENERATORS:
        return generators
    random = np.random.default_rng(0)
    elements = []
    for share in (1.0, 1.0, 0.5, 0.5):
        order = random.permutation(len(generators))
        element = np.arange(generators.shape[1])
        for number in order[random.random(len(order)) < share]:
            element = generators[number][element]
        elements.append(element)
    return np.stack(elements)
