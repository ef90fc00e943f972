"""
Is a symmetry there?
====================

Faces, temperatures, textures and a robot's joints; and how much a symmetry saves.

Needs scikit-image and statsmodels for the data.
"""

import sys

import numpy as np
import statsmodels.api as sm
from skimage.data import brick, grass, gravel, lfw_subset

import equivariety as ev
from equivariety.plotting.style import BLUE, ORANGE, new_figure, save_figure

# %%
# How asymmetric are faces? The mirror is rejected, but it is nearly there.
images = lfw_subset()[:100, :24, :24]
small = images.reshape(100, 8, 3, 8, 3).mean(axis=(2, 4)).reshape(100, 64)
mirror = ev.actions.image_reflection((8, 8))
test = ev.symmetry_test(small, mirror, simulations=199)
print(f"faces: p = {test.p_value:.3f}, asymmetric part of the covariance {test.generators[0].relative_distance:.2f}")
with_symmetry = ev.EquivariantCovariance(mirror, shrinkage="ledoit-wolf").fit(small[:50]).score(small[50:])
without = ev.EquivariantCovariance(None, shrinkage="ledoit-wolf").fit(small[:50]).score(small[50:])
print(f"held-out log-likelihood from 50 faces: {with_symmetry:.1f} with the mirror, {without:.1f} without")

# %%
# Months of the year: a case where the cyclic symmetry should *not* be imposed, and the test says so.
table = sm.datasets.elnino.load_pandas().data
X = table.iloc[:, 1:].to_numpy(dtype=float)
year = ev.actions.cyclic(12)
test = ev.symmetry_test(X, year, simulations=199)
search = ev.SymmetrySearch([ev.actions.trivial(12), year], criterion="bic").fit(X)
preferred = "the cycle of the months" if search.best_action_ == year else "no symmetry"
print(
    f"El Nino temperatures: p = {test.p_value:.3f}; BIC prefers {preferred} "
    f"by {search.margin_:.1f} units of log-likelihood"
)

# %%
# Patches of textures: which part of the symmetry of the square do they have?
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

# %%
# Torques of a two-armed robot: its mirror swaps the arms and turns the sign of what moves sideways.
# Joints: shoulder pitch, shoulder roll, elbow of the left arm, then of the right arm, then the waist's yaw.
mirror = ev.SignedPermutationAction([[3, 4, 5, 0, 1, 2, 6]], [[1, -1, 1, 1, -1, 1, -1]])
rng = np.random.default_rng(0)
sound = rng.standard_normal((300, 7)) @ ev.EquivariantMaps(mirror).project(rng.standard_normal((7, 7)))
worn = sound * [1, 1, 1, 1, 1, 0.6, 1]  # the right elbow gives less
for name, torques in (("sound robot", sound), ("worn elbow", worn)):
    print(f"{name}: mirror p = {ev.symmetry_test(torques, mirror, mean='zero', simulations=199).p_value:.3f}")

# %%
# Excess risk of least squares on a ring of 16 sensors, with and without the symmetry, beside the formula.
COUNTS, RUNS = [4, 6, 10, 20, 40, 80], 60
maps, free = ev.EquivariantMaps(ev.actions.cyclic(16)), ev.EquivariantMaps(ev.actions.trivial(16))
rng = np.random.default_rng(0)
truth = maps.project(rng.standard_normal((16, 16)))


def simulated_risk(space, samples):
    """Mean squared distance of the fitted from the true map over several data sets."""
    found = []
    for _ in range(RUNS):
        X = rng.standard_normal((samples, 16))
        M = space.bounded(16).fit(X, X @ truth.T + rng.standard_normal((samples, 16))).matrix()
        found.append(np.sum((M - truth) ** 2))
    return np.mean(found)


figure = new_figure(6.4, 4.0)
axes = figure.subplots()
for space, name, color in ((free, "without the symmetry", ORANGE), (maps, "with the symmetry", BLUE)):
    needed = ev.expected_risk(space, 1, 1.0).samples_needed
    seen = [n for n in COUNTS if n >= needed + 1]
    grid = np.unique(np.geomspace(needed, 100, 60).astype(int))
    axes.plot(grid, [ev.expected_risk(space, n, 1.0).excess for n in grid], color=color, label=f"{name}: formula")
    axes.plot(seen, [simulated_risk(space, n) for n in seen], "o", color=color, label=f"{name}: simulated")
axes.set(xscale="log", yscale="log", xlabel="samples", ylabel="excess risk, summed over 16 outputs",
         title="A ring of 16 sensors: what the symmetry saves")  # fmt: skip
figure.legend(loc="outside lower center", ncols=2, frameon=False)
risk = ev.expected_risk(maps, 10, 1.0)
print(f"10 samples with the symmetry are worth {risk.samples_without_symmetry:.0f} without it")

if len(sys.argv) > 1:
    save_figure(figure, sys.argv[1], "error_against_samples")
