"""Groups made of several: joined on the same space, acting side by side, on blocks; and a group acting on itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from equivariety.actions import operations
from equivariety.actions.action import Action, simplest
from equivariety.actions.fibres import Fibres
from equivariety.actions.permutation import PermutationAction
from equivariety.errors import InputError
from equivariety.validation import is_whole_number, shown

Table = NDArray[np.intp]


def direct_product(first: PermutationAction, second: PermutationAction) -> PermutationAction:
    """The product of two groups on pairs (i, j), stored at ``i * second.degree + j``.

    The generators of the first group, which move i only, then those of the second, which move j only. (In ``a * b``
    one group moves both.)

    Examples
    --------
    Shifts of an image along its columns and its rows, independently:

    >>> from equivariety.actions import cyclic, image_shift
    >>> direct_product(cyclic(4), cyclic(5)) == image_shift((4, 5))
    True
    """
    rows = np.tile(np.arange(first.degree), (len(second.images), 1))
    columns = np.tile(np.arange(second.degree), (len(first.images), 1))
    return PermutationAction(
        np.concatenate([operations.product(first.images, columns), operations.product(rows, second.images)])
    )


@overload
def generated_by(*actions: PermutationAction) -> PermutationAction: ...
@overload
def generated_by(*actions: Action) -> Action: ...
def generated_by(*actions: Action) -> Action:
    """The group that the groups of several actions on one space generate together: all their generators in a row.

    Where the generators of some of them commute and the others keep their group, as shifts of an image are kept by its
    rotations, orbits of any size are split.

    Raises
    ------
    InputError
        If the actions have different degrees, or turn fibres at different coordinates.

    Examples
    --------
    Shifts and the eight symmetries of the square: the crystallographic group p4m on a periodic image.

    >>> import equivariety as ev
    >>> torus = generated_by(ev.actions.image_shift((28, 28)), ev.actions.image_dihedral(28))
    >>> len(ev.EquivariantMaps(torus).blocks)
    120
    """
    for number, action in enumerate(actions, start=1):
        if not isinstance(action, Action):
            raise InputError(f"actions must be actions, not {shown(action)} (number {number})")
        if action.degree != actions[0].degree:
            raise InputError(f"actions must have one degree: the first has {actions[0].degree}, "
                             f"number {number} has {action.degree}")  # fmt: skip
    if not actions:
        raise InputError("actions must be at least one")
    coordinates = [part.coordinates for part in actions[0].parts]
    for action in actions[1:]:
        own = [part.coordinates for part in action.parts]
        if len(own) != len(coordinates) or not all(map(np.array_equal, own, coordinates)):
            raise InputError("actions must keep the same coordinates together: give some as matrices of one another's "
                             "fibres, for instance by on_vectors with the identity")  # fmt: skip
    return simplest(
        [
            Fibres(
                together[0].coordinates,
                np.concatenate([part.images for part in together]),
                np.concatenate([part.matrices for part in together]),
            )
            for together in zip(*(action.parts for action in actions), strict=True)
        ],
        actions[0].degree,
    )


def wreath_product(inner: PermutationAction, outer: PermutationAction) -> PermutationAction:
    """Copies of a set of points whose copies are permuted, while each copy moves for itself.

    Point i of copy b is stored at ``b * inner.degree + i``. The generators of the inner group act on the first copy of
    every orbit of copies, then those of the outer group permute the copies.

    Examples
    --------
    Three rings of four points: every ring turns for itself, and the rings may be exchanged.

    >>> from equivariety.actions import cyclic, symmetric
    >>> wreath_product(cyclic(4), symmetric(3)).cycles()
    '(1 2 3 4); (1 5 9)(2 6 10)(3 7 11)(4 8 12); (1 5)(2 6)(3 7)(4 8)'
    """
    points, copies = inner.degree, outer.degree
    moved = []
    for first in np.unique(outer.orbit_labels, return_index=True)[1]:
        images = np.tile(np.arange(points * copies), (len(inner.images), 1))
        images[:, first * points : (first + 1) * points] = first * points + inner.images
        moved.append(images)
    blocks = outer.images[:, :, None] * points + np.arange(points)
    return PermutationAction(np.concatenate([*moved, blocks.reshape(len(outer.images), -1)]))


def regular(table: Any, generators: Sequence[int] | None = None) -> PermutationAction:
    """A group acting on itself by multiplication from the right, from its multiplication table.

    Parameters
    ----------
    table : int array, shape (n, n)
        ``table[a, b]`` is the product of the elements a and b, numbered from 0.
    generators : sequence of int, optional
        Elements that act; by default elements that generate the group, each the first that is not yet generated.

    Raises
    ------
    InputError
        If the table is not that of a group.

    Examples
    --------
    The group of two commuting involutions:

    >>> regular([[0, 1, 2, 3], [1, 0, 3, 2], [2, 3, 0, 1], [3, 2, 1, 0]]).cycles()
    '(1 2)(3 4); (1 3)(2 4)'
    """
    products = _validated_table(table)
    identity = _identity(products)
    generating = _generating_elements(products, identity)
    for element in generating:
        # Associativity needs to be checked on generators only (F. W. Light's test).
        if not np.array_equal(products[products[:, element]], products[:, products[element]]):
            raise InputError(f"table must be that of a group: it is not associative (for the element {element})")
    acting = generating if generators is None else _validated_elements(generators, len(products))
    return PermutationAction(np.stack([products[:, element] for element in acting]))


def _validated_table(table: Any) -> Table:
    given = np.asarray(table)
    if given.ndim != 2 or given.shape[0] != given.shape[1] or not given.size or given.dtype.kind not in "iu":
        raise InputError(
            f"table must be a square array of whole numbers, not of shape {given.shape} and type {given.dtype}"
        )
    products = given.astype(np.intp)
    every = np.arange(len(products))
    for name, sorted_lines in (("row", np.sort(products, axis=1)), ("column", np.sort(products, axis=0).T)):
        wrong = np.flatnonzero((sorted_lines != every).any(axis=1))
        if wrong.size:
            raise InputError(
                f"table must be that of a group: {name} {wrong[0]} does not hold each of 0..{len(every) - 1} once"
            )
    return products


def _identity(products: Table) -> int:
    every = np.arange(len(products))
    neutral = np.flatnonzero((products == every).all(axis=1) & (every == products.T).all(axis=1))
    if not neutral.size:
        raise InputError("table must be that of a group: no element is neutral")
    return int(neutral[0])


def _generating_elements(products: Table, identity: int) -> list[int]:
    """Elements, each the first outside what those before it generate; the identity for the trivial group."""
    chosen: list[int] = []
    reached = np.zeros(len(products), dtype=bool)
    reached[identity] = True
    while not reached.all():
        chosen.append(int(np.argmin(reached)))
        frontier = np.flatnonzero(reached)
        while frontier.size:
            frontier = np.setdiff1d(products[frontier[:, None], chosen], np.flatnonzero(reached))
            reached[frontier] = True
    return chosen or [identity]


def _validated_elements(generators: Sequence[int], order: int) -> list[int]:
    elements = list(generators)
    outside = [element for element in elements if not is_whole_number(element) or not 0 <= element < order]
    if not elements or outside:
        given = f"not {shown(outside[0])}" if outside else "at least one"
        raise InputError(f"generators must be elements 0..{order - 1}, {given}")
    return [int(element) for element in elements]
