"""
A quadratic network and all its minima
======================================

One output, squares as activation: the exact list of minima, and gradient descent that often ends in a worse one.

The network x -> v_1 (w_1 . x)^2 + ... + v_h (w_h . x)^2 computes the quadratic form of a symmetric matrix of rank at
most h. The squared distance to an indefinite target has one local minimum for each signature, and only one is global.

Needs the extra torch.
"""

import sys
from collections import Counter

import numpy as np
import torch

import equivariety as ev
from equivariety.nn.polynomial import gradient_descent
from equivariety.plotting.polynomial import signature_plot
from equivariety.plotting.style import save_figure

STARTS = 30
TARGET = np.diag([5.0, 2.0, -1.0, -4.0])


def descents_and_minima(hidden):
    """Descents from random weights, and the local minima as the geometry lists them."""
    minima = ev.SymmetricMaps(ev.actions.trivial(4)).bounded(hidden).local_minima(TARGET)
    listed = ", ".join(f"{point.value:.0f} (signature {point.signature})" for point in minima)
    print(f"hidden width {hidden}: local minima {listed}")
    descents = []
    for seed in range(STARTS):
        net = ev.nn.PolynomialNet([4, hidden, 1], generator=torch.Generator().manual_seed(seed))
        descents.append(gradient_descent(net, net.distance_to_form(TARGET)))
    ended = Counter(round(float(descent.losses[-1]), 4) for descent in descents)
    worse = STARTS - ended[round(minima[0].value, 4)]
    print(f"  {STARTS} descents ended at {dict(sorted(ended.items()))}: {worse} in a worse minimum than the best")
    return minima, [descent.losses for descent in descents]


# %%
# One hidden neuron: two minima.
one = signature_plot(*descents_and_minima(1))

# %%
# Two hidden neurons: three.
two = signature_plot(*descents_and_minima(2))

if len(sys.argv) > 1:
    save_figure(one, sys.argv[1], "quadratic-network-1")
    save_figure(two, sys.argv[1], "quadratic-network-2")
