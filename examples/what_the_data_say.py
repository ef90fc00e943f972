"""Is a symmetry there? Faces, temperatures, textures and a robot's joints; and how much a symmetry saves.

Run it as ``python examples/what_the_data_say.py``; the picture goes to ``report/error_against_samples.png``. It needs
scikit-image and statsmodels for the data.
"""

from __future__ import annotations

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import statsmodels.api as sm
from skimage.data import brick, grass, gravel, lfw_subset

import equivariety as ev


def faces() -> None:
    """How asymmetric are faces? The mirror is rejected, but it is nearly there."""
    images = lfw_subset()[:100, :24, :24]
    small = images.reshape(100, 8, 3, 8, 3).mean(axis=(2, 4)).reshape(100, 64)
    mirror = ev.actions.image_reflection((8, 8))
    test = ev.symmetry_test(small, mirror, simulations=199)
    print(
        f"faces: p = {test.p_value:.3f}, asymmetric part of the covariance {test.generators[0].relative_distance:.2f}"
    )
    with_symmetry = ev.EquivariantCovariance(mirror, shrinkage="ledoit-wolf").fit(small[:50]).score(small[50:])
    without = ev.EquivariantCovariance(None, shrinkage="ledoit-wolf").fit(small[:50]).score(small[50:])
    print(f"held-out log-likelihood from 50 faces: {with_symmetry:.1f} with the mirror, {without:.1f} without")


def temperatures() -> None:
    """Months of the year: a case where the cyclic symmetry should *not* be imposed, and the test says so."""
    table = sm.datasets.elnino.load_pandas().data
    X = table.iloc[:, 1:].to_numpy(dtype=float)
    year = ev.actions.cyclic(12)
    test = ev.symmetry_test(X, year, simulations=199)
    candidates = [ev.actions.trivial(12), year]
    search = ev.SymmetrySearch(candidates, criterion="bic").fit(X)
    print(f"El Nino temperatures: p = {test.p_value:.3f}; BIC prefers "
          f"{'the cycle of the months' if search.best_action_ == year else 'no symmetry'} "
          f"by {search.margin_:.1f} units of log-likelihood")  # fmt: skip


def textures() -> None:
    """Patches of textures: which part of the symmetry of the square do they have?"""
    candidates = {
        "none": ev.actions.trivial(25),
        "left-right mirror": ev.actions.image_reflection((5, 5), axis=1),
        "quarter turns": ev.actions.image_rotation(5),
        "the whole square": ev.actions.image_dihedral(5),
    }
    for name, picture in (("brick", brick()), ("grass", grass()), ("gravel", gravel())):
        patches = picture[: 5 * (512 // 5), : 5 * (512 // 5)].reshape(102, 5, 102, 5).transpose(0, 2, 1, 3)
        X = patches.reshape(-1, 25)[::20].astype(float)  # far apart, so that patches are nearly independent
        search = ev.SymmetrySearch(list(candidates.values()), criterion="bic").fit(X)
        best = next(label for label, action in candidates.items() if action == search.best_action_)
        print(f"{name}: {best}, leading by {search.margin_:.1f}")


def joints() -> None:
    """Torques of a two-armed robot: its mirror swaps the arms and turns the sign of what moves sideways."""
    # Joints: shoulder pitch, shoulder roll, elbow of the left arm, then of the right arm, then the waist's yaw.
    mirror = ev.SignedPermutationAction([[3, 4, 5, 0, 1, 2, 6]], [[1, -1, 1, 1, -1, 1, -1]])
    rng = np.random.default_rng(0)
    sound = rng.standard_normal((300, 7)) @ ev.EquivariantMaps(mirror).project(rng.standard_normal((7, 7)))
    worn = sound * [1, 1, 1, 1, 1, 0.6, 1]  # the right elbow gives less
    for name, torques in (("sound robot", sound), ("worn elbow", worn)):
        print(f"{name}: mirror p = {ev.symmetry_test(torques, mirror, mean='zero', simulations=199).p_value:.3f}")


def error_against_samples(folder: Path) -> None:
    """Excess risk of least squares on a ring of 16 sensors, with and without the symmetry, beside the formula."""
    action = ev.actions.cyclic(16)
    maps, free = ev.EquivariantMaps(action), ev.EquivariantMaps(ev.actions.trivial(16))
    rng = np.random.default_rng(0)
    truth = maps.project(rng.standard_normal((16, 16)))
    counts, runs = [4, 6, 10, 20, 40, 80], 60
    figure, axes = plt.subplots(figsize=(6.4, 4.0), layout="constrained")
    for space, name, color in ((free, "without the symmetry", "tab:orange"), (maps, "with the symmetry", "tab:blue")):
        needed = ev.expected_risk(space, 1, 1.0).samples_needed
        seen = [n for n in counts if n >= needed + 1]
        errors = []
        for n in seen:
            found = []
            for _ in range(runs):
                X = rng.standard_normal((n, 16))
                M = space.bounded(16).fit(X, X @ truth.T + rng.standard_normal((n, 16))).matrix()
                found.append(np.sum((M - truth) ** 2))
            errors.append(np.mean(found))
        grid = np.unique(np.geomspace(needed, 100, 60).astype(int))
        axes.plot(grid, [ev.expected_risk(space, n, 1.0).excess for n in grid], color=color, label=f"{name}: formula")
        axes.plot(seen, errors, "o", color=color, label=f"{name}: simulated")
    axes.set(xscale="log", yscale="log", xlabel="samples", ylabel="excess risk, summed over 16 outputs",
             title="A ring of 16 sensors: what the symmetry saves")  # fmt: skip
    axes.legend(frameon=False)
    folder.mkdir(exist_ok=True)
    figure.savefig(folder / "error_against_samples.png", dpi=120)
    risk = ev.expected_risk(maps, 10, 1.0)
    print(f"10 samples with the symmetry are worth {risk.samples_without_symmetry:.0f} without it")


if __name__ == "__main__":
    faces()
    temperatures()
    textures()
    joints()
    error_against_samples(Path("report"))
