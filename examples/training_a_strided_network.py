"""
Which minimum does training find?
=================================

A strided linear convolutional network against the list of all its critical points.

Every critical point of the squared error is computed beforehand; then gradient flow runs from random filters.

Needs the extra torch.
"""

import sys

import numpy as np
import torch

import equivariety as ev
from equivariety.nn.convolution import LinearConvNet, gradient_flow
from equivariety.plotting.convolution import training_plot
from equivariety.plotting.style import save_figure

# Eight input patches of length 5 and the responses to reproduce.
PATCHES = np.array(
    [
        [2, -1, -1, 0, 3],
        [1, 3, -2, 1, 0],
        [0, 2, 1, -3, 1],
        [-1, 1, 2, 2, -2],
        [3, 0, 1, -1, 1],
        [1, -2, 0, 3, 2],
        [-2, 1, 3, 0, 1],
        [0, 1, -1, 2, 3],
    ]
)
RESPONSES = np.array([3, -2, 4, 1, -3, 2, 0, -1])
STARTS = 6

# %%
# All critical points, the complex ones counted.
net = ev.LinearConvNet([3, 2], [2, 1])
found = net.critical_points(PATCHES, RESPONSES)
print(f"{found.complex_count} complex critical points, {len(found.real)} of them real:")
for point in found.real:
    print(f"  loss {point.loss:.4f}, index {point.index}, {point.kind}, {point.region}")

# %%
# Gradient flow ends in one of the minima of the list.
flows = []
for seed in range(STARTS):
    model = LinearConvNet([3, 2], [2, 1], generator=torch.Generator().manual_seed(seed))
    flow = gradient_flow(model, PATCHES, RESPONSES)
    end, _ = flow.end_point(found)
    place = found.minima.index(end) + 1
    print(f"start {seed}: minimum {place} of {len(found.minima)}, loss {flow.losses[-1]:.4f}")
    flows.append(flow)
print("conserved differences of squared norms, largest drift below 1e-6:", max(f.drift for f in flows) < 1e-6)
figure = training_plot([(flow.times, flow.losses) for flow in flows], found)

if len(sys.argv) > 1:
    save_figure(figure, sys.argv[1], "lcn-training")
