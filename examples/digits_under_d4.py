"""Handwritten digits, turned and mirrored: an autoencoder that treats all eight views alike, in closed form.

Trained on upright digits only. Ordinary PCA has never seen a turned digit; the equivariant one needs not to.
"""

from __future__ import annotations

import numpy as np
from sklearn.datasets import load_digits

import equivariety as ev

RANK = 16


def main() -> None:
    images = load_digits().images / 16
    images = images - images.mean()
    train, test = images[:1000].reshape(1000, 64), images[1000:]
    upright = test.reshape(len(test), 64)
    turned = np.concatenate(
        [np.rot90(view, turns, axes=(1, 2)).reshape(len(test), 64) for view in (test, test[:, :, ::-1])
         for turns in range(4)]
    )  # fmt: skip

    maps = ev.EquivariantMaps(ev.actions.image_dihedral(8))
    family = maps.bounded(RANK)
    print(f"8 x 8 images under the 8 symmetries of the square: {maps.dimension} numbers instead of {64 * 64}")
    for block in maps.blocks:
        print(f"  {block.label}: {block.rows} x {block.cols}, counts {block.irrep_dim}-fold for the rank")
    print(f"rank at most {RANK}: {family.count_components()} components; the best is computed, not searched for")

    solution = family.fit(train)
    dense = np.linalg.svd(train, full_matrices=False)[2][:RANK]
    print(f"block ranks of the best: {solution.ranks}, parameters {solution.component.parameters} "
          f"(PCA: {2 * RANK * 64})")  # fmt: skip
    for name, data in (("upright", upright), ("all eight views", turned)):
        error = float(np.mean((data @ dense.T @ dense - data) ** 2))
        print(f"error on {name:15}: equivariant {solution.error(data):.4f}, PCA {error:.4f}")


if __name__ == "__main__":
    main()
