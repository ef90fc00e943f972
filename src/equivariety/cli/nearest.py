"""``equivariety nearest``: how far a matrix is from equivariant, and the best equivariant replacement."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from equivariety.cli.arguments import ActionOption, AsJson, Degree
from equivariety.cli.completion import MODEL_SUFFIX
from equivariety.cli.costs import LONGEST_FIT
from equivariety.cli.describe import build_maps, refuse_costly_splitting
from equivariety.cli.output import label_text, print_facts, print_json, print_table

if TYPE_CHECKING:
    from equivariety.varieties import NearestPoint

_MOST_CUT = 10
# Steps of the count of ties, each of them a tenth of a microsecond.
_MOST_STEPS = 20_000_000


def nearest(
    matrix: Annotated[Path, typer.Argument(help="The matrix: .npy, .npz, .csv, or any other format of data.")],
    action: ActionOption,
    rank: Annotated[int | None, typer.Option(help="Bound on the rank; by default none.")] = None,
    degree: Degree = None,
    out: Annotated[
        Path | None, typer.Option(help="Write the nearest map to this file: .npy, .csv, or .safetensors for apply.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """The nearest equivariant map to a matrix, of bounded rank if asked for: the global optimum over all components."""
    import numpy as np

    from equivariety.audit import equivariance_error
    from equivariety.datasets.tables import read_table

    maps = build_maps(action, degree)
    given = np.asarray(read_table(matrix))
    if given.shape == maps.shape:  # else the message on the shape says more
        refuse_costly_splitting(maps, action, LONGEST_FIT)
    problem = maps.problem_to(given)
    bound = min(maps.shape) if rank is None else maps.bounded(rank).rank
    point = problem.best(bound)
    if out is not None:
        write_nearest(out, point)
    whole, symmetric = _norm(given), problem.at(maps.largest_ranks.tolist())
    result = {
        "distance": point.distance,
        "ranks": list(point.ranks),
        "relative_distance": point.distance / whole if whole else 0.0,
        "rank": point.component.rank,
        "distance_from_equivariant": symmetric.distance,
        "equivariance_errors": list(equivariance_error(given, maps.domain).generators),
        "components_that_tie": count_ties(problem, bound),
        "singular_values_cut": cut_singular_values(problem, point),
        "out": None if out is None else str(out),
    }
    print_json(result) if as_json else print_nearest(point, result)


def write_nearest(path: Path, point: NearestPoint) -> None:
    """The map as a model, or as its dense matrix."""
    from equivariety.datasets.writing import row_writer
    from equivariety.models import save_model

    if path.suffix == MODEL_SUFFIX:
        save_model(path, point)
        return
    with row_writer(path, point.component.maps.shape[0]) as write:
        write(point.matrix())


def cut_singular_values(problem: Any, point: NearestPoint) -> list[dict[str, Any]]:
    """The largest singular values that the rank leaves out, each with its block and how often it occurs."""
    error, blocks = problem.error, point.component.maps.blocks
    gains = error.gains_of_blocks(len(blocks))
    cut = [
        {"block": _label(blocks[i].label), "value": error.scale * float(gain / blocks[i].irrep_dim) ** 0.5,
         "multiplicity": blocks[i].irrep_dim}
        for i, rank in enumerate(point.ranks)
        for gain in gains[i][rank:]
        if gain > 0
    ]  # fmt: skip
    return sorted(cut, key=lambda entry: -entry["value"])


def count_ties(problem: Any, bound: int) -> int | None:
    """On how many components a nearest point lies, by terms that are worth the same; None if counting takes long."""
    from math import sqrt

    from equivariety.ranks.ties import count_best
    from equivariety.tolerances import equal_singular_values_gap

    blocks = problem.maps.blocks
    gains = problem.error.gains_of_blocks(len(blocks))
    if bound * sum(values.size + 1 for values in gains) > _MOST_STEPS:
        return None
    largest = sqrt(max((float(values[0]) for values in gains if values.size), default=0.0))
    tolerance = 2 * largest * equal_singular_values_gap(largest, max(problem.maps.shape))
    return count_best(gains, [block.irrep_dim for block in blocks], bound, tolerance)


def print_nearest(point: NearestPoint, result: dict[str, Any]) -> None:
    """Ranks of the component, then what the distance is made of."""
    blocks = point.component.maps.blocks
    rows = [
        (label_text(block.label), block.field, block.irrep_dim, rank, block.largest_rank)
        for block, rank in zip(blocks, point.ranks, strict=True)
        if rank
    ]
    print_table(f"{len(rows)} of {len(blocks)} blocks in use", ("label", "field", "dimension", "rank", "largest"), rows)
    cut = [f"{entry['value']:.6g}" + (f" (x{entry['multiplicity']})" if entry["multiplicity"] > 1 else "")
           for entry in result["singular_values_cut"][:_MOST_CUT]]  # fmt: skip
    more = len(result["singular_values_cut"]) - len(cut)
    print_facts(
        {
            "distance": result["distance"],
            "relative to the matrix": result["relative_distance"],
            "distance from equivariant, without a bound": result["distance_from_equivariant"],
            "equivariance error of the matrix, by generator": " ".join(
                f"{error:.3g}" for error in result["equivariance_errors"]
            ),
            "rank": result["rank"],
            "components that come as near, this one included": result["components_that_tie"],
            "singular values cut": (", ".join(cut) or "none") + (f" and {more} smaller" if more else ""),
            "written to": result["out"] or "nowhere: add --out FILE.npy (matrix) or FILE.safetensors (model)",
        }
    )


def _label(label: Any) -> Any:
    return list(label) if isinstance(label, tuple) else label


def _norm(matrix: Any) -> float:
    """The Frobenius norm, of entries of any magnitude."""
    import numpy as np

    from equivariety.varieties.scale import unit_scale

    # Norms square their entries: at unit scale they are finite and not zero for every matrix.
    scale = unit_scale(matrix)
    return float(np.linalg.norm(matrix / scale)) * scale
