"""The mirror of a legged robot: which joints change places and signs, and how equivariant a given controller is.

A linear controller maps twelve joint angles to twelve torques. It was tuned for the left side only a little differently
from the right side. How far is it from respecting the mirror, and which is the nearest one that does?
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib
import numpy as np

import equivariety as ev

matplotlib.use("Agg")
from matplotlib import pyplot as plt

LEGS = ("front_left", "front_right", "hind_left", "hind_right")
JOINTS = [f"{leg}_{joint}" for leg in LEGS for joint in ("roll", "hip", "knee")]


def mirror() -> ev.SignedPermutationAction:
    """Left and right legs change places; rolling out is positive on one side and negative on the other."""
    swapped = [
        (f"{end}_left_{joint}", f"{end}_right_{joint}")
        for end in ("front", "hind")
        for joint in ("roll", "hip", "knee")
    ]
    return ev.actions.joint_mirror(JOINTS, swapped, [name for name in JOINTS if name.endswith("roll")])


def controller() -> np.ndarray:
    """Stiffness in every joint and couplings to the others, with some asymmetry."""
    random = np.random.default_rng(0)
    exact = ev.EquivariantMaps(mirror()).project(np.eye(12) + 0.3 * random.standard_normal((12, 12)))
    return exact + 0.05 * random.standard_normal((12, 12))


def main(folder: Path) -> None:
    action, policy = mirror(), controller()
    maps = ev.EquivariantMaps(action)
    print(f"the mirror: {action.cycles()}")
    print(f"{12 * 12} numbers in a controller, {maps.dimension} in one that respects the mirror")
    error = ev.equivariance_error(policy, action)
    nearest = maps.project(policy)
    print(f"relative error of the controller: {float(error):.3f}, of the nearest one: "
          f"{float(ev.equivariance_error(nearest, action)):.0e}")  # fmt: skip
    print(f"distance between them: {maps.distance(policy):.3f}")
    figure, axes = plt.subplots(1, 3, figsize=(13, 4.6), layout="constrained")
    for one, matrix, title in zip(
        axes, (policy, nearest, policy - nearest), ("given", "nearest equivariant", "difference"), strict=True
    ):
        one.imshow(matrix, cmap="RdBu_r", vmin=-1, vmax=1)
        one.set(title=title, xticks=range(12), yticks=range(12), xticklabels=JOINTS, yticklabels=JOINTS)
        one.tick_params(axis="x", rotation=90, labelsize=7)
        one.tick_params(axis="y", labelsize=7)
    figure.savefig(folder / "mirror_of_a_robot.png", dpi=110)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path())
