"""Dual points carried to one representative of every orbit of frequencies, where stabilizers act on few coordinates.

All coordinates of one frequency f form U_f, one fibre for each orbit of the subgroup on which f occurs. The group
carries U_f to U_f' along a breadth-first tree of frequencies; the edges outside the tree act on U_f by generators of
the stabilizer of the pair f, -f (Schreier's lemma), up to what the subgroup does itself: a phase on a whole U_f.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from equivariety.actions.forests import Forest, orbit_forest
from equivariety.actions.operations import orbit_labels
from equivariety.array_types import IntArray
from equivariety.isotypic.dual_points import Dual, Turns
from equivariety.isotypic.rows import positions
from equivariety.isotypic.subgroup_orbits import UnionType


@dataclass(frozen=True, eq=False)
class DualPoints:
    """The dual points of one orbit of the group of every type, by frequency, then by type."""

    frequency: IntArray
    orbit: IntArray
    """The orbit of the subgroup."""
    kind: IntArray
    """The type of the orbit of the group."""
    place: IntArray
    """Where the real part stands among the Fourier coordinates of the type."""
    stride: IntArray
    """How much further the imaginary part stands."""

    @classmethod
    def of(cls, dual: Dual, types: Sequence[UnionType]) -> DualPoints:
        columns = np.concatenate([_of_type(dual, number, kind) for number, kind in enumerate(types)], axis=1)
        frequency, _, kind, place, _ = columns
        return cls(*columns[:, np.lexsort([place, kind, frequency])])

    @cached_property
    def starts(self) -> IntArray:
        """First dual point of every frequency, and the end."""
        return np.concatenate([[0], np.cumsum(np.bincount(self.frequency))])

    def moved(self, dual: Dual) -> IntArray:
        """The other generators on the dual points, shape (others, dual points)."""
        span = len(dual.frequencies.fractions)
        codes = self.orbit * span + self.frequency
        reached = dual.orbit_images[:, self.orbit] * span + dual.frequency_images[:, self.frequency]
        return positions(codes, reached)


def _of_type(dual: Dual, number: int, kind: UnionType) -> IntArray:
    """Frequency, orbit, type, place and stride, as Fourier coordinates of a type are ordered."""
    found, start = [], 0
    for part in np.unique(kind.kinds):
        orbits, members = kind.orbits[kind.kinds == part], dual.frequencies.members[part]
        real = dual.frequencies.real[members]
        for chosen, beta in ((members[real], 1), (members[~real], 2)):
            places = start + beta * np.arange(chosen.size)[:, None] * orbits.size + np.arange(orbits.size)
            shape = places.shape
            found.append(
                np.stack(
                    [
                        np.broadcast_to(chosen[:, None], shape).ravel(),
                        np.broadcast_to(orbits, shape).ravel(),
                        np.full(places.size, number),
                        places.ravel(),
                        np.full(places.size, orbits.size),
                    ]
                )
            )
            start += beta * chosen.size * orbits.size
    return np.concatenate(found, axis=1)


@dataclass(frozen=True, eq=False)
class Family:
    """Orbits of frequencies on whose U the stabilizers act by the same matrices."""

    roots: IntArray
    """The representatives, shape (orbits,)."""
    duals: IntArray
    """Dual points by orbit, frequency, and slot of U, shape (orbits, frequencies, slots)."""
    real: bool
    kinds: IntArray
    """The type of every slot."""
    images: IntArray
    """Generators of the stabilizer on the slots, shape (generators, slots)."""
    turns: Turns
    """What they do to the fibres."""


class Carried:
    """All dual points with what carries their fibres to that of the representative."""

    def __init__(self, dual: Dual, types: Sequence[UnionType]) -> None:
        self.dual, self.points = dual, DualPoints.of(dual, types)
        self.images = self.points.moved(dual)
        self.turns = [dual.turns(h, self.points.orbit, self.points.frequency) for h in range(len(self.images))]
        labels = orbit_labels(dual.frequency_images)
        self.forest = orbit_forest(dual.frequency_images, np.unique(labels, return_index=True)[1])
        self.root, self.frames = self._along_trees()
        self.by_orbit = _grouped(self.forest, labels)
        """Frequencies of every orbit, breadth first, orbits of one size together: arrays (orbits, size)."""

    def _along_trees(self) -> tuple[IntArray, Turns]:
        """Slot of the representative for every dual point, and the turn from its fibre to that of the slot."""
        starts, count = self.points.starts, len(self.points.frequency)
        root, angles, flips = np.arange(count), np.zeros(count, dtype=np.intp), np.zeros(count, dtype=bool)
        root -= starts[self.points.frequency]
        back = np.argsort(self.images, axis=1)
        for reached, _, by in self.forest.levels:
            sizes = starts[reached + 1] - starts[reached]
            here = np.repeat(starts[reached], sizes) + _counted(sizes)
            generator = np.repeat(by, sizes)
            before = back[generator, here]
            root[here] = root[before]
            for h in np.unique(generator):
                mine = generator == h
                turn = Turns(angles, flips)[before[mine]].after(self.turns[h][before[mine]])
                angles[here[mine]], flips[here[mine]] = turn.angles, turn.flips
        # A phase on the whole of U_f is what the subgroup does: the first slot gets none.
        angles -= angles[starts[:-1]][self.points.frequency]
        return root, Turns(angles % self.dual.unit, flips)

    def families(self) -> Iterator[Family]:
        """All families, by representatives of one size together."""
        starts = self.points.starts
        slots = starts[1:] - starts[:-1]
        arranged = np.empty(len(self.root), dtype=np.intp)
        arranged[starts[self.points.frequency] + self.root] = np.arange(len(self.root))
        for frequencies in self.by_orbit:
            real = self.dual.frequencies.real[frequencies[:, 0]]
            width = slots[frequencies[:, 0]]
            for is_real, count in sorted(set(zip(real.tolist(), width.tolist(), strict=True))):
                rows = frequencies[(real == is_real) & (width == count)]
                duals = arranged[starts[rows][:, :, None] + np.arange(count)]
                yield from self._alike(rows[:, 0], duals, is_real)

    def _alike(self, roots: IntArray, duals: IntArray, real: bool) -> Iterator[Family]:
        """Representatives with equal types of slots and equal loops become one family."""
        kinds = self.points.kind[duals[:, 0]]
        images, loops = self._loops(duals, real)
        rows = np.concatenate(
            [part.reshape(len(roots), -1) for part in (kinds, images, loops.angles, loops.flips)], axis=1
        )
        for members in _equal_rows(rows):
            first = members[0]
            columns = np.stack([images[first], loops.angles[first], loops.flips[first]], axis=2)
            distinct = columns[np.sort(np.unique(columns.reshape(len(columns), -1), axis=0, return_index=True)[1])]
            turns = Turns(distinct[:, :, 1], distinct[:, :, 2].astype(bool))
            yield Family(roots[members], duals[members], real, kinds[first], distinct[:, :, 0], turns)

    def own_loops(self, duals: IntArray, other: int) -> tuple[NDArray[np.bool_], IntArray, Turns]:
        """Where a generator keeps a frequency up to sign, and what it does then on the slots of the representative."""
        reached = self.images[other][duals]
        keeps = self.points.frequency[reached[:, :, 0]] == self.points.frequency[duals[:, :, 0]]
        loop = self.frames[duals].after(self.turns[other][duals]).after(self.frames[reached].inverse())
        return keeps, self.root[reached], loop

    def _loops(self, duals: IntArray, real: bool) -> tuple[IntArray, Turns]:
        """All edges on the slots of representatives, shape (orbits, frequencies * generators, slots)."""
        images, angles, flips = [], [], []
        for h, image in enumerate(self.images):
            reached = image[duals]
            loop = self.frames[duals].after(self.turns[h][duals]).after(self.frames[reached].inverse())
            phase = loop.angles if real else loop.angles - loop.angles[:, :, :1]
            images.append(self.root[reached])
            angles.append(phase % self.dual.unit)
            flips.append(loop.flips)
        shape = (len(duals), -1, duals.shape[2])
        found, turned, flipped = (np.stack(parts, axis=2).reshape(shape) for parts in (images, angles, flips))
        return found, Turns(turned, flipped)


def _grouped(forest: Forest, labels: IntArray) -> list[IntArray]:
    order = np.concatenate([forest.roots, *(reached for reached, _, _ in forest.levels)])
    order = order[np.argsort(labels[order], kind="stable")]
    sizes = np.bincount(labels)[labels[order]]
    return [order[sizes == size].reshape(-1, size) for size in np.unique(sizes)]


def _counted(sizes: IntArray) -> IntArray:
    """0, 1, ... up to each size."""
    return np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)


def _equal_rows(rows: NDArray[np.intp]) -> list[IntArray]:
    """Numbers of equal rows, in order of first appearance."""
    opaque = np.ascontiguousarray(rows).view(np.dtype((np.void, rows.shape[1] * rows.itemsize))).ravel()
    _, first, inverse = np.unique(opaque, return_index=True, return_inverse=True)
    groups = np.split(np.argsort(inverse, kind="stable"), np.cumsum(np.bincount(inverse))[:-1])
    return [groups[number] for number in np.argsort(first)]
