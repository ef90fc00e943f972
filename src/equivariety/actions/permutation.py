"""The value object everything starts from: a group of permutations, given by generators."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import NDArray

from equivariety.actions import fibres, operations
from equivariety.actions.action import Action, new_numbers, same_number_of_generators, signed_or_plain
from equivariety.actions.fibres import Fibres
from equivariety.actions.images import validated_images, validated_signs
from equivariety.actions.notation import format_cycles, parse_cycles
from equivariety.actions.subsets import on_subsets
from equivariety.actions.vectors import on_vectors
from equivariety.errors import InputError
from equivariety.validation import is_whole_number, shown, whole_number

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_REPR_LIMIT = 64  # points up to which ``repr`` writes the cycles out


@dataclass(frozen=True, init=False, eq=False, repr=False)
class PermutationAction(Action):
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

    generality = 0

    images: NDArray[np.intp]
    """The generators as the rows of one read-only array, shape (number of generators, degree)."""

    def __init__(self, generators: Iterable[Any]) -> None:
        object.__setattr__(self, "images", validated_images(generators))

    @classmethod
    def from_cycles(cls, text: str, degree: int | None = None) -> PermutationAction:
        """Read cycle notation (1-based); several generators are separated by ``;``.

        Examples
        --------
        >>> PermutationAction.from_cycles("(1 2 3); (1 2)").degree
        3
        """
        return cls(parse_cycles(text, degree))

    @classmethod
    def fitting(cls, parts: Sequence[Fibres], degree: int) -> PermutationAction | None:
        found = fibres.signs_of(parts, degree)
        return cls(found[0]) if found is not None and (found[1] > 0).all() else None

    @property
    def degree(self) -> int:
        """Number of points n."""
        return int(self.images.shape[1])

    @property
    def generators(self) -> tuple[NDArray[np.intp], ...]:
        """The generators as 0-based images."""
        return tuple(self.images)

    @cached_property
    def parts(self) -> tuple[Fibres, ...]:
        return (fibres.of_signs(self.images),)

    @cached_property
    def monomial(self) -> tuple[NDArray[np.intp], NDArray[np.int8]]:
        return self.images, np.ones(self.images.shape, dtype=np.int8)

    @property
    def permutes(self) -> bool:
        return True

    def apply(self, X: Any, generator: int = 0) -> NDArray[Any]:
        rows = np.asarray(X)
        if rows.ndim != 2 or rows.shape[1] != self.degree:
            raise InputError(f"X must have shape (samples, {self.degree}), not {rows.shape}")
        return rows[:, self.images[generator]]

    def cycles(self) -> str:
        """The generators in cycle notation, separated by ``;``."""
        return "; ".join(format_cycles(image) for image in self.images)

    @cached_property
    def orbit_labels(self) -> NDArray[np.intp]:
        """For each point the number of its orbit; orbits are numbered by their smallest point. Shape (n,)."""
        return operations.orbit_labels(self.images)

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
        number = new_numbers(points, self.degree)
        images = number[self.images[:, np.asarray(points)]]
        if (images < 0).any():
            raise InputError("points must be a union of orbits, each point once: the generators carry them elsewhere")
        return PermutationAction(images)

    @overload
    def on_subsets(self, size: int) -> PermutationAction: ...
    @overload
    def on_subsets(self, size: int, oriented: bool) -> Action: ...
    def on_subsets(self, size: int, oriented: bool = False) -> Action:
        """The action on the subsets of ``size`` points, in lexicographic order.

        With ``oriented`` a subset is a product e_i ^ e_j ^ ... that changes its sign when two factors are swapped:
        oriented edges, faces, and so on. The sign of an image is that of the permutation that sorts it.

        Examples
        --------
        >>> PermutationAction.from_cycles("(1 2 3 4)").on_subsets(2).cycles()
        '(1 4 6 3)(2 5)'
        >>> PermutationAction.from_cycles("(1 2 3 4)").on_subsets(2, oriented=True).cycles()
        '(1 4 -6 -3)(2 -5)'
        """
        if oriented:
            return on_subsets(self, size, oriented)
        if not is_whole_number(size) or not 1 <= size <= self.degree:
            raise InputError(f"size of the subsets must be from 1 to the degree {self.degree}, not {shown(size)}")
        return PermutationAction(operations.on_subsets(self.images, int(size)))

    def with_signs(self, signs: Any) -> Action:
        """The same permutations with signs: ``(T x)[i] = signs[g, i] * x[sigma_g(i)]``.

        Parameters
        ----------
        signs : array_like of +1 and -1, shape (generators, degree), or (degree,) for one generator

        Examples
        --------
        >>> PermutationAction.from_cycles("(1 2)(3)").with_signs([1, 1, -1])
        SignedPermutationAction.from_cycles('(1 2)(-3)', degree=3)
        """
        return signed_or_plain(self.images, validated_signs(signs, self.images.shape))

    def on_vectors(self, matrices: Any, order: str = "points") -> Action:
        """Vectors on the points: ``(T x)_i = R[g][i] x_sigma_g(i)``, x_i in R^d the vector at point i.

        If g carries the point i' = sigma_g(i) to the point i, R[g] says how a vector carried along is written there: a
        rotation for velocities and forces, det(R) R for magnetic fields, the induced matrix for tensors.

        Parameters
        ----------
        matrices : sequence with one entry for each generator
            A d x d matrix for all points, or an array of shape (n, d, d) with one for each point; both may occur. For
            one generator the d x d matrix itself will do. Orthogonal, as for :class:`OrthogonalAction`.
        order : {"points", "components"}
            How data are stored: component c of point i at ``d * i + c`` (an array of shape (samples, n, d), flattened),
            or at ``n * c + i`` (an array of shape (samples, d, n), flattened).

        Returns
        -------
        Action
            A signed permutation if the matrices permute the components up to signs, else an `OrthogonalAction`.

        Raises
        ------
        InputError
            If a matrix is not orthogonal, a shape or the order is wrong.

        Examples
        --------
        The corners of a square and a vector on each, turned by 90 degrees:

        >>> corners = PermutationAction.from_cycles("(1 2 3 4)")
        >>> corners.on_vectors([[[0, -1], [1, 0]]])
        SignedPermutationAction.from_cycles('(-1 4 -5 8)(2 -3 6 -7)', degree=8)
        """
        return on_vectors(self, matrices, order)

    @overload
    def __add__(self, other: PermutationAction) -> PermutationAction: ...
    @overload
    def __add__(self, other: Action) -> Action: ...
    def __add__(self, other: Action) -> Action:
        """Disjoint union: one group acts on the points of both, generator by generator."""
        if not isinstance(other, PermutationAction):
            return super().__add__(other)
        same_number_of_generators(self, other, "+")
        return PermutationAction(operations.disjoint_union(self.images, other.images))

    @overload
    def __mul__(self, other: PermutationAction) -> PermutationAction: ...
    @overload
    def __mul__(self, other: Action) -> Action: ...
    def __mul__(self, other: Action) -> Action:
        """Product action on pairs (i, j), stored at ``i * other.degree + j``."""
        if not isinstance(other, PermutationAction):
            return super().__mul__(other)
        same_number_of_generators(self, other, "*")
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

    def __reduce__(self) -> tuple[type[PermutationAction], tuple[NDArray[np.intp]]]:
        # Copies and pickles are built anew, since NumPy forgets on the way that an array is read-only.
        return PermutationAction, (self.images,)

    def __repr__(self) -> str:
        if self.degree <= _REPR_LIMIT:
            return f"PermutationAction.from_cycles({self.cycles()!r}, degree={self.degree})"
        return f"<PermutationAction of degree {self.degree} with {len(self.images)} generators>"
