"""
From the faces of a cube to its vertices
========================================

Every linear rule that turns readings on the faces of a cube into values at its vertices, whatever way it is held.

The rotations of the cube act on 6 faces and on 8 vertices: one group, two actions, generator by generator.
Of the 48 weights of a linear map two numbers are left: one for the faces that touch a vertex, one for the others.
"""

import sys

import numpy as np

import equivariety as ev
from equivariety.plotting.style import new_figure, save_figure

# %%
# The cells of a 3 x 3 x 3 volume hold the cube: their orbits of 6 and 8 cells are its faces and vertices.
cells = ev.actions.volume_rotations(3)
face_cells = next(orbit for orbit in cells.orbits() if len(orbit) == 6)
vertex_cells = next(orbit for orbit in cells.orbits() if len(orbit) == 8)
faces, vertices = cells.restrict(face_cells), cells.restrict(vertex_cells)
maps = ev.EquivariantMaps(faces, vertices)
print(f"linear maps from faces to vertices: {6 * 8} numbers, equivariant ones: {maps.dimension}")
for block in maps.blocks:
    print(f"  {block.label}: {block.rows} x {block.cols} over {block.field}, dimension {block.irrep_dim}")

# %%
# The rule to be found: a vertex feels the mean of the three faces that touch it. Eight noisy readings of it.
random = np.random.default_rng(0)
positions = np.argwhere(np.ones((3, 3, 3))) - 1
touching = positions[vertex_cells] @ positions[face_cells].T > 0
rule = touching / 3
readings = random.standard_normal((8, 6))
values = readings @ rule.T + 0.1 * random.standard_normal((8, 8))

equivariant = maps.bounded(rank=6).fit(readings, values).matrix()
dense = np.linalg.lstsq(readings, values, rcond=None)[0].T
print(
    f"error of the rule found from 8 readings: equivariant {np.linalg.norm(equivariant - rule):.3f}, "
    f"without symmetry {np.linalg.norm(dense - rule):.3f}"
)
print(f"weights found: {equivariant[touching].mean():.3f} touching, {equivariant[~touching].mean():.3f} not touching")

figure = new_figure(7.5, 3.2)
for axes, matrix, title in zip(
    figure.subplots(1, 3), (rule, equivariant, dense), ("the rule", "equivariant", "without symmetry"), strict=True
):
    image = axes.imshow(matrix, cmap="RdBu_r", vmin=-0.5, vmax=0.5)
    axes.set(title=title, xlabel="face", ylabel="vertex", xticks=range(6), yticks=range(8))
figure.colorbar(image, ax=figure.axes, label="weight")

# %%
# The components of the maps of rank at most 3.
print("rank 3, the components of the family:")
for component in maps.bounded(rank=3).components():
    print(f"  block ranks {component.ranks}: dimension {component.dimension}, degree {component.degree}")

if len(sys.argv) > 1:
    save_figure(figure, sys.argv[1], "cube_faces_to_vertices")
