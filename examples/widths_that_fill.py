"""
Widths that fill
================

Which widths let a polynomial network represent everything, and what symmetry changes.

Dimensions are exact ranks modulo primes; most of them are proven, because they meet an upper bound.
"""

import sys

import equivariety as ev
from equivariety.plotting.polynomial import architecture_map
from equivariety.plotting.style import save_figure

print("hidden widths 3, 4, 5, 4, 6, 4 fill; more or fewer neurons elsewhere do not always help:")
for widths in ([2, 3, 4, 5, 4, 6, 4, 1], [2, 3, 4, 5, 4, 5, 4, 1], [2, 3, 4, 5, 4, 6, 3, 1]):
    net = ev.PolynomialNet(widths)
    print(
        f"  {widths}: dimension {net.dimension} of {net.ambient_dimension}, expected {net.expected_dimension}, "
        f"proven {net.certify().proven}"
    )

# %%
# With convolutions over a group instead of dense layers.
print("quadrics in 8 points, dense and with convolutions over groups of order 8:")
quadrics = ev.PolynomialNet([8, 8, 8])
print(f"  dense 8, 8, 8: {quadrics.dimension} of {quadrics.ambient_dimension}")
for name, group in {"cyclic": ev.actions.cyclic(8), "dihedral": ev.actions.dihedral(4)}.items():
    for channels in ([1, 1, 1], [1, 2, 1], [1, 3, 1]):
        net = ev.PolynomialNet.group_convolution(group, channels)
        print(f"  {name}, channels {channels}: {net.dimension} of {net.ambient_dimension}, fills {net.is_filling}")

part = next(ev.PolynomialNet([4, 3, 2], power=3).subnetworks())
print(f"a dead neuron of (4, 3, 2): the rank drops from {part.whole.dimension} to {part.rank}")

# %%
# All networks with two hidden layers of widths up to 8.
squares = architecture_map(3, power=2)
cubes = architecture_map(2, power=3)

if len(sys.argv) > 1:
    save_figure(squares, sys.argv[1], "widths-3-power-2")
    save_figure(cubes, sys.argv[1], "widths-2-power-3")
