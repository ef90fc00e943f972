"""The base class of all actions of a group on R^n by orthogonal matrices."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from copy import copy
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equivariety.actions import fibres, operations
from equivariety.actions.fibres import Fibres
from equivariety.actions.fixed import fixed_basis
from equivariety.actions.words import validated_words, words_on
from equivariety.errors import InputError
from equivariety.validation import flattening, shown, whole_number

if TYPE_CHECKING:
    from scipy.sparse import csr_array

# Matrices that agree to this many digits act alike as far as stored coefficients are concerned.
_FINGERPRINT_DIGITS = 9


_KINDS: list[type[Action]] = []


class Action(ABC):
    """A group acting on R^n by orthogonal matrices T, one for each generator.

    Everything that takes an action takes every kind of it: permutations of the coordinates
    (:class:`PermutationAction`), permutations with signs (:class:`SignedPermutationAction`), and any other orthogonal
    matrices, such as vectors on points that turn with the points (:class:`OrthogonalAction`).

    Examples
    --------
    >>> import equivariety as ev
    >>> action = ev.SignedPermutationAction([1, 0, 2], [1, 1, -1])  # a swap, and a sign
    >>> isinstance(action, ev.Action), action.degree, action.number_of_generators, action.is_trivial, action.permutes
    (True, 3, 1, False, False)
    >>> [labels.tolist() for labels in action.monomial]
    [[[1, 0, 2]], [[1, 1, -1]]]
    >>> action.matrix(0).toarray().astype(int)
    array([[ 0,  1,  0],
           [ 1,  0,  0],
           [ 0,  0, -1]])
    >>> action.orbit_labels.tolist(), [orbit.tolist() for orbit in action.orbits()]
    ([0, 0, 1], [[0, 1], [2]])
    >>> action.fixed_dimension, action.invariant_part([1.0, 3.0, 5.0]).round(6).tolist()
    (1, [2.0, 2.0, 0.0])
    >>> action.restrict([0, 1]).cycles()
    '(1 2)'
    >>> ([part.dimension for part in action.parts],
    ...  ev.SignedPermutationAction.fitting(action.parts, action.degree) == action)
    ([1], True)
    >>> action.fingerprint() == ev.SignedPermutationAction([1, 0, 2], [1, 1, -1]).fingerprint()
    True
    """

    labels: tuple[str, ...] | None = None
    """Names of the coordinates, if they have some: see :meth:`with_labels`."""

    generality: ClassVar[int]
    """Of several kinds that fit given matrices, the one with the smallest number is taken."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        _KINDS.append(cls)
        _KINDS.sort(key=lambda kind: kind.generality)

    @classmethod
    @abstractmethod
    def fitting(cls, parts: Sequence[Fibres], degree: int) -> Action | None:
        """An action of this kind with the given fibres, if there is one."""

    @property
    @abstractmethod
    def degree(self) -> int:
        """Dimension n of the space acted on."""

    @property
    @abstractmethod
    def parts(self) -> tuple[Fibres, ...]:
        """Points with fibres of one dimension each, together all of R^n."""

    @property
    def number_of_generators(self) -> int:
        """How many generators the group is given by."""
        return int(self.parts[0].images.shape[0])

    @cached_property
    def monomial(self) -> tuple[NDArray[np.intp], NDArray[np.int8]] | None:
        """Images and signs, shape (generators, degree) each, if every T is a signed permutation; None otherwise."""
        return fibres.signs_of(self.parts, self.degree)

    @property
    def permutes(self) -> bool:
        """Whether every T is a permutation without signs."""
        return self.monomial is not None and bool((self.monomial[1] > 0).all())

    @property
    def is_trivial(self) -> bool:
        """Whether every generator is the identity."""
        return self.permutes and bool((self.monomial[0] == np.arange(self.degree)).all())  # type: ignore[index]

    def apply(self, X: Any, generator: int = 0) -> NDArray[Any]:
        """T x for every row x of X, shape (samples, degree).

        Examples
        --------
        >>> import equivariety as ev
        >>> ev.SignedPermutationAction.from_cycles("(1 -2)").apply([[3.0, 5.0]])
        array([[ 5., -3.]])
        """
        rows = np.asarray(X)
        if rows.ndim != 2 or rows.shape[1] != self.degree:
            raise InputError(f"X must have shape (samples, {self.degree}), not {rows.shape}"
                             f"{flattening(rows.shape, self.degree)}")  # fmt: skip
        out = np.empty(rows.shape, dtype=np.result_type(rows.dtype, np.int8))
        out = out if out.dtype.kind in "fc" or self.monomial is not None else out.astype(np.float64)
        for part in self.parts:
            fibres.applied(part, rows, generator, out)
        return out

    def matrix(self, generator: int = 0) -> csr_array[Any]:
        """The matrix T of one generator, sparse, shape (n, n)."""
        from scipy.sparse import coo_array

        found = [fibres.entries(part, generator) for part in self.parts]
        rows, columns, values = (np.concatenate(pieces) for pieces in zip(*found, strict=True))
        result = coo_array((values, (rows, columns)), shape=(self.degree, self.degree)).tocsr()
        result.eliminate_zeros()
        return result

    @cached_property
    def orbit_labels(self) -> NDArray[np.intp]:
        """For each coordinate the number of its orbit, the coordinates that the group carries it to or mixes it with.

        Orbits are numbered by their smallest coordinate. Shape (n,).
        """
        labels = np.empty(self.degree, dtype=np.intp)
        for part in self.parts:
            smallest = np.full(part.count, self.degree, dtype=np.intp)
            orbit = operations.orbit_labels(part.images)
            np.minimum.at(smallest, orbit, part.coordinates.min(axis=1))
            labels[part.coordinates] = smallest[orbit][:, None]
        return np.unique(labels, return_inverse=True)[1]

    def orbits(self) -> tuple[NDArray[np.intp], ...]:
        """The orbits of the coordinates, each sorted, ordered by their smallest one."""
        order = np.argsort(self.orbit_labels, kind="stable")
        ends = np.cumsum(np.bincount(self.orbit_labels))[:-1]
        return tuple(np.split(order, ends))

    @cached_property
    def fixed_vectors(self) -> csr_array[Any]:
        """Orthonormal basis of the vectors that the group leaves alone, as sparse columns, shape (n, k).

        At most as many as there are points; none where signs or turning fibres leave nothing fixed. For permutations
        the normalized indicators of the orbits.

        Examples
        --------
        >>> import equivariety as ev
        >>> ev.SignedPermutationAction.from_cycles("(1 2)(-3)(4 -5)(6)").fixed_vectors.toarray().T.round(2)
        array([[0.71, 0.71, 0.  , 0.  , 0.  , 0.  ],
               [0.  , 0.  , 0.  , 0.  , 0.  , 1.  ]])
        """
        return fixed_basis(self.parts, self.degree)

    @property
    def fixed_dimension(self) -> int:
        """Dimension of the space of fixed vectors."""
        return int(self.fixed_vectors.shape[1])

    def invariant_part(self, vector: ArrayLike) -> NDArray[np.float64]:
        """The orthogonal projection of a vector to the fixed vectors: for permutations, the mean over each orbit."""
        given = np.asarray(vector, dtype=np.float64)
        if given.shape != (self.degree,):
            raise InputError(f"the vector must have shape ({self.degree},), not {given.shape}")
        return np.asarray(self.fixed_vectors @ (self.fixed_vectors.T @ given))

    def restrict(self, points: Sequence[int] | NDArray[np.intp]) -> Action:
        """The action on a union of orbits of coordinates, numbered anew in the order given.

        Raises
        ------
        InputError
            If the generators carry the coordinates elsewhere.
        """
        number = new_numbers(points, self.degree)
        try:
            kept = [fibres.restricted(part, number) for part in self.parts]
        except ValueError as error:
            raise InputError(
                "points must be a union of orbits, each point once: the generators carry them elsewhere"
            ) from error
        return simplest([part for part in kept if part is not None], int(number.max()) + 1)

    def with_labels(self, labels: Sequence[str]) -> Self:
        """A copy of this action that has a name for every coordinate.

        Estimators refuse data frames whose columns are others, or in another order. Labels belong to this action;
        sums, products and restrictions have none. They make no difference to ``==``.

        Raises
        ------
        InputError
            If there is not one name for each coordinate, or names are repeated.

        Examples
        --------
        >>> import equivariety as ev
        >>> ev.actions.cyclic(3).with_labels(["north", "east", "west"]).labels
        ('north', 'east', 'west')
        """
        names = tuple(labels)
        if len(names) != self.degree or len(set(names)) < len(names) or not all(isinstance(n, str) for n in names):
            raise InputError(f"labels must be {self.degree} different names, one for each coordinate")
        result = copy(self)
        object.__setattr__(result, "labels", tuple(map(str, names)))
        return result

    def subgroup(self, words: Sequence[str | Sequence[int]]) -> Action:
        """The action of the subgroup that some words generate, with the labels of this one.

        Parameters
        ----------
        words : sequence of words
            Each word is a product of generators, numbered from 1, negative for inverses: ``(1, -2)`` or ``"1 -2"`` has
            the matrix T_1 T_2^-1, and ``()`` is the identity.

        Raises
        ------
        InputError
            If there is no word, or one names no generator.

        Examples
        --------
        >>> import equivariety as ev
        >>> ev.actions.cyclic(6).subgroup([(1, 1)]).cycles()
        '(1 3 5)(2 4 6)'
        """
        found = validated_words(words, self.number_of_generators)
        subgroup = simplest([words_on(part, found) for part in self.parts], self.degree)
        return subgroup if self.labels is None else subgroup.with_labels(self.labels)

    def __add__(self, other: Action) -> Action:
        """The direct sum: one group acts on both spaces, generator by generator."""
        same_number_of_generators(self, other, "+")
        parts = [*self.parts, *(fibres.moved(part, self.degree) for part in other.parts)]
        return simplest(parts, self.degree + other.degree)

    def __mul__(self, other: Action) -> Action:
        """The tensor product: coordinates are pairs (i, j), stored at ``i * other.degree + j``."""
        same_number_of_generators(self, other, "*")
        parts = [fibres.multiplied(one, two, other.degree) for one in self.parts for two in other.parts]
        return simplest(parts, self.degree * other.degree)

    def __pow__(self, exponent: int) -> Action:
        """The tensor power: coordinates are tuples of ``exponent`` coordinates."""
        result: Action = self
        for _ in range(whole_number(exponent, "the exponent of an action", 1) - 1):
            result = result * self
        return result

    def __rmul__(self, copies: int) -> Action:
        """``copies`` copies side by side (channels); copy c holds the coordinates ``c * degree`` and following."""
        number = whole_number(copies, "the number of copies of an action", 1)
        parts = [fibres.moved(part, self.degree * copy) for copy in range(number) for part in self.parts]
        return simplest(parts, number * self.degree)

    def __eq__(self, other: object) -> bool:
        """Whether both act by the same matrices, generator by generator."""
        if not isinstance(other, Action) or (self.degree, self.number_of_generators) != (
            other.degree,
            other.number_of_generators,
        ):
            return False
        if self.monomial is not None and other.monomial is not None:
            return np.array_equal(self.monomial[0], other.monomial[0]) and np.array_equal(
                self.monomial[1], other.monomial[1]
            )
        return all(
            (self.matrix(generator) - other.matrix(generator)).nnz == 0
            for generator in range(self.number_of_generators)
        )

    def __hash__(self) -> int:
        if self.monomial is None:
            return hash((self.degree, self.number_of_generators))
        images, signs = self.monomial
        return hash((images.shape, images.tobytes(), b"" if (signs > 0).all() else signs.tobytes()))

    def fingerprint(self) -> str:
        """A digest of the generators: images and signs exactly, other matrices to nine digits."""
        digest = hashlib.sha256(repr((self.number_of_generators, self.degree)).encode())
        if self.monomial is not None:
            images, signs = self.monomial
            digest.update(images.astype("<i8").tobytes())
            digest.update(b"" if (signs > 0).all() else signs.tobytes())
            return digest.hexdigest()
        for part in self.parts:
            digest.update(repr(part.coordinates.shape).encode())
            digest.update(part.coordinates.astype("<i8").tobytes() + part.images.astype("<i8").tobytes())
            digest.update(np.round(part.matrices * 10**_FINGERPRINT_DIGITS).astype("<i8").tobytes())
        return digest.hexdigest()


