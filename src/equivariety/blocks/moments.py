"""What data leave behind: Gram matrices of their coordinates in the blocks, which add over batches and machines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.errors import InputError
from equivariety.isotypic.arrays import namespace, to_numpy
from equivariety.isotypic.decomposition import ChangeOfBasis
from equivariety.tolerances import precision_of

Matrices = tuple[NDArray[np.float64], ...]

# Values in one chunk of rows: two such chunks (values and coordinates) stay within a level-2 cache or little more.
CHUNK_VALUES = 2**20


@dataclass(frozen=True, eq=False)
class Moments:
    """Second moments of inputs and targets, block by block, and all that a fit needs of the data.

    Moments of batches add up to the moments of all samples, in any order up to rounding. ``inner`` and ``cross`` hold
    for each bundle real Gram matrices of the coordinates (multiplicity, beta), summed over samples and copies: shapes
    (members, cols * beta, cols * beta) and (members, rows * beta, cols * beta). Without targets, ``cross`` is None and
    the inputs are their own targets.
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

    def __add__(self, other: Moments) -> Moments:
        cross = None
        if self.cross is not None and other.cross is not None:
            cross = _sum(self.cross, other.cross)
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


def moments(
    X: Any, Y: Any | None, domain: ChangeOfBasis, codomain: ChangeOfBasis, sample_weight: Any | None = None
) -> Moments:
    """One pass over the rows of X (and Y) in chunks.

    Raises
    ------
    InputError
        If a value is not finite; the message names the first such row.
    """
    total: Moments | None = None
    for rows in row_chunks(X.shape[0], max(domain.degree, codomain.degree)):
        weight = None if sample_weight is None else sample_weight[rows]
        part = _chunk_moments(X[rows], None if Y is None else Y[rows], domain, codomain, weight)
        if not np.isfinite(part.target_norm + sum(float(np.einsum("bii->", gram)) for gram in part.inner)):
            _raise_not_finite(X, Y, rows)
        total = part if total is None else total + part
    if total is None:
        raise InputError("X must have at least one sample, not 0")
    return total


def row_chunks(samples: int, width: int) -> Iterator[slice]:
    """Slices of rows with about CHUNK_VALUES values each."""
    step = max(1, CHUNK_VALUES // width)
    for start in range(0, samples, step):
        yield slice(start, min(start + step, samples))


def _chunk_moments(
    X: Any, Y: Any | None, domain: ChangeOfBasis, codomain: ChangeOfBasis, weight: Any | None
) -> Moments:
    X = as_floating(X)
    targets = X if Y is None else as_floating(Y)
    if weight is not None:
        root = namespace(X).sqrt(weight)[:, None]
        X, targets = X * root, targets * root
    inputs = domain.analyze(X)
    outputs = inputs if Y is None else codomain.analyze(targets)
    ones = np.sqrt(to_numpy(weight)) if weight is not None else np.ones(X.shape[0])
    return Moments(
        weight=float(ones @ ones),
        inner=tuple(_gram(part, part) for part in inputs),
        cross=None if Y is None else tuple(_gram(y, x) for y, x in zip(outputs, inputs, strict=True)),
        input_sum=_trivial_sum(inputs, domain, ones),
        target_sum=_trivial_sum(outputs, codomain, ones),
        target_norm=_squared_norm(targets),
        outputs=targets.shape[1],
        precision=precision_of(to_numpy(X[:1]).dtype),
    )


def as_floating(values: Any) -> Any:
    """Numbers of another kind (bytes of images, counts) as float32 if that is exact for them, else float64."""
    if not isinstance(values, np.ndarray):
        xp = namespace(values)
        return values if xp.isdtype(values.dtype, "real floating") else xp.astype(values, xp.float64)
    if values.dtype.kind == "f":
        return values.astype(np.float32) if values.dtype.itemsize < 4 else values
    return values.astype(np.float32 if values.dtype.itemsize < 3 else np.float64)


def _gram(y: Any, x: Any) -> NDArray[np.float64]:
    """Real Gram matrices (members, multiplicity_y * beta, multiplicity_x * beta), summed over samples and copies."""
    xp = namespace(x)

    def columns(part: Any) -> Any:
        samples, members, copies, multiplicity, beta = part.shape
        moved = xp.permute_dims(part, (1, 0, 2, 3, 4))
        return xp.reshape(moved, (members, samples * copies, multiplicity * beta))

    right = columns(x)
    left = right if y is x else columns(y)
    return to_numpy(xp.matmul(xp.permute_dims(left, (0, 2, 1)), right)).astype(np.float64)


def _squared_norm(values: Any) -> float:
    """Sum of squares: of each row in the precision of the data, of all rows in double precision."""
    xp = namespace(values)
    return float(xp.sum(xp.vecdot(values, values), dtype=xp.float64))


def _trivial_sum(parts: tuple[Any, ...], basis: ChangeOfBasis, ones: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weighted sum of the coordinates in the trivial irreducible, which is member 0 of its bundle, number 0."""
    for part, bundle in zip(parts, basis.bundles, strict=True):
        if bundle.size and bundle.members[0] == 0:
            return ones @ to_numpy(part[:, 0, 0, :, 0]).astype(np.float64)
    return np.zeros(0)


def _sum(first: Matrices, second: Matrices) -> Matrices:
    return tuple(a + b for a, b in zip(first, second, strict=True))


def _shifted(
    grams: NDArray[np.float64], left: NDArray[np.float64], right: NDArray[np.float64], weight: float
) -> NDArray[np.float64]:
    shifted = grams.copy()
    shifted[0] -= np.outer(left, right) / weight
    return shifted


def _raise_not_finite(X: Any, Y: Any | None, rows: slice) -> None:
    for name, data in (("X", X), ("Y", Y)):
        if data is None:
            continue
        bad = ~np.isfinite(to_numpy(data[rows])).all(axis=1)
        if bad.any():
            raise InputError(f"{name} must hold finite numbers: row {rows.start + int(np.argmax(bad))} "
                             "contains NaN or infinity")  # fmt: skip
    raise InputError("X must hold numbers whose squares are finite: some are too large")
