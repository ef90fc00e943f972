"""Moments of chunks by the array library that owns the data: panels, then products of panels."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.isotypic.arrays import constant, namespace, to_numpy, widest_float
from equivariety.isotypic.decomposition import ChangeOfBasis
from equivariety.isotypic.fields import Field
from equivariety.moments.chunks import row_chunks
from equivariety.moments.grams import gram
from equivariety.moments.moments import Matrices, Moments, add_in_place
from equivariety.moments.parseval import Energies
from equivariety.moments.samples import Rows, Samples

# Rows of a chunk for each column of the largest block: enough for a matrix product to run at full speed.
_ROWS_PER_COLUMN = 2


@dataclass(frozen=True, eq=False)
class LibrarySums:
    """Sums of panel products; totals are moments."""

    domain: ChangeOfBasis
    codomain: ChangeOfBasis
    with_targets: bool
    precision: float

    def chunks(self, samples: Samples) -> Iterator[slice]:
        least = _ROWS_PER_COLUMN * max((*self.domain.multiplicities, *self.codomain.multiplicities), default=1)
        width = max(self.domain.degree, self.codomain.degree)
        return row_chunks(samples.X.shape[0], width, least, isinstance(samples.X, np.ndarray))

    def zero(self) -> Moments:
        return Moments(
            weight=0.0,
            inner=self._blocks(self.domain),
            cross=self._blocks(self.codomain) if self.with_targets else None,
            input_sum=np.zeros(_trivial_multiplicity(self.domain)),
            target_sum=np.zeros(_trivial_multiplicity(self.codomain)),
            target_norm=0.0,
            outputs=self.codomain.degree,
            precision=self.precision,
        )

    def _blocks(self, side: ChangeOfBasis) -> Matrices:
        """Zeros; the units of a field are apart in memory, where their Gram matrices are added up."""
        shapes = zip(self.domain.bundles, side.multiplicities, self.domain.multiplicities, strict=True)
        return tuple(
            np.moveaxis(np.zeros((bundle.field.beta, bundle.size, rows, cols)), 0, -1) for bundle, rows, cols in shapes
        )

    def add(self, total: Moments, rows: Rows) -> tuple[Moments, Energies]:
        inputs = self.domain.panels(rows.inputs)
        outputs = inputs if rows.targets is None else self.codomain.panels(rows.targets)
        fields = [bundle.field for bundle in self.domain.bundles]
        for into, x, field in zip(total.inner, inputs, fields, strict=True):
            _add_gram(into, x, x, field)
        for into, y, x, field in zip(total.cross or (), outputs, inputs, fields, strict=total.cross is not None):
            _add_gram(into, y, x, field)
        np.add(total.input_sum, _trivial_sum(inputs, self.domain, rows.roots), out=total.input_sum)
        np.add(total.target_sum, _trivial_sum(outputs, self.codomain, rows.roots), out=total.target_sum)
        energies = Energies.of(rows)
        weight = total.weight + rows.weight
        target_norm = total.target_norm + (0.0 if rows.targets is None else energies.targets)
        return replace(total, weight=weight, target_norm=target_norm), energies

    def energy(self, total: Moments) -> float:
        return total.energy

    def inner(self, total: Moments, bundle: int, position: int) -> NDArray[np.float64]:
        return total.inner[bundle][position]

    def cross(self, total: Moments, bundle: int, position: int) -> NDArray[np.float64]:
        assert total.cross is not None
        return total.cross[bundle][position]

    def join(self, total: Moments, part: Moments) -> Moments:
        return add_in_place(total, part)

    def moments(self, total: Moments) -> Moments:
        return total


def _add_gram(into: NDArray[np.float64], y: Any, x: Any, field: Field) -> None:
    """Members so many at a time that their products stay in the cache until they are added."""
    members, *block = into.shape
    for part in row_chunks(members, math.prod(block), on_host=isinstance(x, np.ndarray)):
        right = x[:, part, ...]
        left = right if y is x else y[:, part, ...]  # gram() looks whether both are the same
        for unit, component in enumerate(gram(left, right, field)):
            into[part, ..., unit] += to_numpy(component)


def _trivial_multiplicity(basis: ChangeOfBasis) -> int:
    number = basis.trivial
    return 0 if number is None else basis.multiplicities[number]


def _trivial_sum(
    panels: tuple[Any, ...], basis: ChangeOfBasis, root: NDArray[np.float64] | None
) -> NDArray[np.float64]:
    """Weighted sum of the coordinates in the trivial irreducible."""
    number = basis.trivial
    if number is None:
        return np.zeros(0)
    values = panels[number][:, 0, 0, 0, :]
    xp, double = namespace(values), widest_float(values)
    if root is None:
        total = xp.sum(values, axis=0, dtype=double)
    else:
        values = xp.asarray(values, dtype=double)
        total = xp.matmul(constant(root, values), values)
    return to_numpy(total).astype(np.float64, copy=False)
