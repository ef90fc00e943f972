"""
A ring of sensors
=================

A ring of 12 stations, each with a wind and a temperature sensor, predicts the pressure at every station.

Nothing singles out one station, so the predictor commutes with the shift along the ring: two channels in, one out.
With 40 days of noisy records the symmetry decides between a useful predictor and a useless one.
"""

import sys

import numpy as np

import equivariety as ev
from equivariety.plotting.spectra import spectrum
from equivariety.plotting.style import save_figure

STATIONS, DAYS = 12, 40

ring = ev.actions.cyclic(STATIONS)
maps = ev.EquivariantMaps(2 * ring, ring)
print(f"predictors: {maps.shape[0]} x {maps.shape[1]} matrices, {maps.dimension} numbers with the symmetry")
for block in maps.blocks:
    print(f"  frequency {block.label}: {block.rows} x {block.cols} over {block.field}")

# %%
# Smooth pressure: the neighbors' wind and the station's temperature, all but the lowest 5 modes filtered out.
identity = np.eye(STATIONS)
wind = 0.5 * (np.roll(identity, 1, axis=1) - np.roll(identity, -1, axis=1))
frequencies = np.fft.rfft(identity, axis=0)
frequencies[3:] = 0
truth = np.fft.irfft(frequencies, STATIONS, axis=0) @ np.hstack([wind, -0.8 * identity])

random = np.random.default_rng(0)
records = random.standard_normal((DAYS, 2 * STATIONS))
pressure = records @ truth.T + random.standard_normal((DAYS, STATIONS))

# %%
# Forty days: least squares with and without the symmetry, and with fewer and fewer modes.
dense = np.linalg.lstsq(records, pressure, rcond=None)[0].T
print(f"error without symmetry: {np.linalg.norm(dense - truth):.3f}")
solutions = {rank: maps.bounded(rank).fit(records, pressure) for rank in (STATIONS, 5, 3)}
for rank, solution in solutions.items():
    print(
        f"error with symmetry, rank at most {rank}: {np.linalg.norm(solution.matrix() - truth):.3f}, "
        f"block ranks {solution.ranks}"
    )
figure = spectrum(solutions[5])

if len(sys.argv) > 1:
    save_figure(figure, sys.argv[1], "ring_of_sensors")
