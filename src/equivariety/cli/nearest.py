"""``equivariety nearest``: how far a matrix is from equivariant, and the best equivariant replacement."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from equivariety.cli.arguments import AsJson, Degree
from equivariety.cli.describe import build_maps
from equivariety.cli.output import print_facts, print_json


def nearest(
    matrix: Annotated[Path, typer.Argument(help="The matrix: .npy, .npz or .csv.")],
    action: Annotated[str, typer.Option(help="ACTION on inputs and outputs.")],
    rank: Annotated[int | None, typer.Option(help="Bound on the rank; by default none.")] = None,
    degree: Degree = None,
    out: Annotated[Path | None, typer.Option(help="Write the nearest map to this .npy file.")] = None,
    as_json: AsJson = False,
) -> None:
    """The nearest equivariant map to a matrix, of bounded rank if asked for."""
    import numpy as np

    from equivariety.datasets.tables import read_table, write_array
    from equivariety.varieties.scale import unit_scale

    maps = build_maps(action, degree)
    given = read_table(matrix)
    point = maps.bounded(min(maps.shape) if rank is None else rank).nearest(given)
    if out is not None:
        write_array(out, point.matrix())
    # Norms square their entries: at unit scale they are finite and not zero for every matrix.
    scale = unit_scale(given)
    norm = float(np.linalg.norm(given / scale))
    result = {
        "distance": point.distance,
        "ranks": list(point.ranks),
        "relative_distance": point.distance / scale / norm if norm else 0.0,
    }
    print_json(result) if as_json else print_facts(result)
