"""``equivariety describe`` and ``equivariety components``: the geometry of an action in numbers."""

from __future__ import annotations

import sys
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from equivariety.cli.arguments import ActionText, AsJson, CodomainDegree, Degree
from equivariety.cli.completion import complete_action
from equivariety.cli.costs import (
    LONGEST,
    MOST_POINTS,
    counting_cost,
    duration,
    listing_cost,
    refuse_beyond,
    splitting_cost,
)
from equivariety.cli.output import (
    character_text,
    label_text,
    print_facts,
    print_json,
    print_json_list,
    print_table,
    short_integer,
)
from equivariety.errors import InputError

if TYPE_CHECKING:
    from equivariety.actions import Action
    from equivariety.varieties import Component, EquivariantMaps

TABLE_LIMIT = 60
_SMALLER_RANK = "ask for a smaller rank, or use family.count_components() in Python"


def describe(
    action: ActionText,
    codomain: Annotated[
        str | None, typer.Option(help="ACTION on the outputs; by default the same.", autocompletion=complete_action)
    ] = None,
    codomain_degree: CodomainDegree = None,
    outputs: Annotated[int | None, typer.Option(help="Invariant maps to this many outputs.")] = None,
    rank: Annotated[int | None, typer.Option(help="Bound on the rank: count the components.")] = None,
    degree: Degree = None,
    as_json: AsJson = False,
) -> None:
    """Blocks, dimension and number of components of the equivariant maps."""
    maps = build_maps(action, degree, codomain, outputs, codomain_degree)
    refuse_costly_splitting(maps, action)
    if rank is not None:
        refuse_beyond(
            counting_cost(maps, maps.bounded(rank).rank), f"counting the components at rank {rank}", _SMALLER_RANK
        )
    result = description(maps, rank)
    if as_json:
        print_json(result)
        return
    facts = {key: result[key] for key in ("degree", "orbits", "dimension")}
    print_facts(
        {**facts, "largest rank": maps.largest_rank, "dimensions every map loses": maps.shape[1] - maps.largest_rank}
    )
    listed = maps.blocks[:TABLE_LIMIT]
    rows: list[tuple[Any, ...]] = [
        (label_text(block.label), block.field, block.irrep_dim, block.rows, block.cols) for block in listed
    ]
    columns = ["label", "field", "dimension", "rows", "cols"]
    if any(isinstance(block.label, str) for block in listed):  # other labels say what the generators do
        columns.append("character")
        rows = [(*row, character_text(block.character)) for row, block in zip(rows, listed, strict=True)]
    hidden = len(maps.blocks) - len(rows)
    title = f"{len(maps.blocks)} blocks" + (f" (the first {TABLE_LIMIT}; all of them with --json)" if hidden else "")
    print_table(title, columns, rows)
    if rank is not None:
        print_facts(
            {
                "rank at most": rank,
                "components": result["components"],
                "of exactly this rank": result["components_exact_rank"],
                "over the complex numbers": result["components_complex"],
                "of exactly this rank over the complex numbers": result["components_complex_exact_rank"],
            }
        )


def description(maps: EquivariantMaps, rank: int | None) -> dict[str, Any]:
    """Sizes, blocks and counts of components as ``describe --json`` prints them."""
    return {
        "degree": maps.domain.degree,
        "orbits": int(maps.domain.orbit_labels.max()) + 1,
        "dimension": maps.dimension,
        "blocks": [
            {
                "label": list(block.label) if isinstance(block.label, tuple) else block.label,
                "field": block.field,
                "irrep_dim": block.irrep_dim,
                "rows": block.rows,
                "cols": block.cols,
                "character": list(block.character),
                "eigenvalue": None if block.eigenvalue is None else [block.eigenvalue.real, block.eigenvalue.imag],
            }
            for block in maps.blocks
        ],
        "rank": rank,
        **component_counts(maps, rank),
    }


