"""The variety of matrices of bounded rank over R, C or H."""

from __future__ import annotations

from dataclasses import dataclass
from math import comb, prod
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equivariety.blocks import truncation
from equivariety.errors import InputError
from equivariety.isotypic import Field, field_named
from equivariety.validation import whole_number
from equivariety.varieties.critical_points import CriticalPoints
from equivariety.varieties.scale import lies_within, unit_scale
from equivariety.varieties.squared_error import SquaredError


@dataclass(frozen=True)
class DeterminantalVariety:
    """The matrices over R, C or H with m rows, n columns and rank at most r.

    All figures are about the real variety of these matrices: over C and H an entry counts as 2 or 4 real coordinates,
    the degree is that of the complexification, the norm is the Frobenius norm of the real coordinates.

    Parameters
    ----------
    rank, m, n : int
        Bound on the rank, rows, columns.
    field : {"R", "C", "H"}
        Where the entries live.

    Raises
    ------
    InputError
        If a size is negative, the rank exceeds min(m, n), or the field is unknown.

    Notes
    -----
    Dimension, degree and ED degree over R are classical (Harris, Algebraic Geometry, example 19.10; Draisma et al.,
    The Euclidean distance degree of an algebraic variety, example 2.3). Over C the complexification is a product of two
    determinantal varieties, over H it is one of rank 2r in matrices of twice the size.

    Examples
    --------
    >>> cone = DeterminantalVariety(1, 3, 3)
    >>> cone.dimension, cone.degree, cone.ed_degree
    (5, 6, 3)
    >>> DeterminantalVariety(1, 2, 2, field="H").dimension
    12
    >>> cone.codimension, cone.parameters, cone.singular_locus()
    (4, 6, DeterminantalVariety(rank=0, m=3, n=3, field='R'))
    >>> cone.contains(np.ones((3, 3))), cone.contains(np.eye(3)), cone.critical_points(np.diag([3.0, 2, 1])).count
    (True, False, 3)
    """

    rank: int
    m: int
    n: int
    field: str = "R"

    def __post_init__(self) -> None:
        field_named(self.field)
        m, n = whole_number(self.m, "m", 0), whole_number(self.n, "n", 0)
        rank = whole_number(self.rank, "rank", 0, min(m, n))
        for name, value in (("rank", rank), ("m", m), ("n", n)):
            object.__setattr__(self, name, value)

    @property
    def _field(self) -> Field:
        return field_named(self.field)

    @property
    def dimension(self) -> int:
        """Real dimension: beta r (m + n - r)."""
        return self._field.beta * self.rank * (self.m + self.n - self.rank)

    @property
    def codimension(self) -> int:
        """Real codimension in the space of all matrices: beta (m - r)(n - r)."""
        return self._field.beta * (self.m - self.rank) * (self.n - self.rank)

    @property
    def degree(self) -> int:
        """Degree of the complexification."""
        return _degree(*self._complexified) ** self._field.complex_parts

    @property
    def _complexified(self) -> tuple[int, ...]:
        """Rank and sizes of the matrices of one complex part."""
        return self._field.complexified(self.rank, self.m, self.n)

    @property
    def ed_degree(self) -> int:
        """Number of complex critical points of the Frobenius distance to a generic matrix: C(min(m, n), r)."""
        return comb(min(self.m, self.n), self.rank)

    @property
    def generic_ed_degree(self) -> int:
        """Number of complex critical points of a generic quadratic form, where the Frobenius norm is a special one.

        Over C it is the square, since the complexification is a product; over H that of the complex adjoint matrices.

        Examples
        --------
        >>> DeterminantalVariety(1, 2, 2).ed_degree, DeterminantalVariety(1, 2, 2).generic_ed_degree
        (2, 6)
        """
        from equivariety.blocks.generic_ed_degree import generic_ed_degree

        return generic_ed_degree(*self._complexified) ** self._field.complex_parts

    @property
    def parameters(self) -> int:
        """Real parameters of a factorization into (m x r) (r x n)."""
        return self._field.beta * self.rank * (self.m + self.n)

    def singular_locus(self) -> DeterminantalVariety | None:
        """The matrices of rank at most r - 1; None if the variety is a linear space, which has no singular points."""
        if 0 < self.rank < min(self.m, self.n):
            return DeterminantalVariety(self.rank - 1, self.m, self.n, self.field)
        return None

    def contains(self, M: ArrayLike, tolerance: float | None = None) -> bool:
        """Whether M lies on the variety.

        Parameters
        ----------
        M : array_like of shape (m, n), real or complex; (m, n, 4) over H
        tolerance : float, optional
            Largest distance that counts as zero; by default max(m, n) sqrt(epsilon) / 100 times the norm of M.
        """
        return lies_within(self._components(M), tolerance, self._distance)

    def _distance(self, components: NDArray[np.float64]) -> float:
        gains = truncation(components[None], self._field, 1).gains[0]
        return float(np.sqrt(gains[self.rank :].sum()))

    def nearest(self, M: ArrayLike) -> NDArray[Any]:
        """The nearest point in the Frobenius norm: the truncated singular value decomposition (Eckart and Young).

        Examples
        --------
        >>> DeterminantalVariety(1, 2, 2).nearest([[3, 0], [0, 2]])
        array([[3., 0.],
               [0., 0.]])
        """
        components = self._components(M)
        scale = unit_scale(components)
        spectrum = truncation(components[None] / scale, self._field, 1)
        left, right = spectrum.decoder[:, :, : self.rank], spectrum.encoder[:, : self.rank]
        product = self._field.pack(left) @ self._field.pack(right)
        return self._shaped(scale * self._field.unpack(product)) + 0.0

    def critical_points(self, M: ArrayLike) -> CriticalPoints:
        """The critical points of the squared Frobenius distance to M on the matrices of rank r, best first."""
        components = self._components(M)
        scale = unit_scale(components)
        spectrum = truncation(components[None] / scale, self._field, 1)
        error = SquaredError((spectrum,), (np.zeros(1, dtype=np.intp),), 0.0, scale=scale)
        return CriticalPoints(
            self, error, (self.rank,), (min(self.m, self.n),), scale, lambda blocks: self._shaped(blocks[0])
        )

    def _shaped(self, components: NDArray[np.float64]) -> NDArray[Any]:
        """The one matrix with the given components, real, complex or of shape (m, n, 4)."""
        return components[0] if self.field == "H" else np.asarray(self._field.pack(components[0]))

    def _components(self, M: ArrayLike) -> NDArray[np.float64]:
        """M as a real array of shape (m, n, beta)."""
        try:
            given = np.asarray(M)
        except ValueError as error:  # rows of different lengths
            raise InputError("M must be an array of numbers, with rows of one length") from error
        expected = (self.m, self.n, 4) if self.field == "H" else (self.m, self.n)
        if given.shape != expected:
            raise InputError(f"M must have shape {expected} over {self.field}, not {given.shape}")
        if given.dtype.kind not in "fiubc":
            raise InputError(f"M must hold numbers, not values of type {given.dtype}")
        if self.field == "R" and np.iscomplexobj(given):
            raise InputError("M must be real for field='R', not complex")
        if not np.isfinite(given).all():
            raise InputError("M must hold finite numbers: it contains NaN or infinity")
        if self.field == "C":
            return np.stack([given.real, given.imag], axis=-1).astype(np.float64)
        components = given.astype(np.float64)
        return components if self.field == "H" else components[..., None]


def _degree(r: int, m: int, n: int) -> int:
    """Degree of the m x n matrices of rank at most r: prod_i C(m + i, r) / C(r + i, r) over i < n - r."""
    if r in (0, min(m, n)):
        return 1
    return prod(comb(m + i, r) for i in range(n - r)) // prod(comb(r + i, r) for i in range(n - r))
