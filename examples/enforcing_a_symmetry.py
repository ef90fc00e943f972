"""Three ways to make a linear map of bounded rank invariant: by construction, by augmentation, by a penalty.

For invariant maps all critical points are known. Construction and augmentation have the same ones; the penalty adds
saddles, and its minimum tends to that of the construction. For equivariant maps only part of this is true.
Writes a picture of the path into the folder given on the command line, by default the current one.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

import equivariety as ev
from equivariety.geometry import augmented, regularization_path, regularized
from equivariety.plotting.varieties import path_picture

RANK = 2


def records(maps: ev.EquivariantMaps) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    X = random.standard_normal((60, maps.domain.degree))
    truth = maps.project(random.standard_normal(maps.shape)) + 0.3 * random.standard_normal(maps.shape)
    return X, X @ truth.T + 0.5 * random.standard_normal((60, maps.codomain.degree))


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    maps = ev.InvariantMaps(ev.actions.image_rotation(3), outputs=4)
    X, Y = records(maps)
    hard = list(maps.bounded(RANK).component([RANK]).critical_fits(X, Y))
    soft = list(augmented(maps, RANK, X, Y))
    gap = max(np.abs(one.matrix() - other.matrix()).max() for one, other in zip(hard, soft, strict=True))
    print(f"invariant maps of rank {RANK}: {len(hard)} critical points by construction, {len(soft)} by augmentation, "
          f"the same: {gap < 1e-8}")  # fmt: skip
    penalized = list(regularized(maps, RANK, X, Y, weight=1.0))
    print(f"with a penalty: {len(penalized)}, of which minima: {sum(p.morse_index == 0 for p in penalized)}")
    path = regularization_path(maps, RANK, X, Y, np.logspace(-3, 4, 29))
    for point in path[::7]:
        print(f"  weight {point.weight:9.3f}: loss {point.loss:.5f}, distance from invariance {point.penalty**0.5:.5f}")
    print(f"  by construction:  loss {hard[0].loss:.5f}")
    path_picture(path, hard[0].loss).savefig(folder / "variety-path.png", dpi=110)

    turns = ev.EquivariantMaps(ev.actions.cyclic(4))
    X, Y = records(turns)
    for rank in (1, 2, 3):
        points = augmented(turns, rank, X, Y)
        built_in = turns.bounded(rank).critical_fits(X, Y).count
        print(f"equivariant maps of rank {rank}: families of critical points by dimension, augmented: "
              f"{points.families}; by construction: {built_in} points")  # fmt: skip


if __name__ == "__main__":
    main()
