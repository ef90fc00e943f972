"""
Critical values of a polynomial network
=======================================

All critical values of a convolutional network with squares between its layers, and how many are spurious.
"""

import sys
from collections import Counter

import numpy as np

import equivariety as ev
from equivariety.plotting.style import BLUE, GRAY, GREEN, ORANGE, PURPLE, new_figure, save_figure

TRIALS, PICTURED = 40, 12


def data_sets(net, samples, number):
    """Gaussian inputs and targets."""
    random = np.random.default_rng(0)
    return [(random.standard_normal((samples, net.size)), random.standard_normal(samples)) for _ in range(number)]


def census(net, samples, start):
    """Kinds of the real critical points with nonzero function, and the data sets with the expected complex count."""
    kinds, generic = Counter(), 0
    for X, y in data_sets(net, samples, TRIALS):
        found = net.critical_points(X, y, start)
        kinds.update(point.kind for point in found.real)
        generic += found.generic
    return kinds, generic


# %%
# A linear network and one with squares, on 40 random data sets each. Spurious points come from the parameterization.
print("sizes, strides, power: pure, spurious, data sets with the expected number of complex points")
for sizes, strides in (([2, 2], [1, 1]), ([3, 2], [2, 1]), ([3, 2], [1, 1])):
    linear, square = ev.LinearConvNet(sizes, strides), ev.PolynomialConvNet(sizes, strides, power=2)
    starts = ev.convolution.generic_start(sizes), square.generic_start()
    samples = len(square.monomials) + 3
    for net, power, start in ((linear, 1, starts[0]), (square, 2, starts[1])):
        kinds, generic = census(net, samples, start)
        print(f"{sizes}, {strides}, {power}: {kinds['pure']}, {kinds['spurious']}, {generic} of {TRIALS}")

# %%
# Critical values for a few data sets, relative to the loss of the zero function, by Morse index.
MARKERS = {
    0: ("o", BLUE, "local minimum"),
    1: ("x", ORANGE, "index 1"),
    2: ("+", GREEN, "index 2"),
    3: ("1", PURPLE, "index 3"),
}
values = {index: [] for index in MARKERS}
for number, (X, y) in enumerate(data_sets(square, samples, PICTURED), start=1):
    for point in square.critical_points(X, y, starts[1]).real:
        values[point.index].append((number, point.loss / float(y @ y)))

figure = new_figure(7, 4)
axes = figure.subplots()
for index, (marker, color, label) in MARKERS.items():
    if values[index]:
        axes.scatter(*zip(*values[index], strict=True), marker=marker, color=color, label=label)
axes.axhline(1, color=GRAY, linewidth=0.8, label="zero function")
axes.set(xlabel="data set", ylabel="critical value / loss of zero", xticks=range(1, PICTURED + 1))
axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)

if len(sys.argv) > 1:
    save_figure(figure, sys.argv[1], "polynomial-convolution")
