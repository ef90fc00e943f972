"""
Three ways to enforce a symmetry
================================

By construction, by augmentation, by a penalty: which critical points does a linear map of bounded rank get?

For invariant maps all critical points are known. Construction and augmentation have the same ones; the penalty adds
saddles, and its minimum tends to that of the construction. For equivariant maps only part of this is true.
"""

import sys

import numpy as np

import equivariety as ev
from equivariety.geometry import augmented, regularization_path, regularized
from equivariety.plotting.style import save_figure
from equivariety.plotting.varieties import path_picture

RANK = 2


def records(maps: ev.EquivariantMaps) -> tuple[np.ndarray, np.ndarray]:
    """Inputs and targets that respect the symmetry only nearly."""
    random = np.random.default_rng(0)
    X = random.standard_normal((60, maps.domain.degree))
    truth = maps.project(random.standard_normal(maps.shape)) + 0.3 * random.standard_normal(maps.shape)
    return X, X @ truth.T + 0.5 * random.standard_normal((60, maps.codomain.degree))


# %%
# Invariant maps: the same critical points by construction and by augmentation.
maps = ev.InvariantMaps(ev.actions.image_rotation(3), outputs=4)
X, Y = records(maps)
hard = list(maps.bounded(RANK).component([RANK]).critical_fits(X, Y))
soft = list(augmented(maps, RANK, X, Y))
gap = max(np.abs(one.matrix() - other.matrix()).max() for one, other in zip(hard, soft, strict=True))
print(
    f"invariant maps of rank {RANK}: {len(hard)} critical points by construction, {len(soft)} by augmentation, "
    f"the same: {gap < 1e-8}"
)

# %%
# A penalty adds saddles; along growing weights its minimum approaches the construction.
penalized = list(regularized(maps, RANK, X, Y, weight=1.0))
print(f"with a penalty: {len(penalized)}, of which minima: {sum(p.morse_index == 0 for p in penalized)}")
path = regularization_path(maps, RANK, X, Y, np.logspace(-3, 4, 29))
for point in path[::7]:
    print(f"  weight {point.weight:9.3f}: loss {point.loss:.5f}, distance from invariance {point.penalty**0.5:.5f}")
print(f"  by construction:  loss {hard[0].loss:.5f}")
figure = path_picture(path, hard[0].loss)

# %%
# Equivariant maps: augmentation has families of critical points that the construction has not.
turns = ev.EquivariantMaps(ev.actions.cyclic(4))
X, Y = records(turns)
for rank in (1, 2, 3):
    points = augmented(turns, rank, X, Y)
    built_in = turns.bounded(rank).critical_fits(X, Y).count
    print(
        f"equivariant maps of rank {rank}: families of critical points by dimension, augmented: "
        f"{points.families}; by construction: {built_in} points"
    )

if len(sys.argv) > 1:
    save_figure(figure, sys.argv[1], "variety-path")
