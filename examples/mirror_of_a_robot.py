"""
The mirror of a robot
=====================

Which joints of a legged robot change places and signs, and how equivariant a given controller is.

A linear controller maps twelve joint angles to twelve torques. It was tuned for the left side only a little differently
from the right side. How far is it from respecting the mirror, and which is the nearest one that does?
"""

import sys

import numpy as np

import equivariety as ev
from equivariety.plotting.style import new_figure, save_figure

LEGS = ("front_left", "front_right", "hind_left", "hind_right")
JOINTS = [f"{leg}_{joint}" for leg in LEGS for joint in ("roll", "hip", "knee")]

# %%
# Left and right legs change places; rolling out is positive on one side and negative on the other.
swapped = [
    (f"{end}_left_{joint}", f"{end}_right_{joint}") for end in ("front", "hind") for joint in ("roll", "hip", "knee")
]
mirror = ev.actions.joint_mirror(JOINTS, swapped, [name for name in JOINTS if name.endswith("roll")])
maps = ev.EquivariantMaps(mirror)
print(f"the mirror: {mirror.cycles()}")
print(f"{12 * 12} numbers in a controller, {maps.dimension} in one that respects the mirror")

# %%
# Stiffness in every joint and couplings to the others, with some asymmetry; and the nearest symmetric one.
random = np.random.default_rng(0)
policy = maps.project(np.eye(12) + 0.3 * random.standard_normal((12, 12))) + 0.05 * random.standard_normal((12, 12))
error = ev.equivariance_error(policy, mirror)
nearest = maps.project(policy)
print(
    f"relative error of the controller: {float(error):.3f}, of the nearest one: "
    f"{float(ev.equivariance_error(nearest, mirror)):.0e}"
)
print(f"distance between them: {maps.distance(policy):.3f}")

figure = new_figure(12, 4.4)
for place, (matrix, title) in enumerate(
    ((policy, "given"), (nearest, "nearest equivariant"), (policy - nearest, "difference"))
):
    axes = figure.add_subplot(1, 3, place + 1)
    image = axes.imshow(matrix, cmap="RdBu_r", vmin=-1, vmax=1)
    axes.set(title=title, xticks=range(12), yticks=range(12), xticklabels=JOINTS)
    axes.set_yticklabels(JOINTS if place == 0 else [])
    axes.tick_params(axis="x", rotation=90, labelsize=7)
    axes.tick_params(axis="y", labelsize=7)
figure.colorbar(image, ax=figure.axes, shrink=0.8)

if len(sys.argv) > 1:
    save_figure(figure, sys.argv[1], "mirror_of_a_robot")
