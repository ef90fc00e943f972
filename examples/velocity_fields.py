"""
Velocity fields that turn with the grid
=======================================

Principal components of flows: swirls, sources, strains and translations.

Random smooth flows on a 12 x 12 grid have no preferred direction. Ordinary PCA does not know this; the equivariant one
learns from the eight symmetries of the grid, and its modes belong to the irreducibles of the group.
"""

import sys

import numpy as np
from scipy.ndimage import gaussian_filter

import equivariety as ev
from equivariety.plotting.style import new_figure, save_figure

SIZE, SAMPLES, MODES = 12, 60, 6


def flows(seed, samples):
    """Smooth random fields (samples, points, 2), flattened point by point."""
    noise = np.random.default_rng(seed).standard_normal((samples, SIZE, SIZE, 2))
    return 10 * gaussian_filter(noise, sigma=(0, 3, 3, 0), mode="nearest").reshape(samples, -1)


def draw(axes, field, title):
    """Arrows at the points of the grid."""
    down, right = field.reshape(SIZE, SIZE, 2).transpose(2, 0, 1)
    columns, rows = np.meshgrid(range(SIZE), range(SIZE))
    axes.quiver(columns, rows, right, down, angles="xy", color="#0072B2", pivot="mid")
    axes.invert_yaxis()
    axes.set(title=title, aspect="equal", xticks=[], yticks=[])


# %%
# The best rank-6 autoencoders of 60 flows, with and without the symmetry, and their errors on 2,000 new flows.
action = ev.actions.image_field(SIZE)
train, test = flows(0, SAMPLES), flows(1, 2000)
figure = new_figure(2.4 * MODES, 5.2)
rows = figure.subplots(2, MODES)
for axes, (name, group) in zip(rows, (("equivariant", action), ("ordinary", None)), strict=True):
    maps = ev.EquivariantMaps(group or ev.actions.trivial(action.degree))
    solution = maps.bounded(MODES).fit(train)
    M = solution.matrix()
    print(f"{name} PCA of rank {MODES}: error on new flows {np.mean((test - test @ M.T) ** 2):.4f}")
    if group is not None:
        print(f"block ranks {solution.ranks}")
    # M projects to the modes; what the flows do among them, averaged over the group, tells the modes apart.
    second_moments = maps.project(train.T @ train / SAMPLES)
    modes = np.linalg.eigh(M @ second_moments @ M.T)[1][:, ::-1][:, :MODES].T
    for number, (one, mode) in enumerate(zip(axes, modes, strict=True), start=1):
        draw(one, mode, f"{name} {number}")

if len(sys.argv) > 1:
    save_figure(figure, sys.argv[1], "velocity_fields")
