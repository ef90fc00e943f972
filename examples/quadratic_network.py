"""A quadratic network with one output and its exact list of minima: gradient descent often ends in a worse one.

The network x -> v_1 (w_1 . x)^2 + ... + v_h (w_h . x)^2 computes the quadratic form of a symmetric matrix of rank at
most h. The squared distance to an indefinite target has one local minimum for each signature, and only one is global.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import torch

import equivariety as ev
from equivariety.nn.polynomial import gradient_descent
from equivariety.plotting.polynomial import signature_plot
from equivariety.plotting.style import save_figure

STARTS = 30


def main() -> None:
    U = np.diag([5.0, 2.0, -1.0, -4.0])
    for hidden in (1, 2):
        minima = ev.SymmetricMaps(ev.actions.trivial(4)).bounded(hidden).local_minima(U)
        listed = ", ".join(f"{point.value:.0f} (signature {point.signature})" for point in minima)
        print(f"hidden width {hidden}: local minima {listed}")
        descents = []
        for seed in range(STARTS):
            net = ev.nn.PolynomialNet([4, hidden, 1], generator=torch.Generator().manual_seed(seed))
            descents.append(gradient_descent(net, net.distance_to_form(U)))
        ended = Counter(round(float(descent.losses[-1]), 4) for descent in descents)
        worse = STARTS - ended[round(minima[0].value, 4)]
        print(f"  {STARTS} descents ended at {dict(sorted(ended.items()))}: {worse} in a worse minimum than the best")
        figure = signature_plot(minima, [descent.losses for descent in descents])
        written = save_figure(figure, Path("pictures"), f"quadratic-network-{hidden}")
        print(f"  {written[0]}")


if __name__ == "__main__":
    main()
