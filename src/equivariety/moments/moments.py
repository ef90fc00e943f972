"""Moments of data: Gram matrices of their coordinates in the blocks, which add over batches and machines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from equivariety.errors import InputError

Matrices = tuple[NDArray[np.float64], ...]


@dataclass(frozen=True, eq=False)
class Moments:
    """Second moments of inputs and targets, block by block, and all that a fit needs of the data.

    Moments of batches add up to the moments of all samples, in any order up to rounding. ``inner`` and ``cross`` hold
    for each bundle the components of x x^* and y x^*, summed over samples and copies: shapes
    (members, cols, cols, beta) and (members, rows, cols, beta). Without targets, ``cross`` is None and the inputs are
    their own targets.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> X = np.random.default_rng(0).standard_normal((20, 3))
    >>> maps = ev.EquivariantMaps(ev.actions.cyclic(3))
    >>> moments = ev.moments.data_moments(maps, X[:8]) + ev.moments.data_moments(maps, X[8:])  # of batches
    >>> (moments.weight, [gram.shape for gram in moments.inner],
    ...  bool(np.isclose(moments.energy, (X**2).sum())), moments.outputs)
    (20.0, [(1, 1, 1, 1), (1, 1, 1, 2)], True, 3)
    >>> bool(moments.centered(maps.domain_basis.trivial).energy < moments.energy)
    True
    >>> maps.bounded(1).solve(moments).ranks
    (1, 0)
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

    def __repr__(self) -> str:
        kind = "of inputs alone" if self.cross is None else f"with targets in R^{self.outputs}"
        return f"<Moments {kind}, weight {self.weight:g}, {sum(map(len, self.inner))} blocks>"

    @property
    def energy(self) -> float:
        """Sum of the squares of all inputs, as far as they lie in blocks: the traces of all Gram matrices."""
        return sum(float(np.einsum("bii->", matrices[..., 0])) for matrices in self.inner)

    @property
    def matrices(self) -> Matrices:
        """All arrays that add.

        Examples
        --------
        >>> import numpy as np
        >>> import equivariety as ev
        >>> moments = ev.moments.data_moments(ev.EquivariantMaps(ev.actions.cyclic(3)), np.eye(3))
        >>> [gram.shape for gram in moments.matrices]
        [(1, 1, 1, 1), (1, 1, 1, 2), (1,), (1,)]
        """
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

    def about(self, trivial: int | None, input_mean: NDArray[np.float64], target_mean: NDArray[np.float64]) -> Moments:
        """The moments about other origins, given by their coordinates in the trivial irreducible.

        Examples
        --------
        >>> import numpy as np
        >>> import equivariety as ev
        >>> X = np.random.default_rng(0).standard_normal((20, 3))
        >>> maps = ev.EquivariantMaps(ev.actions.cyclic(3))
        >>> moments, trivial = ev.moments.data_moments(maps, X), maps.domain_basis.trivial
        >>> origin = moments.input_sum / moments.weight
        >>> moved = moments.about(trivial, origin, np.zeros_like(moments.target_sum))
        >>> bool(np.abs(moved.input_sum).max() < 1e-12)
        True
        """
        target_norm = self.target_norm + float((self.weight * target_mean - 2 * self.target_sum) @ target_mean)
        moved = replace(
            self,
            target_norm=target_norm,
            input_sum=self.input_sum - self.weight * input_mean,
            target_sum=self.target_sum - self.weight * target_mean,
        )
        if trivial is None:
            return moved
        inner, cross = list(self.inner), self.cross
        inner[trivial] = _about(inner[trivial], (self.input_sum, input_mean), (self.input_sum, input_mean), self.weight)
        if cross is not None:
            pairs = (self.target_sum, target_mean), (self.input_sum, input_mean)
            cross = tuple(_about(C, *pairs, self.weight) if number == trivial else C for number, C in enumerate(cross))
        return replace(moved, inner=tuple(inner), cross=cross)

    def with_diagonal(self, amounts: Sequence[float], cross: Matrices) -> Moments:
        """The moments with a multiple of the identity added to every Gram matrix of the inputs of each bundle.

        Examples
        --------
        >>> import numpy as np
        >>> import equivariety as ev
        >>> moments = ev.moments.data_moments(ev.EquivariantMaps(ev.actions.cyclic(3)), np.eye(3))
        >>> ridge = moments.with_diagonal([0.5, 0.5], None)
        >>> [(gram[0, 0, 0, 0] - old[0, 0, 0, 0]).round(6).item() for gram, old in zip(ridge.inner, moments.inner)]
        [0.5, 0.5]
        """
        inner = tuple(gram.copy() for gram in self.inner)
        for gram, amount in zip(inner, amounts, strict=True):
            size = np.arange(gram.shape[1])
            gram[:, size, size, 0] += amount
        return replace(self, inner=inner, cross=cross)

    def times_power_of_two(self, exponent: int) -> Moments:
        """The moments of the same data with all weights times 2 to a power.

        Examples
        --------
        >>> import numpy as np
        >>> import equivariety as ev
        >>> moments = ev.moments.data_moments(ev.EquivariantMaps(ev.actions.cyclic(3)), np.eye(3))
        >>> moments.times_power_of_two(3).weight, moments.times_power_of_two(3).energy == 8 * moments.energy
        (24.0, True)
        """
        if not exponent:
            return self
        return replace(
            self,
            weight=float(np.ldexp(self.weight, exponent)),
            inner=tuple(np.ldexp(S, exponent) for S in self.inner),
            cross=None if self.cross is None else tuple(np.ldexp(C, exponent) for C in self.cross),
            input_sum=np.ldexp(self.input_sum, exponent),
            target_sum=np.ldexp(self.target_sum, exponent),
            target_norm=float(np.ldexp(self.target_norm, exponent)),
        )

    def centered(self, trivial: int | None) -> Moments:
        """The moments after subtracting the invariant part of the means of inputs and targets.

        Only the trivial irreducible changes; ``trivial`` is the bundle whose first member it is, None if there is none.
        """
        target_norm = self.target_norm - float(self.target_sum @ (self.target_sum / self.weight))
        if trivial is None:
            return replace(self, target_norm=target_norm)
        inner, cross = list(self.inner), self.cross
        inner[trivial] = _shifted(inner[trivial], self.input_sum, self.input_sum, self.weight)
        if cross is not None:
            shifted = list(cross)
            shifted[trivial] = _shifted(shifted[trivial], self.target_sum, self.input_sum, self.weight)
            cross = tuple(shifted)
        return replace(self, inner=tuple(inner), cross=cross, target_norm=target_norm)


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


def _sum(first: Matrices, second: Matrices) -> Matrices:
    return tuple(a + b for a, b in zip(first, second, strict=True))


def _about(
    grams: NDArray[np.float64],
    left: tuple[NDArray[np.float64], NDArray[np.float64]],
    right: tuple[NDArray[np.float64], NDArray[np.float64]],
    weight: float,
) -> NDArray[np.float64]:
    """The Gram matrix of the trivial irreducible after subtracting means; each side is given by (sum, mean)."""
    moved = grams.copy()
    moved[0, :, :, 0] += (
        weight * np.outer(left[1], right[1]) - np.outer(left[0], right[1]) - np.outer(left[1], right[0])
    )
    return moved


def _shifted(
    grams: NDArray[np.float64], left: NDArray[np.float64], right: NDArray[np.float64], weight: float
) -> NDArray[np.float64]:
    shifted = grams.copy()
    shifted[0, :, :, 0] -= np.outer(left, right / weight)
    return shifted
