"""
Digits, turned and mirrored
===========================

An autoencoder that treats all eight views of an image alike, in closed form.

Trained on upright digits only. Ordinary PCA has never seen a turned digit; the equivariant one needs not to.
"""

import sys

import numpy as np
from sklearn.datasets import load_digits

import equivariety as ev
from equivariety.plotting.images import image_rows
from equivariety.plotting.style import save_figure

RANK = 16

images = load_digits().images / 16
mean = images.mean()
images = images - mean
train, test = images[:1000].reshape(1000, 64), images[1000:]
upright = test.reshape(len(test), 64)
views = [np.rot90(view, turns, axes=(1, 2)) for view in (test, test[:, :, ::-1]) for turns in range(4)]
turned = np.concatenate(views).reshape(-1, 64)

# %%
# The eight symmetries of the square leave few numbers, in blocks that may be chosen freely.
maps = ev.EquivariantMaps(ev.actions.image_dihedral(8))
family = maps.bounded(RANK)
print(f"8 x 8 images under the 8 symmetries of the square: {maps.dimension} numbers instead of {64 * 64}")
for block in maps.blocks:
    print(f"  {block.label}: {block.rows} x {block.cols}, counts {block.irrep_dim}-fold for the rank")
print(f"rank at most {RANK}: {family.count_components()} components; the best is computed, not searched for")

# %%
# On upright digits ordinary PCA is better, on all eight views the equivariant one is.
solution = family.fit(train)
dense = np.linalg.svd(train, full_matrices=False)[2][:RANK]
print(f"block ranks of the best: {solution.ranks}, parameters {solution.component.parameters} (PCA: {2 * RANK * 64})")
for name, data in (("upright", upright), ("all eight views", turned)):
    error = float(np.mean((data @ dense.T @ dense - data) ** 2))
    print(f"error on {name:15}: equivariant {solution.error(data):.4f}, PCA {error:.4f}")

sample = np.array([view[3].reshape(64) for view in views])
rows = {"eight views": sample, "equivariant": solution.apply(sample), "PCA": sample @ dense.T @ dense}
figure = image_rows({label: values + mean for label, values in rows.items()}, (8, 8))

if len(sys.argv) > 1:
    save_figure(figure, sys.argv[1], "digits_under_d4")
