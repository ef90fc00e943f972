"""The exact dimension of the set of functions of a network, and what is known about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from equivariety.polynomial import modular
from equivariety.polynomial.modular import PRIMES, Residues
from equivariety.polynomial.spaces import WeightSpace


@dataclass(frozen=True)
class Certificate:
    """How the dimension of a network was found.

    The value is a rank modulo a prime at one point, so the dimension is never smaller. Where it meets an upper bound it
    is proven. Elsewhere it is the dimension with a probability of nearly one: the point is random, and a second
    prime gave a rank that is not larger.

    Examples
    --------
    >>> import equivariety as ev
    >>> certificate = ev.PolynomialNet([3, 2, 1]).certify()
    >>> certificate.value, certificate.upper_bound, certificate.proven
    (5, 5, True)
    """

    value: int
    """The dimension."""
    upper_bound: int
    """The smaller one of the expected dimension and the cut bound."""
    proven: bool
    """Whether the value meets the upper bound."""
    primes: tuple[int, ...]
    """The primes modulo which the rank was computed: one if the value is proven, else two."""
    points: int
    """Number of points at which the network was evaluated: one more than the upper bound."""


def certify(spaces: Sequence[WeightSpace], powers: Sequence[int], upper_bound: int) -> Certificate:
    """Rank of the Jacobian at random weights.

    Evaluations at generic points c . F(x) raise the rank one by one until they no longer do, from where on the
    functions of the kernel vanish at a generic point, that is everywhere. So one point more than the rank can have
    settles it.
    """
    points = upper_bound + 1
    modular.refuse_large(sum(space.dimension for space in spaces), points)
    ranks: list[int] = []
    for prime in PRIMES:
        ranks.append(_generic_rank(spaces, powers, points, prime))
        if ranks[-1] == upper_bound:
            break
    value = max(ranks)
    return Certificate(value, upper_bound, value == upper_bound, PRIMES[: len(ranks)], points)


def _generic_rank(spaces: Sequence[WeightSpace], powers: Sequence[int], points: int, prime: int) -> int:
    random = np.random.default_rng(prime)
    return rank_at(spaces, random_weights(spaces, random, prime), powers, points, prime)


def rank_at(
    spaces: Sequence[WeightSpace], weights: Sequence[Residues], powers: Sequence[int], points: int, prime: int
) -> int:
    """Rank of the Jacobian at weights modulo a prime, from evaluations at random points."""
    random = np.random.default_rng([prime, points])
    inputs = random.integers(prime, size=(points, spaces[0].shape[1]))
    covectors = random.integers(prime, size=(points, spaces[-1].shape[0]))
    return modular.rank(modular.jacobian(spaces, weights, powers, inputs, covectors, prime), prime)


def random_weights(spaces: Sequence[WeightSpace], random: np.random.Generator, prime: int) -> list[Residues]:
    """Uniform equivariant weights modulo a prime."""
    return [space.matrix(random.integers(prime, size=space.dimension)) % prime for space in spaces]


def living_coordinates(spaces: Sequence[WeightSpace], powers: Sequence[int]) -> list[Residues]:
    """For each hidden layer which coordinates take part: 1 where a random form, or a derivative by it, is nonzero.

    What is nonzero at one point is a nonzero polynomial, so these are certain.
    """
    prime, random = PRIMES[0], np.random.default_rng(0)
    weights = random_weights(spaces, random, prime)
    passes = modular.forward(weights, powers, random.integers(prime, size=(1, spaces[0].shape[1])), prime)
    covectors = random.integers(prime, size=(1, spaces[-1].shape[0]))
    slopes = modular.backward(weights, powers, passes, covectors, prime)
    hidden = list(zip(passes.forms, slopes, strict=True))[:-1]
    return [((form != 0) | (slope != 0)).astype(np.int64)[0] for form, slope in hidden]


def independent_forms(spaces: Sequence[WeightSpace], powers: Sequence[int], layer: int) -> bool:
    """Whether the forms that enter a hidden layer are linearly independent: certain if so, else almost certain."""
    prime, random = PRIMES[0], np.random.default_rng(0)
    width = spaces[layer - 1].shape[0]
    weights = random_weights(spaces[:layer], random, prime)
    inputs = random.integers(prime, size=(width, spaces[0].shape[1]))
    forms = modular.forward(weights, powers[: layer - 1], inputs, prime).forms[-1]
    return modular.rank(forms, prime) == width
