"""All critical values of a convolutional network with squares between its layers, and how many are spurious.

Run: python examples/critical_values_of_a_polynomial_network.py [picture.png]
"""

import sys
from collections import Counter

import matplotlib
import numpy as np

import equivariety as ev

matplotlib.use("Agg")
import matplotlib.pyplot as plt

TRIALS = 40
PICTURED = 12


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


def picture(net, samples, start, path):
    """Critical values for a few data sets, relative to the loss of the zero function, by Morse index."""
    figure, axes = plt.subplots(figsize=(7, 4), layout="constrained")
    markers = {0: ("o", "local minimum"), 1: ("x", "index 1"), 2: ("+", "index 2"), 3: ("1", "index 3")}
    values = {index: [] for index in markers}
    for number, (X, y) in enumerate(data_sets(net, samples, PICTURED), start=1):
        for point in net.critical_points(X, y, start).real:
            values[point.index].append((number, point.loss / float(y @ y)))
    for index, (marker, label) in markers.items():
        if values[index]:
            axes.scatter(*zip(*values[index], strict=True), marker=marker, label=label)
    axes.axhline(1, color="gray", linewidth=0.8, label="zero function")
    axes.set(xlabel="data set", ylabel="critical value / loss of zero", xticks=range(1, PICTURED + 1))
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    figure.savefig(path, dpi=120)


def main():
    print("sizes, strides, power: pure, spurious, data sets with the expected number of complex points")
    for sizes, strides in (([2, 2], [1, 1]), ([3, 2], [1, 1]), ([3, 2], [2, 1])):
        linear, square = ev.LinearConvNet(sizes, strides), ev.PolynomialConvNet(sizes, strides, power=2)
        starts = ev.convolution.generic_start(sizes), square.generic_start()
        samples = len(square.monomials) + 3
        for net, power, start in ((linear, 1, starts[0]), (square, 2, starts[1])):
            kinds, generic = census(net, samples, start)
            print(f"{sizes}, {strides}, {power}: {kinds['pure']}, {kinds['spurious']}, {generic} of {TRIALS}")
        if sizes == [3, 2] and len(sys.argv) > 1:
            picture(square, samples, starts[1], sys.argv[1])


if __name__ == "__main__":
    main()
