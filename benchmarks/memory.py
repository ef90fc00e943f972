"""Peak memory of a fit at the size of MNIST, beyond the data: ``python -m benchmarks.memory``."""

from __future__ import annotations

import resource
from pathlib import Path

import numpy as np

import equivariety as ev

STATUS = Path("/proc/self/status")


def peak_megabytes() -> float:
    """Largest resident memory of this process so far."""
    if STATUS.exists():  # Linux; its ru_maxrss starts at the peak of the parent process
        return int(STATUS.read_text().split("VmHWM:")[1].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    maps = ev.EquivariantMaps(ev.actions.image_shift((28, 28), axis=1))
    X = np.random.default_rng(0).random((60_000, 784), dtype=np.float32)
    data = peak_megabytes()
    maps.bounded(99).fit(X[:6000])
    loaded = peak_megabytes()
    maps.bounded(99).fit(X)
    print(f"data {X.nbytes / 2**20:.0f} MB, process with data {data:.0f} MB")
    print(f"a first small fit, which loads the compiled code, adds {loaded - data:.0f} MB")
    print(f"a fit to all data adds {peak_megabytes() - loaded:.0f} MB more")


if __name__ == "__main__":
    main()
