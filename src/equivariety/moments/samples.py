"""Rows of data on their way into moments: made floating, centered and weighted, and refused if they cannot be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from equivariety.errors import InputError
from equivariety.isotypic.arrays import constant, namespace, to_numpy, widest_float
from equivariety.moments.chunks import as_floating, count_not_finite, first_not_finite, row_chunks
from equivariety.tolerances import smallest_mean_square

# A vector that is subtracted from every row of X, and one for Y.
Origins = tuple[NDArray[np.float64], NDArray[np.float64]]


@dataclass(frozen=True, eq=False)
class Samples:
    """Rows of inputs and targets on their way into moments."""

    X: Any
    Y: Any | None = None
    """None: the inputs are their own targets."""
    weight: Any | None = None
    """One weight for each row."""
    input_origin: NDArray[np.float64] | None = None
    """Vector fixed by the group that is subtracted from every row of X, shape (domain degree,)."""
    target_origin: NDArray[np.float64] | None = None
    first_row: int = 0
    """Number of the first row in the whole data, for messages."""

    def with_origins(self, origins: Origins | None) -> Self:
        """Samples that are summed around two origins."""
        return self if origins is None else replace(self, input_origin=origins[0], target_origin=origins[1])

    def roots(self, rows: slice) -> NDArray[np.float64] | None:
        """Square roots of the weights of some rows."""
        return None if self.weight is None else np.sqrt(to_numpy(self.weight[rows]))

    def rows(self, chosen: slice) -> Rows:
        """Some rows, ready to be summed."""
        roots = self.roots(chosen)
        targets = None if self.Y is None else _prepared(self.Y[chosen, ...], self.target_origin, roots)
        return Rows(_prepared(self.X[chosen, ...], self.input_origin, roots), targets, roots)


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows as floating numbers, minus the origin, times the roots of their weights."""

    inputs: Any
    targets: Any | None
    """None: the inputs are their own targets."""
    roots: NDArray[np.float64] | None

    @property
    def weight(self) -> float:
        """The number of rows, or the sum of their weights."""
        return float(self.inputs.shape[0] if self.roots is None else self.roots @ self.roots)

    @cached_property
    def input_energy(self) -> float:
        """Sum of the squares of all inputs."""
        return squared_norm(self.inputs)

    @cached_property
    def target_energy(self) -> float:
        """Sum of the squares of all targets."""
        return self.input_energy if self.targets is None else squared_norm(self.targets)


def _prepared(rows: Any, origin: NDArray[np.float64] | None, root: NDArray[np.float64] | None) -> Any:
    """Rows as floating numbers, minus the origin, times the roots of their weights."""
    values = as_floating(rows)
    if origin is not None:
        values = values - constant(origin, values)
    return values if root is None else values * constant(root, values)[:, None]


def floating_type(data: Any) -> np.dtype[Any]:
    """The type in which the data are computed."""
    return np.dtype(str(as_floating(data[:1, ...]).dtype).rpartition(".")[2])  # without the name of a library


def squared_norm(values: Any) -> float:
    """Sum of squares: of each row in the precision of the data, of all rows in double precision."""
    xp = namespace(values)
    return float(xp.sum(xp.vecdot(values, values), dtype=widest_float(values)))


def refuse_underflow(samples: Samples, energy: float, targets: float, precision: float) -> None:
    """Squares of tiny values lose their digits, or vanish: say so instead of fitting noise."""
    sides = [("X", samples.X, samples.input_origin, energy)]
    if samples.Y is not None:
        sides.append(("Y", samples.Y, samples.target_origin, targets))
    for name, data, origin, squares in sides:
        _refuse_underflow_of(name, data, origin, samples.weight, squares, precision)


def _refuse_underflow_of(
    name: str,
    data: Any,
    origin: NDArray[np.float64] | None,
    weight: NDArray[np.float64] | None,
    energy: float,
    precision: float,
) -> None:
    counted = data.shape[0] if weight is None else np.count_nonzero(weight)
    smallest = smallest_mean_square(precision) * counted * data.shape[1]
    if energy >= smallest:
        return
    rows = data if weight is None else data[constant(weight > 0, data)]
    # Data of some size that leave no energy lie where the maps are zero: nothing underflowed.
    roots = None if weight is None else np.sqrt(weight[weight > 0])[:, None]
    if 0 < _largest_deviation(rows, origin, roots) < smallest**0.5:
        given = name if weight is None else f"{name} times the roots of its weights"
        raise InputError(f"{given} is too small for its precision: the squares of its values underflow; scale it, "
                         "or give it in double precision")  # fmt: skip


def _largest_deviation(rows: Any, origin: NDArray[np.float64] | None, roots: NDArray[np.float64] | None) -> float:
    """How far rows differ from the origin; constant data around an origin rightly leave nothing but rounding."""
    values = as_floating(rows)
    xp = namespace(values)
    scales = constant(np.ones((1, 1)) if roots is None else roots, values)
    if origin is None:
        return float(xp.max(xp.abs(values) * scales))
    center = constant(origin, values)
    rounding = 8 * float(xp.finfo(values.dtype).eps)
    deviation = xp.abs(values - center)
    return float(xp.max(scales * xp.where(deviation > rounding * xp.abs(center), deviation, xp.zeros_like(deviation))))


def raise_not_finite(samples: Samples) -> None:
    """Say which of the data, and which row, made a sum infinite or undefined."""
    sides = [("X", samples.X, samples.input_origin), ("Y", samples.Y, samples.target_origin)]
    sides = [side for side in sides if side[1] is not None]
    for name, data, _ in sides:
        row = first_not_finite(data)
        if row is not None:
            values = count_not_finite(data)
            more = f", the first of {values} such values" if values > 1 else ""
            raise InputError(
                f"{name} must hold finite numbers: row {samples.first_row + row} contains NaN or infinity{more}"
            )
    # The last one is left when the others can be added up.
    name = next((name for name, data, origin in sides[:-1] if _too_large(samples, data, origin)), sides[-1][0])
    raise InputError(f"{name} must hold numbers whose squares are finite: some are too large")


def _too_large(samples: Samples, data: Any, origin: NDArray[np.float64] | None) -> bool:
    """Whether the squares of finite numbers, taken and weighted as for their moments, add up to infinity."""
    total = 0.0
    with np.errstate(all="ignore"):
        for rows in row_chunks(data.shape[0], data.shape[1]):
            total += squared_norm(_prepared(data[rows, ...], origin, samples.roots(rows)))
    return not np.isfinite(total)
