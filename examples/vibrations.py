"""
Vibrations of benzene
=====================

36 displacements of twelve atoms, and force constants sorted by the irreducibles of the point group.

A force field that respects the symmetry of a molecule commutes with it on displacements: three coordinates for each
atom, which turn with the molecule. In the blocks the matrix of force constants falls apart, and every frequency belongs
to one irreducible. The model has springs along bonds and across angles, and resists bending out of the plane.
"""

import sys

import numpy as np

import equivariety as ev
from equivariety.plotting.style import new_figure, save_figure

# %%
# The atoms: a ring of carbon (angstrom), hydrogen outside. The point group D6h is found from the positions.
angles = np.pi / 3 * np.arange(6)
ring = np.stack([np.cos(angles), np.sin(angles), 0 * angles], axis=1)
positions = np.concatenate([1.39 * ring, 2.48 * ring])
kinds = ["C"] * 6 + ["H"] * 6
atoms, displacements = ev.actions.molecule(positions, kinds)
maps = ev.EquivariantMaps(displacements)
print(f"{displacements.degree} displacements, {len(maps.blocks)} irreducibles")


# %%
# The force constants: one rank-one term for each spring, the same constant for all springs of one kind.
def spring(stiffness, terms):
    """The energy ``stiffness (sum of vector . displacement)^2`` as a matrix."""
    row = np.zeros(36)
    for atom, vector in terms:
        row[3 * atom : 3 * atom + 3] += vector
    return stiffness * np.outer(row, row)


def stretch(stiffness, i, j):
    direction = positions[j] - positions[i]
    direction = direction / np.linalg.norm(direction)
    return spring(stiffness, [(i, -direction), (j, direction)])


up = np.array([0.0, 0.0, 1.0])
forces = np.zeros((36, 36))
for i in range(6):
    before, after, beyond = (i - 1) % 6, (i + 1) % 6, (i + 2) % 6
    forces += stretch(6.5, i, after) + stretch(5.1, i, i + 6) + stretch(0.8, i, beyond)
    forces += stretch(0.5, after, i + 6) + stretch(0.5, before, i + 6)
    # Heights of a plane, of any slope, leave these two sums zero.
    share = 0.695 / 1.785
    neighbors = [(before, -up * (1 - share) / 2), (after, -up * (1 - share) / 2), (i + 6, -up * share)]
    forces += spring(1.2, [(i, up), *neighbors])
    forces += spring(0.15, [(after, up), (i, -up), (beyond, -up / 2), (before, up / 2)])
masses = np.repeat([12.011] * 6 + [1.008] * 6, 3)
dynamic = forces / np.sqrt(np.outer(masses, masses))
print(f"force constants: {maps.dimension} numbers instead of {36**2}; ours commute: {maps.contains(dynamic)}")

# %%
# Frequencies by irreducible. Six vanish: translations and rotations.
UNIT = 1302.8  # square roots of millidyne / (angstrom atomic mass unit) to wave numbers in 1 / cm
found = []
for bundle, blocks in zip(maps.bundles, maps.coordinates(dynamic), strict=True):
    for member, block in zip(bundle.members, blocks, strict=True):
        squares = np.linalg.eigvalsh(bundle.field.pack(block))
        waves = UNIT * np.sqrt(np.where(squares > 1e-9, squares, 0))
        found.append((member, bundle.dimension, waves))
found = [(maps.blocks[member].label, *rest) for member, *rest in sorted(found, key=lambda entry: entry[0])]
for label, dimension, waves in found:
    print(f"  {label:8} {dimension}-fold  {np.round(waves).astype(int).tolist()}")
modes = sum(dimension * int((waves == 0).sum()) for _, dimension, waves in found)
print(f"motions without force: {modes}")

# %%
# A picture: the matrix before and after the change of basis, the frequencies, and four vibrations in the plane.
figure = new_figure(12, 7.5)
top, bottom = figure.add_gridspec(2, 1, height_ratios=[1, 1])
Q = maps.decomposition.domain.matrix()
places = top.subgridspec(1, 3, width_ratios=[1, 1, 1.5])
for place, matrix, title in ((0, dynamic, "force constants"), (1, Q.T @ dynamic @ Q, "in the blocks")):
    axes = figure.add_subplot(places[place])
    limit = np.abs(matrix).max()
    axes.imshow(np.sign(matrix) * np.abs(matrix / limit) ** 0.3, cmap="RdBu", vmin=-1, vmax=1)
    axes.set(title=title, xticks=[], yticks=[])
axes = figure.add_subplot(places[2])
for height, (_, _, waves) in enumerate(found):
    axes.plot(waves, [height] * len(waves), "o", color="#0072B2")
axes.set(title="frequencies by irreducible", xlabel="1 / cm", yticks=range(len(found)))
axes.set_yticklabels([label for label, _, _ in found])
axes.invert_yaxis()
axes.grid(axis="x", alpha=0.3)

values, vectors = np.linalg.eigh(dynamic)
in_plane = [k for k in range(36) if values[k] > 1e-9 and np.abs(vectors[2::3, k]).max() < 1e-6]
chosen = [in_plane[k] for k in (0, 4, 8, len(in_plane) - 1)]
for place, number in zip(bottom.subgridspec(1, 4), chosen, strict=True):
    axes = figure.add_subplot(place)
    moved = (vectors[:, number] / np.sqrt(masses)).reshape(12, 3)
    for i in range(6):
        for j in ((i + 1) % 6, i + 6):
            axes.plot(*positions[[i, j], :2].T, color="0.8", linewidth=2, zorder=0)
    axes.scatter(*positions[:, :2].T, c=["0.25"] * 6 + ["0.6"] * 6, s=[90] * 6 + [45] * 6)
    axes.quiver(*positions[:, :2].T, *(moved[:, :2] / np.abs(moved).max()).T, angles="xy", scale_units="xy", scale=1,
                color="#D55E00", width=0.012)  # fmt: skip
    label = next(label for label, _, waves in found if np.isclose(waves, UNIT * values[number] ** 0.5).any())
    axes.set(title=f"{label}: {UNIT * values[number] ** 0.5:.0f} / cm", aspect="equal", xticks=[], yticks=[],
             xlim=(-3.6, 3.6), ylim=(-3.6, 3.6))  # fmt: skip

if len(sys.argv) > 1:
    save_figure(figure, sys.argv[1], "vibrations")
