"""The tables of the explorer: plain rows of text and numbers."""

from __future__ import annotations

from itertools import islice
from typing import Any

from equivariety.errors import InputError
from equivariety.varieties import Component, EquivariantMaps, RankBounded, Solution

MOST_COMPONENTS = 40
"""Components that a table lists."""
MOST_SINGULAR = 200
"""Components of a family whose singular locus is listed while a slider moves."""

Rows = list[dict[str, Any]]


def block_rows(maps: EquivariantMaps) -> Rows:
    """One row for each block: label, field, dimension of the irreducible, size, dimension of the block.

    Examples
    --------
    >>> import equivariety as ev
    >>> block_rows(ev.EquivariantMaps(ev.actions.image_rotation(3)))[1]
    {'block': '(4, 3)', 'field': 'C', 'irreducible': 2, 'size': '2 x 2', 'dimension': 8}
    """
    beta = {"R": 1, "C": 2, "H": 4}
    return [
        {
            "block": str(block.label),
            "field": block.field,
            "irreducible": block.irrep_dim,
            "size": f"{block.rows} x {block.cols}",
            "dimension": beta[block.field] * block.rows * block.cols,
        }
        for block in maps.blocks
    ]


def counts(family: RankBounded) -> dict[str, int]:
    """Numbers of components: all, those that contain a matrix of the rank, and all over the complex numbers.

    Examples
    --------
    >>> import equivariety as ev
    >>> counts(ev.EquivariantMaps(ev.actions.image_shift((28, 28), axis=1)).bounded(99))["all"]
    72426340906146
    """
    return {
        "all": family.count_components(),
        "with a matrix of this rank": family.count_components(exact_rank=True),
        "complex": family.count_components(field="C"),
    }


def component_rows(family: RankBounded) -> Rows:
    """The first components, one a row, in the order of the library.

    Examples
    --------
    >>> import equivariety as ev
    >>> component_rows(ev.EquivariantMaps(ev.actions.cyclic(3)).bounded(2))[0]
    {'ranks': '1 0', 'rank': 1, 'dimension': 1, 'degree': 1, 'ED degree': 1, 'parameters': 2}
    """
    return [_figures(component) for component in islice(family.components(), MOST_COMPONENTS)]


def singular_rows(family: RankBounded) -> Rows:
    """The pieces of the singular locus.

    Raises
    ------
    InputError
        If the family has more than 200 components.
    """
    if (count := family.count_components()) > MOST_SINGULAR:
        raise InputError(f"{count:,} components meet in too many ways to list the singular locus here; whether a "
                         "matrix is a singular point can be asked at any size")  # fmt: skip
    return [{"ranks": _spaced(c.ranks), "rank": c.rank, "dimension": c.dimension} for c in family.singular_locus()]


def fit_rows(solution: Solution, dense_parameters: int) -> Rows:
    """The findings of a fit as rows of a table."""
    component = solution.component
    return [
        {"what": "ranks of the best component", "value": _spaced(component.ranks)},
        {"what": "rank", "value": str(component.rank)},
        {"what": "mean squared error per entry", "value": f"{solution.loss:.6g}"},
        {"what": "parameters", "value": f"{component.parameters:,} (dense: {dense_parameters:,})"},
    ]


def _figures(component: Component) -> dict[str, Any]:
    return {
        "ranks": _spaced(component.ranks),
        "rank": component.rank,
        "dimension": component.dimension,
        "degree": component.degree if component.degree < 10**15 else f"{component.degree:.3e}",
        "ED degree": component.ed_degree if component.ed_degree < 10**15 else f"{component.ed_degree:.3e}",
        "parameters": component.parameters,
    }


def _spaced(ranks: tuple[int, ...]) -> str:
    return " ".join(map(str, ranks))
