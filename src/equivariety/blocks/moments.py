"""What data leave behind: Gram matrices of their coordinates in the blocks, which add over batches and machines."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.blocks.chunks import as_floating, first_not_finite, in_threads, row_chunks
from equivariety.blocks.grams import gram
from equivariety.errors import InputError
from equivariety.isotypic.arrays import constant, namespace, on_host, to_numpy, widest_float
from equivariety.isotypic.decomposition import ChangeOfBasis
from equivariety.isotypic.fields import Field
from equivariety.tolerances import precision_of, smallest_mean_square

Matrices = tuple[NDArray[np.float64], ...]

# Rows of a chunk for each column of the largest block: enough for a matrix product to run at full speed.
_ROWS_PER_COLUMN = 2

# Chunks that a thread adds up before it hands its sum over, if that leaves this many tasks to share.
_CHUNKS_PER_TASK = 8
_FEWEST_TASKS = 16


@dataclass(frozen=True, eq=False)
class Moments:
    """Second moments of inputs and targets, block by block, and all that a fit needs of the data.

    Moments of batches add up to the moments of all samples, in any order up to rounding. ``inner`` and ``cross`` hold
    for each bundle the components of x x^* and y x^*, summed over samples and copies: shapes
    (members, cols, cols, beta) and (members, rows, cols, beta). Without targets, ``cross`` is None and the inputs are
    their own targets.
    """

    weight: float
    """Number of samples, or the sum of their weights."""
    inner: Matrices
    cross: Matrices | None
    input_sum: NDArray[np.float64]
    """Sum of the input coordinates in the trivial irreducible, shape (cols,); empty if there is none."""
    target_sum: NDArray[np.float64]
    target_norm: float
    """Sum of the squares of all targets."""
    outputs: int
    """Entries of one target."""
    precision: float
    """Machine epsilon of the data, on which rank decisions rest."""

    @property
    def energy(self) -> float:
        """Sum of the squares of all inputs, as far as they lie in blocks: the traces of all Gram matrices."""
        return sum(float(np.einsum("bii->", matrices[..., 0])) for matrices in self.inner)

    @property
    def matrices(self) -> Matrices:
        """All arrays that add."""
        return (*self.inner, *(self.cross or ()), self.input_sum, self.target_sum)

    def __add__(self, other: Moments) -> Moments:
        require_same_targets(self, other)
        cross = None if self.cross is None or other.cross is None else _sum(self.cross, other.cross)
        return replace(
            self,
            weight=self.weight + other.weight,
            inner=_sum(self.inner, other.inner),
            cross=cross,
            input_sum=self.input_sum + other.input_sum,
            target_sum=self.target_sum + other.target_sum,
            target_norm=self.target_norm + other.target_norm,
            precision=max(self.precision, other.precision),
        )

    def centered(self, trivial: int | None) -> Moments:
        """The moments after subtracting the invariant part of the means of inputs and targets.

        Only the trivial irreducible changes; ``trivial`` is the bundle whose first member it is, None if there is none.
        """
        target_norm = self.target_norm - float(self.target_sum @ self.target_sum) / self.weight
        if trivial is None:
            return replace(self, target_norm=target_norm)
        inner, cross = list(self.inner), self.cross
        inner[trivial] = _shifted(inner[trivial], self.input_sum, self.input_sum, self.weight)
        if cross is not None:
            shifted = list(cross)
            shifted[trivial] = _shifted(shifted[trivial], self.target_sum, self.input_sum, self.weight)
            cross = tuple(shifted)
        return replace(self, inner=tuple(inner), cross=cross, target_norm=target_norm)


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


def moments(samples: Samples, domain: ChangeOfBasis, codomain: ChangeOfBasis) -> Moments:
    """One pass over the rows, chunk by chunk, by all threads.

    Products within a chunk take the precision of the data, sums over chunks are in double precision and in a fixed
    order: the result does not depend on the number of threads. Nothing but the chunks at work is ever copied.

    Raises
    ------
    InputError
        If a value is not finite; the message names the first such row.
    """
    X, Y = on_host(samples.X), None if samples.Y is None else on_host(samples.Y)
    samples = replace(samples, X=X, Y=Y)
    least = _ROWS_PER_COLUMN * max((*domain.multiplicities, *codomain.multiplicities), default=1)
    host = isinstance(X, np.ndarray)
    slices = list(row_chunks(X.shape[0], max(domain.degree, codomain.degree), least, host))
    if not slices:
        raise InputError("X must have at least one sample, not 0")

    zero = partial(_zero, domain, codomain, Y is not None, precision_of(_floating_type(X)))

    def task(batch: list[slice]) -> Moments:
        total = zero()
        # Infinite and invalid products are found in the result; warnings on the way would say less.
        with np.errstate(all="ignore"):
            for rows in batch:
                total = _add_chunk(total, samples, domain, codomain, rows)
        return total

    size = min(max(len(slices) // _FEWEST_TASKS, 1), _CHUNKS_PER_TASK)
    batches = [slices[start : start + size] for start in range(0, len(slices), size)]
    total = zero()
    for part in in_threads(task, batches) if host else map(task, batches):
        total = add_in_place(total, part)
    if Y is None:
        total = replace(total, target_norm=total.energy)
    if not np.isfinite(total.target_norm + total.energy):
        _raise_not_finite(samples)
    _refuse_underflow(samples, total)
    return total


def _refuse_underflow(samples: Samples, total: Moments) -> None:
    """Squares of tiny values in single precision lose their digits, or vanish: say so instead of fitting noise."""
    smallest = smallest_mean_square(total.precision) * samples.X.shape[0] * samples.X.shape[1]
    if samples.input_origin is not None or total.energy >= smallest:
        return  # around an origin, constant data rightly leave nothing but rounding
    if bool(namespace(samples.X).any(samples.X != 0)):
        raise InputError("X is too small for its precision: the squares of its values underflow; scale it, "
                         "or give it in double precision")  # fmt: skip


def _zero(domain: ChangeOfBasis, codomain: ChangeOfBasis, with_targets: bool, precision: float) -> Moments:
    """No data. The units of a field are apart in memory, where their Gram matrices are added up."""

    def blocks(side: ChangeOfBasis) -> Matrices:
        shapes = zip(domain.bundles, side.multiplicities, domain.multiplicities, strict=True)
        return tuple(
            np.moveaxis(np.zeros((bundle.field.beta, bundle.size, rows, cols)), 0, -1) for bundle, rows, cols in shapes
        )

    return Moments(
        weight=0.0,
        inner=blocks(domain),
        cross=blocks(codomain) if with_targets else None,
        input_sum=np.zeros(_trivial_multiplicity(domain)),
        target_sum=np.zeros(_trivial_multiplicity(codomain)),
        target_norm=0.0,
        outputs=codomain.degree,
        precision=precision,
    )


def require_same_targets(first: Moments, second: Moments) -> None:
    """Refuse to add data with targets to data that are their own targets."""
    if (first.cross is None) != (second.cross is None):
        raise InputError("all batches must come with targets Y, or none of them: the moments of both kinds do not add")


def add_in_place(total: Moments, part: Moments) -> Moments:
    """The sum, in the arrays of the first: Gram blocks may take a good part of the memory."""
    require_same_targets(total, part)
    for into, addend in zip(total.matrices, part.matrices, strict=True):
        np.add(into, addend, out=into)
    return replace(
        total,
        weight=total.weight + part.weight,
        target_norm=total.target_norm + part.target_norm,
        precision=max(total.precision, part.precision),
    )


def _add_chunk(
    total: Moments, samples: Samples, domain: ChangeOfBasis, codomain: ChangeOfBasis, rows: slice
) -> Moments:
    """Add the moments of some rows, in place."""
    root = None if samples.weight is None else np.sqrt(to_numpy(samples.weight[rows]))
    inputs = domain.panels(_prepared(samples.X[rows, ...], samples.input_origin, root))
    if samples.Y is None:
        targets, outputs = None, inputs
    else:
        targets = _prepared(samples.Y[rows, ...], samples.target_origin, root)
        outputs = codomain.panels(targets)
    fields = [bundle.field for bundle in domain.bundles]
    for into, x, field in zip(total.inner, inputs, fields, strict=True):
        _add_gram(into, x, x, field)
    for into, y, x, field in zip(total.cross or (), outputs, inputs, fields, strict=total.cross is not None):
        _add_gram(into, y, x, field)
    np.add(total.input_sum, _trivial_sum(inputs, domain, root), out=total.input_sum)
    np.add(total.target_sum, _trivial_sum(outputs, codomain, root), out=total.target_sum)
    return replace(
        total,
        weight=total.weight + float(rows.stop - rows.start if root is None else root @ root),
        target_norm=total.target_norm + (0.0 if targets is None else _squared_norm(targets)),
    )


def _add_gram(into: NDArray[np.float64], y: Any, x: Any, field: Field) -> None:
    for unit, component in enumerate(gram(y, x, field)):
        into[..., unit] += to_numpy(component)


def _prepared(rows: Any, origin: NDArray[np.float64] | None, root: NDArray[np.float64] | None) -> Any:
    """Rows as floating numbers, minus the origin, times the roots of their weights."""
    values = as_floating(rows)
    if origin is not None:
        values = values - constant(origin, values)
    return values if root is None else values * constant(root, values)[:, None]


def _floating_type(data: Any) -> np.dtype[Any]:
    return np.dtype(str(as_floating(data[:1, ...]).dtype).rpartition(".")[2])  # without the name of a library


def _squared_norm(values: Any) -> float:
    """Sum of squares: of each row in the precision of the data, of all rows in double precision."""
    xp = namespace(values)
    return float(xp.sum(xp.vecdot(values, values), dtype=widest_float(values)))


def _trivial_bundle(basis: ChangeOfBasis) -> int | None:
    """The bundle whose first member is the trivial irreducible, number 0."""
    return next((number for number, bundle in enumerate(basis.bundles) if bundle.size and bundle.members[0] == 0), None)


def _trivial_multiplicity(basis: ChangeOfBasis) -> int:
    number = _trivial_bundle(basis)
    return 0 if number is None else basis.multiplicities[number]


def _trivial_sum(
    panels: tuple[Any, ...], basis: ChangeOfBasis, root: NDArray[np.float64] | None
) -> NDArray[np.float64]:
    """Weighted sum of the coordinates in the trivial irreducible."""
    number = _trivial_bundle(basis)
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


def _sum(first: Matrices, second: Matrices) -> Matrices:
    return tuple(a + b for a, b in zip(first, second, strict=True))


def _shifted(
    grams: NDArray[np.float64], left: NDArray[np.float64], right: NDArray[np.float64], weight: float
) -> NDArray[np.float64]:
    shifted = grams.copy()
    shifted[0, :, :, 0] -= np.outer(left, right) / weight
    return shifted


def _raise_not_finite(samples: Samples) -> None:
    sides = [("X", samples.X, samples.input_origin), ("Y", samples.Y, samples.target_origin)]
    sides = [side for side in sides if side[1] is not None]
    for name, data, _ in sides:
        row = first_not_finite(data)
        if row is not None:
            raise InputError(f"{name} must hold finite numbers: row {samples.first_row + row} contains NaN or infinity")
    # The last one is left when the others can be added up.
    name = next((name for name, data, origin in sides[:-1] if _too_large(samples, data, origin)), sides[-1][0])
    raise InputError(f"{name} must hold numbers whose squares are finite: some are too large")


def _too_large(samples: Samples, data: Any, origin: NDArray[np.float64] | None) -> bool:
    """Whether the squares of finite numbers, taken and weighted as for their moments, add up to infinity."""
    total = 0.0
    with np.errstate(all="ignore"):
        for rows in row_chunks(data.shape[0], data.shape[1]):
            root = None if samples.weight is None else np.sqrt(to_numpy(samples.weight[rows]))
            total += _squared_norm(_prepared(data[rows, ...], origin, root))
    return not np.isfinite(total)
