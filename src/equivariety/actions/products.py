"""Two groups acting at once, and a group acting on itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.actions import operations
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
