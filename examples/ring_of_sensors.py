"""A ring of 12 stations, each with a wind and a temperature sensor, predicts the pressure at every station.

Nothing singles out one station, so the predictor commutes with the shift along the ring: two channels in, one out.
With 40 days of noisy records the symmetry decides between a useful predictor and a useless one.
"""

from __future__ import annotations

import numpy as np

import equivariety as ev

STATIONS, DAYS = 12, 40


def true_predictor() -> np.ndarray:
    """Smooth pressure: the neighbors' wind and the station's temperature, all but the lowest 5 modes filtered out."""
    ring = np.eye(STATIONS)
    wind = 0.5 * (np.roll(ring, 1, axis=1) - np.roll(ring, -1, axis=1))
    spectrum = np.fft.rfft(ring, axis=0)
    spectrum[3:] = 0
    return np.fft.irfft(spectrum, STATIONS, axis=0) @ np.hstack([wind, -0.8 * ring])


def main() -> None:
    ring = ev.actions.cyclic(STATIONS)
    maps = ev.EquivariantMaps(2 * ring, ring)
    print(f"predictors: {maps.shape[0]} x {maps.shape[1]} matrices, {maps.dimension} numbers with the symmetry")
    for block in maps.blocks:
        print(f"  frequency {block.label}: {block.rows} x {block.cols} over {block.field}")

    random = np.random.default_rng(0)
    truth = true_predictor()
    records = random.standard_normal((DAYS, 2 * STATIONS))
    pressure = records @ truth.T + random.standard_normal((DAYS, STATIONS))

    dense = np.linalg.lstsq(records, pressure, rcond=None)[0].T
    print(f"error without symmetry: {np.linalg.norm(dense - truth):.3f}")
    for rank in (STATIONS, 5, 3):
        solution = maps.bounded(rank).fit(records, pressure)
        print(f"error with symmetry, rank at most {rank}: {np.linalg.norm(solution.matrix() - truth):.3f}, "
              f"block ranks {solution.ranks}")  # fmt: skip


if __name__ == "__main__":
    main()
