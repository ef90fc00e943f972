"""One pass over the data: the sums of all chunks, by all threads, in a fixed order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from enum import Enum
from typing import Any, Protocol

import numpy as np
from array_api_compat import device

from equivariety.errors import InputError
from equivariety.isotypic.arrays import namespace, on_host
from equivariety.isotypic.decomposition import ChangeOfBasis
from equivariety.memory import refuse_if_larger
from equivariety.moments.compiled_sums import CompiledSums, compiled_sums
from equivariety.moments.library_sums import LibrarySums
from equivariety.moments.moments import Moments
from equivariety.moments.parseval import BlockSums, Energies, Standard, require_energy, require_vectors, spans
from equivariety.moments.probes import probes
from equivariety.moments.samples import Rows, Samples, floating_type, raise_not_finite, refuse_underflow
from equivariety.threads import in_threads
from equivariety.tolerances import precision_of

# Chunks that a thread adds up before it hands its sum over, if that leaves this many tasks to share.
_CHUNKS_PER_TASK = 8
_FEWEST_TASKS = 16

# Tasks whose first chunk is asked about random vectors.
_TASKS_ASKED = 4


class Sums(Enum):
    """Who adds up the moments of a chunk.

    Examples
    --------
    >>> [way.value for way in Sums]
    ['compiled', 'library']
    """

    COMPILED = "compiled"
    """Loops compiled by Numba: many alike orbits, blocks too small for products of matrices."""
    LIBRARY = "library"
    """Matrix products of the array library that owns the data."""


class Summation(BlockSums, Protocol):
    """A way to add up the moments of rows, and totals of them."""

    def chunks(self, samples: Samples) -> Iterator[slice]:
        """Rows that are worked on at a time."""

    def zero(self) -> Any:
        """The total of no data."""

    def add(self, total: Any, rows: Rows) -> tuple[Any, Energies]:
        """The total with some rows more, in the arrays of the given one, and what their squares add up to.

        Squares are taken while rows are in the cache, but by no product that the moments are made of.
        """

    def join(self, total: Any, part: Any) -> Any:
        """The sum of two totals, in the arrays of the first."""

    def moments(self, total: Any) -> Moments:
        """The moments that a total stands for."""


def moments(samples: Samples, domain: ChangeOfBasis, codomain: ChangeOfBasis) -> Moments:
    """One pass over the rows, chunk by chunk, by all threads.

    Products within a chunk take the precision of the data, sums over chunks are in double precision and in a fixed
    order: with several chunks the result does not depend on the number of threads, not by a bit. (A single chunk leaves
    the threads to BLAS.) Nothing but the chunks at work is ever copied.

    Raises
    ------
    InputError
        If a value is not finite; the message names the first such row.
    NumericalError
        If the rows, by another route, give other sums: then this machine, or a library on it, computes wrongly.
    """
    samples = _together(samples)
    X, Y = samples.X, samples.Y
    if X.shape[0] == 0:
        raise InputError("X must have at least one sample, not 0")
    _refuse_too_large(domain, codomain, samples.Y is not None)
    summation = _summation(samples, domain, codomain)
    precision = max(precision_of(floating_type(side)) for side in (X, Y) if side is not None)
    batches = _batches(list(summation.chunks(samples)))
    standard = Standard(max(domain.degree, codomain.degree), precision, spans(domain))
    every = -(-len(batches) // _TASKS_ASKED)

    def task(number: int) -> tuple[Any, float]:
        total, said = summation.zero(), Energies(0.0, 0.0, 0)
        # Infinite and invalid products are found in the result; warnings on the way would say less.
        with np.errstate(all="ignore"):
            for chosen in batches[number]:
                rows = samples.rows(chosen)
                total, energies = summation.add(total, rows)
                if not said.rows and number % every == 0:  # the first chunk, which alone is in the total yet
                    asked = probes(domain, codomain, number // every, len(batches))
                    require_vectors(asked, rows, energies, summation, total, standard)
                said += energies
            require_energy(said, summation, total, standard)
        return total, said.inputs

    total, energy = summation.zero(), 0.0
    numbers = range(len(batches))
    for part, energy_of_part in in_threads(task, numbers) if isinstance(X, np.ndarray) else map(task, numbers):
        total = summation.join(total, part)
        energy += energy_of_part
    result = summation.moments(total)
    if Y is None:
        result = replace(result, target_norm=result.energy)
    if not np.isfinite(result.target_norm + result.energy + energy):
        raise_not_finite(samples)
    refuse_underflow(samples, result.energy, result.target_norm, result.precision)
    return result


def _refuse_too_large(domain: ChangeOfBasis, codomain: ChangeOfBasis, with_targets: bool) -> None:
    """Gram matrices of all blocks, once as the total and once for the rows at work."""
    sides = (domain, codomain) if with_targets else (domain,)
    entries = sum(
        bundle.size * bundle.field.beta * rows * cols
        for side in sides
        for bundle, rows, cols in zip(domain.bundles, side.multiplicities, domain.multiplicities, strict=True)
    )
    largest = max(domain.multiplicities, default=0)
    refuse_if_larger(2 * 8 * entries, f"a fit with blocks of up to {largest} columns",
                     "take a larger group, whose blocks are smaller, or fewer points")  # fmt: skip


def chosen_sums(samples: Samples, domain: ChangeOfBasis, codomain: ChangeOfBasis) -> Sums:
    """How the moments of these rows are added up."""
    compiled = isinstance(_summation(_together(samples), domain, codomain), CompiledSums)
    return Sums.COMPILED if compiled else Sums.LIBRARY


def _together(samples: Samples) -> Samples:
    """Both sides in one array library: on the host as NumPy arrays where they lie in its memory."""
    X, Y = on_host(samples.X), None if samples.Y is None else on_host(samples.Y)
    if Y is not None and isinstance(X, np.ndarray) != isinstance(Y, np.ndarray):
        X, Y = samples.X, samples.Y  # one of them has to stay where it is
        if namespace(X) is not namespace(Y) or device(X) != device(Y):
            raise InputError("Y must be an array of the library of X, on its device")
    return replace(samples, X=X, Y=Y)


def _summation(samples: Samples, domain: ChangeOfBasis, codomain: ChangeOfBasis) -> Summation:
    compiled = compiled_sums(samples, domain, codomain)
    if compiled is not None:
        return compiled
    return LibrarySums(domain, codomain, samples.Y is not None, precision_of(floating_type(samples.X)))


def _batches(slices: list[slice]) -> list[list[slice]]:
    size = min(max(len(slices) // _FEWEST_TASKS, 1), _CHUNKS_PER_TASK)
    return [slices[start : start + size] for start in range(0, len(slices), size)]
