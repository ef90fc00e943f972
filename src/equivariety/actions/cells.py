"""Oriented edges and faces: quantities on them change their sign with the orientation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from equivariety.actions.action import Action, signed_or_plain
from equivariety.actions.permutation import PermutationAction
from equivariety.errors import InputError


def oriented_cells(points: PermutationAction, cells: Sequence[Sequence[int]]) -> Action:
    """The action on oriented edges (tail, head) or faces (corners in turn) of a graph, a mesh or a grid.

    Where a generator carries a cell to another one against its orientation, the sign is -1: so currents, gradients and
    circulations transform.

    Parameters
    ----------
    points : PermutationAction
        On the vertices.
    cells : sequence of sequences of int
        0-based vertices of each cell, all of one length of at least 2; a face may start at any of its corners.

    Raises
    ------
    InputError
        If a generator does not carry the cells to cells.

    Examples
    --------
    >>> oriented_cells(PermutationAction.from_cycles("(1 2 3); (1 2)"), [(0, 1), (1, 2), (0, 2)]).cycles()
    '(1 -2 -3); (-1)(2 3)'
    """
    known: dict[tuple[int, ...], tuple[int, int]] = {}
    for number, cell in enumerate(cells):
        for vertices, sign in _presentations(tuple(int(vertex) for vertex in cell)):
            if known.setdefault(vertices, (number, sign)) != (number, sign):
                raise InputError(f"cells must be different, each with different vertices: look at cell {number}")
    images, signs = [], []
    for generator in points.images:
        found = [known.get(tuple(generator[list(cell)].tolist())) for cell in cells]
        if None in found:
            raise InputError(f"the cells must be carried to cells: cell {found.index(None)} is not")
        images.append([entry[0] for entry in found if entry is not None])
        signs.append([entry[1] for entry in found if entry is not None])
    return signed_or_plain(np.array(images, dtype=np.intp), np.array(signs, dtype=np.int8))


def _presentations(cell: tuple[int, ...]) -> list[tuple[tuple[int, ...], int]]:
    """All ways to write a cell, with their orientation."""
    if len(cell) == 2:
        return [(cell, 1), (cell[::-1], -1)]
    turns = [cell[start:] + cell[:start] for start in range(len(cell))]
    return [(turn, 1) for turn in turns] + [(turn[::-1], -1) for turn in turns]
