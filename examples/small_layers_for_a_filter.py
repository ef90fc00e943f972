"""
A long filter as small layers
=============================

Can a long smoothing filter be run as a cascade of small layers with stride two, and if not, what is lost?

The binomial filter (1 + z)^5 is a product of five layers of size two with stride one. With a stride of two after the
first layer every later factor must be a polynomial in z^2; the nearest such cascade is a certified global optimum.

The pictures of function spaces need the extra plot3d.
"""

import sys

import numpy as np

import equivariety as ev
from equivariety.plotting import convolution as pictures
from equivariety.plotting.style import save_figure

SMOOTHING = [1, 5, 10, 10, 5, 1]

cascade = ev.LinearConvNet([2] * 5, [1] * 5)
(layers,) = cascade.factorizations(SMOOTHING)
print(f"five layers of size 2: {cascade.region(SMOOTHING)}, one factorization: {[w.tolist() for w in layers]}")

# %%
# With a stride the filter is out of reach; the nearest one within reach, and the roots of its layers.
strided = ev.LinearConvNet([4, 2], [2, 1])
print(f"sizes 4, 2 with stride 2: {strided.region(SMOOTHING)}, as (1 + z)^5 has no factor in z^2")
near = strided.nearest(SMOOTHING)
share = near.distance / np.linalg.norm(SMOOTHING)
print(f"nearest: {np.round(near.filter, 3)}, relative distance {share:.4f}, certified: {near.certified}")
for number, values in enumerate(near.filters, start=1):
    print(f"  layer {number}: {np.round(values, 3)}")
roots = pictures.root_plot(strided, near.filters)

# %%
# Which quartics factor into real layers of sizes 2, 2, 3? Those with enough real roots: a slice, and the
# discriminant that bounds the regions, a swallowtail. For two layers of size 2 it is a cone.
quartics = ev.LinearConvNet([2, 2, 3], [1, 1, 1])
swallowtail = pictures.function_space_slice(quartics, [0.25, 0, -1, 0, 1], [0, 1, 0, 0, 0], [1, 0, 0, 0, 0], 0.8)
surface = pictures.discriminant_surface(quartics)
cone = pictures.discriminant_surface(ev.LinearConvNet([2, 2], [1, 1]))

if len(sys.argv) > 1:
    for name, figure in (("roots", roots), ("swallowtail", swallowtail), ("surface", surface), ("cone", cone)):
        save_figure(figure, sys.argv[1], f"lcn-{name}")
