"""Every sum is checked: rows say by another route what their moments must be.

Parseval's identity: the squares of all entries of a row add up to the squares of its coordinates in an orthonormal
basis, so that the traces of all Gram blocks are the sum of squares of the rows (at most that, where the irreducibles
in question do not span). Energies see neither cross moments nor entries off the diagonal. So random vectors u, v of
some blocks are taken to the points, where the rows are multiplied by them: the sums of |v^* x|^2 and (u^* y)(v^* x)^*
must be v^* S v and u^* C v. Energies are compared for all rows. Vectors cost more: chunks in a few
places of the data are asked, each about other blocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from equivariety.errors import NumericalError
from equivariety.isotypic.arrays import constant, namespace, to_numpy, widest_float
from equivariety.isotypic.decomposition import ChangeOfBasis
from equivariety.isotypic.products import product
from equivariety.moments.probes import Probes, Side
from equivariety.moments.samples import Rows
from equivariety.tolerances import EPSILON, parseval_error, smallest_mean_square

Array = NDArray[np.float64]


class BlockSums(Protocol):
    """Sums over the rows, as far as their check needs them."""

    def energy(self, total: Any) -> float:
        """The trace of all Gram matrices."""

    def inner(self, total: Any, bundle: int, position: int) -> Array:
        """The Gram matrix of one block, components (cols, cols, beta)."""

    def cross(self, total: Any, bundle: int, position: int) -> Array:
        """The cross moments of one block, components (rows, cols, beta)."""


@dataclass(frozen=True)
class Energies:
    """Sums of squares of rows."""

    inputs: float
    targets: float
    rows: int
    """The most rows that went into one product."""

    @classmethod
    def of(cls, rows: Rows) -> Energies:
        """Those of a chunk."""
        return cls(rows.input_energy, rows.target_energy, rows.inputs.shape[0])

    def __add__(self, other: Energies) -> Energies:
        return Energies(self.inputs + other.inputs, self.targets + other.targets, max(self.rows, other.rows))


@dataclass(frozen=True)
class Standard:
    """By what sums are judged."""

    points: int
    """Columns of the wider side."""
    precision: float
    """Machine epsilon of the data."""
    spans: bool
    """Whether the irreducibles span all inputs."""

    def error(self, rows: int) -> float:
        """The relative error that rounding can explain."""
        return parseval_error(rows, self.points, self.precision)

    def applies(self, said: Energies) -> bool:
        """Squares that underflow have no digits to compare; those that overflow are found in the end."""
        largest = float(np.finfo(np.float32 if self.precision > EPSILON else np.float64).max)
        smallest = smallest_mean_square(self.precision) * said.rows * self.points
        return said.inputs > smallest and said.inputs + said.targets < largest / 4

    def applies_to_targets(self, said: Energies) -> bool:
        """Targets whose squares underflow are refused in the end, with a word of their own."""
        return said.targets > smallest_mean_square(self.precision) * said.rows * self.points


def _seen(values: Any, side: Side) -> Any:
    xp = namespace(values)
    return xp.astype(product(values, constant(side.points, values)), widest_float(values))


def _products(left: Any, right: Any) -> Array:
    return to_numpy(namespace(left).matmul(left.T, right)).astype(np.float64, copy=False)


def require_energy(said: Energies, sums: BlockSums, total: Any, standard: Standard) -> None:
    """Raise an error if the squares of rows do not add up to the traces of their Gram matrices.

    Raises
    ------
    NumericalError
        If they differ by more than rounding errors can explain.
    """
    if not standard.applies(said):
        return
    error, found = standard.error(said.rows), sums.energy(total)
    if not (found <= said.inputs * (1 + error) and (not standard.spans or found >= said.inputs * (1 - error))):
        _refuse(f"the squares of X add up to {said.inputs!r}, those of its coordinates in the blocks to {found!r}")


def require_vectors(asked: Probes, rows: Rows, said: Energies, sums: BlockSums, total: Any, standard: Standard) -> None:
    """Raise an error if random vectors of some blocks see other moments in the total than in its rows.

    Raises
    ------
    NumericalError
        If they differ by more than rounding errors can explain.
    """
    if not standard.applies(said):
        return
    error, start = standard.error(said.rows), 0
    seen = _seen(rows.inputs, asked.inputs)
    inner = _products(seen, seen)
    cross = None if rows.targets is None else _products(_seen(rows.targets, asked.targets), seen)
    for number, (place, bundle) in enumerate(zip(asked.places, asked.bundles, strict=True)):
        own = slice(start, start + bundle.dimension)
        _compare_inner(asked, number, inner[own, own], sums.inner(total, *place), said.inputs, error)
        if cross is not None and standard.applies_to_targets(said):
            allowed = error * said.inputs**0.5 * said.targets**0.5
            _compare_cross(asked, number, cross[own, own], sums.cross(total, *place), allowed)
        start = own.stop


def _compare_inner(asked: Probes, number: int, products: Array, S: Array, energy: float, error: float) -> None:
    v, field = asked.inputs.vectors[number], asked.bundles[number].field
    found = float(_form(v, S, v, field)[0])
    trace = max(float(np.einsum("ii->", S[..., 0])), 0.0)
    # Coordinates have errors of the size of whole rows: the square root is one of each block.
    allowed = error * trace**0.5 * energy**0.5 + error**2 * energy
    if not abs(found - float(np.trace(products))) <= allowed:
        _refuse(f"a random vector of {_named(asked, number)} is seen by the rows of X with the square "
                f"{float(np.trace(products))!r}, by its Gram matrix with {found!r}")  # fmt: skip


def _compare_cross(asked: Probes, number: int, products: Array, C: Array, allowed: float) -> None:
    bundle, v, u = asked.bundles[number], asked.inputs.vectors[number], asked.targets.vectors[number]
    beta, copies = bundle.field.beta, bundle.copies
    of_copies = np.einsum("cqcp->qp", products.reshape(copies, beta, copies, beta))
    expected = bundle.field.contract(of_copies)[0, 0]
    found = _form(u, C, v, bundle.field)
    # Not the norm of the difference: its squares overflow where the products of large data do not.
    if not np.abs(found - expected).max() <= allowed:
        _refuse(f"two random vectors of {_named(asked, number)} are seen by the rows of X and Y with the product "
                f"{expected.tolist()}, by their cross moments with {found.tolist()}")  # fmt: skip


def _form(u: Array, matrix: Array, v: Array, field: Any) -> Array:
    """Components of u^* A v."""
    adjoint = u * np.array([1.0, -1.0, -1.0, -1.0])[: field.beta]
    product = field.pack(adjoint[None]) @ field.pack(matrix) @ field.pack(v[:, None])
    components: Array = field.unpack(product)[0, 0]
    return components


def _named(asked: Probes, number: int) -> str:
    (_, position), bundle = asked.places[number], asked.bundles[number]
    return (
        f"block {int(bundle.members[position]) + 1} (irreducible of dimension {bundle.dimension} over {bundle.field})"
    )


def _refuse(what: str) -> None:
    raise NumericalError(
        f"{what}: this is more than rounding. The data are not at fault, the arithmetic of this machine or of its "
        "libraries is; a single thread (OMP_NUM_THREADS=1) or another build of NumPy may work"
    )


def spans(basis: ChangeOfBasis) -> bool:
    """Whether the irreducibles of a change of basis fill the whole space."""
    filled = zip(basis.bundles, basis.multiplicities, strict=True)
    return sum(bundle.size * bundle.dimension * count for bundle, count in filled) == basis.degree
