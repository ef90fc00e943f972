"""
A gallery of varieties
======================

Real points: a curve in a triangle, a cone, the components of two families, and a singular locus.

Needs the extras algebra and plot3d.
"""

import sys

import numpy as np

import equivariety as ev
from equivariety.plotting.style import save_figure
from equivariety.plotting.varieties import family_slice, surface, triangle_curve

# %%
# Three probabilities that sum to one, with an equation between them.
curve = triangle_curve("p0*p2 - (p0 + p1)*p1")

# %%
# The singular symmetric 2 x 2 matrices [[z + x, y], [y, z - x]].
cone = surface("z**2 - x**2 - y**2")

# %%
# Circulant 3 x 3 matrices: of rank at most 1 a line, of rank at most 2 a plane and that line.
three_cycle = ev.EquivariantMaps(ev.PermutationAction.from_cycles("(1 2 3)"))
rank_one = family_slice(three_cycle.bounded(1))
rank_two = family_slice(three_cycle.bounded(2))

# %%
# Maps that commute with (1 2) on three points, and a slice in which two components of rank 2 meet in a curve:
# the invariant block is [[t1, t2 / sqrt 2], [t2 / sqrt 2, 1/2]], the other one is t3.
maps = ev.EquivariantMaps(ev.PermutationAction.from_cycles("(1 2)", degree=3))
first, second = np.array([1.0, 1, 0]) / np.sqrt(2), np.array([0.0, 0, 1])  # invariant vectors
third = np.array([1.0, -1, 0]) / np.sqrt(2)  # changes its sign
mixed = (np.outer(first, second) + np.outer(second, first)) / np.sqrt(2)
directions = np.array([np.outer(first, first), mixed, np.outer(third, third)])
singular = family_slice(maps.bounded(2), directions, 0.5 * np.outer(second, second))
locus = maps.bounded(2).singular_locus()
print(f"singular locus: block ranks {[member.ranks for member in locus]}, dimension {locus.dimension}")

if len(sys.argv) > 1:
    for name, figure in (
        ("triangle", curve), ("cone", cone), ("rank-1", rank_one), ("rank-2", rank_two), ("singular-locus", singular)
    ):  # fmt: skip
        save_figure(figure, sys.argv[1], f"variety-{name}")