def component_counts(maps: EquivariantMaps, rank: int | None) -> dict[str, int | None]:
    """Components over R and over C: all of them, and those that contain a matrix of exactly the rank."""
    kinds = [(field, exact) for field in ("R", "C") for exact in (False, True)]
    family = None if rank is None else maps.bounded(rank)
    return {
        "components" + ("_complex" if field == "C" else "") + ("_exact_rank" if exact else ""): (
            None if family is None else family.count_components(field, exact)
        )
        for field, exact in kinds
    }


def components(
    action: ActionText,
    rank: Annotated[int, typer.Option(help="Bound on the rank.")],
    limit: Annotated[int, typer.Option(help="How many components to list.", min=1)] = 20,
    degree: Degree = None,
    as_json: AsJson = False,
) -> None:
    """The components of the equivariant maps of bounded rank, with their invariants."""
    family = build_maps(action, degree).bounded(rank)
    refuse_costly_splitting(family.maps, action)
    refuse_beyond(counting_cost(family.maps, family.rank), f"counting the components at rank {rank}", _SMALLER_RANK)
    count = family.count_components()
    listed = min(limit, count)
    cost = listing_cost(family.maps, listed, table=not as_json)
    refuse_beyond(cost, f"a list of {short_integer(listed)} components", "ask for fewer of them by --limit")
    rows = (component_row(component) for component in islice(family.components(), listed))
    if as_json:
        print_json_list(rows)
        return
    table = list(rows)
    title = f"{short_integer(count)} components" + (f", the first {limit} of them" if count > limit else "")
    print_table(title, tuple(table[0]), [tuple(row.values()) for row in table])


def component_row(component: Component) -> dict[str, Any]:
    """One component as ``components --json`` prints it."""
    return {
        "ranks": list(component.ranks),
        "rank": component.rank,
        "dimension": component.dimension,
        "degree": component.degree,
        "ed_degree": component.ed_degree,
        "parameters": component.parameters,
    }


def build_maps(
    action: str,
    degree: int | None = None,
    codomain: str | None = None,
    outputs: int | None = None,
    codomain_degree: int | None = None,
) -> EquivariantMaps:
    """The maps that the options of a command name."""
    from equivariety.actions.parse import parse_action
    from equivariety.varieties import EquivariantMaps, InvariantMaps

    if codomain is not None and outputs is not None:
        raise InputError("give either --codomain or --outputs, not both")
    if codomain_degree is not None and codomain is None:
        raise InputError("--codomain-degree goes with the cycles of --codomain only")
    domain = parse_action(action, degree, MOST_POINTS)
    if outputs is not None:
        if outputs * domain.number_of_generators > MOST_POINTS:
            raise InputError(
                f"--outputs must be at most {MOST_POINTS // domain.number_of_generators:,}, not {outputs:,}"
            )
        return InvariantMaps(domain, outputs)
    return EquivariantMaps(domain, None if codomain is None else _parsed_codomain(codomain, codomain_degree))


def refuse_costly_splitting(maps: EquivariantMaps, text: str, longest: float = LONGEST) -> None:
    """Raise an error if the decomposition would exceed the limits of the command; invariant maps need none.

    Somebody who waits at a terminal is told how long it will take.
    """
    from equivariety.validation import abbreviated
    from equivariety.varieties import InvariantMaps

    if isinstance(maps, InvariantMaps):
        return
    cost = splitting_cost(maps.domain if maps.codomain == maps.domain else maps.domain + maps.codomain)
    advice = "take a smaller example, or use EquivariantMaps in Python, which has no such limit"
    refuse_beyond(cost, f"the blocks of {abbreviated(text)}", advice, longest)
    if cost.seconds > LONGEST and sys.stderr.isatty():
        print(f"the blocks of {abbreviated(text)} take about {duration(cost.seconds)}", file=sys.stderr)


def _parsed_codomain(text: str, degree: int | None) -> Action:
    from equivariety.actions.parse import parse_action

    try:
        return parse_action(text, degree, MOST_POINTS)
    except InputError as error:
        raise InputError(f"--codomain, whose degree is set by --codomain-degree: {error}") from error
