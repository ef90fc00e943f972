"""Peak memory of a fit at the size of MNIST, beyond the data: ``python -m benchmarks.memory``."""

from __future__ import annotations

import resource

import numpy as np

import equivariety as ev


def peak_megabytes() -> float:
    """Largest resident memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    maps = ev.EquivariantMaps(ev.actions.image_shift((28, 28), axis=1))
    X = np.random.default_rng(0).random((60_000, 784), dtype=np.float32)
    before = peak_megabytes()
    maps.bounded(99).fit(X)
    gained = peak_megabytes() - before
    print(f"data {X.nbytes / 2**20:.0f} MB, process with data {before:.0f} MB, the fit adds {gained:.0f} MB")


if __name__ == "__main__":
    main()
