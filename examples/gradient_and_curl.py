"""
Gradient and curl, learned from data
====================================

Derivatives are equivariant maps: from scalars to vectors, and from vectors to scalars that reflections reverse.

On an image the gradient takes numbers on the pixels to arrows that turn with the image. The curl of a field of arrows
turns with it, too, but changes its sign in a mirror: its values are pseudoscalars. Both are found from a few noisy
examples, by least squares among the maps that commute with the eight symmetries of the square.
"""

import sys

import numpy as np
from scipy.ndimage import gaussian_filter

import equivariety as ev
from equivariety.plotting.style import new_figure, save_figure

SIZE, SAMPLES, NOISE = 8, 60, 0.05

# %%
# Numbers on pixels, arrows on pixels, and numbers that change their sign under the reflection.
scalars, vectors = ev.actions.image_dihedral(SIZE), ev.actions.image_field(SIZE)
pseudoscalars = scalars.with_signs([[1] * SIZE**2, [-1] * SIZE**2])


def smooth(seed, samples, *components):
    """Random smooth data, flattened."""
    noise = np.random.default_rng(seed).standard_normal((samples, SIZE, SIZE, *components))
    return 4 * gaussian_filter(noise, sigma=(0, 1.5, 1.5, *(0 for _ in components)), mode="nearest")


def gradient(images):
    """Central differences down and right, (samples, points, 2)."""
    return np.stack(np.gradient(images, axis=(1, 2)), axis=-1)


def curl(fields):
    """How fast the arrows (down, right) turn."""
    return np.gradient(fields[..., 1], axis=1) - np.gradient(fields[..., 0], axis=2)


# %%
# The best map with and without the symmetry, and their errors on new data.
def learned(name, domain, codomain, data, operator, new):
    """The two maps, and what they say on new data."""
    X = data.reshape(SAMPLES, -1)
    Y = operator(data).reshape(SAMPLES, -1)
    noisy = Y + NOISE * np.random.default_rng(7).standard_normal(Y.shape)
    exact = operator(new).reshape(len(new), -1)
    answers = []
    for kind, sides in (
        ("equivariant", (domain, codomain)),
        ("ordinary", (ev.actions.trivial(domain.degree), ev.actions.trivial(codomain.degree))),
    ):
        maps = ev.EquivariantMaps(*sides)
        M = maps.bounded(min(maps.shape)).fit(X, noisy).matrix()
        answer = new.reshape(len(new), -1) @ M.T
        error = np.linalg.norm(answer - exact) / np.linalg.norm(exact)
        print(f"{name}, {kind}: {maps.dimension} weights, relative error on new data {error:.3f}")
        answers.append(answer)
    return exact, *answers


images, fields = smooth(1, 500), smooth(2, 500, 2)
slopes = learned("gradient", scalars, vectors, smooth(3, SAMPLES), gradient, images)
turns = learned("curl", vectors, pseudoscalars, smooth(4, SAMPLES, 2), curl, fields)
wrong = ev.EquivariantMaps(vectors, scalars)
print(f"maps from arrows to ordinary numbers: {wrong.dimension} weights, and the curl is not among them")

# %%
# A picture: an image with its gradient, a field with its curl; exact, learned with the symmetry, learned without.
figure = new_figure(9.5, 6.6)
titles = ("exact", "equivariant", "ordinary")
columns, rows = np.meshgrid(range(SIZE), range(SIZE))
for axes, arrows, title in zip(figure.subplots(2, 3)[0], slopes, titles, strict=True):
    axes.imshow(images[0], cmap="Greys")
    down, right = arrows[0].reshape(SIZE, SIZE, 2).transpose(2, 0, 1)
    axes.quiver(columns, rows, right, down, angles="xy", color="#D55E00", pivot="mid", scale=6)
    axes.set(title=f"gradient, {title}", xticks=[], yticks=[])
limit = np.abs(turns[0][0]).max()
for axes, values, title in zip(figure.axes[3:], turns, titles, strict=True):
    axes.imshow(values[0].reshape(SIZE, SIZE), cmap="RdBu", vmin=-limit, vmax=limit)
    down, right = fields[0].transpose(2, 0, 1)
    axes.quiver(columns, rows, right, down, angles="xy", color="0.2", pivot="mid", scale=14)
    axes.set(title=f"curl, {title}", xticks=[], yticks=[])

if len(sys.argv) > 1:
    save_figure(figure, sys.argv[1], "gradient_and_curl")
