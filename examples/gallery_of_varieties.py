"""Pictures of real points: a curve in a triangle, a cone, the components of two families, and a singular locus.

Writes PNG files into the folder given on the command line, by default the current one.

Needs the extras algebra and plot3d.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

import equivariety as ev
from equivariety.plotting.varieties import family_slice, surface, triangle_curve


def crossing_components() -> tuple[ev.EquivariantMaps, np.ndarray, np.ndarray]:
    """Maps that commute with (1 2) on three points, and a slice in which two components meet in a curve."""
    maps = ev.EquivariantMaps(ev.PermutationAction.from_cycles("(1 2)", degree=3))
    first, second = np.array([1.0, 1, 0]) / np.sqrt(2), np.array([0.0, 0, 1])  # invariant vectors
    third = np.array([1.0, -1, 0]) / np.sqrt(2)  # changes its sign
    # The invariant block is [[t1, t2 / sqrt 2], [t2 / sqrt 2, 1/2]], the other one is t3.
    directions = np.array([
        np.outer(first, first), (np.outer(first, second) + np.outer(second, first)) / np.sqrt(2), np.outer(third, third)
    ])  # fmt: skip
    return maps, directions, 0.5 * np.outer(second, second)


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    three_cycle = ev.EquivariantMaps(ev.PermutationAction.from_cycles("(1 2 3)"))
    maps, directions, origin = crossing_components()
    figures = {
        "variety-triangle": triangle_curve("p0*p2 - (p0 + p1)*p1"),
        "variety-cone": surface("z**2 - x**2 - y**2"),
        "variety-rank-1": family_slice(three_cycle.bounded(1)),
        "variety-rank-2": family_slice(three_cycle.bounded(2)),
        "variety-singular-locus": family_slice(maps.bounded(2), directions, origin),
    }
    for name, figure in figures.items():
        figure.savefig(folder / f"{name}.png", dpi=110)
        print(f"{name}.png")
    locus = maps.bounded(2).singular_locus()
    print(f"singular locus: block ranks {[member.ranks for member in locus]}, dimension {locus.dimension}")


if __name__ == "__main__":
    main()
