"""Can a long smoothing filter be run as a cascade of small layers with stride two, and if not, what is lost?

The binomial filter (1 + z)^5 is a product of five layers of size two with stride one. With a stride of two after the
first layer every later factor must be a polynomial in z^2; the nearest such cascade is a certified global optimum.
With a folder as argument the roots and a slice through a function space are drawn.
"""

from __future__ import annotations

import sys

import numpy as np

import equivariety as ev

SMOOTHING = [1, 5, 10, 10, 5, 1]


def main(folder: str | None = None) -> None:
    cascade = ev.LinearConvNet([2] * 5, [1] * 5)
    (layers,) = cascade.factorizations(SMOOTHING)
    print(f"five layers of size 2: {cascade.region(SMOOTHING)}, one factorization: {[w.tolist() for w in layers]}")

    strided = ev.LinearConvNet([4, 2], [2, 1])
    print(f"sizes 4, 2 with stride 2: {strided.region(SMOOTHING)}, as (1 + z)^5 has no factor in z^2")
    near = strided.nearest(SMOOTHING)
    share = near.distance / np.linalg.norm(SMOOTHING)
    print(f"nearest: {np.round(near.filter, 3)}, relative distance {share:.4f}, certified: {near.certified}")
    for number, values in enumerate(near.filters, start=1):
        print(f"  layer {number}: {np.round(values, 3)}")
    if folder is not None:
        draw(strided, near.filters, folder)


def draw(net: ev.LinearConvNet, filters: tuple, folder: str) -> None:
    from equivariety.plotting import convolution as pictures
    from equivariety.plotting.style import save_figure

    save_figure(pictures.root_plot(net, filters), folder, "lcn-roots")
    quartics = ev.LinearConvNet([2, 2, 3], [1, 1, 1])
    swallowtail = pictures.function_space_slice(quartics, [0.25, 0, -1, 0, 1], [0, 1, 0, 0, 0], [1, 0, 0, 0, 0], 0.8)
    save_figure(swallowtail, folder, "lcn-swallowtail")
    save_figure(pictures.discriminant_surface(quartics), folder, "lcn-surface")
    save_figure(pictures.discriminant_surface(ev.LinearConvNet([2, 2], [1, 1])), folder, "lcn-cone")


if __name__ == "__main__":
    main(*sys.argv[1:2])