def simplest(parts: Sequence[Fibres], degree: int) -> Action:
    """An action with the given fibres, of the simplest kind: permutation, signed permutation, or orthogonal."""
    fits = (kind.fitting(parts, degree) for kind in _KINDS)
    return next(action for action in fits if action is not None)


def signed_or_plain(images: NDArray[np.intp], signs: NDArray[np.int8]) -> Action:
    """Permutations with the given signs, (k, n) each; plain ones if no sign is negative."""
    return simplest((fibres.of_signs(images, signs),), images.shape[1])


def new_numbers(points: Sequence[int] | NDArray[np.intp], degree: int) -> NDArray[np.intp]:
    """For every coordinate its new number, -1 where it is left out."""
    kept = np.asarray(points)
    if kept.ndim != 1 or not kept.size or kept.dtype.kind not in "iu" or not 0 <= kept.min() <= kept.max() < degree:
        raise InputError(f"points must be one or several of 0..{degree - 1}, not {points!r}")
    if np.unique(kept).size < kept.size:
        raise InputError("points must be a union of orbits, each point once: the generators carry them elsewhere")
    number = np.full(degree, -1, dtype=np.intp)
    number[kept] = np.arange(kept.size)
    return number


def same_number_of_generators(first: Action, second: Any, operator: str) -> None:
    """Raise an error if the right side of an operator is no action of the same group."""
    if not isinstance(second, Action):
        hint = "; copies of an action are written 2 * action" if operator == "*" else ""
        raise InputError(f"the right side of {operator!r} must be an Action, "
                         f"not {shown(second)}{hint}")  # fmt: skip
    if first.number_of_generators != second.number_of_generators:
        raise InputError(f"both sides of {operator!r} must have the same generators in the same order: the left has "
                         f"{first.number_of_generators}, the right has {second.number_of_generators}")  # fmt: skip
