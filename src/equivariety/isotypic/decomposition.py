"""The isotypic decomposition of one or two actions of a group, and the change of basis that realizes it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.actions import Action, PermutationAction
from equivariety.actions.operations import orbit_labels
from equivariety.array_types import IntArray
from equivariety.errors import InputError
from equivariety.isotypic.abelian import split_abelian, split_signed_abelian
from equivariety.isotypic.arrays import constant, namespace
from equivariety.isotypic.character_labels import signatures
from equivariety.isotypic.coordinates import CoordinateTable, coordinate_table, occurrences, places
from equivariety.isotypic.fibred_types import FibredType, fibred_types, point_types
from equivariety.isotypic.frames import Frames
from equivariety.isotypic.frequencies import named_by_angles
from equivariety.isotypic.induced import split_induced
from equivariety.isotypic.invariants import fixed_orbits
from equivariety.isotypic.irreducible import Bundle, Irreducible, bundle_irreducibles
from equivariety.isotypic.lattices import commute
from equivariety.isotypic.nonabelian import split_by_types
from equivariety.isotypic.products import product
from equivariety.isotypic.signed_lattices import commute_with_signs
from equivariety.isotypic.splits import DenseSplit, Groups, Split
from equivariety.isotypic.transitive import Transitive

# Up to this many points one product with a dense matrix beats many small ones, for many rows.
_SMALL_DEGREE = 256
_ROWS_PER_POINT = 2

# From this size on Fourier analysis over an abelian normal subgroup repays the search for one.
LARGEST_NUMERICAL_ORBIT = 128


@dataclass(frozen=True)
class Piece:
    """All orbits of one type: their points, shape (orbits, size), and how each of them splits."""

    points: IntArray
    split: Split


@dataclass(frozen=True, eq=False)
class ChangeOfBasis:
    """The orthogonal change of basis Q of R^n that splits an action into isotypic blocks, as an operator.

    Coordinates come in bundles of irreducibles that split alike: one array of shape
    (samples, members, copies, multiplicity, beta) for each bundle, where ``copies`` = dimension / beta. An
    equivariant map acts on the axes (multiplicity, beta) as a matrix over the field, the same for every copy.

    ``analyze`` is Q^T on the rows of X, ``synthesize`` is Q, ``matrix`` is Q itself, dense, on demand.

    Examples
    --------
    >>> action = PermutationAction.from_cycles("(1 2 3)")
    >>> basis = decompose(action).domain
    >>> [part.shape for part in basis.analyze(np.eye(3))]
    [(3, 1, 1, 1, 1), (3, 1, 1, 1, 2)]
    >>> np.round(basis.matrix(), 4)
    array([[ 0.5774,  0.8165,  0.    ],
           [ 0.5774, -0.4082, -0.7071],
           [ 0.5774, -0.4082,  0.7071]])
    >>> (basis.multiplicities, basis.trivial, basis.coordinates.irreducible.tolist(),
    ...  [piece.shape for piece in basis.numbers(0)])
    ((1, 1), 0, [0, 1, 1], [(1, 1)])
    >>> np.allclose(basis.synthesize(basis.analyze(np.eye(3))), np.eye(3))
    True
    >>> np.allclose(basis.from_panels(basis.panels(np.eye(3))), np.eye(3))
    True
    """

    degree: int
    bundles: tuple[Bundle, ...]
    pieces: tuple[Piece, ...]
    frames: Frames | None = None
    """Signs and turns that make all orbits of a type alike, applied before they are split; None for permutations."""
    has_trivial: bool = True
    """Whether irreducible number 0 is the trivial one: not if no vector of domain or codomain is fixed."""

    def __repr__(self) -> str:
        return f"<ChangeOfBasis of R^{self.degree}, {sum(bundle.size for bundle in self.bundles)} irreducibles>"

    @cached_property
    def multiplicities(self) -> tuple[int, ...]:
        """Multiplicity of the members of each bundle."""
        return tuple(
            sum(piece.split.multiplicity(number) * len(piece.points) for piece in self.pieces)
            for number in range(len(self.bundles))
        )

    @property
    def coordinates(self) -> CoordinateTable:
        """The irreducible, number, copy and unit that each column of :meth:`matrix` stands for."""
        return coordinate_table(self.bundles, self.multiplicities)

    def numbers(self, bundle: int) -> list[IntArray]:
        """For each piece the numbers (multiplicity in one orbit, orbits) of the members of a bundle."""
        return occurrences(
            [piece.split.multiplicity(bundle) for piece in self.pieces], [len(piece.points) for piece in self.pieces]
        )

    @cached_property
    def trivial(self) -> int | None:
        """The bundle whose first member is the trivial irreducible, number 0: the fixed vectors; None if absent."""
        found = (number for number, bundle in enumerate(self.bundles) if bundle.size and bundle.members[0] == 0)
        return next(found, None) if self.has_trivial else None

    @cached_property
    def _contiguous(self) -> bool:
        """Whether the points stand in order, so that gathering is a mere slice."""
        return np.array_equal(self._order, np.arange(self.degree))

    @cached_property
    def _order(self) -> IntArray:
        return np.concatenate([piece.points.ravel() for piece in self.pieces] or [np.empty(0, dtype=np.intp)])

    @cached_property
    def _inverse_order(self) -> IntArray:
        inverse = np.full(self.degree, self._order.size, dtype=np.intp)
        inverse[self._order] = np.arange(self._order.size)
        return inverse

    def analyze(self, X: Any) -> tuple[Any, ...]:
        """Coordinates of the rows of X, shape (samples, degree), in every bundle."""
        xp = namespace(X)
        return tuple(xp.permute_dims(panel, (0, 1, 2, 4, 3)) for panel in self.panels(X))

    def synthesize(self, parts: Sequence[Any]) -> Any:
        """The vectors, shape (samples, degree), with the given coordinates; points out of reach are zero."""
        xp = namespace(parts[0])
        return self.from_panels([xp.permute_dims(part, (0, 1, 2, 4, 3)) for part in parts])

    def panels(self, X: Any) -> tuple[Any, ...]:
        """Coordinates of the rows of X as they lie in memory: (samples, members, copies, beta, multiplicity)."""
        if not self.bundles:
            return ()  # the two sides of some maps share no irreducible
        if self.degree <= _SMALL_DEGREE and isinstance(X, np.ndarray) and X.shape[0] >= _ROWS_PER_POINT * self.degree:
            return self._panels_by_product(X)
        xp = namespace(X)
        X = X if self.frames is None else self.frames.apply(X)
        gathered = X if self._contiguous else xp.take(X, constant(self._order, X), axis=1)
        found: list[list[Any]] = [[] for _ in self.bundles]
        start = 0
        for piece in self.pieces:
            stop = start + piece.points.size
            values = xp.reshape(gathered[:, start:stop], (X.shape[0], *piece.points.shape))
            for panels, panel in zip(found, piece.split.panels(values), strict=True):
                if panel is not None:
                    panels.append(panel)
            start = stop
        return tuple(self._joined(panels, bundle, X) for panels, bundle in zip(found, self.bundles, strict=True))

    def _panels_by_product(self, X: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        """Panels by one product with a dense matrix; they are views of its columns."""
        matrix, shapes = self._dense_panels
        coordinates = product(X, constant(matrix, X))
        ends = np.cumsum([math.prod(shape) for shape in shapes]).tolist()
        return tuple(
            coordinates[:, end - math.prod(shape) : end].reshape(len(X), *shape)
            for shape, end in zip(shapes, ends, strict=True)
        )

    @cached_property
    def _dense_panels(self) -> tuple[NDArray[np.float64], list[tuple[int, ...]]]:
        """Columns that give all panels side by side, and the shape of each panel of one row."""
        panels = self.panels(np.eye(self.degree))
        columns = [panel.reshape(self.degree, -1) for panel in panels]
        return np.concatenate(columns, axis=1), [panel.shape[1:] for panel in panels]

    def _joined(self, panels: list[Any], bundle: Bundle, X: Any) -> Any:
        xp = namespace(X)
        if not panels:
            return constant(np.zeros((X.shape[0], bundle.size, bundle.copies, bundle.field.beta, 0)), X)
        return panels[0] if len(panels) == 1 else xp.concat(panels, axis=4)

    def from_panels(self, panels: Sequence[Any]) -> Any:
        """The inverse of :meth:`panels`; points out of reach are zero."""
        values = self._framed_values(panels)
        return values if self.frames is None else self.frames.undo(values)

    def _framed_values(self, panels: Sequence[Any]) -> Any:
        xp = namespace(panels[0])
        starts = [0] * len(panels)
        columns = []
        for piece in self.pieces:
            shares: list[Any | None] = []
            for number, panel in enumerate(panels):
                width = piece.split.multiplicity(number) * len(piece.points)
                share = panel[..., starts[number] : starts[number] + width]
                shares.append(share if width and panel.shape[1] else None)
                starts[number] += width
            columns.append(self._values(piece, shares, panels[0]))
        if self._contiguous:
            return columns[0] if len(columns) == 1 else xp.concat(columns, axis=1)
        columns.append(constant(np.zeros((panels[0].shape[0], 1)), panels[0]))
        values = xp.concat(columns, axis=1)
        return xp.take(values, constant(self._inverse_order, values), axis=1)

    def _values(self, piece: Piece, shares: list[Any | None], like: Any) -> Any:
        samples = like.shape[0]
        if all(share is None for share in shares):
            return constant(np.zeros((samples, piece.points.size)), like)
        return namespace(like).reshape(piece.split.from_panels(shares), (samples, piece.points.size))

    def matrix(self) -> NDArray[np.float64]:
        """Q as a dense array, one row for each point, its columns ordered as :attr:`coordinates` says.

        The columns of one occurrence of an irreducible stand together, so that Q^T P Q is block diagonal. After
        :meth:`select` there are fewer columns than points: those of the chosen irreducibles.
        """
        where = places(self.bundles, self.multiplicities)
        dense = np.empty((self.degree, sum(place.size for place in where)))
        for place, part in zip(where, self.analyze(np.eye(self.degree)), strict=True):
            dense[:, place.ravel()] = part.reshape(self.degree, -1)
        return dense

    def select(self, groups: Groups) -> ChangeOfBasis:
        """The change of basis whose bundles are the given groups; what they leave out is not computed.

        Examples
        --------
        >>> import equivariety as ev
        >>> basis = ev.isotypic.decompose(ev.actions.cyclic(5)).domain
        >>> basis.multiplicities, [bundle.members.tolist() for bundle in basis.bundles]
        ((1, 1), [[0], [1, 2]])
        >>> import equivariety as ev
        >>> basis = ev.isotypic.decompose(ev.actions.cyclic(6)).domain
        >>> [bundle.members.tolist() for bundle in basis.bundles]
        [[0, 3], [1, 2]]
        >>> [bundle.members.tolist() for bundle in basis.select([(1, np.array([0]))]).bundles]
        [[1]]
        """
        bundles = tuple(
            Bundle(self.bundles[number].members[rows], self.bundles[number].field, self.bundles[number].dimension)
            for number, rows in groups
        )
        pieces = tuple(Piece(piece.points, piece.split.select(groups)) for piece in self.pieces)
        return replace(self, bundles=bundles, pieces=pieces)


@dataclass(frozen=True, eq=False)
class Decomposition:
    """The irreducibles of a group in two of its actions, with one change of basis for each.

    Examples
    --------
    >>> import equivariety as ev
    >>> split = ev.isotypic.decompose(2 * ev.actions.cyclic(3), ev.actions.cyclic(3))
    >>> len(split.irreducibles), split.domain.multiplicities, split.codomain.multiplicities
    (2, (2, 2), (1, 1))
    """

    irreducibles: Sequence[Irreducible]
    bundles: tuple[Bundle, ...]
    domain: ChangeOfBasis
    codomain: ChangeOfBasis

    def __repr__(self) -> str:
        m, n = self.codomain.degree, self.domain.degree
        return f"<Decomposition of R^{n} and R^{m}, {len(self.irreducibles)} irreducibles>"


Splits = Sequence[tuple[IntArray, Split]]


def decompose(domain: Action, codomain: Action | None = None) -> Decomposition:
    """Split one or two actions of a group into irreducible representations.

    Orbits on which the generators satisfy the same relations split alike: each type is split once. Two actions are
    split together, as the action on their direct sum, so that equal irreducibles get equal bases.

    Parameters
    ----------
    domain, codomain : Action
        Actions of one group, generator by generator; ``codomain=None`` means the domain.

    Raises
    ------
    InputError
        If the numbers of generators differ.

    Examples
    --------
    >>> [(i.label, i.field) for i in decompose(PermutationAction.from_cycles("(1 3 4)(2 5)")).irreducibles]
    [((1, 1), 'R'), ((3, 2), 'C'), ((2, 1), 'R')]
    """
    if codomain is not None and codomain.number_of_generators != domain.number_of_generators:
        counts = domain.number_of_generators, codomain.number_of_generators
        raise InputError(f"domain and codomain must have the same generators in the same order: the domain has "
                         f"{counts[0]}, the codomain has {counts[1]}")  # fmt: skip
    joint = domain if codomain is None else domain + codomain
    irreducibles, bundles, splits, frames = _split(joint, domain)
    has_trivial = joint.permutes or joint.fixed_dimension > 0
    first, second = (
        _part(splits, bundles, frames, has_trivial, start, stop)
        for start, stop in ((0, domain.degree), (joint.degree - (codomain or domain).degree, joint.degree))
    )
    return Decomposition(irreducibles, bundles, first, first if codomain is None else second)


def _split(joint: Action, domain: Action) -> tuple[Sequence[Irreducible], tuple[Bundle, ...], Splits, Frames | None]:
    """In closed form where the generators commute and permute up to signs; by Fourier analysis over those that commute
    where orbits are large; numerically otherwise."""
    if joint.monomial is None:
        types, frames = fibred_types(joint.parts)
        irreducibles, bundles, splits = split_by_types(types, None)
        return named_by_angles(irreducibles), bundles, splits, frames
    images, signs = joint.monomial
    if joint.permutes and commute(images):
        return *split_abelian(images, _bases(images)), None
    if commute_with_signs(images, signs):
        found, gauge = split_signed_abelian(images, signs, _bases(images))
        return *found, Frames.of_signs(gauge)
    if np.bincount(orbit_labels(images)).max() > LARGEST_NUMERICAL_ORBIT:
        induced = split_induced(images, signs)
        if induced is not None:
            return *induced[0], induced[1]
    if joint.permutes:
        plain = [FibredType(Transitive(kind.table), kind.points) for kind in point_types(images)]
        return *split_by_types(plain, signatures([_images(domain)])), None
    types, frames = fibred_types(joint.parts)
    return *split_by_types(types, None), frames


def _images(action: Action) -> IntArray:
    assert action.monomial is not None
    return action.monomial[0]


def _bases(images: IntArray) -> IntArray:
    """The smallest point of every orbit."""
    return np.unique(orbit_labels(images), return_index=True)[1]


def decompose_invariants(domain: Action, outputs: int) -> Decomposition:
    """The trivial isotypic part only: all that invariant maps to R^outputs see of the domain.

    No orbit needs splitting, so this works for every group and every size.

    Examples
    --------
    >>> decompose_invariants(PermutationAction.from_cycles("(1 2 3)(4 5)"), 1).domain.multiplicities
    (2,)
    """
    trivial = _trivial(domain)
    one = np.ones(1, dtype=np.intp)
    bundles = bundle_irreducibles(one, one, one[:, None])
    return Decomposition(
        (trivial,), bundles, _invariants(domain, bundles), _invariants(PermutationAction(np.arange(outputs)), bundles)
    )


def _trivial(action: Action) -> Irreducible:
    """The trivial irreducible, labeled as in the whole decomposition."""
    k = action.number_of_generators
    if k == 1:
        return Irreducible((1, 1), "R", 1, 1 + 0j, (1.0,))
    commuting = action.monomial is not None and commute_with_signs(*action.monomial)
    return Irreducible(("0",) * k if commuting else "trivial", "R", 1, None, (1.0,) * k)


def _invariants(action: Action, bundles: tuple[Bundle, ...]) -> ChangeOfBasis:
    """Normalized sums over the orbits, orbits of one size together."""
    orbits, frames = fixed_orbits(action)
    pieces = [
        Piece(points, DenseSplit((np.full((points.shape[1], 1, 1, 1, 1), points.shape[1] ** -0.5),)))
        for points in orbits
    ]
    return ChangeOfBasis(action.degree, bundles, tuple(pieces), frames)


def _part(
    splits: Splits, bundles: tuple[Bundle, ...], frames: Frames | None, has_trivial: bool, start: int, stop: int
) -> ChangeOfBasis:
    """The change of basis of the coordinates start..stop-1, which are a union of orbits."""
    pieces = []
    for points, split in splits:
        inside = points[(points[:, 0] >= start) & (points[:, 0] < stop)] - start
        if len(inside):
            pieces.append(Piece(inside, split))
    own = None if frames is None else frames.part(start, stop)
    return ChangeOfBasis(stop - start, bundles, tuple(pieces), own, has_trivial)
