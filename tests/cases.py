"""Actions that the tests of many files run over: every field, repeated and different orbits, rows != cols."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

import equivariety as ev
from referees import reference_actions

_REFERENCE = {case["name"]: case for case in reference_actions()}


def _from_reference(name):
    case = _REFERENCE[name]
    codomain = case["codomain_generators"]
    return ev.PermutationAction(case["generators"]), codomain and ev.PermutationAction(codomain)


_SQUARE = ev.PermutationAction.from_cycles("(1 2 3 4); (1 3)")

PAIRS = {
    "one permutation": (ev.PermutationAction.from_cycles("(1 3 4)(2 5)"), None),
    "no symmetry": (ev.actions.trivial(4), ev.actions.trivial(3)),
    "one shift": (ev.actions.image_shift((2, 5), axis=1), None),
    "shift to fewer rows": (ev.actions.image_shift((3, 4), axis=1), ev.actions.image_shift((2, 4), axis=1)),
    "two shifts": (ev.actions.image_shift((3, 4)), None),
    "rotation": (ev.actions.image_rotation(3), None),
    "corners to edges": (_SQUARE, _SQUARE.on_subsets(2)),
    "repeated orbits": (2 * _SQUARE + _SQUARE**2, 3 * _SQUARE),
    "invariant": (_SQUARE + _SQUARE, ev.actions.trivial(3, like=_SQUARE)),
    "quaternion group": _from_reference("Q8_two_copies_regular_n16"),
    "quaternion group, other codomain": _from_reference("hom_Q8_n8_to_n16"),
    "SL(2,3)": _from_reference("SL23_regular"),
}

FAMILIES = {name: ev.EquivariantMaps(*pair) for name, pair in PAIRS.items()}


def pairs_of_actions(largest=7):
    """Random domains and codomains of groups with one to three generators."""

    def images(k):
        return st.integers(1, largest).flatmap(
            lambda n: st.lists(st.permutations(range(n)), min_size=k, max_size=k).map(ev.PermutationAction)
        )

    return st.integers(1, 3).flatmap(lambda k: st.tuples(images(k), images(k)))


def data(maps, samples, seed=0):
    """Inputs and targets without any symmetry, with means, and with variances of different size."""
    rng = np.random.default_rng(seed)
    n, m = maps.domain.degree, maps.codomain.degree
    X = rng.standard_normal((samples, n)) @ rng.standard_normal((n, n)) + rng.standard_normal(n)
    Y = X @ rng.standard_normal((n, m)) + rng.standard_normal((samples, m))
    return X, Y


def random_map(maps, ranks, rng):
    """A random map with the given block ranks, as a product of random factors."""
    blocks = []
    for number, bundle in enumerate(maps.bundles):
        rows, cols, beta = (
            maps.codomain_basis.multiplicities[number],
            maps.domain_basis.multiplicities[number],
            bundle.field.beta,
        )
        block = np.zeros((bundle.size, rows, cols, beta))
        for place, member in enumerate(bundle.members):
            left = bundle.field.pack(rng.standard_normal((rows, ranks[member], beta)))
            right = bundle.field.pack(rng.standard_normal((ranks[member], cols, beta)))
            block[place] = bundle.field.unpack(left @ right)
        blocks.append(block)
    return maps.from_coordinates(blocks)
