"""The value object everything starts from: a group of permutations, given by generators."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from equivariety.actions import operations
from equivariety.actions.notation import format_cycles, parse_cycles
from equivariety.errors import InputError
from equivariety.validation import is_whole_number, shown, whole_number

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_REPR_LIMIT = 64  # points up to which ``repr`` writes the cycles out


@dataclass(frozen=True, init=False, eq=False, repr=False)
class PermutationAction:
    """A finite group acting on the points 0..n-1 by permutations, and on R^n by permuting coordinates.

    The group is given by generators; it is never enumerated. A generator is a sequence ``image`` with
    ``image[i] = sigma(i)``, its matrix has ``P[i, sigma(i)] = 1``, so that ``(P x)[i] = x[sigma(i)]``.

    Parameters
    ----------
    generators : sequence of int, or sequence of sequences of int
        One or several permutations of 0..n-1 as 0-based images.

    Raises
    ------
    InputError
        If a generator is not a permutation, or generators have different lengths.

    Examples
    --------
    >>> action = PermutationAction([2, 4, 3, 0, 1])
    >>> action
    PermutationAction.from_cycles('(1 3 4)(2 5)', degree=5)
    >>> [orbit.tolist() for orbit in action.orbits()]
    [[0, 2, 3], [1, 4]]

    One group may act on several sets, generator by generator:

    >>> pairs = action ** 2
    >>> pairs.degree, len(pairs.orbits())
    (25, 7)
    """

    images: NDArray[np.intp]
    """The generators as the rows of one read-only array, shape (number of generators, degree)."""

    def __init__(self, generators: Iterable[Any]) -> None:
        object.__setattr__(self, "images", _validated(generators))

    @classmethod
    def from_cycles(cls, text: str, degree: int | None = None) -> PermutationAction:
        """Read cycle notation (1-based); several generators are separated by ``;``.

        Examples
        --------
        >>> PermutationAction.from_cycles("(1 2 3); (1 2)").degree
        3
        """
        return cls(parse_cycles(text, degree))

    @property
    def degree(self) -> int:
        """Number of points n."""
        return int(self.images.shape[1])

    @property
    def generators(self) -> tuple[NDArray[np.intp], ...]:
        """The generators as 0-based images."""
        return tuple(self.images)

    @property
    def is_trivial(self) -> bool:
        """Whether every generator is the identity."""
        return bool((self.images == np.arange(self.degree)).all())

    def cycles(self) -> str:
        """The generators in cycle notation, separated by ``;``."""
        return "; ".join(format_cycles(image) for image in self.images)

    @cached_property
    def orbit_labels(self) -> NDArray[np.intp]:
        """For each point the number of its orbit; orbits are numbered by their smallest point. Shape (n,)."""
        return operations.orbit_labels(self.images)

    def orbits(self) -> tuple[NDArray[np.intp], ...]:
        """The orbits, each sorted, ordered by their smallest point.

        Computed as connected components in one pass over the generators.
        """
        order = np.argsort(self.orbit_labels, kind="stable")
        ends = np.cumsum(np.bincount(self.orbit_labels))[:-1]
        return tuple(np.split(order, ends))

    def one_permutation(self) -> PermutationAction:
        """One permutation whose cycles are the orbits, points ascending: it has the same invariant maps.

        Its orbits are the finest common coarsening of the cycles of all generators (arXiv 2309.13736, section 3). Its
        *equivariant* maps are other ones.

        Examples
        --------
        >>> PermutationAction.from_cycles("(1 2); (2 5); (3 4)").one_permutation().cycles()
        '(1 2 5)(3 4)'
        """
        order = np.argsort(self.orbit_labels, kind="stable")
        sizes = np.bincount(self.orbit_labels)
        starts = np.cumsum(sizes) - sizes
        successor = np.arange(1, self.degree + 1)
        successor[starts + sizes - 1] = starts
        image = np.empty(self.degree, dtype=np.intp)
        image[order] = order[successor]
        return PermutationAction(image)

    def matrix(self, generator: int = 0) -> csr_array[Any]:
        """The permutation matrix P of one generator, ``P[i, sigma(i)] = 1``, as a sparse array of shape (n, n).

        Examples
        --------
        >>> PermutationAction.from_cycles("(1 3 4)(2 5)").matrix().toarray().astype(int)
        array([[0, 0, 1, 0, 0],
               [0, 0, 0, 0, 1],
               [0, 0, 0, 1, 0],
               [1, 0, 0, 0, 0],
               [0, 1, 0, 0, 0]])
        """
        from scipy.sparse import csr_array

        n = self.degree
        return csr_array((np.ones(n), self.images[generator], np.arange(n + 1)), shape=(n, n))

    def restrict(self, points: Sequence[int] | NDArray[np.intp]) -> PermutationAction:
        """The action on a union of orbits, whose points are numbered anew in the order given.

        Examples
        --------
        >>> PermutationAction.from_cycles("(1 3 4)(2 5)").restrict([1, 4]).cycles()
        '(1 2)'
        """
        kept = np.asarray(points)
        if (
            kept.ndim != 1
            or not kept.size
            or kept.dtype.kind not in "iu"
            or not 0 <= kept.min() <= kept.max() < self.degree
        ):
            raise InputError(f"points must be one or several of 0..{self.degree - 1}, not {points!r}")
        number = np.full(self.degree, -1, dtype=np.intp)
        number[kept] = np.arange(kept.size)
        images = number[self.images[:, kept]]
        if np.unique(kept).size < kept.size or (images < 0).any():
            raise InputError("points must be a union of orbits, each point once: the generators carry them elsewhere")
        return PermutationAction(images)

    def on_subsets(self, size: int) -> PermutationAction:
        """The action on the subsets of ``size`` points, in lexicographic order.

        Examples
        --------
        >>> PermutationAction.from_cycles("(1 2 3 4)").on_subsets(2).cycles()
        '(1 4 6 3)(2 5)'
        """
        if not is_whole_number(size) or not 1 <= size <= self.degree:
            raise InputError(f"size of the subsets must be from 1 to the degree {self.degree}, not {shown(size)}")
        return PermutationAction(operations.on_subsets(self.images, int(size)))

    def __add__(self, other: PermutationAction) -> PermutationAction:
        """Disjoint union: one group acts on the points of both, generator by generator."""
        _same_number_of_generators(self, other, "+")
        return PermutationAction(operations.disjoint_union(self.images, other.images))

    def __mul__(self, other: PermutationAction) -> PermutationAction:
        """Product action on pairs (i, j), stored at ``i * other.degree + j``."""
        _same_number_of_generators(self, other, "*")
        return PermutationAction(operations.product(self.images, other.images))

    def __pow__(self, exponent: int) -> PermutationAction:
        """The action on tuples of ``exponent`` points."""
        result = self
        for _ in range(whole_number(exponent, "the exponent of an action", 1) - 1):
            result = result * self
        return result

    def __rmul__(self, copies: int) -> PermutationAction:
        """``copies`` disjoint copies (channels); copy c holds the points ``c * degree`` and following."""
        number = whole_number(copies, "the number of copies of an action", 1)
        return PermutationAction(operations.copies(self.images, number))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PermutationAction) and np.array_equal(self.images, other.images)

    def __hash__(self) -> int:
        return hash((self.images.shape, self.images.tobytes()))

    def __reduce__(self) -> tuple[type[PermutationAction], tuple[NDArray[np.intp]]]:
        # Copies and pickles are built anew, since NumPy forgets on the way that an array is read-only.
        return PermutationAction, (self.images,)

    def __repr__(self) -> str:
        if self.degree <= _REPR_LIMIT:
            return f"PermutationAction.from_cycles({self.cycles()!r}, degree={self.degree})"
        return f"<PermutationAction of degree {self.degree} with {len(self.images)} generators>"


def _validated(generators: Iterable[Any]) -> NDArray[np.intp]:
    """The generators as one read-only array of shape (k, n)."""
    try:
        rows = generators if isinstance(generators, np.ndarray) and generators.ndim else list(generators)
    except TypeError as error:
        raise InputError(
            f"generators must be one or several lists of 0-based images, not {shown(generators)}"
        ) from error
    if len(rows) and np.isscalar(rows[0]):
        rows = [rows]
    _check_lengths(rows)
    try:
        given = np.asarray(rows)
    except ValueError as error:  # rows that hold lists of different lengths
        raise InputError(
            "generators must be one or several lists of 0-based images, not lists nested deeper"
        ) from error
    if given.ndim != 2:
        raise InputError(f"generators must be one or several lists of 0-based images, not nested to depth {given.ndim}")
    if given.dtype.kind not in "iu":
        raise InputError(f"generators must be whole numbers (0-based images), not values of type {given.dtype}")
    images = given.astype(np.intp)
    for number, image in enumerate(images, start=1):
        _check_permutation(image, number)
    images.setflags(write=False)
    return images


def _check_lengths(rows: Sequence[Any] | NDArray[Any]) -> None:
    for number, row in enumerate(rows, start=1):
        if not hasattr(row, "__len__"):
            raise InputError(f"generators must be lists of 0-based images: generator {number} is {row!r}")
    lengths = [len(row) for row in rows]
    if not lengths or not all(lengths):
        raise InputError("generators must be one or several permutations of at least one point, not an empty list")
    for number, length in enumerate(lengths, start=1):
        if length != lengths[0]:
            raise InputError(f"generators must have one length: generator 1 has {lengths[0]} points, "
                             f"generator {number} has {length}")  # fmt: skip


def _check_permutation(image: NDArray[np.intp], number: int) -> None:
    n = image.size
    outside = np.flatnonzero((image < 0) | (image >= n))
    if outside.size:
        raise InputError(f"generator {number} must be a permutation of 0..{n - 1}: "
                         f"the image of {outside[0]} is {image[outside[0]]}")  # fmt: skip
    repeated = np.flatnonzero(np.bincount(image, minlength=n) > 1)
    if repeated.size:
        raise InputError(f"generator {number} must be a permutation of 0..{n - 1}: image {repeated[0]} is taken twice")


def _same_number_of_generators(first: PermutationAction, second: PermutationAction, operator: str) -> None:
    if not isinstance(second, PermutationAction):
        hint = "; copies of an action are written 2 * action" if operator == "*" else ""
        raise InputError(f"the right side of {operator!r} must be a PermutationAction, not {shown(second)}{hint}")
    if len(first.images) != len(second.images):
        raise InputError(f"both sides of {operator!r} must have the same generators in the same order: "
                         f"the left has {len(first.images)}, the right has {len(second.images)}")  # fmt: skip
