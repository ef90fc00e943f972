"""Random vectors of some blocks, in the coordinates of their irreducibles and on the points."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from equivariety.isotypic.decomposition import ChangeOfBasis
from equivariety.isotypic.irreducible import Bundle

Array = NDArray[np.float64]

# Columns by which the rows of the first chunk of a task are multiplied: in every task, and in an only one.
_FEWEST_COLUMNS = 8
_MOST_COLUMNS = 16

# Irreducibles of larger dimension are left to the energies.
_LARGEST_DIMENSION = 32


@dataclass(frozen=True, eq=False)
class Side:
    """Random vectors, one for each of some blocks, of the inputs or of the targets."""

    vectors: tuple[Array, ...]
    """Unit vectors over the field of a block, components (multiplicity, beta)."""
    points: Array
    """Columns that give v^* x when rows are multiplied by them, shape (degree, dimensions of the irreducibles)."""


@dataclass(frozen=True, eq=False)
class Probes:
    """Blocks to be asked about."""

    places: tuple[tuple[int, int], ...]
    """Bundle, and position in it."""
    bundles: tuple[Bundle, ...]
    """The bundle of each."""
    inputs: Side
    targets: Side


_KEPT: WeakKeyDictionary[ChangeOfBasis, Probes] = WeakKeyDictionary()


def probes(domain: ChangeOfBasis, codomain: ChangeOfBasis, task: int, tasks: int) -> Probes:
    """Random vectors for the blocks that one of the tasks is asked about: always the same ones.

    Those of fits in one chunk, which take as long as its sums, are kept with the change of basis.
    """
    if tasks > 1 or codomain is not domain:
        return _made(domain, codomain, task, tasks)
    found = _KEPT.get(domain)
    if found is None:
        found = _KEPT[domain] = _made(domain, codomain, task, tasks)
    return found


def _made(domain: ChangeOfBasis, codomain: ChangeOfBasis, task: int, tasks: int) -> Probes:
    rng = np.random.default_rng(task)
    chosen = tuple(_places(domain, codomain, task, max(_FEWEST_COLUMNS, _MOST_COLUMNS // tasks)))
    inputs = _side(domain, chosen, rng)
    targets = inputs if codomain is domain else _side(codomain, chosen, rng)
    return Probes(chosen, tuple(domain.bundles[bundle] for bundle, _ in chosen), inputs, targets)


def _places(domain: ChangeOfBasis, codomain: ChangeOfBasis, task: int, columns: int) -> Iterator[tuple[int, int]]:
    """Blocks in turn, as many as fit; every task starts where the one before ended, roughly."""
    multiplicities = zip(domain.bundles, domain.multiplicities, codomain.multiplicities, strict=True)
    usable = [
        (number, bundle)
        for number, (bundle, cols, rows) in enumerate(multiplicities)
        if cols and rows and bundle.dimension <= max(_LARGEST_DIMENSION, columns)
    ]
    bounds = np.cumsum([bundle.size for _, bundle in usable], dtype=np.intp)
    blocks = int(bounds[-1]) if usable else 0
    first = task * columns
    for block in range(min(blocks, columns)):
        place = (first + block) % blocks
        which = int(np.searchsorted(bounds, place, side="right"))
        number, bundle = usable[which]
        yield number, int(place - bounds[which] + bundle.size)
        columns -= bundle.dimension
        if columns <= 0:
            return


def _side(basis: ChangeOfBasis, places: tuple[tuple[int, int], ...], rng: np.random.Generator) -> Side:
    bundles = [basis.bundles[bundle] for bundle, _ in places]
    if not places:
        return Side((), np.zeros((basis.degree, 0)))
    drawn = [
        rng.standard_normal((basis.multiplicities[number], bundle.field.beta))
        for (number, _), bundle in zip(places, bundles, strict=True)
    ]
    vectors = tuple(vector / np.linalg.norm(vector) for vector in drawn)
    columns = sum(bundle.dimension for bundle in bundles)
    parts, start = [], 0
    for bundle, vector in zip(bundles, vectors, strict=True):
        part = np.zeros((columns, 1, bundle.copies, *vector.shape))
        stop = start + bundle.dimension
        part[start:stop, 0] = _functionals(bundle, vector)
        parts.append(part)
        start = stop
    chosen = basis.select([(number, np.array([position])) for number, position in places])
    return Side(vectors, np.ascontiguousarray(chosen.synthesize(parts).T))


def _functionals(bundle: Bundle, vector: Array) -> Array:
    """Coordinates of what gives the units of v^* x for each copy, shape (dimension, copies, multiplicity, beta)."""
    beta, copies = bundle.field.beta, bundle.copies
    adjoint = vector * np.array([1.0, -1.0, -1.0, -1.0])[:beta]
    units = bundle.field.realize(adjoint[None]).reshape(beta, *vector.shape)
    return np.einsum("cd,umb->cudmb", np.eye(copies), units).reshape(bundle.dimension, copies, *vector.shape)
